#pragma once
// An SVG picture under way: shapes in the order they are drawn, texts escaped. Attributes only, no
// style sheets and no scripts, so that it stands in a page with a strict content policy.
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "api/report/ink.hpp"

namespace stegvis {

struct point {
  double x = 0, y = 0;
};

// The `d` of a path.
class outline {
 public:
  outline& move(point p) { return step('M', p); }
  outline& line(point p) { return step('L', p); }
  outline& close() {
    text_ += 'Z';
    return *this;
  }
  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  outline& step(char command, point p);
  std::string text_;
};

struct stroke {
  std::string_view colour = ink::frame;
  double width = 1;
  std::string_view dash{};
};

enum class anchor : std::uint8_t { start, middle, end };

struct lettering {
  stegvis::anchor anchor = anchor::start;
  double size = 13;
  std::string_view colour = ink::text;
  bool bold = false;
  bool halo = false;  // a white seam, where it may lie over lines
};

struct box {
  double left = 0, top = 0, width = 0, height = 0;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

class drawing {
 public:
  // `id` is unique in the page and a valid XML name.
  drawing(std::string id, double width) : id_(std::move(id)), width_(width) {}

  double width() const { return width_; }
  drawing& line(point from, point to, const stroke&);
  drawing& trace(const outline&, const stroke&);  // without filling
  drawing& fill(const outline&, std::string_view paint, double opacity = 1);
  drawing& rect(const box&, std::string_view paint);
  drawing& rect(const box&, std::string_view paint, const stroke&);
  drawing& text(point, std::string_view, const lettering& = {});
  drawing& mark(point, ink::marker, std::string_view colour, double size = 4);
  // The paint of an area: its colour, or a reference to its pattern.
  std::string paint(const ink::area_style&);
  // Grey lines on white: nothing can be read here.
  std::string blank_paint();

  // The whole element, as high as told. The description is for those who do not see.
  std::string finish(double height, std::string_view title, std::string_view description) const;

 private:
  std::string pattern(std::string_view name, std::string_view inside);
  std::string id_;
  double width_;
  std::string definitions_, shapes_;
  std::set<std::string, std::less<>> patterns_;
};

// Width of a text as common sans-serif faces set it, on the wide side.
double text_width(std::string_view text, double size, bool bold = false);
// At most so wide, cut with an ellipsis.
std::string fitted(std::string_view text, double width, double size);

}  // namespace stegvis

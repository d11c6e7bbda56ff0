#include "api/report/drawing.hpp"

#include "api/report/markup.hpp"
#include "api/report/numbers.hpp"

namespace stegvis {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}
std::string attribute(std::string_view name, double value) {
  return attribute(name, coordinate(value));
}

std::string attributes_of(const stroke& s) {
  auto text = attribute("stroke", s.colour) + attribute("stroke-width", s.width);
  if (!s.dash.empty()) text += attribute("stroke-dasharray", s.dash);
  return text;
}

std::string_view name_of(anchor a) {
  switch (a) {
    case anchor::start:
      return "start";
    case anchor::middle:
      return "middle";
    case anchor::end:
      return "end";
  }
  return "start";
}

// White marks of a pattern's tile of 8 by 8, over its colour.
std::string_view marks_of(ink::hatch h) {
  switch (h) {
    case ink::hatch::none:
      return "";
    case ink::hatch::rising:
      return R"(<path d="M-1 1L1 -1M0 8L8 0M7 9L9 7" stroke="#fff" stroke-width="1.3"/>)";
    case ink::hatch::falling:
      return R"(<path d="M-1 7L1 9M0 0L8 8M7 -1L9 1" stroke="#fff" stroke-width="1.3"/>)";
    case ink::hatch::dots:
      return R"(<circle cx="2" cy="2" r="1.2" fill="#fff"/><circle cx="6" cy="6" r="1.2" )"
             R"(fill="#fff"/>)";
    case ink::hatch::level:
      return R"(<path d="M0 4H8" stroke="#fff" stroke-width="1.3"/>)";
    case ink::hatch::upright:
      return R"(<path d="M4 0V8" stroke="#fff" stroke-width="1.3"/>)";
    case ink::hatch::lattice:
      return R"(<path d="M0 4H8M4 0V8" stroke="#fff" stroke-width="1"/>)";
    case ink::hatch::rings:
      return R"(<circle cx="4" cy="4" r="2.2" fill="none" stroke="#fff" stroke-width="1.1"/>)";
  }
  return "";
}

}  // namespace

outline& outline::step(char command, point p) {
  text_ += command;
  text_ += coordinate(p.x);
  text_ += ' ';
  text_ += coordinate(p.y);
  return *this;
}

drawing& drawing::line(point from, point to, const stroke& s) {
  shapes_ += "<line" + attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x) +
             attribute("y2", to.y) + attributes_of(s) + "/>\n";
  return *this;
}

drawing& drawing::trace(const outline& o, const stroke& s) {
  if (o.empty()) return *this;
  shapes_ += "<path" + attribute("d", o.text()) + attribute("fill", "none") + attributes_of(s) +
             attribute("stroke-linejoin", "round") + "/>\n";
  return *this;
}

drawing& drawing::fill(const outline& o, std::string_view paint, double opacity) {
  if (o.empty()) return *this;
  shapes_ += "<path" + attribute("d", o.text()) + attribute("fill", paint);
  if (opacity < 1) shapes_ += attribute("fill-opacity", opacity);
  shapes_ += "/>\n";
  return *this;
}

drawing& drawing::rect(const box& b, std::string_view paint) {
  shapes_ += "<rect" + attribute("x", b.left) + attribute("y", b.top) +
             attribute("width", b.width) + attribute("height", b.height) +
             attribute("fill", paint) + "/>\n";
  return *this;
}

drawing& drawing::rect(const box& b, std::string_view paint, const stroke& s) {
  rect(b, paint);
  shapes_.insert(shapes_.size() - 3, attributes_of(s));
  return *this;
}

drawing& drawing::text(point p, std::string_view words, const lettering& l) {
  shapes_ += "<text" + attribute("x", p.x) + attribute("y", p.y);
  if (l.anchor != anchor::start) shapes_ += attribute("text-anchor", name_of(l.anchor));
  shapes_ += attribute("font-size", l.size) + attribute("fill", l.colour);
  if (l.bold) shapes_ += attribute("font-weight", "600");
  if (l.halo) {
    shapes_ += attributes_of({ink::paper, 4}) + attribute("stroke-linejoin", "round") +
               attribute("paint-order", "stroke");
  }
  shapes_ += ">" + escaped(words) + "</text>\n";
  return *this;
}

drawing& drawing::mark(point p, ink::marker shape, std::string_view colour, double size) {
  const auto polygon = [&](std::initializer_list<point> corners) {
    outline o;
    for (const auto& c : corners) {
      const point at{p.x + c.x * size, p.y + c.y * size};
      if (o.empty())
        o.move(at);
      else
        o.line(at);
    }
    fill(o.close(), colour);
  };
  switch (shape) {
    case ink::marker::square:
      polygon({{-.9, -.9}, {.9, -.9}, {.9, .9}, {-.9, .9}});
      break;
    case ink::marker::triangle:
      polygon({{0, -1.2}, {1.1, .9}, {-1.1, .9}});
      break;
    case ink::marker::diamond:
      polygon({{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}});
      break;
    case ink::marker::cross: {
      outline o;
      o.move({p.x - size, p.y - size}).line({p.x + size, p.y + size});
      o.move({p.x - size, p.y + size}).line({p.x + size, p.y - size});
      trace(o, {colour, 2});
      break;
    }
    case ink::marker::circle:
    case ink::marker::ring: {
      const bool ring = shape == ink::marker::ring;
      shapes_ += "<circle" + attribute("cx", p.x) + attribute("cy", p.y) + attribute("r", size) +
                 attribute("fill", ring ? ink::paper : colour);
      if (ring) shapes_ += attributes_of({colour, 2});
      shapes_ += "/>\n";
    }
  }
  return *this;
}

std::string drawing::pattern(std::string_view name, std::string_view inside) {
  const auto id = id_ + "-" + std::string(name);
  if (patterns_.emplace(name).second) {
    definitions_ += "<pattern" + attribute("id", id) + attribute("width", 8) +
                    attribute("height", 8) + attribute("patternUnits", "userSpaceOnUse") + ">" +
                    std::string(inside) + "</pattern>\n";
  }
  return "url(#" + id + ")";
}

std::string drawing::paint(const ink::area_style& a) {
  if (a.pattern == ink::hatch::none) return std::string(a.colour);
  auto name =
      "h" + std::to_string(static_cast<int>(a.pattern)) + "-" + std::string(a.colour.substr(1));
  return pattern(name, "<rect width=\"8\" height=\"8\"" + attribute("fill", a.colour) + "/>" +
                           std::string(marks_of(a.pattern)));
}

std::string drawing::blank_paint() {
  return pattern("blank", R"(<rect width="8" height="8" fill="#fff"/><path d="M-1 1L1 -1M0 8L8 0)"
                          R"(M7 9L9 7" stroke="#a3adb8" stroke-width="0.9"/>)");
}

std::string drawing::finish(double height, std::string_view title,
                            std::string_view description) const {
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"" +
                    attribute("aria-labelledby", id_ + "-t " + id_ + "-d") +
                    attribute("viewBox", "0 0 " + coordinate(width_) + " " + coordinate(height)) +
                    attribute("width", width_) + attribute("height", height) +
                    attribute("font-family",
                              "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', "
                              "Arial, sans-serif") +
                    ">\n";
  out += "<title" + attribute("id", id_ + "-t") + ">" + escaped(title) + "</title>\n";
  out += "<desc" + attribute("id", id_ + "-d") + ">" + escaped(description) + "</desc>\n";
  if (!definitions_.empty()) out += "<defs>\n" + definitions_ + "</defs>\n";
  return out + shapes_ + "</svg>\n";
}

double text_width(std::string_view text, double size, bool bold) {
  double units = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
    if (std::string_view("ijl.,:;|'!()[] tfrI").find(c) != std::string_view::npos)
      units += 0.37;
    else if (std::string_view("mwMW%@+=<>").find(c) != std::string_view::npos ||
             text.substr(i).starts_with(minus_sign))
      units += 0.96;
    else if (c >= 'A' && c <= 'Z')
      units += 0.73;
    else
      units += 0.62;
  }
  return units * size * (bold ? 1.06 : 1.0);
}

std::string fitted(std::string_view text, double width, double size) {
  if (text_width(text, size) <= width) return std::string(text);
  std::string cut(text);
  while (!cut.empty() && text_width(cut, size) + size * 0.9 > width) {
    while (!cut.empty() && (static_cast<unsigned char>(cut.back()) & 0xc0) == 0x80) cut.pop_back();
    if (!cut.empty()) cut.pop_back();
  }
  while (cut.ends_with(' ')) cut.pop_back();
  return cut + "\u2026";
}

}  // namespace stegvis

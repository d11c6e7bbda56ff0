#pragma once
// What figures with axes share: a frame, scales, ticks, labels that do not collide.
#include <span>
#include <string>
#include <vector>

#include "api/report/drawing.hpp"
#include "api/report/numbers.hpp"

namespace stegvis {

constexpr double figure_width = 760;

// Values [from, to] on coordinates [low, high], either way round. from < to.
struct scale {
  double from = 0, to = 1, low = 0, high = 1;
  double at(double value) const { return low + (value - from) / (to - from) * (high - low); }
};

struct plot_frame {
  box area{};
  scale x{}, y{};
  point at(double vx, double vy) const { return {x.at(vx), y.at(vy)}; }
};
// Values of x from left to right, of y from the bottom up.
plot_frame frame_of(const box& area, double x_from, double x_to, double y_from, double y_to);

// Round numbers from 0 to at least `top`, at most six of them; the last one ends the axis.
std::vector<double> round_ticks(double top);

// Decimals of per cent that tell these shares apart: 0 or 1.
int share_decimals(std::span<const double> ticks);

// Grid lines with labels at the left.
void draw_share_axis(drawing&, const plot_frame&, language);  // 0, 20 ... 100 %
void draw_share_axis(drawing&, const plot_frame&, std::span<const double> ticks, language);
void draw_number_axis(drawing&, const plot_frame&, std::span<const double> ticks, language);
// Ticks and their labels below, and what the axis is.
struct axis_tick {
  double at = 0;
  std::string label{};
};
std::vector<axis_tick> labelled(std::span<const double> ticks, language);
void draw_bottom_axis(drawing&, const plot_frame&, std::span<const axis_tick>,
                      std::string_view title);
void draw_side_title(drawing&, const plot_frame&, std::string_view title);

// Places for labels that want to stand at `wanted`: at least `gap` apart, inside [low, high] where
// there is room, in the order of what they want.
std::vector<double> spread(std::span<const double> wanted, double gap, double low, double high);

// A label beside the end of a line or area, with a leader where it had to move.
struct side_label {
  double wanted = 0;  // y
  std::string text{};
  std::string_view colour = ink::text;
  double from_x = 0;  // where its line ends; 0: where all do
};
void draw_side_labels(drawing&, std::span<const side_label>, double from_x, double label_x,
                      double low, double high);

// Text on lines of at most `width`.
std::vector<std::string> wrapped(std::string_view text, double width, double size);
// What the signs of a figure mean, in small letters from y on; answers the y below.
double draw_note(drawing&, std::string_view text, double y);

}  // namespace stegvis

#pragma once
// Small multiples: a plot for each stratum, two or three beside each other, all with the same axes.
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "api/report/plot.hpp"

namespace stegvis {

constexpr std::size_t panels_max = 12;

struct panel_axes {
  double x_from = 0, x_to = 1;
  double y_to = 1;                 // from 0
  bool shares = true;              // y in per cent
  std::vector<axis_tick> ticks{};  // of x
  std::string title{};             // of x, below the last row
};

// Draws frame, axes and label of each, and what `draw` puts into it; answers the y below them.
double draw_panels(drawing&, double top, std::span<const std::string> labels, const panel_axes&,
                   language, const std::function<void(const plot_frame&, std::size_t)>& draw);

}  // namespace stegvis

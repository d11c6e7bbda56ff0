#pragma once
// Shares that add up to all, stacked over time: areas with white seams, named at their right end.
// What is hidden stands as one area in the place of the lowest hidden layer.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/report/panels.hpp"
#include "api/report/plot.hpp"
#include "api/report/words.hpp"

namespace stegvis {

struct stack_layer {
  std::string label{};
  ink::area_style style{};
  std::vector<std::optional<double>> shares{};  // one for each step
};

// One stratum. Step i holds from edges[i] to edges[i + 1].
struct stack {
  std::string label{};
  std::vector<double> edges{};
  std::vector<stack_layer> layers{};  // from the bottom up
  std::vector<bool> absent{};         // steps without anybody; empty: none
  bool cut = false;                   // it goes on, with few
};

// Leaves out the steps at the end from where the number falls under ten, or a tenth of the largest,
// for good. Steps whose number is hidden do not count as few.
void end_where_few_remain(stack&, std::span<const std::optional<double>> numbers);

// Leaves out layers that are nothing at all times, in all of the stacks.
void drop_empty_layers(std::vector<stack>&);

void draw_stack(drawing&, const plot_frame&, const stack&);
// Last shares and names beside the right edge.
void draw_stack_labels(drawing&, const plot_frame&, const stack&, language);
constexpr double stack_label_room = 276;
// Swatches and names in rows; answers the y below them.
double draw_stack_key(drawing&, std::span<const stack_layer>, box where, bool hidden, language);
bool hides_something(const stack&);

// Small multiples below one key; answers the y below them.
double draw_stack_panels(drawing&, std::span<const stack>, const panel_axes&, language);

}  // namespace stegvis

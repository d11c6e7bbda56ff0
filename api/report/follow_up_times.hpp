#pragma once
// The times at which a curve's axis has its ticks, and the numbers below it stand.
#include <vector>

#include "api/report/shown_table.hpp"

namespace stegvis {

struct follow_up_times {
  std::vector<double> ticks{};
  bool coarse = false;  // steps are joined: what lies inside them is not told
};
// From the section's at_times table, or else the usual ones of the axis, up to the last time; at
// least `gap` of the whole axis apart.
follow_up_times follow_up_times_of(const shown_table&, std::size_t time_column, double gap);

}  // namespace stegvis

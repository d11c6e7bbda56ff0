#include <algorithm>

#include "projections/evaluations/disclosure.hpp"

namespace stegvis {
namespace {
bool is_safe(std::int64_t n) {
  return n == 0 || n > small_count_max;
}

// Sums up to each time, so that an interval's counts are differences. Place 0 is the beginning.
std::vector<std::int64_t> running_sums(const std::vector<std::int64_t>& counts) {
  std::vector<std::int64_t> sums{0};
  for (const auto n : counts) sums.push_back(sums.back() + n);
  return sums;
}

struct running_counts {
  std::vector<std::int64_t> events, at_risk;
  std::vector<std::vector<std::int64_t>> none_or_many;  // censorings, and events of each cause

  explicit running_counts(const curve_counts& c)
      : events(running_sums(c.events)), at_risk(c.at_risk) {
    none_or_many.push_back(running_sums(c.censored));
    for (const auto& cause : c.causes) none_or_many.push_back(running_sums(cause));
  }
  bool admits(std::size_t from, std::size_t until) const {
    return events[until] - events[from] > small_count_max && at_risk[until - 1] > small_count_max &&
           are_safe(from, until);
  }
  bool may_end_at(std::size_t last) const {
    return is_safe(events.back() - events[last]) && are_safe(last, events.size() - 1);
  }
  bool are_safe(std::size_t from, std::size_t until) const {
    return std::ranges::all_of(none_or_many,
                               [&](const auto& sums) { return is_safe(sums[until] - sums[from]); });
  }
};

std::vector<std::size_t> grid_of(const std::vector<running_counts>& groups) {
  const auto all = [&](auto&& holds) { return std::ranges::all_of(groups, holds); };
  const auto size = groups[0].events.size();
  // most[until]: the largest number of intervals the last of which ends there; before[until]: where
  // it begins. Of equals the earliest.
  std::vector<std::size_t> most(size, 0), before(size, 0);
  std::size_t last = 0;
  for (std::size_t until = 1; until < size; ++until) {
    for (std::size_t from = 0; from < until; ++from) {
      if ((from > 0 && most[from] == 0) || most[from] + 1 <= most[until]) continue;
      if (!all([&](const running_counts& g) { return g.admits(from, until); })) continue;
      most[until] = most[from] + 1;
      before[until] = from;
    }
    if (most[until] <= most[last]) continue;
    if (all([&](const running_counts& g) { return g.may_end_at(until); })) last = until;
  }
  std::vector<std::size_t> grid;
  for (; last > 0; last = before[last]) grid.push_back(last - 1);
  std::ranges::reverse(grid);
  return grid;
}
}  // namespace

std::vector<std::size_t> coarse_grid(std::span<const curve_counts> groups) {
  std::vector<running_counts> considered(groups.begin(), groups.end());
  std::ranges::stable_sort(considered, std::ranges::greater{},
                           [](const running_counts& g) { return g.events.back(); });
  for (; !considered.empty(); considered.pop_back()) {
    auto grid = grid_of(considered);
    if (!grid.empty()) return grid;
  }
  return {};
}

}  // namespace stegvis

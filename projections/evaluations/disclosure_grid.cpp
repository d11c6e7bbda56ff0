#include <algorithm>

#include "projections/evaluations/disclosure.hpp"

namespace stegvis {
namespace {
bool is_safe(std::int64_t n) { return n == 0 || n > small_count_max; }

// Sums up to each time, so that an interval's counts are differences.
struct running_counts {
  std::vector<std::int64_t> events{0}, censored{0}, at_risk{0};
  explicit running_counts(const curve_counts& c) {
    for (std::size_t i = 0; i < c.events.size(); ++i) {
      events.push_back(events.back() + c.events[i]);
      censored.push_back(censored.back() + c.censored[i]);
      at_risk.push_back(c.at_risk[i]);
    }
  }
  std::size_t size() const { return events.size(); }
  // Places count from 1; 0 is the beginning. The interval holds what came after `from`.
  bool admits(std::size_t from, std::size_t until) const {
    return events[until] - events[from] > small_count_max &&
           is_safe(censored[until] - censored[from]) && at_risk[until] > small_count_max;
  }
  bool may_end_at(std::size_t last) const {
    return is_safe(events.back() - events[last]) && is_safe(censored.back() - censored[last]);
  }
  bool admits_any() const {
    for (std::size_t until = 1; until < size(); ++until) {
      if (admits(0, until)) return true;
    }
    return false;
  }
};
}  // namespace

std::vector<std::size_t> coarse_grid(std::span<const curve_counts> groups) {
  std::vector<running_counts> running;
  for (const auto& g : groups) {
    running_counts r(g);
    if (r.admits_any()) running.push_back(std::move(r));
  }
  if (running.empty()) return {};
  const auto all = [&](auto&& holds) { return std::ranges::all_of(running, holds); };
  // most[until]: the largest number of intervals that end at `until`; before[until]: the boundary
  // before it. Of equals the earliest.
  const auto size = running[0].size();
  std::vector<std::size_t> most(size, 0), before(size, 0);
  std::size_t last = 0;
  for (std::size_t until = 1; until < size; ++until) {
    for (std::size_t from = 0; from < until; ++from) {
      if (from > 0 && most[from] == 0) continue;
      if (most[from] + 1 <= most[until]) continue;
      if (!all([&](const auto& r) { return r.admits(from, until); })) continue;
      most[until] = most[from] + 1;
      before[until] = from;
    }
    const bool may_end = all([&](const auto& r) { return r.may_end_at(until); });
    if (may_end && most[until] > most[last]) last = until;
  }
  std::vector<std::size_t> grid;
  for (; last > 0; last = before[last]) grid.push_back(last - 1);
  std::ranges::reverse(grid);
  return grid;
}

}  // namespace stegvis

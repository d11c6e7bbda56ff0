#include <algorithm>
#include <numeric>

#include "projections/evaluations/disclosure.hpp"

namespace stegvis {
namespace {
constexpr std::int64_t own_curve_events_min = 20, events_min = small_count_max + 1;

bool is_safe(std::int64_t n) {
  return n == 0 || n > small_count_max;
}

std::int64_t events_of(const curve_counts& c) {
  return std::accumulate(c.events.begin(), c.events.end(), std::int64_t{0});
}

void add(const std::vector<std::int64_t>& counts, std::vector<std::int64_t>& to) {
  to.resize(counts.size());
  std::ranges::transform(counts, to, to.begin(), std::plus());
}

void add(const curve_counts& group, curve_counts& to) {
  add(group.events, to.events);
  add(group.censored, to.censored);
  add(group.at_risk, to.at_risk);
  to.causes.resize(group.causes.size());
  for (std::size_t k = 0; k < group.causes.size(); ++k) add(group.causes[k], to.causes[k]);
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
  std::int64_t events_min;

  running_counts(const curve_counts& c, std::int64_t least)
      : events(running_sums(c.events)), at_risk(c.at_risk), events_min(least) {
    none_or_many.push_back(running_sums(c.censored));
    for (const auto& cause : c.causes) none_or_many.push_back(running_sums(cause));
  }
  bool admits(std::size_t from, std::size_t until) const {
    return nobody(from, until) ||
           (events[until] - events[from] >= events_min && is_safe(at_risk[until - 1]) &&
            is_safe(events[until] - events[from]) &&
            std::ranges::all_of(
                none_or_many, [&](const auto& sums) { return is_safe(sums[until] - sums[from]); }));
  }
  // Those who came last are no longer followed.
  bool nobody(std::size_t from, std::size_t until) const {
    return from > 0 && at_risk[from - 1] == 0 && at_risk[until - 1] == 0 &&
           events[until] == events[from] && none_or_many[0][until] == none_or_many[0][from];
  }
};

// Intervals up to an end: how many of the times to be read they end at, how many there are, and
// where the last one begins.
struct best_intervals {
  std::size_t read = 0, all = 0, from = 0;
  bool worse_than(const best_intervals& other) const {
    return std::pair(read, all) < std::pair(other.read, other.all);
  }
};

using grid = std::vector<std::size_t>;

// On which each of the groups tells of nobody alone.
grid grid_of(const std::vector<running_counts>& groups, std::span<const std::size_t> read) {
  std::vector<best_intervals> best(groups[0].events.size());
  std::size_t last = 0;
  for (std::size_t until = 1; until < best.size(); ++until) {
    const std::size_t is_read = std::ranges::find(read, until - 1) != read.end() ? 1 : 0;
    for (std::size_t from = 0; from < until; ++from) {
      if (from > 0 && best[from].all == 0) continue;
      const best_intervals longer{best[from].read + is_read, best[from].all + 1, from};
      if (!best[until].worse_than(longer)) continue;
      const bool followed = std::ranges::any_of(
          groups, [&](const running_counts& g) { return !g.nobody(from, until); });
      if (followed && std::ranges::all_of(
                          groups, [&](const running_counts& g) { return g.admits(from, until); }))
        best[until] = longer;
    }
    if (best[until].all > 0 && !best[until].worse_than(best[last])) last = until;
  }
  grid places;
  for (; last > 0; last = best[last].from) places.push_back(last - 1);
  std::ranges::reverse(places);
  return places;
}
}  // namespace

std::vector<std::size_t> coarse_grid(std::span<const curve_counts> groups,
                                     std::span<const std::size_t> read,
                                     std::span<const curve_counts> others) {
  std::vector<const curve_counts*> by_size;
  for (const auto& g : groups) by_size.push_back(&g);
  std::ranges::stable_sort(by_size, {}, [](const auto* g) { return events_of(*g); });
  curve_counts rest;
  for (std::size_t together = 0; together <= by_size.size(); ++together) {
    if (together > 0) add(*by_size[together - 1], rest);
    const auto alone = by_size.size() - together;
    if (alone > 0 && events_of(*by_size[together]) < own_curve_events_min) continue;
    std::vector<running_counts> sums;
    for (std::size_t i = together; i < by_size.size(); ++i)
      sums.emplace_back(*by_size[i], events_min);
    if (events_of(rest) > 0) sums.emplace_back(rest, events_min);
    if (sums.empty()) continue;
    for (const auto& other : others) sums.emplace_back(other, 0);
    if (auto places = grid_of(sums, read); !places.empty()) return places;
  }
  return {};
}

}  // namespace stegvis

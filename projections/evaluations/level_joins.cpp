#include "projections/evaluations/level_joins.hpp"

#include <algorithm>

#include "projections/evaluations/tables.hpp"

namespace stegvis {
namespace {
struct level_units {
  std::string level;
  std::uint64_t units = 0;
};
using level_run = std::vector<level_units>;  // neighbours that are told as one

bool may_join(const scan_plan& plan, const dimension& d) {
  const auto& standard = plan.definition.standardise;
  const bool weighted =
      standard && std::ranges::find(standard->by, label_of(d), label_of) != standard->by.end();
  return !overlaps(d) && !weighted;
}

// The units of each level of one dimension of a breakdown, in the order of levels.
std::vector<level_units> levels_in(const counts& all, const breakdown& by, std::size_t of,
                                   std::size_t place) {
  std::vector<level_units> levels;
  for (const auto& s : all.strata(block::strata, of)) {
    const auto& level = s.levels[place];
    auto found = std::ranges::find(levels, level, &level_units::level);
    if (found == levels.end()) found = levels.insert(found, {level, 0});
    found->units += s.at(0);
  }
  std::ranges::stable_sort(levels, [&](const level_units& a, const level_units& b) {
    return level_before(by[place], a.level, b.level);
  });
  return levels;
}

std::uint64_t units_of(const level_run& run) {
  std::uint64_t sum = 0;
  for (const auto& l : run) sum += l.units;
  return sum;
}

std::vector<level_run> runs_of(const std::vector<level_units>& levels) {
  std::vector<level_run> runs;  // the last level's first
  for (auto l = levels.rbegin(); l != levels.rend(); ++l) {
    if (runs.empty() || units_of(runs.back()) >= level_units_min) runs.emplace_back();
    runs.back().insert(runs.back().begin(), *l);
  }
  if (runs.size() > 1 && units_of(runs.back()) < level_units_min) {
    const auto first = std::move(runs.back());
    runs.pop_back();
    runs.back().insert(runs.back().begin(), first.begin(), first.end());
  }
  return runs;
}

std::map<std::string, std::string> names_of(const std::vector<level_run>& runs) {
  std::map<std::string, std::string> names;
  for (const auto& run : runs) {
    if (run.size() < 2) continue;
    std::string name;
    for (const auto& l : run) name += (name.empty() ? "" : std::string(joined_levels)) + l.level;
    for (const auto& l : run) names.emplace(l.level, name);
  }
  return names;
}

std::string name_in(const level_joins& joins, const dimension& d, const std::string& level) {
  const auto names = joins.find(label_of(d));
  if (names == joins.end()) return level;
  const auto name = names->second.find(level);
  return name == names->second.end() ? level : name->second;
}

// A stratum's text with its levels replaced; what stands behind them stays.
std::string with_joins(const std::string& text, const breakdown& by, const level_joins& joins) {
  const auto end = std::min(text.find(text_separator), text.size());
  std::string out;
  std::size_t from = 0;
  for (std::size_t i = 0; i < by.size(); ++i) {
    const auto until = std::min(text.find(level_separator, from), end);
    if (i > 0) out += level_separator;
    out += name_in(joins, by[i], text.substr(from, until - from));
    from = until + 1;
  }
  return out + text.substr(end);
}

partial joined(const scan_plan& plan, const partial& p, const level_joins& joins) {
  partial out;
  const auto texts = p.sorted_strata();
  std::map<std::pair<std::uint16_t, std::uint32_t>, std::uint32_t> strata;  // their number in `out`
  for (const auto& [key, amount] : p.sorted()) {
    const auto [at, fresh] = strata.try_emplace({key.breakdown, key.stratum});
    if (fresh) {
      const auto& text = texts[key.stratum];
      const bool shown = key.breakdown > 0 && key.breakdown < plan.shown;
      at->second =
          out.stratum(shown ? with_joins(text, plan.breakdowns[key.breakdown], joins) : text);
    }
    cell_key to = key;
    to.stratum = at->second;
    out.add(to, amount);
  }
  return out;
}
}  // namespace

level_joins joins_of(const scan_plan& plan, const partial& p) {
  const counts all(plan, p);
  // A dimension that stands alone is counted there: crossed with one whose levels overlap, a unit
  // is there several times.
  std::vector<std::size_t> order;
  for (std::size_t b = 1; b < plan.shown; ++b) order.push_back(b);
  std::ranges::stable_sort(order, {}, [&](std::size_t b) { return plan.breakdowns[b].size(); });
  level_joins joins;
  for (const auto b : order) {
    const auto& by = plan.breakdowns[b];
    for (std::size_t i = 0; i < by.size(); ++i) {
      if (joins.contains(label_of(by[i])) || !may_join(plan, by[i])) continue;
      joins[label_of(by[i])] = names_of(runs_of(levels_in(all, by, b, i)));
    }
  }
  return joins;
}

result_section finish_joined(const scan_plan& plan, const partial& p, const level_joins& joins) {
  const bool any = std::ranges::any_of(joins, [](const auto& d) { return !d.second.empty(); });
  auto section = finish(plan, any ? joined(plan, p, joins) : p, {.coarse = true});
  if (any) section.notes.emplace_back("levels_joined");
  return section;
}

}  // namespace stegvis

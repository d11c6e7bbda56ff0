#include <algorithm>

#include "projections/evaluations/disclosure_steps.hpp"

namespace stegvis {
namespace {
// Names of sections and tables, the same in each vintage.
std::map<std::string, const count_table*> by_name(const std::vector<result_section>& sections,
                                                  const std::vector<count_table>& tables) {
  std::map<std::string, int> times;
  std::vector<std::string> names;
  for (const auto& s : sections) {
    const auto name = s.definition + '\x1d' + s.statistic;
    names.push_back(name + '\x1d' + std::to_string(times[name]++));
  }
  std::map<std::string, const count_table*> found;
  for (const auto& t : tables) {
    auto name = names[t.section] + '\x1d' + t.table->id;
    for (const auto& dimension : t.table->by) name += '\x1d' + dimension;
    found.emplace(std::move(name), &t);
  }
  return found;
}

// The sum of the column over the rows, if all are there.
std::optional<std::int64_t> sum_of(const count_table& t, const std::vector<std::size_t>& rows,
                                   const std::string& id, const count_system& system) {
  std::int64_t sum = 0;
  for (const auto row : rows) {
    const auto cell = t.cell(row, id);
    if (cell == no_cell) return std::nullopt;
    sum += system.cells[cell].value;
  }
  return sum;
}
}  // namespace

earlier_counts::earlier_counts(const std::vector<result_section>& shown,
                               const std::vector<result_section>& sections, count_model& model) {
  count_system system;
  const auto before = count_tables_of(shown, system);
  const auto names = by_name(shown, before);
  for (const auto& [name, now] : by_name(sections, model.tables)) {
    const auto found = names.find(name);
    if (found == names.end()) continue;
    if (is_curve(now->table->form)) {
      take_curves(*now, *found->second, system, model.system);
    } else {
      take_table(*now, *found->second, system);
    }
  }
  take_derived(model.system);
}

void earlier_counts::set(std::size_t cell, std::int64_t count) {
  if (counts_.size() <= cell) counts_.resize(cell + 1);
  counts_[cell] = count;
}

void earlier_counts::take_table(const count_table& now, const count_table& before,
                                const count_system& shown) {
  std::map<std::string, std::size_t> rows;
  const auto place = [](const count_table& t, std::size_t row) {
    return text_of(t.levels[row]) + '\x1d' + text_of(t.keys[row]);
  };
  for (std::size_t row = 0; row < before.levels.size(); ++row) rows.emplace(place(before, row), row);
  for (std::size_t row = 0; row < now.levels.size(); ++row) {
    const auto found = rows.find(place(now, row));
    if (found == rows.end()) continue;
    for (const auto& id : now.counts()) {
      const auto a = now.cell(row, id), b = before.cell(found->second, id);
      if (a != no_cell && b != no_cell) set(a, shown.cells[b].value);
    }
  }
}

void earlier_counts::take_curves(const count_table& now, const count_table& before,
                                 const count_system& shown, count_system& system) {
  const auto earlier = series_of(before);
  for (const auto& s : series_of(now)) {
    const auto same = std::ranges::find_if(earlier, [&](const count_series& e) {
      return e.levels == s.levels && e.keys == s.keys;
    });
    if (same == earlier.end()) continue;
    auto until = common_times({&s, &*same});
    until.push_back(end_of_time);
    double from = -end_of_time;
    for (const double end : until) {
      for (const auto& id : now.counts()) {
        const bool stock = id == "at_risk";
        auto a = s.rows_within(from, stock ? end_of_time : end);
        auto b = same->rows_within(from, stock ? end_of_time : end);
        if (a.empty() || b.empty() || (end == end_of_time && !stock)) continue;
        if (stock) {
          a.resize(1);
          b.resize(1);
        }
        const auto sum = sum_of(now, a, id, system), old_sum = sum_of(before, b, id, shown);
        if (!sum || !old_sum) continue;
        auto cell = now.cell(a[0], id);
        if (a.size() > 1) {
          std::vector<std::size_t> parts;
          for (const auto row : a) parts.push_back(now.cell(row, id));
          cell = system.add({.value = *sum, .hidden = true, .derived = true});
          system.relate({cell}, parts);
        }
        set(cell, *old_sum);
      }
      from = end;
    }
  }
}

// What follows for a derived cell from the others of its relation.
void earlier_counts::take_derived(const count_system& system) {
  for (const auto& relation : system.relations) {
    std::size_t derived = no_cell;
    std::int64_t sum = 0;
    int sign = 0;
    bool known = true;
    for (const auto& t : relation) {
      if (system.cells[t.cell].derived && !of(t.cell) && derived == no_cell) {
        derived = t.cell;
        sign = t.sign;
      } else if (const auto count = of(t.cell)) {
        sum += t.sign * *count;
      } else {
        known = false;
      }
    }
    if (known && derived != no_cell) set(derived, -sign * sum);
  }
}

}  // namespace stegvis

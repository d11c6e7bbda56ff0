#include <algorithm>

#include "projections/evaluations/disclosure.hpp"
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

// The cells of a column in the rows; nothing if one is not there.
std::vector<std::size_t> cells_in(const count_table& t, const std::vector<std::size_t>& rows,
                                  const std::string& id) {
  std::vector<std::size_t> cells;
  for (const auto row : rows) {
    cells.push_back(t.cell(row, id));
    if (cells.back() == no_cell) return {};
  }
  return cells;
}
}  // namespace

earlier_counts::earlier_counts(vintage& before, vintage& now) : before_(before) {
  const auto names = by_name(before.sections, before.model.tables);
  for (const auto& [name, table] : by_name(now.sections, now.model.tables)) {
    const auto found = names.find(name);
    if (found == names.end()) continue;
    if (is_curve(table->table->form)) {
      take_curves(*table, *found->second, now.model.system);
    } else {
      take_table(*table, *found->second);
    }
  }
  take_derived(now.model.system);
}

void earlier_counts::set(std::size_t cell, std::vector<std::size_t> cells_before) {
  counts_.resize(std::max(counts_.size(), cell + 1));
  cells_before_.resize(counts_.size());
  std::int64_t sum = 0;
  bool shown = true;
  for (const auto c : cells_before) {
    shown = shown && !before_.model.system.cells[c].hidden;
    sum += before_.model.system.cells[c].value;
  }
  if (shown) counts_[cell] = sum;
  cells_before_[cell] = std::move(cells_before);
}

void earlier_counts::take_table(const count_table& now, const count_table& before) {
  std::map<std::string, std::size_t> rows;
  const auto place = [](const count_table& t, std::size_t row) {
    return text_of(t.levels[row]) + '\x1d' + text_of(t.keys[row]);
  };
  for (std::size_t row = 0; row < before.levels.size(); ++row)
    rows.emplace(place(before, row), row);
  for (std::size_t row = 0; row < now.levels.size(); ++row) {
    const auto found = rows.find(place(now, row));
    for (const auto& id : now.counts()) {
      const auto cell = now.cell(row, id);
      if (cell == no_cell) continue;
      // Who had no row then was nobody.
      const auto old = found == rows.end() ? no_cell : before.cell(found->second, id);
      if (old != no_cell) set(cell, {old});
      if (found == rows.end()) set(cell, {});
    }
  }
}

void earlier_counts::take_curves(const count_table& now, const count_table& before,
                                 count_system& system) {
  const auto earlier = series_of(before);
  for (const auto& s : series_of(now)) {
    const auto same = std::ranges::find_if(
        earlier, [&](const count_series& e) { return e.levels == s.levels && e.keys == s.keys; });
    if (same == earlier.end()) continue;
    double from = -end_of_time;
    const auto take = [&](const std::string& id, double until) {
      auto a = s.rows_within(from, until), b = same->rows_within(from, until);
      if (a.empty() || b.empty()) return;
      if (id == "at_risk") a.resize(1), b.resize(1);
      const auto cells = cells_in(now, a, id), old = cells_in(before, b, id);
      if (cells.empty() || old.empty()) return;
      auto cell = cells[0];
      if (cells.size() > 1) {
        count_cell all{.hidden = true, .derived = true};
        for (const auto c : cells) all.value += system.cells[c].value;
        cell = system.add(all);
        system.relate({cell}, cells);
      }
      set(cell, old);
    };
    for (const double until : common_times({&s, &*same})) {
      for (const auto& id : now.counts()) take(id, id == "at_risk" ? end_of_time : until);
      from = until;
    }
    take("at_risk", end_of_time);
  }
}

// What followed then for a derived cell from the others of its relation.
void earlier_counts::take_derived(const count_system& system) {
  for (const auto& relation : system.relations) {
    const auto last = std::ranges::find_if(
        relation, [&](const count_term& t) { return system.cells[t.cell].derived && !of(t.cell); });
    if (last == relation.end()) continue;
    std::vector<count_term> others;
    std::int64_t sum = 0;
    bool shown = true, had_cells = true;
    for (const auto& t : relation) {
      if (&t == &*last) continue;
      others.push_back(t);
      const auto count = of(t.cell);
      shown = shown && count.has_value();
      had_cells = had_cells && t.cell < cells_before_.size() && cells_before_[t.cell];
      sum += t.sign * count.value_or(0);
    }
    if (!shown && had_cells) {
      sum = hidden_sum(others);
      const auto change = std::abs(system.cells[last->cell].value + last->sign * sum);
      shown = change >= 1 && change <= small_count_max && tells_sum_of(others);
    }
    if (!shown) continue;
    counts_.resize(std::max(counts_.size(), last->cell + 1));
    counts_[last->cell] = -last->sign * sum;
  }
}

std::int64_t earlier_counts::hidden_sum(const std::vector<count_term>& terms) const {
  std::int64_t sum = 0;
  for (const auto& t : terms) {
    for (const auto c : *cells_before_[t.cell]) sum += t.sign * before_.model.system.cells[c].value;
  }
  return sum;
}

std::optional<std::int64_t> earlier_counts::sum_of(const std::vector<count_term>& terms) const {
  for (const auto& t : terms) {
    if (t.cell >= cells_before_.size() || !cells_before_[t.cell]) return std::nullopt;
  }
  return hidden_sum(terms);
}

bool earlier_counts::tells_sum_of(const std::vector<count_term>& terms) {
  std::vector<count_term> then;
  for (const auto& t : terms) {
    for (const auto c : *cells_before_[t.cell]) then.push_back({c, t.sign});
  }
  if (!before_.told) before_.told.emplace(before_.model.system);
  return before_.told->tells(then);
}

}  // namespace stegvis

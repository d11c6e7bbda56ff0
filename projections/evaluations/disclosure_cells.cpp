#include "projections/evaluations/disclosure_cells.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "events/error.hpp"

namespace stegvis {
namespace {
// Counts are cheaper to lose than totals, small ones cheaper than large ones; a zero says the most
// and protects the least.
constexpr std::int64_t cost_of_any = 100, value_cost_max = 900, cost_of_zero = 400;
constexpr std::int64_t cost_max = 20'000;

std::int64_t cost_of(std::int64_t value) {
  return value == 0 ? cost_of_zero : cost_of_any + std::min(value, value_cost_max);
}

count_table cells_of(const result_table& t, std::size_t section, std::size_t number,
                     count_system& system) {
  count_table found{&t, section, number, {}, {}, {}};
  for (std::size_t r = 0; r < t.rows.size(); ++r) {
    for (std::size_t c = 0; c < t.columns.size(); ++c) {
      found.cells.push_back(no_cell);
      if (t.columns[c].role != column_role::count || t.rows[r][c].empty()) continue;
      const auto* n = t.rows[r][c].count();
      STEGVIS_ASSERT(n != nullptr && *n >= 0);
      count_cell cell{.value = *n, .floor = std::min<std::int64_t>(1, *n)};
      cell.cost = cost_of(*n);
      cell.place = {section, number, r, c};
      found.cells.back() = system.add(cell);
    }
    found.levels.push_back(levels_of(t, t.rows[r]));
    found.keys.push_back(keys_of(t, t.rows[r]));
  }
  return found;
}
}  // namespace

std::size_t count_system::add(const count_cell& cell) {
  cells.push_back(cell);
  relations_of.emplace_back();
  return cells.size() - 1;
}

void count_system::relate(const std::vector<std::size_t>& wholes,
                          const std::vector<std::size_t>& parts, others left_over) {
  if (wholes.empty() || parts.empty()) return;
  std::vector<count_term> terms;
  std::int64_t rest = 0;
  const auto take = [&](const std::vector<std::size_t>& side, int sign) {
    for (const auto cell : side) {
      if (cell == no_cell) return false;
      terms.push_back({cell, sign});
      rest += sign * cells[cell].value;
    }
    return true;
  };
  if (!take(wholes, 1) || !take(parts, -1)) return;
  if (rest != 0 || left_over == others::always) {
    const count_cell nameless{.value = std::abs(rest), .hidden = true, .derived = true};
    terms.push_back({add(nameless), rest >= 0 ? -1 : 1});
  }
  for (const auto& term : terms) relations_of[term.cell].push_back(relations.size());
  if (wholes.size() == 1 && terms.size() > 2) {
    auto& cost = cells[wholes[0]].cost;
    cost = std::min(cost_max, cost + cost / 2);
  }
  relations.push_back(std::move(terms));
}

std::vector<std::size_t> count_system::connected_with(std::size_t cell) const {
  std::vector<std::size_t> found{cell};
  std::set<std::size_t> seen{cell};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const auto r : relations_of[found[i]]) {
      for (const auto& t : relations[r]) {
        if (seen.insert(t.cell).second) found.push_back(t.cell);
      }
    }
  }
  return found;
}

std::size_t count_table::cell(std::size_t row, std::string_view column) const {
  const auto at = table->find_column(column);
  return at ? cells[row * table->columns.size() + *at] : no_cell;
}

std::vector<std::string> count_table::counts() const {
  std::vector<std::string> ids;
  for (const auto& c : table->columns) {
    if (c.role == column_role::count) ids.push_back(c.id);
  }
  return ids;
}

bool is_curve(table_form form) {
  return form == table_form::curve || form == table_form::incidence;
}

bool is_base(std::string_view column) {
  return column == "n" || column == "base" || column == "at_risk" || column == "cohort" ||
         column == "reference_n";
}

std::string code_of(const result_value& v) {
  if (const auto* s = v.text()) return 's' + *s;
  if (const auto* n = v.count()) return 'n' + std::to_string(*n);
  if (const auto* x = v.number()) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, *x).ptr};
  }
  return {};
}

std::string text_of(const level_map& map) {
  std::string text;
  for (const auto& [name, level] : map) text += name + '\x1f' + level + '\x1e';
  return text;
}

level_map levels_of(const result_table& t, const result_row& row) {
  level_map levels;
  std::size_t dimension = 0;
  for (std::size_t c = 0; c < t.columns.size() && dimension < t.by.size(); ++c) {
    if (t.columns[c].role == column_role::level) levels[t.by[dimension++]] = code_of(row[c]);
  }
  return levels;
}

level_map keys_of(const result_table& t, const result_row& row) {
  level_map keys;
  for (std::size_t c = 0; c < t.columns.size(); ++c) {
    if (t.columns[c].role == column_role::key) keys[t.columns[c].id] = code_of(row[c]);
  }
  return keys;
}

level_map restricted(const level_map& levels, const std::vector<std::string>& by) {
  level_map kept;
  for (const auto& dimension : by) {
    const auto found = levels.find(dimension);
    if (found != levels.end()) kept.insert(*found);
  }
  return kept;
}

std::vector<count_series> series_of(const count_table& t) {
  std::vector<count_series> all;
  std::map<std::string, std::size_t> places;
  const auto time = t.table->find_column("time");
  if (!time) return all;
  for (std::size_t r = 0; r < t.table->rows.size(); ++r) {
    auto keys = t.keys[r];
    keys.erase("time");
    const auto [found, fresh] =
        places.emplace(text_of(t.levels[r]) + '\x1d' + text_of(keys), all.size());
    if (fresh) all.push_back({t.levels[r], keys, {}, {}});
    auto& s = all[found->second];
    const auto& v = t.table->rows[r][*time];
    s.rows.push_back(r);
    s.times.push_back(v.count() != nullptr    ? static_cast<double>(*v.count())
                      : v.number() != nullptr ? *v.number()
                                              : static_cast<double>(r));
  }
  return all;
}

std::vector<double> common_times(const std::vector<const count_series*>& all) {
  std::set<double> times(all[0]->times.begin(), all[0]->times.end());
  for (const auto* s : all) {
    std::erase_if(times, [&](double t) { return std::ranges::count(s->times, t) == 0; });
  }
  return {times.begin(), times.end()};
}

std::vector<std::size_t> count_series::rows_within(double from, double until) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (times[i] > from && times[i] <= until) found.push_back(rows[i]);
  }
  return found;
}

std::vector<count_table> count_tables_of(const std::vector<result_section>& sections,
                                         count_system& system) {
  std::vector<count_table> tables;
  for (std::size_t s = 0; s < sections.size(); ++s) {
    for (std::size_t t = 0; t < sections[s].tables.size(); ++t) {
      tables.push_back(cells_of(sections[s].tables[t], s, t, system));
    }
  }
  return tables;
}

count_model count_model_of(const std::vector<result_section>& sections) {
  count_model m;
  m.tables = count_tables_of(sections, m.system);
  relate_rows(m);
  relate_cubes(m);
  relate_tables(m);
  return m;
}

}  // namespace stegvis

// What follows from hidden counts without being a sum of them.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "projections/evaluations/disclosure.hpp"
#include "projections/evaluations/evaluate_parts.hpp"

namespace stegvis {
namespace {
constexpr std::string_view cost_prefix = "cost_";
constexpr double sum_untold_min = 10;  // of units times time

bool is_hidden(const result_value& v) {
  return v.mark == mark::suppressed;
}

void hide_counts(const result_table& t, result_row& row) {
  for (std::size_t c = 0; c < row.size(); ++c)
    if (t.columns[c].role == column_role::count || t.columns[c].role == column_role::figure)
      row[c] = missing_value(mark::suppressed);
}

// The keys of a row, but for the variant that leads a row of a sensitivity table.
std::string row_key(const result_table& t, const result_row& row) {
  std::string text;
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (t.columns[c].role != column_role::key || t.columns[c].id == "variant") continue;
    if (row[c].text() != nullptr) text += *row[c].text();
    if (row[c].count() != nullptr) text += std::to_string(*row[c].count());
    text += text_separator;
  }
  return text;
}

bool near(const result_table& t, const result_row& a, const result_row& b) {
  for (std::size_t c = 0; c < a.size(); ++c) {
    const auto *x = a[c].count(), *y = b[c].count();
    if (t.columns[c].role != column_role::count || x == nullptr || y == nullptr) continue;
    if (*x != *y && std::abs(*x - *y) <= small_count_max) return true;
  }
  return false;
}

// A variant that moves fewer than five would tell of them; and none is shown where the main
// result is hidden.
void hide_variants(const result_section& section, result_table& t) {
  std::set<std::string> hidden;
  if (const result_table* const headline = headline_of(section)) {
    for (const auto& row : headline->rows)
      if (std::ranges::any_of(row, is_hidden)) hidden.insert(row_key(*headline, row));
  }
  std::map<std::string, std::vector<result_row>> shown;
  for (auto& row : t.rows) {
    const std::string key = row_key(t, row);
    auto& before = shown[key];
    const auto close = [&](const result_row& other) { return near(t, row, other); };
    if (hidden.contains(key) || std::ranges::any_of(row, is_hidden) ||
        std::ranges::any_of(before, close))
      hide_counts(t, row);
    else
      before.push_back(row);
  }
}

// Strata of a section whose curve is hidden in any part.
void hide_readings(const result_section& section, result_table& t) {
  for (const auto& curve : section.tables) {
    if ((curve.form != table_form::curve && curve.form != table_form::incidence) ||
        curve.by != t.by)
      continue;
    for (auto& row : t.rows) {
      const bool hidden = std::ranges::any_of(curve.rows, [&](const result_row& r) {
        return std::equal(r.begin(), r.begin() + static_cast<std::ptrdiff_t>(t.by.size()),
                          row.begin()) &&
               std::ranges::any_of(r, is_hidden);
      });
      if (hidden) hide_counts(t, row);
    }
  }
}
// The time of so few tells of each of them.
void hide_small_groups(result_table& t) {
  constexpr std::int64_t own_curve_persons_min = 20;
  const auto n = t.find_column("n");
  if (!n) return;
  for (auto& row : t.rows) {
    const auto* size = row[*n].count();
    if (size != nullptr && *size >= own_curve_persons_min) continue;
    for (std::size_t c = 0; c < row.size(); ++c)
      if (t.columns[c].role == column_role::figure) row[c] = missing_value(mark::suppressed);
  }
}
// A cost is 2 less the rates of both transitions: beside one it tells the other.
void hide_costs(const result_section& section, result_table& t) {
  const auto transitions = std::ranges::find_if(section.tables, [&](const result_table& other) {
    return other.form == table_form::transitions && other.by == t.by;
  });
  if (transitions == section.tables.end()) return;
  const auto levels = t.by.size();
  const auto is_told = [&](const result_row& of, const std::string& from, const std::string& to) {
    const auto rate = transitions->find_column("rate_" + to);
    return rate && std::ranges::any_of(transitions->rows, [&](const result_row& row) {
             return std::equal(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(levels),
                               of.begin()) &&
                    *row[levels].text() == from && !is_hidden(row[*rate]);
           });
  };
  for (auto& row : t.rows) {
    for (std::size_t c = levels + 1; c < row.size(); ++c) {
      const std::string a = *row[levels].text(), b = t.columns[c].id.substr(cost_prefix.size());
      if (a != b && !(is_told(row, a, b) && is_told(row, b, a)))
        row[c] = missing_value(mark::suppressed);
    }
  }
}

// Times the number of units, a mean with all its digits is the sum to the last one.
void blur_means(result_table& t) {
  const auto n = t.find_column("n");
  if (!n) return;
  for (auto& row : t.rows) {
    const auto* units = row[*n].count();
    if (units == nullptr) continue;
    double steps = 1;  // in a unit of time
    while (steps * 10 * sum_untold_min <= static_cast<double>(*units)) steps *= 10;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const auto* x = row[c].number();
      if (x != nullptr && (t.columns[c].id == "mean" || t.columns[c].id == "std_error"))
        row[c] = number_value(std::round(*x * steps) / steps, row[c].mark);
    }
  }
}
}  // namespace

void hide_derived(std::vector<result_section>& sections) {
  for (auto& section : sections) {
    for (auto& t : section.tables) {
      if (t.form == table_form::sensitivity) hide_variants(section, t);
      if (t.form == table_form::at_times) hide_readings(section, t);
      if (t.form == table_form::costs) hide_costs(section, t);
      if (t.form == table_form::summary || t.id == "mean_time") hide_small_groups(t);
      if (t.form == table_form::summary || t.form == table_form::durations) blur_means(t);
    }
  }
}

}  // namespace stegvis

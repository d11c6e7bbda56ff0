#include "api/report/shown_table.hpp"

#include <algorithm>
#include <cmath>

#include "api/report/markup.hpp"
#include "api/report/numbers.hpp"

namespace stegvis {
namespace {

constexpr int table_decimals = 1;

// Decimals that tell something apart in numbers of that size.
int decimals_for(double size) {
  if (size >= 100) return 1;
  if (size >= 10) return 2;
  return size >= 0.001 || size == 0 ? 3 : 6;
}

// At most so many that the last one is not 0 in every number.
int needed_decimals(double value, int most) {
  double scaled = std::fabs(value);
  for (int decimals = 0; decimals < most; ++decimals, scaled *= 10) {
    if (std::fabs(scaled - std::round(scaled)) < 1e-9) return decimals;
  }
  return most;
}

// Where a column stands whose name has another beginning: high_X for low_X.
std::optional<std::size_t> twin(const shown_table& t, std::string_view id, std::string_view from,
                                std::string_view to) {
  if (!id.starts_with(from)) return std::nullopt;
  return t.find(std::string(to) + std::string(id.substr(from.size())));
}

std::string interval_words(const shown_table& t) {
  return std::string(find_words(word_family::column, "interval")->in(t.in()));
}

// The limits that stand by themselves.
shown_column interval_column(const shown_table& t, std::size_t low, std::size_t high) {
  const bool bounds = t.table().columns[low].id == "worst";
  auto header = bounds ? std::string(find_words(word_family::column, "bounds")->in(t.in()))
                       : interval_words(t);
  return {std::move(header), shown_column::form::interval, low, high, high, false};
}

// n_X with share_X, to_X with rate_X.
std::optional<std::size_t> share_of_number(const shown_table& t, std::string_view id) {
  if (const auto share = twin(t, id, "n_", "share_")) return share;
  return twin(t, id, "to_", "rate_");
}

struct limits {
  std::size_t low, high;
};

// Of incidence_X: low_X and high_X; of reached: reached_low and reached_high; of a share,
// survival, difference or median: low and high.
std::optional<limits> limits_of(const shown_table& t, std::string_view id) {
  const auto both = [&](const std::string& low, const std::string& high) -> std::optional<limits> {
    const auto from = t.find(low), to = t.find(high);
    return from && to ? std::optional(limits{*from, *to}) : std::nullopt;
  };
  const std::string name(id), code(wording::code_of(id));
  if (id.starts_with("incidence_")) return both("low_" + code, "high_" + code);
  if (const auto own = both(name + "_low", name + "_high")) return own;
  for (const std::string_view estimate : {"share", "survival", "difference", "median"}) {
    if (id == estimate) return both("low", "high");
  }
  return std::nullopt;
}

std::optional<shown_column> joined_at(const shown_table& t, std::size_t at) {
  const auto& column = t.table().columns[at];
  if (column.role == column_role::figure) {
    if (const auto l = limits_of(t, column.id)) {
      auto header = t.words().column(t.table(), column) + " (" + interval_words(t) + ")";
      return shown_column{
          std::move(header), shown_column::form::with_interval, at, l->low, l->high, false};
    }
  }
  if (t.table().form != table_form::units && column.id == "low") {
    if (const auto high = t.find("high")) return interval_column(t, at, *high);
  }
  if (const auto best = twin(t, column.id, "worst", "best")) return interval_column(t, at, *best);
  for (const std::string_view limit : {"95", "998"}) {
    const auto high = t.find("high_" + std::string(limit));
    if (column.id == "low_" + std::string(limit) && high)
      return shown_column{
          std::string(find_words(word_family::column, "limits_" + std::string(limit))->in(t.in())),
          shown_column::form::interval,
          at,
          *high,
          *high,
          false};
  }
  if (const auto share = share_of_number(t, column.id)) {
    auto header = t.words().code("state", wording::code_of(column.id));
    return shown_column{
        std::move(header), shown_column::form::share_and_number, *share, at, at, false};
  }
  return std::nullopt;
}

// Standard errors are for programs where there is an interval.
bool left_to_programs(const shown_table& t, std::string_view id) {
  if (!id.starts_with("std_error")) return false;
  const std::string code(wording::code_of(id));
  return t.find(code.empty() ? "low" : "low_" + code).has_value();
}

std::string interval_text(const shown_table& t, std::size_t row, std::size_t low_column,
                          std::size_t high_column) {
  const auto low = t.number(row, low_column), high = t.number(row, high_column);
  const auto form = t.table().columns[low_column].form;
  if (low && high && form == value_form::share)
    return percent_range(*low, *high, table_decimals, t.in());
  const auto from = t.cell(row, low_column), to = t.cell(row, high_column);
  if (from == to && !low) return from;
  const bool wordy = form == value_form::points || !low || !high || *low < 0;
  if (!wordy) return from + "\u2013" + to;
  return from + std::string(t.words().say(" till ", " to ")) + to;
}

// Behind the estimate, without a second per cent sign.
std::string limits_text(const shown_table& t, std::size_t row, const shown_column& c) {
  const auto low = t.number(row, c.second), high = t.number(row, c.third);
  if (t.table().columns[c.second].form != value_form::share || !low || !high)
    return interval_text(t, row, c.second, c.third);
  return decimal_text(*low * 100, table_decimals, t.in()) + "\u2013" +
         decimal_text(*high * 100, table_decimals, t.in());
}

}  // namespace

shown_table::shown_table(const result_section& section, const result_table& table, language l)
    : table_(&table), words_(section, l) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) decimals_.push_back(decimals_in(i));
}

int shown_table::decimals_in(std::size_t column) const {
  double size = 0;
  for (std::size_t row = 0; row < rows(); ++row)
    size = std::max(size, std::fabs(number(row, column).value_or(0)));
  const int most = decimals_for(size);
  int needed = 0;
  for (std::size_t row = 0; row < rows(); ++row)
    needed = std::max(needed, needed_decimals(number(row, column).value_or(0), most));
  return needed;
}

mark shown_table::mark_of(std::size_t row, std::size_t column) const {
  const auto& cells = table_->rows[row];
  const auto own = cells[column].mark;
  if (own == mark::suppressed) return own;
  for (const auto& id : table_->columns[column].of) {
    const auto count = find(id);
    if (count && cells[*count].mark == mark::suppressed) return mark::suppressed;
  }
  return own;
}

std::optional<double> shown_table::number(std::size_t row, std::size_t column) const {
  const auto m = mark_of(row, column);
  if (m != mark::none && m != mark::preliminary) return std::nullopt;
  const auto& v = table_->rows[row][column];
  if (const auto* n = v.count()) return static_cast<double>(*n);
  const auto* x = v.number();
  return x && std::isfinite(*x) ? std::optional(*x) : std::nullopt;
}

bool shown_table::tells() const {
  for (std::size_t i = 0; i < table_->columns.size(); ++i) {
    const auto role = table_->columns[i].role;
    if (role == column_role::level || role == column_role::key) continue;
    for (std::size_t row = 0; row < rows(); ++row) {
      if (number(row, i) || !text(row, i).empty()) return true;
    }
  }
  return table_->form == table_form::text;
}

std::string_view shown_table::text(std::size_t row, std::size_t column) const {
  if (mark_of(row, column) == mark::suppressed) return {};
  const auto* text = table_->rows[row][column].text();
  return text ? std::string_view(*text) : std::string_view();
}

std::string shown_table::value_text(std::size_t row, std::size_t column) const {
  const auto l = in();
  const auto& v = table_->rows[row][column];
  const auto& c = table_->columns[column];
  if (const auto* text = v.text()) {
    return printable(c.form == value_form::day || c.id == "line" ? *text
                                                                 : words_.code(c.id, *text));
  }
  if (const auto* n = v.count()) {
    if (c.form == value_form::code) return words_.code(c.id, std::to_string(*n));
    if (c.id == "indicator" || c.id == "wave")  // of a survey
      return std::string(words_.say("omgång ", "wave ")) + integer_text(*n, l);
    return integer_text(*n, l);
  }
  const double x = *v.number();
  if (!std::isfinite(x)) return std::string(no_value);
  if (c.form == value_form::share) return percent_text(x, table_decimals, l);
  if (c.form == value_form::points) return points_text(x, table_decimals, l);
  if (c.form == value_form::integer) return decimal_text(x, 0, l);
  if (c.form == value_form::time) return decimal_text(x, std::min(decimals_[column], 1), l);
  // Sums of different things stand below each other: each has its own.
  const bool own = table_->form == table_form::targets ||
                   (table_->form == table_form::tally && find("measure").has_value());
  return decimal_text(x, own ? needed_decimals(x, decimals_for(std::fabs(x))) : decimals_[column],
                      l);
}

std::string shown_table::cell(std::size_t row, std::size_t column) const {
  const auto m = mark_of(row, column);
  const auto& v = table_->rows[row][column];
  if (m != mark::none && m != mark::preliminary) return std::string(sign_of(m, in()));
  if (v.empty()) return std::string(sign_of(m, in()));
  auto text = value_text(row, column);
  if (on_small_base(row, column)) text += small_base_sign;
  if (m == mark::none) return text;
  return text + std::string(no_break_space) + std::string(sign_of(m, in()));
}

double shown_table::base_of(std::size_t row, std::size_t column) const {
  double base = 0;
  for (const auto& id : table_->columns[column].of) {
    if (const auto n = number(row, find(id))) base = std::max(base, *n);
  }
  return base;
}

bool shown_table::on_small_base(std::size_t row, std::size_t column) const {
  const auto& c = table_->columns[column];
  const bool share = c.id.starts_with("share") || c.id.starts_with("rate");
  if (c.form != value_form::share || !share || !number(row, column)) return false;
  const double base = base_of(row, column);
  return base > 0 && base < small_base;
}

std::string shown_table::level_label(std::size_t row) const {
  std::string label;
  for (std::size_t i = 0; i < table_->columns.size(); ++i) {
    if (table_->columns[i].role != column_role::level) continue;
    if (!label.empty()) label += ", ";
    label += cell(row, i);
  }
  return label;
}

std::vector<row_group> shown_table::groups() const {
  std::vector<row_group> found;
  for (std::size_t row = 0; row < rows(); ++row) {
    auto label = level_label(row);
    const auto it = std::ranges::find(found, label, &row_group::label);
    if (it == found.end())
      found.push_back({std::move(label), {row}});
    else
      it->rows.push_back(row);
  }
  return found;
}

std::vector<shown_column> shown_columns(const shown_table& t) {
  const auto& columns = t.table().columns;
  std::vector<bool> taken(columns.size(), false);
  std::vector<shown_column> shown;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (taken[i] || left_to_programs(t, columns[i].id)) continue;
    if (auto joined = joined_at(t, i)) {
      taken[joined->first] = taken[joined->second] = taken[joined->third] = true;
      shown.push_back(std::move(*joined));
      continue;
    }
    const bool heads = columns[i].role == column_role::level || columns[i].role == column_role::key;
    shown.push_back(
        {t.words().column(t.table(), columns[i]), shown_column::form::single, i, i, i, heads});
  }
  return shown;
}

std::string cell_text(const shown_table& t, std::size_t row, const shown_column& c) {
  using form = shown_column::form;
  const auto first = t.cell(row, c.first);
  switch (c.as) {
    case form::single:
      return first;
    case form::share_and_number: {
      const auto number = t.cell(row, c.second);
      return first == number ? first : first + " (" + number + ")";
    }
    case form::interval:
      return interval_text(t, row, c.first, c.second);
    case form::with_interval: {
      const auto low = t.number(row, c.second), high = t.number(row, c.third);
      if (!t.number(row, c.first) || (!low && !high)) return first;
      return first + " (" + limits_text(t, row, c) + ")";
    }
  }
  return first;
}

void note_marks(const shown_table& t, shown_marks& marks) {
  for (std::size_t row = 0; row < t.rows(); ++row) {
    for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
      marks.of[static_cast<std::size_t>(t.mark_of(row, i))] = true;
      marks.small_base = marks.small_base || t.on_small_base(row, i);
    }
  }
  for (const auto& c : shown_columns(t))
    marks.interval = marks.interval || c.as == shown_column::form::with_interval;
}

int percent_decimals(double base) {
  return base > 1000 ? 1 : 0;
}

}  // namespace stegvis

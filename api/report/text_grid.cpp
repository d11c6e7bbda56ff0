#include "api/report/text_grid.hpp"

#include <algorithm>

#include "api/report/numbers.hpp"

namespace stegvis {
namespace {

constexpr std::size_t baseline_levels_max = 5;

bool is_number(const shown_table& t, const shown_column& c) {
  const auto& column = t.table().columns[c.first];
  if (column.form == value_form::code || column.form == value_form::day) return false;
  return !c.heads_row || column.form == value_form::integer || column.form == value_form::time;
}

text_grid as_it_stands(const shown_table& t) {
  text_grid grid;
  const auto columns = shown_columns(t);
  for (const auto& c : columns) grid.columns.push_back({c.header, is_number(t, c), c.heads_row});
  for (std::size_t row = 0; row < t.rows(); ++row) {
    grid.rows.emplace_back();
    for (const auto& c : columns) grid.rows.back().push_back(cell_text(t, row, c));
  }
  return grid;
}

struct baseline_columns {
  std::size_t variable, value, n, share;
  std::optional<std::size_t> difference;
};

std::optional<baseline_columns> columns_of(const shown_table& t) {
  const auto variable = t.find("variable"), value = t.find("value");
  const auto n = t.find("n"), share = t.find("share");
  if (t.table().form != table_form::baseline || !variable || !value || !n || !share)
    return std::nullopt;
  return baseline_columns{*variable, *value, *n, *share, t.find("difference")};
}

std::string number_and_share(const shown_table& t, std::size_t row, const baseline_columns& c) {
  const auto n = t.cell(row, c.n), share = t.cell(row, c.share);
  return n == share ? n : n + " (" + share + ")";
}

// Rows that the levels share, in the order in which they come.
using row_key = std::pair<std::string, std::string>;
std::vector<row_key> keys_of(const shown_table& t, const baseline_columns& c) {
  std::vector<row_key> keys;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    row_key key{t.cell(row, c.variable), t.cell(row, c.value)};
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
  }
  return keys;
}

bool has_difference(const shown_table& t, const row_group& group, const baseline_columns& c) {
  return c.difference && std::ranges::any_of(group.rows, [&](std::size_t row) {
           return t.number(row, *c.difference).has_value();
         });
}

// A column for each level with number and share, behind them the differences.
text_grid by_level(const shown_table& t, const baseline_columns& c,
                   const std::vector<row_group>& groups) {
  text_grid grid;
  for (const auto at : {c.variable, c.value})
    grid.columns.push_back({t.words().column(t.table(), t.table().columns[at]), false, true});
  const auto keys = keys_of(t, c);
  for (const auto& key : keys) grid.rows.push_back({capitalised(key.first), key.second});
  const auto add = [&](const row_group& group, std::string header, auto&& text) {
    grid.columns.push_back({std::move(header), true, false});
    for (auto& row : grid.rows) row.emplace_back();
    for (const auto row : group.rows) {
      const auto place =
          std::ranges::find(keys, row_key{t.cell(row, c.variable), t.cell(row, c.value)});
      grid.rows[static_cast<std::size_t>(place - keys.begin())].back() = text(row);
    }
  };
  for (const auto& group : groups) {
    add(group, capitalised(group.label),
        [&](std::size_t row) { return number_and_share(t, row, c); });
  }
  for (const auto& group : groups) {
    if (!has_difference(t, group, c)) continue;
    auto header = t.words().column(t.table(), t.table().columns[*c.difference]);
    if (groups.size() > 1) header += ": " + group.label;
    add(group, std::move(header), [&](std::size_t row) { return t.cell(row, *c.difference); });
  }
  return grid;
}

}  // namespace

text_grid merged_baseline(const result_section& section,
                          std::span<const result_table* const> tables, language l) {
  text_grid grid;
  const wording words(section, l);
  for (const auto id : {"variable", "value", "n", "share"}) {
    const bool heads = grid.columns.size() < 2;
    grid.columns.push_back(
        {std::string(find_words(word_family::column, id)->in(l)), !heads, heads});
  }
  std::optional<double> total;
  for (const auto* table : tables) {
    const shown_table t(section, *table, l);
    const auto n = t.find("n");
    if (table->form != table_form::baseline || t.find("variable") || !n) return {};
    if (table->by.empty() && t.rows() == 1) total = t.number(0, *n);
    std::string variable;
    for (const auto& by : table->by)
      variable += (variable.empty() ? "" : ", ") + words.dimension(by);
    if (variable.empty()) variable = words.say("alla", "all");
    for (std::size_t row = 0; row < t.rows(); ++row) {
      const auto count = t.number(row, *n);
      const bool shared = !table->by.empty() && count && total && *total > 0;
      grid.rows.push_back({capitalised(variable), t.level_label(row), t.cell(row, *n),
                           shared ? percent_text(*count / *total, 1, l)
                           : t.mark_of(row, *n) == mark::suppressed
                               ? std::string(sign_of(mark::suppressed, l))
                               : std::string()});
    }
  }
  return grid;
}

text_grid grid_of(const shown_table& t) {
  const auto columns = columns_of(t);
  if (!columns) return as_it_stands(t);
  auto groups = t.groups();
  if (groups.size() > baseline_levels_max) return as_it_stands(t);
  if (groups.size() == 1 && groups.front().label.empty())
    groups.front().label = t.words().say("alla", "all");
  return by_level(t, *columns, groups);
}

}  // namespace stegvis

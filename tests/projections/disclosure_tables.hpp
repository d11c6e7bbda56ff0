#pragma once
// Small tables written down, and as lines of text.
#include "projections/evaluations/disclosure.hpp"

namespace stegvis::testing {

using sections = std::vector<result_section>;

// A table as text: columns, a line for each row; numbers are counts, names with a dot are shares.
inline result_table table(std::string id, table_form form, std::vector<std::string> by,
                          std::vector<result_column> columns, std::vector<sum_relation> sums,
                          std::vector<result_row> rows) {
  std::vector<result_column> all;
  for (const auto& d : by) all.push_back({d, column_role::level, value_form::code});
  all.insert(all.end(), columns.begin(), columns.end());
  return {.id = std::move(id),
          .form = form,
          .by = std::move(by),
          .columns = std::move(all),
          .sums = std::move(sums),
          .rows = std::move(rows)};
}
inline result_column key(std::string id) {
  return {std::move(id), column_role::key};
}
inline result_column count(std::string id) {
  return {std::move(id), column_role::count};
}
inline result_column share(std::string id, std::vector<std::string> of) {
  return {std::move(id), column_role::figure, value_form::share, std::move(of)};
}
inline result_value text(const char* s) {
  return text_value(s);
}
inline result_value number(std::int64_t n) {
  return count_value(n);
}
inline const result_value figure = number_value(0.5);

// Rows as "woman 12 . 9", suppressed values as dots, one after the other.
inline std::string line_of(const result_table& t) {
  std::string out;
  for (const auto& row : t.rows) {
    out += out.empty() ? "" : " | ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += i == 0 ? "" : " ";
      if (row[i].mark == mark::suppressed)
        out += '.';
      else if (const auto* s = row[i].text())
        out += *s;
      else if (const auto* n = row[i].count())
        out += std::to_string(*n);
      else if (row[i].number() != nullptr)
        out += 'x';
      else
        out += name_of(row[i].mark);
    }
  }
  return out;
}
inline std::vector<std::string> hidden_in(std::vector<result_table> tables,
                                          const std::vector<sections>& published = {}) {
  sections s(1);
  s[0].definition = "d";
  s[0].tables = std::move(tables);
  suppress(s, published);
  std::vector<std::string> all;
  for (const auto& t : s[0].tables) all.push_back(line_of(t));
  return all;
}
using lines = std::vector<std::string>;

inline const std::vector<result_column> share_columns{count("n"), count("yes"), count("no"),
                                                      share("share", {"n", "yes"})};
inline const std::vector<sum_relation> share_sums{{"n", {"yes", "no"}}};
inline result_row shares(std::vector<result_value> levels, std::int64_t yes, std::int64_t no) {
  for (const auto n : {yes + no, yes, no}) levels.push_back(number(n));
  levels.push_back(figure);
  return levels;
}
inline result_table share_table(std::vector<std::string> by, std::vector<result_row> rows) {
  return table("shares", table_form::proportions, std::move(by), share_columns, share_sums,
               std::move(rows));
}

}  // namespace stegvis::testing

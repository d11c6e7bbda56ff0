#pragma once
// Parts of the sentences that tell what a table says.
#include <span>
#include <string>
#include <string_view>

#include "api/report/shown_table.hpp"

namespace stegvis {

struct named_number {
  std::string name{};
  double value = 0;
  double base = 0;  // how many persons it rests on
};

// How the numbers of one sentence are written: alike, as the smallest base allows.
struct number_style {
  value_form form = value_form::share;
  double base = 0;
  std::string_view unit{};
};
number_style style_of(value_form, std::span<const named_number>);
std::string text_of(double value, const number_style&, language);

// "kvinnor 45 %, män 52 %"; of many only the least and the greatest, without names.
std::string listed(std::span<const named_number>, const number_style&, const wording&);
std::string listed(std::span<const named_number>, value_form, const wording&);
// " (95 % konfidensintervall 44–52 %)" of the row's low and high; empty where there are none.
std::string interval_words(const shown_table&, std::size_t row, double base);
std::string nothing_to_read(const wording&);

// Findings of tables over time: curves, and shares with a prefix that add up to all.
std::string curve_finding(const shown_table&);
std::string stack_finding(const shown_table&, std::string_view prefix);
// Findings of tables with one share, difference or other figure a row.
std::string proportions_finding(const shown_table&, std::string_view figure);
std::string variants_finding(const shown_table&);

}  // namespace stegvis

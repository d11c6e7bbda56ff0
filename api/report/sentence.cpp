#include "api/report/sentence.hpp"

#include <algorithm>
#include <cmath>

#include "api/report/numbers.hpp"

namespace stegvis {
namespace {

constexpr std::size_t listed_max = 4;  // strata that a sentence lists

std::string text_of(double value, double base, value_form form, language l) {
  if (form == value_form::share) return percent_text(value, percent_decimals(base), l);
  if (form == value_form::points) return points_text(value, 1, l);
  return decimal_text(value, value == std::floor(value) ? 0 : 1, l);
}

}  // namespace

std::string nothing_to_read(const wording& w) {
  return std::string(w.say("Talen kan inte visas eller finns inte.",
                           "The numbers cannot be shown, or there are none."));
}

number_style style_of(value_form form, std::span<const named_number> values) {
  double base = values.empty() ? 0 : values.front().base;
  for (const auto& v : values) base = std::min(base, v.base);
  return {form, base, {}};
}

std::string text_of(double value, const number_style& s, language l) {
  auto text = text_of(value, s.base, s.form, l);
  return s.unit.empty() ? text : text + std::string(no_break_space) + std::string(s.unit);
}

std::string listed(std::span<const named_number> values, const number_style& style,
                   const wording& w) {
  const auto l = w.in();
  if (values.size() > listed_max) {
    const auto [low, high] = std::ranges::minmax(values, {}, &named_number::value);
    return std::string(w.say("mellan ", "between ")) + text_of(low.value, style, l) +
           std::string(w.say(" och ", " and ")) + text_of(high.value, style, l) +
           std::string(w.say(" i ", " in ")) +
           integer_text(static_cast<std::int64_t>(values.size()), l) +
           std::string(w.say(" grupper", " groups"));
  }
  std::string text;
  for (const auto& v : values) {
    if (!text.empty()) text += ", ";
    if (!v.name.empty()) text += v.name + " ";
    text += text_of(v.value, style, l);
  }
  return text;
}

std::string listed(std::span<const named_number> values, value_form form, const wording& w) {
  return listed(values, style_of(form, values), w);
}

std::string interval_words(const shown_table& t, std::size_t row, double base) {
  const auto low = t.number(row, t.find("low")), high = t.number(row, t.find("high"));
  if (!low || !high) return "";
  return std::string(t.words().say(" (95 % konfidensintervall ", " (95% confidence interval ")) +
         percent_range(*low, *high, percent_decimals(base), t.in()) + ")";
}

}  // namespace stegvis

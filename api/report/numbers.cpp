#include "api/report/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "events/error.hpp"

namespace stegvis {
namespace {

constexpr double largest = 1e15;  // beyond it a double has no decimals to show
constexpr int decimals_max = 9;

// Digits with a decimal point, ASCII minus; never "-0".
std::string fixed(double value, int decimals) {
  STEGVIS_ASSERT(decimals >= 0 && decimals <= decimals_max);
  STEGVIS_ASSERT(std::isfinite(value) && std::fabs(value) <= largest);
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::fixed, decimals);
  std::string text(buffer.data(), end.ptr);
  const bool zero = text.find_first_not_of("-0.") == text.npos;
  if (zero && text.front() == '-') text.erase(0, 1);
  return text;
}

bool can_be_shown(double value) {
  return std::isfinite(value) && std::fabs(value) <= largest;
}

// Groups and signs of the language put into ASCII digits.
std::string in_language(std::string_view ascii, language l) {
  const bool negative = ascii.starts_with('-');
  if (negative) ascii.remove_prefix(1);
  const auto point = std::min(ascii.find('.'), ascii.size());
  std::string text(negative ? minus_sign : "");
  for (std::size_t i = 0; i < point; ++i) {
    if (i > 0 && (point - i) % 3 == 0) text += l == language::swedish ? no_break_space : ",";
    text += ascii[i];
  }
  if (point == ascii.size()) return text;
  text += l == language::swedish ? ',' : '.';
  return text += ascii.substr(point + 1);
}

constexpr std::string_view months_sv[] = {"januari",   "februari", "mars",     "april",
                                          "maj",       "juni",     "juli",     "augusti",
                                          "september", "oktober",  "november", "december"};
constexpr std::string_view months_en[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// 1 to 12; 0 if the text does not begin YYYY-MM.
int month_of(std::string_view text) {
  if (text.size() < 7 || text[4] != '-' || !all_digits(text.substr(0, 4))) return 0;
  if (!all_digits(text.substr(5, 2))) return 0;
  const int month = (text[5] - '0') * 10 + (text[6] - '0');
  return month >= 1 && month <= 12 ? month : 0;
}

std::string month_name(int month, language l) {
  const auto at = static_cast<std::size_t>(month - 1);
  return std::string(l == language::swedish ? months_sv[at] : months_en[at]);
}

}  // namespace

std::string coordinate(double value) {
  std::string text = fixed(std::isfinite(value) ? std::clamp(value, -1e6, 1e6) : 0, 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string integer_text(std::int64_t value, language l) {
  return in_language(std::to_string(value), l);
}

std::string decimal_text(double value, int decimals, language l) {
  if (!can_be_shown(value)) return std::string(no_value);
  return in_language(fixed(value, decimals), l);
}

std::string percent_text(double share, int decimals, language l) {
  if (!can_be_shown(share)) return std::string(no_value);
  const auto number = decimal_text(share * 100, decimals, l);
  return l == language::swedish ? number + std::string(no_break_space) + "%" : number + "%";
}

std::string percent_range(double low, double high, int decimals, language l) {
  if (!can_be_shown(low) || !can_be_shown(high)) return std::string(no_value);
  return decimal_text(low * 100, decimals, l) + "\u2013" + percent_text(high, decimals, l);
}

std::string points_text(double difference, int decimals, language l) {
  if (!can_be_shown(difference)) return std::string(no_value);
  const auto text = decimal_text(difference * 100, decimals, l);
  const bool positive = text.find_first_of("123456789") != text.npos && difference > 0;
  return positive ? "+" + text : text;
}

std::string day_in_words(std::string_view iso, language l) {
  const int month = month_of(iso);
  if (month == 0 || iso.size() != 10 || iso[7] != '-' || !all_digits(iso.substr(8)))
    return std::string(iso);
  std::string day(iso.substr(8));
  if (day.front() == '0') day.erase(0, 1);
  return day + " " + month_name(month, l) + " " + std::string(iso.substr(0, 4));
}

std::string month_in_words(std::string_view year_month, language l) {
  const int month = month_of(year_month);
  if (month == 0 || year_month.size() != 7) return std::string(year_month);
  return month_name(month, l) + " " + std::string(year_month.substr(0, 4));
}

}  // namespace stegvis

#include "events/personal_number.hpp"

#include <algorithm>

namespace stegvis {
namespace {

constexpr int coordination_offset = 60;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_separator(char c) {
  return c == '-' || c == '+';
}

int number_at(std::string_view digits, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : digits.substr(at, count)) value = value * 10 + (c - '0');
  return value;
}

bool luhn_holds(std::string_view ten_digits) {
  int sum = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    const int weighted = (ten_digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += weighted / 10 + weighted % 10;
  }
  return sum % 10 == 0;
}

// Birthday of a twelve-digit number, if check digit, birth number and date are right.
std::optional<std::chrono::sys_days> birthday(std::string_view digits) {
  using namespace std::chrono;
  if (!luhn_holds(digits.substr(2)) || number_at(digits, 8, 3) == 0) return std::nullopt;
  int month_day = number_at(digits, 6, 2);
  if (month_day > coordination_offset) month_day -= coordination_offset;
  const year_month_day date = year(number_at(digits, 0, 4)) / number_at(digits, 4, 2) / month_day;
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

// The digits without blanks and separator; `separator` is 0 if there is none.
struct parts {
  std::string digits;
  char separator = 0;
};

std::optional<parts> split(std::string_view text) {
  parts found;
  std::size_t before = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    if (is_separator(c)) {
      if (found.separator != 0) return std::nullopt;
      found.separator = c;
      before = found.digits.size();
    } else if (is_digit(c) && found.digits.size() < 12) {
      found.digits += c;
    } else {
      return std::nullopt;
    }
  }
  if (found.digits.size() != 10 && found.digits.size() != 12) return std::nullopt;
  if (found.separator != 0 && before + 4 != found.digits.size()) return std::nullopt;
  return found;
}

std::string with_century(int century, std::string_view ten_digits) {
  return std::to_string(century).append(ten_digits);
}

// The latest century whose birthday is not after today; + is a hundred years before. Months and
// days are compared as written, so that an impossible date is found by the caller.
int century_of(const parts& number, std::chrono::sys_days today) {
  const std::chrono::year_month_day date(today);
  const int year = int(date.year());
  const int month_day = int(unsigned(date.month())) * 100 + int(unsigned(date.day()));
  const int born = number_at(number.digits, 0, 2);
  const int born_day = number_at(number.digits, 4, 2) % coordination_offset;
  const int born_month_day = number_at(number.digits, 2, 2) * 100 + born_day;
  const bool still_ahead = born > year % 100 || (born == year % 100 && born_month_day > month_day);
  return year / 100 - (still_ahead ? 1 : 0) - (number.separator == '+' ? 1 : 0);
}

// Without a century: somebody in the 19th to 21st may have it.
bool is_somebodys(std::string_view digits) {
  if (digits.size() == 12) {
    const int century = number_at(digits, 0, 2);
    return century >= 18 && century <= 20 && birthday(digits).has_value();
  }
  return std::ranges::any_of(std::initializer_list<int>{18, 19, 20}, [&](int century) {
    return birthday(with_century(century, digits)).has_value();
  });
}

}  // namespace

std::optional<std::string> normal_personal_number(std::string_view text,
                                                  std::chrono::sys_days today) {
  const auto found = split(text);
  if (!found) return std::nullopt;
  if (found->digits.size() == 12) {
    const auto born = birthday(found->digits);
    if (!born || *born > today) return std::nullopt;
    return found->digits;
  }
  const auto digits = with_century(century_of(*found, today), found->digits);
  if (!birthday(digits)) return std::nullopt;
  return digits;
}

bool contains_personal_number(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const auto run_end = [&](std::size_t from) {
      return std::find_if_not(text.begin() + from, text.end(), is_digit) - text.begin();
    };
    const std::size_t end = run_end(at);
    const auto run = text.substr(at, end - at);
    if ((run.size() == 10 || run.size() == 12) && is_somebodys(run)) return true;
    if ((run.size() == 6 || run.size() == 8) && end < text.size() && is_separator(text[end])) {
      const auto tail = text.substr(end + 1, run_end(end + 1) - end - 1);
      if (tail.size() == 4 && is_somebodys(std::string(run).append(tail))) return true;
    }
    at = end;
  }
  return false;
}

}  // namespace stegvis

#pragma once
// What a cell's text means: dates in the forms tables have, decimals, integers, truth values.
// Pure functions. Nothing is ever guessed: what is not exactly of the form is refused.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/time.hpp"

namespace stegvis {

// `iso` takes all of date, datetime, month and year, by their shape.
enum class date_format : std::uint8_t { iso, date, datetime, month, year, excel, yymmdd };
enum class duration_unit : std::uint8_t { days, weeks, months, years };

struct date_rule {
  date_format format = date_format::iso;
  // Two-digit years up to this are 20xx, later ones 19xx; without it they are refused.
  std::optional<int> two_digit_years{};
};

// A local date, and for an exact time the seconds since midnight; how exactly it is known.
struct cell_time {
  day date;
  std::int32_t second = 0;          // with precision::exact only, and if no instant was given
  std::optional<valid_time> instant{};  // date-times with an offset
  stegvis::precision precision = stegvis::precision::day;
};

// Without spaces, tabs and no-break spaces at both ends.
std::string_view trimmed(std::string_view cell);

// date 2018-03-01 or 20180301; datetime 2018-03-01T08:30, seconds and offset optional, a space for
// the T, Stockholm's clock without offset; month 2018-03; year 2018; excel a serial of the 1900
// system, with a fraction an exact time; yymmdd 180301 or 18-03-01.
std::optional<cell_time> parse_cell_time(std::string_view text, const date_rule& rule);

// Moves by whole units; months and years keep the day of the month, clamped to the month's last.
// Nothing if the unit is finer than the precision (a month plus days) or the result beyond 2199.
std::optional<cell_time> plus(const cell_time& t, std::int64_t n, duration_unit unit);
// A last day ("t.o.m.") as the first that no longer counts; a last month or year likewise.
std::optional<cell_time> after_last(const cell_time& t);
// Whole days start at midnight in Stockholm. A clock time that a summer-time change skips is taken
// an hour later; of one that comes twice, the first is taken.
valid_time valid_time_of(const cell_time& t);

// Text of a decimal as events hold it. With `comma`, 37,5 is taken beside 37.5.
std::optional<std::string> parse_cell_decimal(std::string_view text, bool comma);
std::optional<std::int64_t> parse_cell_integer(std::string_view text);  // within 2^53
// true ja yes 1 j y / false nej no 0 n, in any case.
std::optional<bool> parse_cell_boolean(std::string_view text);

}  // namespace stegvis

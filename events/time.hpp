#pragma once
// Days, valid times and recorded times. Time-zone data is used in `parse_valid_time` and
// `stockholm_day` only; everything after that computes with local days.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stegvis {

// A local date (Europe/Stockholm), as days since 1970-01-01.
struct day {
  std::int32_t count = 0;
  friend auto operator<=>(const day&, const day&) = default;
};
constexpr day operator+(day d, std::int32_t days) {
  return {d.count + days};
}
constexpr std::int32_t operator-(day a, day b) {
  return a.count - b.count;
}

// "2018-03-01", years 1800 to 2199; nullopt if it is no such date.
std::optional<day> parse_day(std::string_view text);
std::string to_string(day d);
// Keeps the day of the month, clamped to the month's last: 2018-08-31 + 6 = 2019-02-28.
day add_months(day d, int months);
day make_day(int year, unsigned month, unsigned dom);
struct civil {
  int year;
  unsigned month, dom;
};
civil civil_of(day d);

enum class precision : std::uint8_t { exact = 0, day = 1, month = 2, year = 3 };

// When a fact held: an instant with Stockholm's offset then, and how exactly the source knew it.
struct valid_time {
  std::int64_t utc_us = 0;  // microseconds since 1970-01-01T00:00:00Z
  std::int16_t offset_min = 0;
  stegvis::precision precision = stegvis::precision::exact;
  friend bool operator==(const valid_time&, const valid_time&) = default;
};
day day_of(const valid_time& t);

// RFC 3339 with any offset and at most six decimals, brought to Stockholm's offset.
std::optional<valid_time> parse_valid_time(std::string_view text, precision p);
// RFC 3339 with Stockholm's offset; decimals only if there are any, without trailing zeros.
std::string to_string(const valid_time& t);
// Midnight in Stockholm at the start of the day, with day precision.
valid_time start_of(day d);

// When the ledger learnt it: UTC, microseconds since 1970-01-01T00:00:00Z.
struct recorded_time {
  std::int64_t us = 0;
  friend auto operator<=>(const recorded_time&, const recorded_time&) = default;
};
std::optional<recorded_time> parse_recorded_time(std::string_view text);
// "2018-03-04T08:11:02.120334Z"
std::string to_string(recorded_time t);
// Local date in Stockholm of an instant.
day stockholm_day(recorded_time t);
// The last instant that belongs to the day in Stockholm.
recorded_time end_of(day d);

}  // namespace stegvis

#pragma once
// Months and periods of days by look-up, for the kernel; the same answers as time.hpp and
// scan.hpp. Days 1900-01-01 to 2199-12-31. Private to kernel*.cpp.
#include <cstdint>
#include <string_view>
#include <vector>

#include "projections/evaluations/scan.hpp"

namespace stegvis {

class kernel_calendar {
 public:
  static const kernel_calendar& get();  // made once
  static constexpr std::int32_t first_day = -25'567, end_day = 84'006;
  static constexpr std::int32_t first_year = 1900, years = 300;
  static bool has(std::int32_t d) { return d >= first_day && d < end_day; }

  // All days given must be had.
  std::int32_t month_of(std::int32_t d) const { return days_[index(d)].month; }  // since 1900-01
  std::int32_t first_day_of(std::int32_t month) const {
    return first_of_[static_cast<std::size_t>(month)];
  }
  // time_on_axis without its first number, from an origin at or before the day.
  template <time_unit by>
  std::int32_t time(std::int32_t origin, std::int32_t d) const {
    if constexpr (by == time_unit::month) return months_between(origin, d);
    return by == time_unit::week ? (d - origin) / 7 : d - origin;
  }
  std::int32_t months_between(std::int32_t from, std::int32_t to) const {
    const date a = days_[index(from)], b = days_[index(to)];
    const std::int32_t clamped = std::min(a.dom, length_of(b.month));
    return b.month - a.month - (clamped > b.dom ? 1 : 0);
  }
  // after(), of any day and duration.
  std::int32_t after(std::int32_t d, duration by) const {
    if (by.unit == time_unit::day) return d + by.amount;
    if (by.unit == time_unit::week) return d + 7 * by.amount;
    if (!has(d)) return stegvis::after({d}, by).count;
    const date from = days_[index(d)];
    const std::int32_t month = from.month + by.amount;
    if (month < 0 || month >= 12 * years) return stegvis::after({d}, by).count;
    return first_of_[static_cast<std::size_t>(month)] + std::min(from.dom, length_of(month)) - 1;
  }

 private:
  struct date {
    std::int16_t month;
    std::uint8_t dom;
  };
  kernel_calendar();
  static std::size_t index(std::int32_t d) { return static_cast<std::size_t>(d - first_day); }
  std::uint8_t length_of(std::int32_t month) const {
    return lengths_[static_cast<std::size_t>(month)];
  }

  std::vector<date> days_;              // by day
  std::vector<std::uint8_t> lengths_;   // by month
  std::vector<std::int32_t> first_of_;  // by month: its first day
};

}  // namespace stegvis

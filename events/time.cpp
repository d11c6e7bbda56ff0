#include "events/time.hpp"

#include <date/tz.h>

#include <array>
#include <charconv>
#include <chrono>

namespace stegvis {
namespace {
constexpr int first_year = 1800, last_year = 2199;
constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

std::optional<int> digits(std::string_view t, std::size_t from, std::size_t n) {
  if (t.size() < from + n) return std::nullopt;
  int value = 0;
  for (char c : t.substr(from, n)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

struct offset_span {
  std::int64_t begin_s = 1, end_s = 0;  // UTC seconds; empty at first
  std::int16_t offset_min = 0;
};

// Looking a zone up costs about 100 ns, and neighbouring events share the answer.
std::int16_t stockholm_offset(std::int64_t utc_us) {
  thread_local offset_span last;
  static const date::time_zone* zone = date::locate_zone("Europe/Stockholm");
  const std::int64_t s = floor_div(utc_us, second_us);
  if (s < last.begin_s || s >= last.end_s) {
    const auto info = zone->get_info(date::sys_seconds(std::chrono::seconds(s)));
    last.begin_s = info.begin.time_since_epoch().count();
    last.end_s = info.end.time_since_epoch().count();
    last.offset_min = static_cast<std::int16_t>(info.offset.count() / 60);
  }
  return last.offset_min;
}

void append_digits(std::string& out, std::int64_t value, int width) {
  std::array<char, 20> buffer{};
  for (int i = width - 1; i >= 0; --i, value /= 10)
    buffer[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
  out.append(buffer.data(), static_cast<std::size_t>(width));
}

void append_date(std::string& out, day d) {
  const civil c = civil_of(d);
  append_digits(out, c.year, 4);
  out += '-';
  append_digits(out, c.month, 2);
  out += '-';
  append_digits(out, c.dom, 2);
}

void append_clock(std::string& out, std::int64_t us_of_day) {
  const std::int64_t s = us_of_day / second_us;
  append_digits(out, s / 3600, 2);
  out += ':';
  append_digits(out, s / 60 % 60, 2);
  out += ':';
  append_digits(out, s % 60, 2);
}

struct instant {
  std::int64_t utc_us;
  std::size_t offset_at;  // where the offset begins in the text
};

// ".123456" -> microseconds; moves `at` behind it.
std::optional<std::int64_t> fraction_us(std::string_view t, std::size_t& at) {
  if (at >= t.size() || t[at] != '.') return 0;
  std::int64_t value = 0;
  std::size_t n = 0;
  for (++at; at < t.size() && t[at] >= '0' && t[at] <= '9'; ++at, ++n)
    if (n < 6)
      value = value * 10 + (t[at] - '0');
    else if (t[at] != '0')
      return std::nullopt;
  if (n == 0) return std::nullopt;
  for (; n < 6; ++n) value *= 10;
  return value;
}

std::optional<std::int64_t> offset_s(std::string_view t) {
  if (t == "Z" || t == "z") return 0;
  if (t.size() != 6 || t[3] != ':' || (t[0] != '+' && t[0] != '-')) return std::nullopt;
  const auto h = digits(t, 1, 2), m = digits(t, 4, 2);
  if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
  return (*h * 3600 + *m * 60) * (t[0] == '-' ? -1 : 1);
}

std::optional<std::int64_t> parse_instant(std::string_view t) {
  if (t.size() < 20 || (t[10] != 'T' && t[10] != 't')) return std::nullopt;
  const auto date = parse_day(t.substr(0, 10));
  const auto h = digits(t, 11, 2), m = digits(t, 14, 2), s = digits(t, 17, 2);
  if (!date || !h || !m || !s || t[13] != ':' || t[16] != ':') return std::nullopt;
  if (*h > 23 || *m > 59 || *s > 59) return std::nullopt;
  std::size_t at = 19;
  const auto us = fraction_us(t, at);
  if (!us) return std::nullopt;
  const auto offset = offset_s(t.substr(at));
  if (!offset) return std::nullopt;
  const std::int64_t clock_s = *h * 3600 + *m * 60 + *s - *offset;
  return date->count * day_us + clock_s * second_us + *us;
}
}  // namespace

day make_day(int year, unsigned month, unsigned dom) {
  const std::chrono::sys_days days =
      std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(dom);
  return {static_cast<std::int32_t>(days.time_since_epoch().count())};
}

civil civil_of(day d) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{d.count}}};
  return {static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
          static_cast<unsigned>(ymd.day())};
}

std::optional<day> parse_day(std::string_view t) {
  if (t.size() != 10 || t[4] != '-' || t[7] != '-') return std::nullopt;
  const auto y = digits(t, 0, 4), m = digits(t, 5, 2), d = digits(t, 8, 2);
  if (!y || !m || !d || *y < first_year || *y > last_year) return std::nullopt;
  const std::chrono::year_month_day ymd = std::chrono::year(*y) / *m / *d;
  if (!ymd.ok()) return std::nullopt;
  return make_day(*y, static_cast<unsigned>(*m), static_cast<unsigned>(*d));
}

std::string to_string(day d) {
  std::string out;
  append_date(out, d);
  return out;
}

day add_months(day d, int months) {
  const civil c = civil_of(d);
  const auto ym =
      std::chrono::year(c.year) / static_cast<int>(c.month) + std::chrono::months(months);
  const auto last = std::chrono::year_month_day_last(ym.year(), ym.month() / std::chrono::last);
  const unsigned dom = std::min(c.dom, static_cast<unsigned>(last.day()));
  return make_day(static_cast<int>(ym.year()), static_cast<unsigned>(ym.month()), dom);
}

day day_of(const valid_time& t) {
  return {static_cast<std::int32_t>(floor_div(t.utc_us + t.offset_min * 60 * second_us, day_us))};
}

std::optional<valid_time> parse_valid_time(std::string_view text, precision p) {
  const auto us = parse_instant(text);
  if (!us) return std::nullopt;
  const valid_time t{*us, stockholm_offset(*us), p};
  const int year = civil_of(day_of(t)).year;
  if (year < first_year || year > last_year) return std::nullopt;
  return t;
}

std::string to_string(const valid_time& t) {
  const std::int64_t local = t.utc_us + t.offset_min * 60 * second_us;
  const std::int64_t days = floor_div(local, day_us);
  std::string out;
  out.reserve(32);
  append_date(out, {static_cast<std::int32_t>(days)});
  out += 'T';
  const std::int64_t of_day = local - days * day_us;
  append_clock(out, of_day);
  if (const std::int64_t us = of_day % second_us; us != 0) {
    out += '.';
    append_digits(out, us, 6);
    while (out.back() == '0') out.pop_back();
  }
  out += t.offset_min < 0 ? '-' : '+';
  const int off = t.offset_min < 0 ? -t.offset_min : t.offset_min;
  append_digits(out, off / 60, 2);
  out += ':';
  append_digits(out, off % 60, 2);
  return out;
}

namespace {
// UTC instant of local midnight; the offset is asked twice because it depends on the answer.
std::int64_t midnight_us(day d) {
  const std::int64_t local = d.count * day_us;
  const std::int64_t guess = local - stockholm_offset(local) * 60 * second_us;
  return local - stockholm_offset(guess) * 60 * second_us;
}
}  // namespace

valid_time start_of(day d) {
  const std::int64_t us = midnight_us(d);
  return {us, stockholm_offset(us), precision::day};
}

std::optional<recorded_time> parse_recorded_time(std::string_view text) {
  const auto us = parse_instant(text);
  if (!us) return std::nullopt;
  return recorded_time{*us};
}

std::string to_string(recorded_time t) {
  const std::int64_t days = floor_div(t.us, day_us);
  std::string out;
  out.reserve(28);
  append_date(out, {static_cast<std::int32_t>(days)});
  out += 'T';
  const std::int64_t of_day = t.us - days * day_us;
  append_clock(out, of_day);
  out += '.';
  append_digits(out, of_day % second_us, 6);
  out += 'Z';
  return out;
}

day stockholm_day(recorded_time t) {
  return day_of({t.us, stockholm_offset(t.us), precision::exact});
}

recorded_time end_of(day d) {
  return {midnight_us(d + 1) - 1};
}

}  // namespace stegvis

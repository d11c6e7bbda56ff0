#include "ingest/cell.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "events/types.hpp"

namespace stegvis {
namespace {
constexpr std::int64_t integer_max = 9'007'199'254'740'991;
constexpr std::int32_t day_seconds = 86'400;

bool all_digits(std::string_view t) {
  return !t.empty() && std::ranges::all_of(t, [](char c) { return c >= '0' && c <= '9'; });
}

int number_of(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

std::optional<cell_time> on_day(std::optional<day> d, precision p = precision::day) {
  if (!d) return std::nullopt;
  cell_time t;
  t.date = *d;
  t.precision = p;
  return t;
}

std::string dashed(std::string_view yyyymmdd) {
  std::string text(yyyymmdd);
  return text.insert(6, "-").insert(4, "-");
}

std::optional<cell_time> parse_date(std::string_view t) {
  if (t.size() == 8 && all_digits(t)) return on_day(parse_day(dashed(t)));
  return on_day(parse_day(t));
}

std::optional<cell_time> parse_month(std::string_view t) {
  if (t.size() != 7) return std::nullopt;
  return on_day(parse_day(std::string(t) + "-01"), precision::month);
}

std::optional<cell_time> parse_year(std::string_view t) {
  if (t.size() != 4) return std::nullopt;
  return on_day(parse_day(std::string(t) + "-01-01"), precision::year);
}

// HH:MM or HH:MM:SS, as seconds since midnight.
std::optional<std::int32_t> parse_clock(std::string_view t) {
  if ((t.size() != 5 && t.size() != 8) || t[2] != ':') return std::nullopt;
  if (!all_digits(t.substr(0, 2)) || !all_digits(t.substr(3, 2))) return std::nullopt;
  int second = 0;
  if (t.size() == 8) {
    if (t[5] != ':' || !all_digits(t.substr(6))) return std::nullopt;
    second = number_of(t.substr(6));
  }
  const int hour = number_of(t.substr(0, 2)), minute = number_of(t.substr(3, 2));
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return hour * 3600 + minute * 60 + second;
}

std::optional<cell_time> parse_datetime(std::string_view t) {
  if (t.size() < 16 || (t[10] != 'T' && t[10] != ' ')) return std::nullopt;
  auto parsed = on_day(parse_day(t.substr(0, 10)), precision::exact);
  if (!parsed) return std::nullopt;
  if (const auto clock = parse_clock(t.substr(11))) {
    parsed->second = *clock;
    return parsed;
  }
  std::string rfc(t);
  rfc[10] = 'T';
  parsed->instant = parse_valid_time(rfc, precision::exact);
  if (!parsed->instant) return std::nullopt;
  parsed->date = day_of(*parsed->instant);
  return parsed;
}

// Serial 1 is 1900-01-01; 60 is 29 February 1900, a day that never was.
std::optional<cell_time> parse_excel(std::string_view t) {
  double serial = 0;
  const auto read = std::from_chars(t.data(), t.data() + t.size(), serial);
  if (read.ec != std::errc() || read.ptr != t.data() + t.size()) return std::nullopt;
  if (!(serial >= 1) || serial >= 109'574) return std::nullopt;  // 2199-12-31 is the last day
  auto days = static_cast<std::int32_t>(serial);
  auto second = static_cast<std::int32_t>(std::lround((serial - days) * day_seconds));
  if (second == day_seconds) {
    ++days;
    second = 0;
  }
  if (days == 60 || days >= 109'574) return std::nullopt;
  const day epoch = days < 60 ? make_day(1899, 12, 31) : make_day(1899, 12, 30);
  auto parsed = on_day(epoch + days, second == 0 ? precision::day : precision::exact);
  parsed->second = second;
  return parsed;
}

std::optional<cell_time> parse_yymmdd(std::string_view t, std::optional<int> pivot) {
  std::string digits(t);
  if (t.size() == 8 && t[2] == '-' && t[5] == '-') std::erase(digits, '-');
  if (!pivot || digits.size() != 6 || !all_digits(digits)) return std::nullopt;
  const bool recent = number_of(std::string_view(digits).substr(0, 2)) <= *pivot;
  return on_day(parse_day(dashed((recent ? "20" : "19") + digits)));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}
}  // namespace

std::string_view trimmed(std::string_view t) {
  constexpr std::string_view hard_space = "\xC2\xA0";
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  for (;;) {
    if (!t.empty() && blank(t.front())) t.remove_prefix(1);
    else if (!t.empty() && blank(t.back())) t.remove_suffix(1);
    else if (t.starts_with(hard_space)) t.remove_prefix(2);
    else if (t.ends_with(hard_space)) t.remove_suffix(2);
    else return t;
  }
}

std::optional<cell_time> parse_cell_time(std::string_view text, const date_rule& rule) {
  switch (rule.format) {
    case date_format::date: return parse_date(text);
    case date_format::datetime: return parse_datetime(text);
    case date_format::month: return parse_month(text);
    case date_format::year: return parse_year(text);
    case date_format::excel: return parse_excel(text);
    case date_format::yymmdd: return parse_yymmdd(text, rule.two_digit_years);
    case date_format::iso: break;
  }
  if (text.size() == 4) return parse_year(text);
  if (text.size() == 7) return parse_month(text);
  return text.size() > 10 ? parse_datetime(text) : parse_date(text);
}

std::optional<cell_time> plus(const cell_time& t, std::int64_t n, duration_unit unit) {
  constexpr std::int64_t n_max = 150'000;  // days in 400 years; keeps all sums small
  if (n < -n_max || n > n_max) return std::nullopt;
  const bool by_months = unit == duration_unit::months || unit == duration_unit::years;
  if (t.precision == precision::month && !by_months) return std::nullopt;
  if (t.precision == precision::year && unit != duration_unit::years) return std::nullopt;
  const int count = static_cast<int>(n);
  const int per = unit == duration_unit::weeks ? 7 : unit == duration_unit::years ? 12 : 1;
  cell_time moved = t;
  if (t.instant) {  // the same clock time in Stockholm on another day
    const std::int64_t local_s = t.instant->utc_us / 1'000'000 + t.instant->offset_min * 60;
    moved.second = static_cast<std::int32_t>(local_s - std::int64_t{t.date.count} * day_seconds);
    moved.instant.reset();
  }
  if (by_months && (count > 4800 || count < -4800)) return std::nullopt;
  moved.date = by_months ? add_months(t.date, count * per) : t.date + count * per;
  if (moved.date < make_day(1800, 1, 1) || moved.date > make_day(2199, 12, 31)) return std::nullopt;
  return moved;
}

std::optional<cell_time> after_last(const cell_time& t) {
  cell_time last = t;
  last.second = 0;
  last.instant.reset();
  if (last.precision == precision::exact) last.precision = precision::day;
  switch (last.precision) {
    case precision::year: return plus(last, 1, duration_unit::years);
    case precision::month: return plus(last, 1, duration_unit::months);
    case precision::day:
    case precision::exact: break;
  }
  return plus(last, 1, duration_unit::days);
}

valid_time valid_time_of(const cell_time& t) {
  if (t.instant) return *t.instant;
  valid_time at = start_of(t.date);
  at.precision = t.precision;
  if (t.precision != precision::exact) return at;
  // The offset at midnight may differ from the one at the given hour. The earlier of the instants
  // that show this clock time is found by trying the midnight offset first.
  const auto at_offset = [&](int offset_min) {
    const std::int64_t local_s = std::int64_t{t.date.count} * day_seconds + t.second;
    const valid_time v{(local_s - offset_min * 60) * 1'000'000,
                       static_cast<std::int16_t>(offset_min), precision::exact};
    return *parse_valid_time(to_string(v), precision::exact);
  };
  const valid_time first = at_offset(at.offset_min);
  if (first.offset_min == at.offset_min) return first;
  const valid_time second = at_offset(first.offset_min);
  return second.offset_min == first.offset_min ? second : first;
}

std::optional<std::string> parse_cell_decimal(std::string_view text, bool comma) {
  std::string out(text);
  if (comma) std::ranges::replace(out, ',', '.');
  if (!valid_decimal(out)) return std::nullopt;
  return out;
}

std::optional<std::int64_t> parse_cell_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (value > integer_max || value < -integer_max) return std::nullopt;
  return value;
}

std::optional<bool> parse_cell_boolean(std::string_view text) {
  constexpr auto yes = std::to_array<std::string_view>({"true", "ja", "yes", "1", "j", "y"});
  constexpr auto no = std::to_array<std::string_view>({"false", "nej", "no", "0", "n"});
  const std::string word = lower(text);
  if (std::ranges::find(yes, word) != yes.end()) return true;
  if (std::ranges::find(no, word) != no.end()) return false;
  return std::nullopt;
}

}  // namespace stegvis

// Durations, dates, names and lists: values that many keys of a definition have.
#include <algorithm>
#include <charconv>

#include "events/types.hpp"
#include "projections/evaluations/definition_reading.hpp"

namespace stegvis {
namespace {
std::optional<duration> parse_duration(std::string_view text) {
  constexpr int most[] = {40'000, 6'000, 1'200};  // days, weeks, months
  if (text.size() < 2) return std::nullopt;
  const auto unit = std::string_view("dwm").find(text.back());
  if (unit == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(0, text.size() - 1);
  int n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (n < -most[unit] || n > most[unit]) return std::nullopt;
  return duration{n, static_cast<time_unit>(unit)};
}

bool is_name(std::string_view text) {
  constexpr std::size_t longest = 64;
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}
}  // namespace

day after(day origin, duration d) {
  switch (d.unit) {
    case time_unit::day: return origin + d.amount;
    case time_unit::week: return origin + 7 * d.amount;
    case time_unit::month: return add_months(origin, d.amount);
  }
  return origin;
}

bool ends_by(const duration& a, const duration& b) {
  // Lengths of months repeat every 400 years; four of them meet every combination but those of
  // years like 1900, which are no leap years.
  const day first = make_day(2000, 1, 1);
  for (int i = 0; i < 4 * 366; ++i)
    if (after(first + i, a) > after(first + i, b)) return false;
  return true;
}

std::optional<duration> read_duration(const section& s, std::string_view key) {
  if (!s.has(key)) return std::nullopt;
  const std::string text = s.text(key);
  auto d = parse_duration(text);
  if (!d) s.fail(key, "expected so many days, weeks or months, such as 28d, 4w or 6m");
  return d;
}

std::optional<day> read_date(const section& s, std::string_view key) {
  const auto value = s.table().at(key);
  if (!value) return std::nullopt;
  std::optional<day> d;
  if (const auto date = value->date()) d = parse_day(to_string(make_day(date->year, date->month,
                                                                        date->dom)));
  else if (const auto text = value->text()) d = parse_day(*text);
  if (!d) s.fail(key, "expected a date such as 2017-01-01");
  return d;
}

bilingual read_title(const section& s, std::string_view key, bool required) {
  if (!s.has(key) && required) s.fail(key, "this key is required: { sv = \"...\", en = \"...\" }");
  const auto title = s.subsection(key);
  if (!title) return {};
  title->allow({"sv", "en"});
  return {title->required_text("sv"), title->required_text("en")};
}

std::string read_name(const section& s, std::string_view key) {
  std::string name = s.required_text(key);
  if (!is_name(name)) s.fail(key, "a name is made of a-z, 0-9 and underscores, at most 64");
  return name;
}

std::string read_unique_name(const section& s, std::vector<std::string>& before) {
  std::string name = read_name(s, "name");
  if (std::ranges::find(before, name) != before.end()) s.fail("name", "two have this name");
  before.push_back(name);
  return name;
}

std::string read_decimal_text(const section& s, std::string_view key) {
  const auto value = s.table().at(key);
  if (!value) return {};
  std::string text = value->integer() ? std::to_string(*value->integer())
                                      : value->text().value_or("");
  if (!valid_decimal(text)) s.fail(key, "expected an integer, or a decimal as a text: \"0.75\"");
  return text;
}

void refuse_twice(const section& s, std::string_view key, const std::vector<std::string>& given) {
  std::vector<std::string> sorted = given;
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice != sorted.end()) s.fail(key, "twice the same: " + *twice);
}

std::vector<std::string> read_codes(const section& s, std::string_view key, std::string_view what,
                                    std::span<const std::string_view> known) {
  auto given = s.texts(key);
  if (!known.empty())
    for (const std::string& code : given)
      if (std::ranges::find(known, code) == known.end()) s.fail_unknown(key, what, code, known);
  refuse_twice(s, key, given);
  return given;
}

std::vector<std::int64_t> read_ascending(const section& s, std::string_view key, std::int64_t min,
                                         std::int64_t max) {
  std::vector<std::int64_t> out;
  const auto value = s.table().at(key);
  if (!value) return out;
  if (!value->is_list() || value->items().empty()) {
    s.fail_type(key, "a list of integers");
    return out;
  }
  for (const toml_value& item : value->items()) {
    const auto n = item.integer();
    if (!n) s.reading().fail(item, s.path(key), "expected an integer, found " +
                                                    std::string(item.word()));
    else if (*n < min || *n > max)
      s.reading().fail(item, s.path(key), "expected " + std::to_string(min) + " to " +
                                              std::to_string(max));
    else if (!out.empty() && *n <= out.back())
      s.reading().fail(item, s.path(key), "each must be more than the one before");
    out.push_back(n.value_or(min));
  }
  return out;
}

}  // namespace stegvis

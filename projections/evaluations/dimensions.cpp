// Dimensions: what strata, conditions and weights value at a unit's origin.
#include <algorithm>
#include <array>

#include "events/json.hpp"
#include "projections/evaluations/person.hpp"

namespace stegvis {
namespace {
std::optional<std::int64_t> to_integer(std::string_view text) {
  if (text.empty() || text.size() > 15) return std::nullopt;
  const bool minus = text.front() == '-';
  std::int64_t n = 0;
  for (const char c : text.substr(minus ? 1 : 0)) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
  }
  return minus ? -n : n;
}

// The last value of a background field on or before the day; else the first one behind it, for
// what does not change about a person.
std::optional<std::string> registered(const person& p, std::string_view field, day valued) {
  static const type_description* const types[] = {find_type("person_registered"),
                                                  find_type("person_details_changed")};
  std::optional<std::string> last, first_after;
  for (std::size_t i = 0; i < p.facts().size(); ++i) {
    const auto* type = p.content(i).type;
    if (type != types[0] && type != types[1]) continue;
    const bool later = p.facts()[i].valid > valued;
    if (later && first_after) continue;
    auto value = p.value(i, field);
    if (value) (later ? first_after : last) = std::move(value);
  }
  return last ? last : first_after;
}

// "ISCED 2011:3" of {"level":"3","scheme":"ISCED 2011"}.
std::string education_text(const std::string& json) {
  if (json == erased_value) return json;
  thread_local json_parser parser;
  const auto parsed = parser.parse(json);
  if (!parsed) return std::string(unknown_value);
  std::string scheme, level;
  parsed->each_member([&](std::string_view key, json_value v) {
    if (v.type() == json_type::text) (key == "level" ? level : scheme) = std::string(v.text());
    return true;
  });
  return scheme + ":" + level;
}

std::vector<std::string> target_groups(const person& p, day valued) {
  static const type_description* const assigned = find_type("target_group_assigned");
  static const type_description* const ended = find_type("target_group_ended");
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < p.facts().size() && p.facts()[i].valid <= valued; ++i) {
    const auto* type = p.content(i).type;
    if (type != assigned && type != ended) continue;
    const auto group = p.value(i, "group").value_or(std::string(unknown_value));
    if (type == assigned)
      groups.push_back(group);
    else
      std::erase(groups, group);
  }
  std::ranges::sort(groups);
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

const enrolment* enrolment_of(const person& p, const unit_place& unit, day valued) {
  if (!unit.enrolment.empty()) return p.history().find_enrolment(unit.enrolment);
  const enrolment* found = nullptr;
  for (const auto& e : p.history().enrolments)
    if (e.on(valued)) found = &e;
  return found;
}

// The entry situation of the unit's enrolment, or one that names none.
std::optional<std::size_t> entry_situation(const person& p, const unit_place& unit) {
  std::optional<std::size_t> found;
  p.each_of(find_type("entry_situation_recorded"), [&](std::size_t i) {
    const auto id = p.facts()[i].content->enrolment;
    if (!id.empty() && id == unit.enrolment)
      found = i;
    else if (id.empty() && !found)
      found = i;
  });
  return found;
}

std::optional<std::int64_t> unemployed_months(const person& p, const unit_place& unit) {
  const auto fact = entry_situation(p, unit);
  if (!fact || p.value(*fact, "labour_status") != "unemployed") return std::nullopt;
  const auto since = parse_day(p.value(*fact, "unemployed_since").value_or(""));
  if (!since || *since > unit.origin) return std::nullopt;
  const auto a = civil_of(*since), b = civil_of(unit.origin);
  std::int64_t months =
      (b.year - a.year) * 12LL + static_cast<int>(b.month) - static_cast<int>(a.month);
  if (add_months(*since, static_cast<int>(months)) > unit.origin) --months;
  return months;
}

std::optional<std::string> attribute(const person& p, std::string_view name, day valued) {
  std::optional<std::string> found;
  p.each_of(find_type("attribute_recorded"), [&](std::size_t i) {
    if (p.facts()[i].valid > valued || p.value(i, "attribute") != name) return;
    for (const std::string_view field : {"value", "background", "health"})
      if (auto v = p.value(i, field)) found = std::move(v);
  });
  return found;
}

std::string established(const person& p, day valued) {
  bool on = false;
  p.each_of(find_type("establishment_period_recorded"), [&](std::size_t i) {
    const auto until = p.facts()[i].content->until;
    on = on || (p.facts()[i].valid <= valued && until && *until >= valued);
  });
  return on ? "yes" : "no";
}

std::optional<std::string> unit_text(const person& p, const unit_place& unit, day valued,
                                     bool subproject) {
  if (!subproject && unit.entry_row) {
    if (auto own = p.value(*unit.entry_row, "unit")) return own;
  }
  const enrolment* const e = enrolment_of(p, unit, valued);
  if (e == nullptr) return std::nullopt;
  const auto text = subproject ? e->subproject : e->unit;
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

// One level, or nothing.
std::optional<std::string> single(const person& p, const dimension& d, const unit_place& unit,
                                  day valued) {
  const std::string& name = d.name;
  if (name == "sex" || name == "country_of_birth" || name == "birth_year")
    return registered(p, name, valued);
  if (name == "education") {
    const auto json = registered(p, name, valued);
    return json ? std::optional(education_text(*json)) : std::nullopt;
  }
  if (name == "unit") return unit_text(p, unit, valued, false);
  if (name == "subproject") return unit_text(p, unit, valued, true);
  if (name == "half_year" || name == "quarter" || name == "year" || name == "month")
    return period_of(unit.origin, name);
  if (name == "labour_status" || name == "livelihood") {
    const auto fact = entry_situation(p, unit);
    return fact ? p.value(*fact, name) : std::nullopt;
  }
  if (name == "kind" && unit.entry_row) return p.value(*unit.entry_row, "kind");
  if (name == "entry" && unit.entry_row) return p.value(*unit.entry_row, d.field);
  if (name == "establishment") return established(p, valued);
  if (name == "attribute") return attribute(p, d.field, valued);
  return std::nullopt;
}

bool is_number(const dimension& d) {
  return d.name == "age" || d.name == "unemployed_months" || !d.bands.empty();
}

std::string band_of(const dimension& d, std::int64_t n) {
  if (d.bands.empty()) return std::to_string(n);
  const auto above = std::ranges::upper_bound(d.bands, n);
  if (above == d.bands.begin()) return "<" + std::to_string(d.bands.front());
  const auto low = std::to_string(*(above - 1));
  return above == d.bands.end() ? low + "+" : low + "-" + std::to_string(*above - 1);
}

// Where a level of a known family stands; behind them all: by text.
std::size_t customary_place(std::string_view level) {
  constexpr auto order = std::to_array<std::string_view>(
      {"woman", "man", "employed", "education", "unemployed", "inactive", "other"});
  if (level == unknown_value) return 1000;
  if (level == erased_value) return 1001;
  const auto found = std::ranges::find(order, level);
  if (level == "other") return 999;
  return found == order.end() ? 500 : static_cast<std::size_t>(found - order.begin());
}

std::int64_t leading_number(std::string_view level) {
  if (level.starts_with('<')) return INT64_MIN;
  const auto digits = level.substr(0, level.find_first_of("-+"));
  return to_integer(digits).value_or(INT64_MAX);
}
}  // namespace

namespace {
// Dimensions of the first participation look at its enrolment, on its first day.
unit_place valued_place(const unit_place& unit) {
  unit_place place = unit;
  if (!unit.valued_enrolment.empty()) place.enrolment = unit.valued_enrolment;
  if (unit.valued) place.origin = *unit.valued;
  return place;
}
bool follows_origin(const dimension& d) {
  return d.name == "half_year" || d.name == "quarter" || d.name == "year" || d.name == "month";
}
}  // namespace

std::optional<std::int64_t> number_of(const person& p, const dimension& d, const unit_place& given,
                                      day on) {
  const unit_place unit = valued_place(given);
  const day valued = given.valued.value_or(on);
  if (d.name == "age") {
    const auto born = registered(p, "birth_year", valued);
    const auto year = born ? to_integer(*born) : std::nullopt;
    if (!year) return std::nullopt;
    return civil_of(valued).year - *year;
  }
  if (d.name == "unemployed_months") return unemployed_months(p, unit);
  const auto text = single(p, d, unit, valued);
  return text ? to_integer(*text) : std::nullopt;
}

std::vector<std::string> levels_of(const person& p, const dimension& d, const unit_place& given,
                                   day on) {
  if (follows_origin(d)) return {period_of(given.origin, d.name)};
  const unit_place unit = valued_place(given);
  const day valued = given.valued.value_or(on);
  if (d.name == "target_group") {
    auto groups = target_groups(p, valued);
    if (groups.empty()) groups.emplace_back("none");
    return groups;
  }
  if (is_number(d)) {
    if (const auto n = number_of(p, d, given, on)) return {band_of(d, *n)};
    const bool erased = (d.name == "age" ? registered(p, "birth_year", valued)
                                         : single(p, d, unit, valued)) == erased_value;
    return {std::string(erased ? erased_value : unknown_value)};
  }
  return {single(p, d, unit, valued).value_or(std::string(unknown_value))};
}

bool level_before(const dimension& d, std::string_view a, std::string_view b) {
  a = a.substr(0, a.find(joined_levels));  // joined levels are neighbours
  b = b.substr(0, b.find(joined_levels));
  const auto place = [&](std::string_view level) {
    return std::ranges::find(d.levels, level) - d.levels.begin();
  };
  if (!d.levels.empty() && place(a) != place(b)) return place(a) < place(b);
  const auto x = customary_place(a), y = customary_place(b);
  if (x != y) return x < y;
  if (is_number(d)) {
    const auto m = leading_number(a), n = leading_number(b);
    if (m != n) return m < n;
  }
  return a < b;
}

static std::string label_of_period(int year, std::string_view letter, int n) {
  return std::to_string(year) + std::string(letter) + std::to_string(n);
}

std::string period_of(day d, std::string_view period) {
  const auto c = civil_of(d);
  const int month = static_cast<int>(c.month);
  if (period == "half_year") return label_of_period(c.year, "H", month <= 6 ? 1 : 2);
  if (period == "quarter") return label_of_period(c.year, "Q", (month + 2) / 3);
  if (period == "year") return std::to_string(c.year);
  return to_string(d).substr(0, 7);
}

day period_after(day d, std::string_view period) {
  const auto c = civil_of(d);
  const int month = static_cast<int>(c.month);
  const int length = period == "half_year" ? 6
                     : period == "quarter" ? 3
                     : period == "year"    ? 12
                                           : 1;
  const int first = (month - 1) / length * length + 1;
  return add_months(make_day(c.year, static_cast<unsigned>(first), 1), length);
}

}  // namespace stegvis

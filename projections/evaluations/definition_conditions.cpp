// Conditions and dimensions of a definition, with the windows in which they are looked at.
#include <algorithm>
#include <charconv>

#include "events/nearest.hpp"
#include "events/types.hpp"
#include "projections/evaluations/definition_reading.hpp"
#include "projections/status.hpp"

namespace stegvis {
namespace {
using kind = condition_kind;
using place = condition_place;

constexpr auto situations = std::to_array<std::string_view>(
    {"employed", "education", "unemployed", "inactive", "unknown"});
constexpr auto edges = std::to_array<std::pair<std::string_view, edge>>(
    {{"running", edge::running}, {"start", edge::start}, {"end", edge::end}});
constexpr auto picks = std::to_array<std::pair<std::string_view, pick>>(
    {{"first", pick::first}, {"last", pick::last}, {"any", pick::any}});

struct dimension_row {
  std::string_view name;
  bool number = false;
  std::string_view type{}, field{};  // whose codes it has
};
constexpr auto dimension_rows = std::to_array<dimension_row>({
    {"sex", false, "person_registered", "sex"},
    {"birth_year", true},
    {"age", true},
    {"country_of_birth"},
    {"education"},
    {"target_group", false, "target_group_assigned", "group"},
    {"unit"},
    {"subproject"},
    {"half_year"},
    {"quarter"},
    {"year"},
    {"month"},
    {"labour_status", false, "entry_situation_recorded", "labour_status"},
    {"unemployed_months", true},
    {"livelihood", false, "entry_situation_recorded", "livelihood"},
    {"kind"},
    {"establishment"},
    {"type"},
    {"entry"},
    {"attribute", true},
});

const dimension_row* find_dimension(std::string_view name) {
  const auto found = std::ranges::find(dimension_rows, name, &dimension_row::name);
  return found == dimension_rows.end() ? nullptr : &*found;
}

const field* find_field(const type_description* type, std::string_view name) {
  if (type == nullptr) return nullptr;
  const auto found = std::ranges::find(type->fields, name, &field::name);
  return found == type->fields.end() ? nullptr : &*found;
}

std::vector<std::string> codes_of(const type_description* type, std::string_view name) {
  const field* f = find_field(type, name);
  return f == nullptr ? std::vector<std::string>{} : codes_of_field(*f);
}

// Attributes may hold numbers, and so may fields of the entry.
bool may_be_number(const definition_reading& r, const dimension& d) {
  const dimension_row* row = find_dimension(d.name);
  if (row == nullptr || d.name != "entry") return row != nullptr && row->number;
  const field* f = find_field(r.entry_type, d.field);
  return f != nullptr && is_integer_field(*f);
}

void check_dimension_name(const section& s, std::string_view key, const std::string& name) {
  if (find_dimension(name) != nullptr) return;
  std::vector<std::string_view> names;
  for (const dimension_row& row : dimension_rows) names.push_back(row.name);
  s.fail_unknown(key, "dimension", name, names);
}

// What a dimension needs besides its name, and what it must not open.
void check_dimension(const section& s, std::string_view key, const dimension& d) {
  const definition_reading& r = shared(s);
  if (d.name == "target_group") refuse_sealed_health(s, key, "the dimension target_group");
  if (d.health && d.name != "attribute") s.fail("health", "only of a recorded attribute");
  if (d.health) refuse_sealed_health(s, key, "an attribute of the class health");
  if (d.name == "type" && r.statistic != statistic_kind::latency)
    s.fail(key, "only of the statistic latency: the type of the event");
  if (d.name == "kind" && codes_of(r.entry_type, "kind").empty())
    s.fail(key, "the entry is no event with a kind");
  if (d.name == "entry") {
    if (r.entry_type == nullptr) s.fail(key, "the entry is no event");
    else if (d.field.empty()) s.fail(key, "a field of " + std::string(r.entry_type->name) +
                                              " is needed: field = \"...\"");
    else read_field(s, s.has("field") ? "field" : key, *r.entry_type, d.field);
  } else if (d.name == "attribute") {
    if (d.field.empty()) s.fail(key, "the attribute's name is needed: attribute = \"...\"");
  } else if (!d.field.empty()) {
    s.fail("field", "only of the dimension entry");
  }
}

// { dimension = "age" } or { attribute = "gcse5eq" }.
dimension read_dimension_of(const section& s, std::string_view key) {
  dimension d;
  if (key == "attribute") {
    d.name = "attribute";
    d.field = s.required_text("attribute");
  } else {
    d.name = s.required_text("dimension");
    check_dimension_name(s, "dimension", d.name);
    if (d.name == "attribute") s.fail("dimension", "write attribute = \"NAME\"");
    d.field = s.text("field");
  }
  d.health = s.flag("health");
  return d;
}

std::vector<std::string_view> views_of(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

void read_dimension_condition(const section& s, std::string_view key, condition& c) {
  s.allow({key, "field", "health", "is", "low", "high"});
  const dimension d = read_dimension_of(s, key);
  if (!s.reading().error) check_dimension(s, key, d);
  c.name = d.name;
  c.scheme = d.field;
  constexpr std::int64_t far = 1'000'000'000;
  c.low = s.integer("low", -far, far);
  c.high = s.integer("high", -far, far);
  const bool range = s.has("low") || s.has("high");
  if (range == s.has("is")) s.fail(key, "either `is` with values, or low, high or both");
  if (range && !may_be_number(shared(s), d)) s.fail(key, "no number: give `is` with values");
  if (s.has("is") && d.name != "attribute" && find_dimension(d.name) != nullptr &&
      find_dimension(d.name)->number)
    s.fail("is", "a number: give low, high or both");
  if (c.low && c.high && *c.low > *c.high) s.fail("high", "less than low");
  auto known = levels_known(shared(s), d.name);
  if (d.name == "entry") known = codes_of(shared(s).entry_type, d.field);
  if (s.has("is")) c.values = read_codes(s, "is", "value", views_of(known));
}

void read_event_condition(const section& s, condition& c) {
  s.allow({"event", "where", "pick", "own", "within"});
  const type_description* type = read_type(s, "event");
  if (type == nullptr) return;
  c.name = type->name;
  const bool persons = is_person(shared(s).subjects + "x");
  if (type->group == (persons ? subject_group::reference : subject_group::person))
    s.fail("event", c.name + " is never about " + shared(s).subjects + "...");
  c.where = read_where(s, *type);
  c.pick = s.choice("pick", picks, pick::any);
  if (c.pick != pick::any && c.where.empty()) s.fail("pick", "only with where");
}

void read_episode_condition(const section& s, condition& c) {
  s.allow({"episode", "where", "at", "min_duration", "own", "within"});
  std::vector<std::string_view> names;
  for (int k = 0; k <= static_cast<int>(episode_kind::caseworker); ++k)
    names.push_back(name_of(static_cast<episode_kind>(k)));
  c.name = s.required_text("episode");
  if (std::ranges::find(names, c.name) == names.end())
    s.fail_unknown("episode", "kind of episode", c.name, names);
  c.at = s.choice("at", edges, edge::running);
  c.where = read_episode_where(s, c.name);
  c.min_duration = read_duration(s, "min_duration");
  if (c.min_duration && c.min_duration->amount <= 0) s.fail("min_duration", "more than 0 days");
}

void read_state_condition(const section& s, condition& c) {
  s.allow({"state", "at", "within"});
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < state_count; ++i) names.push_back(name_of(static_cast<state>(i)));
  for (const std::string& group : shared(s).state_groups) names.push_back(group);
  c.values = read_codes(s, "state", "state", names);
  c.at = s.choice("at", edges, edge::running);
}

void read_situation_condition(const section& s, condition& c) {
  s.allow({"situation", "scheme", "at", "within"});
  c.scheme = s.text("scheme");
  const std::span<const std::string_view> names(situations);
  c.values = read_codes(s, "situation", "situation", s.has("scheme") ? names.first(0) : names);
  c.at = s.choice("at", edges, edge::running);
}

void read_improved_condition(const section& s, condition& c) {
  s.allow({"improved", "scheme", "lower_is_better", "within"});
  const auto kinds = codes_of(find_type("assessment_recorded"), "kind");
  c.name = s.required_text("improved");
  if (std::ranges::find(kinds, c.name) == kinds.end())
    s.fail_unknown("improved", "kind of assessment", c.name, views_of(kinds));
  c.scheme = s.text("scheme");
  c.lower_is_better = s.flag("lower_is_better", true);
}

void read_listed_condition(const section& s) {
  s.allow({"listed"});
  if (!s.flag("listed")) s.fail("listed", "only true; none = [{ listed = true }] is the contrary");
  const type_description* type = shared(s).entry_type;
  if (type == nullptr || !has_field(*type, "ssyk"))
    s.fail("listed", "the entry is no event with an occupation (ssyk)");
}

void read_parts(const section& s, std::string_view key, place where, condition& c) {
  constexpr int depth_max = 8;
  s.allow({key, "within"});
  if (++shared(s).depth > depth_max) s.fail(key, "conditions within each other, more than 8 deep");
  else c.parts = read_conditions(s, key, where);
  --shared(s).depth;
}

// Whatever lies behind the origin is not known at the origin: who is counted must not hang on it.
void refuse_immortal_time(const section& s, const condition& c) {
  const auto& landmark = shared(s).landmark;
  const duration last = landmark.value_or(duration{});
  const std::string hint = landmark ? "after the landmark"
                                    : "after the origin; give a landmark that it ends at or before";
  const auto& end = c.within.until ? c.within.until : c.within.from;
  if (end && !ends_by(*end, c.within.until ? last : duration{}))
    s.fail("within", "immortal time: who is counted would hang on what happens " + hint);
  if (c.min_duration && c.at != edge::end && !(landmark && ends_by(*c.min_duration, *landmark)))
    s.fail("min_duration", "immortal time: that an episode lasts is known only " + hint);
}

void check_place(const section& s, condition_place where, const condition& c) {
  const bool window_taken = where == place::before || where == place::after;
  if (s.has("within") && !window_taken) s.fail("within", "no window is taken here");
  const auto unit = shared(s).unit;
  if (c.own && !window_taken) s.fail("own", "of what? no unit is known here");
  if (c.pick != pick::any && !window_taken) s.fail("pick", "of which window? none is taken here");
  if (c.own && unit == unit_of_analysis::person)
    s.fail("own", "a person has none: the cohort's unit is person");
  if (where == place::days && c.at != edge::running)
    s.fail("at", "what holds on a day has no edge");
  if (where == place::days && c.kind == kind::event)
    s.fail("event", "an event does not hold on a day: give an episode, state or situation");
}

condition read_one(const section& s, place where) {
  condition c;
  const auto key = s.only_one({"event", "episode", "state", "situation", "dimension", "attribute",
                               "improved", "listed", "any", "all", "none"});
  if (key == "event") c.kind = kind::event, read_event_condition(s, c);
  else if (key == "episode") c.kind = kind::episode, read_episode_condition(s, c);
  else if (key == "state") c.kind = kind::state, read_state_condition(s, c);
  else if (key == "situation") c.kind = kind::situation, read_situation_condition(s, c);
  else if (key == "improved") c.kind = kind::improved, read_improved_condition(s, c);
  else if (key == "listed") c.kind = kind::listed, read_listed_condition(s);
  else if (key == "dimension" || key == "attribute")
    c.kind = kind::dimension, read_dimension_condition(s, key, c);
  else if (!key.empty()) {
    c.kind = key == "any" ? kind::any : key == "all" ? kind::all : kind::none;
    read_parts(s, key, where, c);
  }
  return c;
}

bool has_window(const condition& c) {
  return c.kind != kind::dimension && c.kind != kind::listed;
}
bool is_group(const condition& c) {
  return c.kind == kind::any || c.kind == kind::all || c.kind == kind::none;
}

window default_window(const condition& c, place where) {
  const duration origin{};
  switch (where) {
    case place::before: {
      const bool lasting = c.kind == kind::episode || c.kind == kind::state ||
                           c.kind == kind::situation;
      if (lasting && c.at == edge::running) return {origin, origin};
      return {std::nullopt, origin};
    }
    case place::after: return {origin, std::nullopt};
    case place::days: return {origin, origin};
    case place::entry:
    case place::ever: break;
  }
  return {};
}
}  // namespace

void fill_windows(condition& c, const window& within, place where) {
  const bool given = c.within.from || c.within.until;
  const bool outer = within.from || within.until;
  if (!given && outer) c.within = within;
  for (condition& part : c.parts) fill_windows(part, c.within, where);
  if (!has_window(c)) return;
  const window fallback = default_window(c, where);
  if (!given && !outer) {
    c.within = fallback;
  } else if (where == place::after) {
    if (!c.within.from) c.within.from = duration{};
  } else if (where == place::before && !c.within.until) {
    c.within.until = duration{};
  }
}

condition read_condition(const section& s, place where) {
  condition c = read_one(s, where);
  c.own = s.flag("own");
  if (const auto within = read_window(s, "within")) c.within = *within;
  check_place(s, where, c);
  if (where == place::before) refuse_immortal_time(s, c);
  return c;
}

std::vector<condition> read_conditions(const section& s, std::string_view key, place where) {
  std::vector<condition> out;
  const auto parts = s.sections(key);
  if (s.has(key) && parts.empty()) s.fail(key, "an empty list");
  for (const section& part : parts) out.push_back(read_condition(part, where));
  return out;
}

void refuse_without_day(const section& s, const condition& c) {
  const auto all_days = [](const auto& self, const condition& one) -> bool {
    if (one.kind == kind::any)
      return std::ranges::all_of(one.parts, [&](const condition& p) { return self(self, p); });
    return has_window(one) && !is_group(one) && one.kind != kind::improved &&
           one.pick == pick::any;
  };
  if (s.reading().error || all_days(all_days, c)) return;
  s.fail_whole("it has no first day: give an event (without pick), an episode, a state, a "
               "situation, or any of them");
}

std::optional<window> read_window(const section& owner, std::string_view key) {
  const auto s = owner.subsection(key);
  if (!s) return std::nullopt;
  s->allow({"from", "until"});
  window w{read_duration(*s, "from"), read_duration(*s, "until")};
  if (s->table().keys().empty()) owner.fail(key, "from, until or both are needed");
  if (w.from && w.until && !ends_by(*w.from, *w.until)) s->fail("until", "ends before it begins");
  return w;
}

std::vector<std::string> levels_known(const definition_reading& r, std::string_view name) {
  std::vector<std::string> known;
  if (name == "establishment") return {"yes", "no"};
  if (name == "kind") known = codes_of(r.entry_type, "kind");
  else if (const dimension_row* row = find_dimension(name); row != nullptr && !row->type.empty())
    known = codes_of(find_type(row->type), row->field);
  if (known.empty()) return known;
  if (name == "target_group") known.emplace_back("none");
  if (std::ranges::find(known, "unknown") == known.end()) known.emplace_back("unknown");
  return known;
}

dimension read_dimension(const section& owner, std::string_view key, const toml_value& value) {
  dimension d;
  if (const auto text = value.text()) {
    d.name = *text;
    check_dimension_name(owner, key, d.name);
    if (!owner.reading().error) check_dimension(owner, key, d);
  } else if (!value.is_table()) {
    owner.reading().fail(value, owner.path(key), "expected the name of a dimension or a table");
    return d;
  } else {
    const section s(owner.reading(), value, owner.path(key));
    const auto given = s.only_one({"dimension", "attribute"});
    if (given.empty()) return d;
    s.allow({given, "field", "health", "bands", "levels"});
    d = read_dimension_of(s, given);
    if (!s.reading().error) check_dimension(s, given, d);
    if (s.has("bands") && !may_be_number(shared(s), d)) s.fail("bands", "no number");
    d.bands = read_ascending(s, "bands", -1'000'000'000, 1'000'000'000);
    if (s.has("levels") && s.has("bands")) s.fail("levels", "bands say the levels already");
    const auto known = d.name == "entry" ? codes_of(shared(s).entry_type, d.field)
                                         : levels_known(shared(s), d.name);
    if (s.has("levels")) d.levels = read_codes(s, "levels", "level", views_of(known));
  }
  const dimension_row* row = find_dimension(d.name);
  if (row != nullptr && row->number && d.name != "attribute" && d.bands.empty())
    owner.reading().fail(value, owner.path(key),
                         "a number needs bands: { dimension = \"" + d.name + "\", bands = [...] }");
  return d;
}

std::optional<dimension> read_dimension(const section& s, std::string_view key) {
  const auto value = s.table().at(key);
  if (!value) return std::nullopt;
  return read_dimension(s, key, *value);
}

std::vector<dimension> read_dimensions(const section& s, std::string_view key) {
  std::vector<dimension> out;
  const auto value = s.table().at(key);
  if (!value) return out;
  if (!value->is_list()) s.fail_type(key, "a list of dimensions");
  if (value->is_list() && value->items().empty()) s.fail(key, "an empty list");
  for (const toml_value& item : value->items()) {
    out.push_back(read_dimension(s, key, item));
    const auto same = [&](const dimension& d) { return label_of(d) == label_of(out.back()); };
    if (std::ranges::count_if(out, same) > 1)
      s.reading().fail(item, s.path(key), "the same dimension twice");
  }
  return out;
}

std::vector<breakdown> read_breakdowns(const section& s, std::string_view key) {
  std::vector<breakdown> out;
  const auto value = s.table().at(key);
  if (!value) return out;
  if (!value->is_list()) s.fail_type(key, "a list of breakdowns");
  std::vector<std::vector<std::string>> seen;
  for (const toml_value& item : value->items()) {
    breakdown one;
    if (!item.is_list()) one.push_back(read_dimension(s, key, item));
    for (const toml_value& crossed : item.items()) one.push_back(read_dimension(s, key, crossed));
    std::vector<std::string> labels;
    for (const dimension& d : one) labels.push_back(label_of(d));
    std::ranges::sort(labels);
    if (one.empty()) s.reading().fail(item, s.path(key), "an empty list");
    if (std::ranges::adjacent_find(labels) != labels.end())
      s.reading().fail(item, s.path(key), "the same dimension twice");
    if (std::ranges::find(seen, labels) != seen.end())
      s.reading().fail(item, s.path(key), "the same breakdown twice");
    seen.push_back(std::move(labels));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace stegvis

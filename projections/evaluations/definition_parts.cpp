// The parts of a definition: cohort, outcomes, axis, parameters and measures.
#include <algorithm>

#include "events/nearest.hpp"
#include "events/types.hpp"
#include "projections/evaluations/definition_reading.hpp"
#include "projections/status.hpp"

namespace stegvis {
namespace {
using place = condition_place;
using names_of = std::span<const std::string_view>;

constexpr auto units = std::to_array<std::pair<std::string_view, unit_of_analysis>>(
    {{"person", unit_of_analysis::person}, {"enrolment", unit_of_analysis::enrolment},
     {"placement", unit_of_analysis::placement}, {"occurrence", unit_of_analysis::occurrence}});
constexpr auto picks = std::to_array<std::pair<std::string_view, pick>>(
    {{"first", pick::first}, {"last", pick::last}, {"any", pick::any}});
constexpr auto prevalents = std::to_array<std::pair<std::string_view, prevalent_rule>>(
    {{"leave_out", prevalent_rule::leave_out}, {"late_entry", prevalent_rule::late_entry}});
constexpr auto valued = std::to_array<std::pair<std::string_view, valued_rule>>(
    {{"origin", valued_rule::origin}, {"first_enrolment", valued_rule::first_enrolment}});
constexpr auto subjects = std::to_array<std::string_view>(
    {"participant/", "staff/", "unit/", "workplace/", "job/", "ladder/", "programme/"});
constexpr auto time_units = std::to_array<std::pair<std::string_view, time_unit>>(
    {{"day", time_unit::day}, {"week", time_unit::week}, {"month", time_unit::month}});
constexpr auto intervals = std::to_array<std::pair<std::string_view, interval_kind>>(
    {{"log", interval_kind::log}, {"log_log", interval_kind::log_log},
     {"plain", interval_kind::plain}});
constexpr auto open_rules = std::to_array<std::pair<std::string_view, open_rule>>(
    {{"carry", open_rule::carry}, {"censor_at_confirmed", open_rule::censor_at_confirmed}});
constexpr auto tests = std::to_array<std::pair<std::string_view, test_kind>>(
    {{"log_rank", test_kind::log_rank}, {"peto_peto", test_kind::peto_peto},
     {"gray", test_kind::gray}});
constexpr auto periods =
    std::to_array<std::string_view>({"half_year", "quarter", "year", "month"});

void read_entry(const section& s, cohort_definition& c) {
  const auto entry = s.subsection("entry");
  if (!entry) return;
  c.entry = read_condition(*entry, place::entry);
  const bool edges = c.entry.kind == condition_kind::episode ||
                     c.entry.kind == condition_kind::state ||
                     c.entry.kind == condition_kind::situation;
  if (c.entry.kind != condition_kind::event && !edges)
    entry->fail_whole("an entry is an event, or the start or end of an episode, a state or a "
                      "situation");
  if (edges && !entry->has("at")) c.entry.at = edge::start;
  if (edges && c.entry.at == edge::running && !c.from)
    entry->fail("at", "what runs enters on the first day of the period: give period.from");
  if (c.entry.min_duration && c.entry.at != edge::end)
    entry->fail("min_duration",
                "immortal time: that an episode lasts is not known on its first day");
  definition_reading& r = shared(s);
  if (c.entry.kind == condition_kind::event) r.entry_type = find_type(c.entry.name);
  else if (c.entry.kind == condition_kind::episode) r.entry_episode = c.entry.name;
}

// The unit must follow from the entry.
void check_unit(const section& s, const cohort_definition& c) {
  const definition_reading& r = shared(s);
  if (r.error || !s.has("entry")) return;
  const auto names = [&](std::string_view field) {
    return r.entry_type != nullptr && has_field(*r.entry_type, field);
  };
  const std::string& kind = r.entry_episode;
  if (c.unit == unit_of_analysis::enrolment && !names("enrolment") &&
      (kind.empty() || kind == "application" || kind == "target_group"))
    s.fail("unit", "the entry names no enrolment");
  if (c.unit == unit_of_analysis::placement && r.entry_type != find_type("placement_started") &&
      kind != "job" && kind != "work_training")
    s.fail("unit", "the entry is no placement: placement_started, or an episode job or "
                   "work_training");
  if (c.unit == unit_of_analysis::person && c.pick == pick::any)
    s.fail("pick", "a person counts once: first or last");
}

void read_period(const section& s, cohort_definition& c) {
  const auto period = s.subsection("period");
  if (!period) return;
  period->allow({"from", "until"});
  if (period->table().keys().empty()) s.fail("period", "from, until or both are needed");
  c.from = read_date(*period, "from");
  c.until = read_date(*period, "until");
  if (c.from && c.until && *c.from > *c.until) period->fail("until", "ends before it begins");
}

void read_state_groups(const section& s, statistic_parameters& p) {
  std::vector<std::string> names, used;
  std::vector<std::string_view> known;
  if (p.from_status)
    for (std::size_t i = 0; i < state_count; ++i) known.push_back(name_of(static_cast<state>(i)));
  else if (p.scheme.empty())
    known = {"employed", "education", "unemployed", "inactive", "unknown"};
  for (const section& group : s.sections("states")) {
    group.allow({"name", "title", "of"});
    statistic_parameters::state_group g;
    g.name = read_unique_name(group, names);
    g.title = read_title(group, "title", true);
    if (!group.has("of")) group.fail("of", "this key is required: the states it holds");
    g.of = read_codes(group, "of", p.from_status ? "state" : "situation", known);
    for (const std::string& code : g.of)
      if (std::ranges::find(used, code) != used.end())
        group.fail("of", code + " is in a group already");
    used.insert(used.end(), g.of.begin(), g.of.end());
    p.states.push_back(std::move(g));
  }
  if (s.has("states") && p.states.empty()) s.fail("states", "an empty list");
}

void read_sequence_parameters(const section& s, statistic_parameters& p) {
  p.from_status = s.flag("from_status", true);
  p.scheme = s.text("scheme");
  if (p.from_status && !p.scheme.empty()) s.fail("scheme", "only with from_status = false");
  read_state_groups(s, p);
  for (const auto& group : p.states) shared(s).state_groups.push_back(group.name);
  p.calendar = s.flag("calendar");
  p.sequences_shown = static_cast<int>(s.integer("sequences_shown", 0, 100).value_or(10));
}

std::vector<test_kind> read_tests(const section& s, statistic_kind k) {
  std::vector<test_kind> out;
  std::vector<std::string_view> names;
  for (const auto& [name, test] : tests)
    if ((test == test_kind::gray) == (k == statistic_kind::competing)) names.push_back(name);
  for (const std::string& name : read_codes(s, "tests", "test of this statistic", names))
    for (const auto& [known, test] : tests)
      if (known == name) out.push_back(test);
  return out;
}

void read_spell(const section& s, statistic_parameters& p) {
  p.spell.kind = condition_kind::episode;
  p.spell.name = "job";
  if (const auto spell = s.subsection("spell")) {
    p.spell = read_condition(*spell, place::ever);
    refuse_without_day(*spell, p.spell);
    if (p.spell.kind == condition_kind::event)
      spell->fail("event", "an event does not go on: give an episode, state or situation");
    if (p.spell.at != edge::running) spell->fail("at", "what goes on has no edge");
  }
}

void read_series(const section& s, statistic_parameters& p) {
  p.series = s.required_text("series");
  p.area = s.required_text("area");
  p.reference_area = s.required_text("reference_area");
  if (!p.area.empty() && p.area == p.reference_area)
    s.fail("reference_area", "the same as area");
}

// The times at which a curve is read lie on its axis; horizons and ages are months.
void check_times(const section& s, const definition& d) {
  const std::vector<int>& times = d.parameters.times;
  const bool months = d.statistic == statistic_kind::retention ||
                      d.statistic == statistic_kind::cohort_ages;
  if (months || times.empty()) return;
  if (times.front() < d.axis.first || times.back() > d.axis.until)
    s.fail("times", "the axis goes from " + std::to_string(d.axis.first) + " to " +
                        std::to_string(d.axis.until));
}

void read_other_parameters(const section& root, const section& s, definition& d) {
  statistic_parameters& p = d.parameters;
  for (const std::int64_t time : read_ascending(s, "times", 0, 100'000))
    p.times.push_back(static_cast<int>(time));
  check_times(s, d);
  p.interval = s.choice("interval", intervals, interval_kind::log_log);
  p.variance_aalen = s.flag("variance_aalen");
  p.tests = read_tests(s, d.statistic);
  if (!p.tests.empty() && !root.has("by")) s.fail("tests", "nothing to compare: give `by`");
  p.p_values = s.flag("p_values");
  if (p.p_values && p.tests.empty()) s.fail("p_values", "of no tests: give tests");
  p.test_strata = read_dimensions(s, "test_strata");
  if (!p.test_strata.empty() && p.tests.empty()) s.fail("test_strata", "of no tests: give tests");
  p.gap_days = static_cast<int>(s.integer("gap_days", 0, 365).value_or(7));
  p.open = s.choice("open", open_rules, open_rule::censor_at_confirmed);
  p.steps = static_cast<int>(s.integer("steps", 1, 20).value_or(4));
  p.ladder = s.text("ladder");
  if (!p.ladder.empty() && (!valid_subject(p.ladder) || kind_of(p.ladder) != "ladder"))
    s.fail("ladder", "expected a subject, ladder/...");
  if (s.has("period")) {
    p.period = s.text("period");
    if (std::ranges::find(periods, p.period) == periods.end())
      s.fail_unknown("period", "period", p.period, periods);
  }
  p.stock_from = read_date(s, "stock_from");
  if (s.has("target")) p.target = read_decimal_text(s, "target");
  p.late_days = static_cast<int>(s.integer("late_days", 0, 3650).value_or(30));
  p.items = read_codes(s, "items", "item", names_of());
  p.units = read_dimension(s, "units");
}

std::string read_measured_field(const section& s, std::string_view key,
                                const type_description& type) {
  const std::string name = s.text(key);
  if (name.empty() || name == "subject") return name;
  const auto dot = name.find('.');
  const type_description* of = &type;
  if (dot != std::string::npos) of = find_readable_type(s, key, name.substr(0, dot));
  const auto field_name = dot == std::string::npos ? name : name.substr(dot + 1);
  if (of != nullptr) read_field(s, key, *of, field_name);
  return name;
}

void check_other_type(const section& s, std::string_view key, std::string& into) {
  if (!s.has(key)) return;
  if (const type_description* other = read_type(s, key)) into = other->name;
}

void read_measured_events(const section& s, measure_definition& m) {
  const type_description* type = read_type(s, "event");
  if (type == nullptr) return;
  m.event = type->name;
  m.also = read_codes(s, "also", "event type", {});
  for (const std::string& other : m.also) find_readable_type(s, "also", other);
  m.where = read_where(s, *type);
  check_other_type(s, "without", m.without);
  check_other_type(s, "after", m.after);
  if (const std::string sum = s.text("sum"); !sum.empty()) {
    const field* f = read_field(s, "sum", *type, sum);
    if (f != nullptr && !is_integer_field(*f) && !is_number_field(*f))
      s.fail("sum", sum + " is no number");
    m.sum = sum;
  }
  m.distinct = read_measured_field(s, "distinct", *type);
  m.group = read_measured_field(s, "group", *type);
  m.latest = s.flag("latest");
  if (m.latest && m.distinct.empty()) s.fail("latest", "of what? give distinct");
  if (!m.sum.empty() && !m.distinct.empty() && !m.latest)
    s.fail("sum", "of distinct values only with latest = true");
  for (const std::string& other : m.also)
    for (const std::string& field : {m.sum, m.distinct, m.group})
      if (!field.empty() && field != "subject" && field.find('.') == std::string::npos &&
          find_type(other) != nullptr && !has_field(*find_type(other), field))
        s.fail("also", other + " has no field " + field);
}

measure_definition read_measure(const section& s, std::vector<std::string>& names) {
  s.allow({"name", "title", "indicator", "event", "also", "where", "persons", "without", "after",
           "sum", "distinct", "group", "per", "latest"});
  measure_definition m;
  m.name = read_unique_name(s, names);
  m.title = read_title(s, "title", true);
  m.indicator = s.text("indicator");
  const auto what = s.only_one({"event", "persons"});
  if (what == "event") read_measured_events(s, m);
  if (what == "persons") {
    s.allow({"name", "title", "indicator", "persons", "per"});
    if (const auto persons = s.subsection("persons"))
      m.persons = read_condition(*persons, place::ever);
  }
  m.per = s.text("per");
  return m;
}

void check_window(const section& s, const outcome_definition& o, const definition& d) {
  const window& w = o.when.within;
  const bool at_risk = d.statistic == statistic_kind::survival ||
                       d.statistic == statistic_kind::competing ||
                       d.statistic == statistic_kind::cohort_ages;
  const std::string_view key = s.has("within") ? "within" : "when";
  if (at_risk && w.from && !ends_by(duration{}, *w.from))
    s.fail(key, "what happens before the origin happens to nobody at risk");
  if (d.statistic == statistic_kind::cohort_ages && w.until)
    s.fail(key, "the ages in `times` end the window");
  if (d.statistic == statistic_kind::proportion && !w.until)
    s.fail(key, "the share is taken at the end of a window: within = { until = \"6m\" }");
}

outcome_definition read_outcome(const section& s, std::vector<std::string>& names,
                                const definition& d) {
  s.allow({"name", "title", "when", "within", "base", "known_by_default"});
  outcome_definition o;
  o.name = read_unique_name(s, names);
  o.title = read_title(s, "title", true);
  const place where = d.statistic == statistic_kind::stock ? place::days : place::after;
  const auto when = s.subsection("when");
  if (!s.has("when")) s.fail("when", "this key is required: the condition");
  if (when) o.when = read_condition(*when, where);
  if (s.has("within") && when && when->has("within")) s.fail("within", "given in `when`, too");
  if (s.has("within") && where == place::days) s.fail("within", "no window is taken here");
  const window within = read_window(s, "within").value_or(window{});
  const bool dates = d.statistic == statistic_kind::survival ||
                     d.statistic == statistic_kind::competing ||
                     d.statistic == statistic_kind::cohort_ages;
  if (dates && when) refuse_without_day(*when, o.when);
  fill_windows(o.when, within, where);
  // Even what has no window of its own, such as a dimension, is asked at the end of one.
  if (!o.when.within.until) o.when.within.until = within.until;
  if (!s.reading().error) check_window(s, o, d);
  const bool share = d.statistic == statistic_kind::proportion;
  if (s.has("base") && !share) s.fail("base", "only a proportion has a base");
  o.base = read_conditions(s, "base", place::before);
  for (condition& c : o.base) fill_windows(c, {}, place::before);
  if (s.has("known_by_default") && !share) s.fail("known_by_default", "only of a proportion");
  o.known_by_default = s.flag("known_by_default", true);
  return o;
}
}  // namespace

void read_cohort(const section& root, definition& d) {
  const auto s = root.subsection("cohort");
  if (!s) return;
  cohort_definition& c = d.cohort;
  definition_reading& r = shared(root);
  if (s->has("subjects")) {
    c.subjects = s->text("subjects");
    if (std::ranges::find(subjects, c.subjects) == subjects.end())
      s->fail_unknown("subjects", "kind of subject", c.subjects, subjects);
    r.subjects = c.subjects;
  }
  c.unit = s->choice("unit", units, unit_of_analysis::person);
  r.unit = c.unit;
  c.pick = s->choice("pick", picks, c.unit == unit_of_analysis::person ? pick::first : pick::any);
  read_period(*s, c);
  read_entry(*s, c);
  check_unit(*s, c);
  c.origin = read_date(*s, "origin");
  c.shift = read_duration(*s, "shift");
  if (c.shift && c.origin) s->fail("shift", "of a fixed origin");
  if (c.shift && !ends_by(*c.shift, {}))
    s->fail("shift", "only backwards, such as -1d: later clocks start at a landmark");
  c.valued_at = s->choice("valued_at", valued, valued_rule::origin);
  const bool exits = c.entry.name == "participant_exited" ||
                     (r.entry_episode == "enrolment" && c.entry.at == edge::end);
  if (c.valued_at == valued_rule::first_enrolment && !exits)
    s->fail("valued_at", "immortal time: only where the entry is the end of an enrolment");
  c.prevalent = s->choice("prevalent", prevalents, prevalent_rule::leave_out);
  if (c.prevalent == prevalent_rule::late_entry && !c.from)
    s->fail("prevalent", "late entry into what? give period.from");
  c.conditions = read_conditions(*s, "conditions", place::before);
  for (condition& one : c.conditions) fill_windows(one, {}, place::before);
}

void read_outcomes(const section& root, definition& d) {
  std::vector<std::string> names;
  for (const section& s : root.sections("outcome"))
    d.outcomes.push_back(read_outcome(s, names, d));
  if (const auto censoring = root.subsection("censoring")) {
    censoring->allow({"at"});
    if (!censoring->has("at")) censoring->fail("at", "this key is required: a list of conditions");
    for (const section& s : censoring->sections("at")) {
      condition c = read_condition(s, place::after);
      refuse_without_day(s, c);
      fill_windows(c, {}, place::after);
      d.censoring.push_back(std::move(c));
    }
  }
}

void read_axis(const section& root, definition& d) {
  const auto s = root.subsection("axis");
  if (!s) return;
  s->allow({"unit", "first", "until"});
  d.axis.unit = s->choice("unit", time_units, time_unit::month);
  d.axis.first = static_cast<int>(s->integer("first", 0, 1).value_or(0));
  if (d.axis.unit != time_unit::month && !s->has("until"))
    s->fail("until", "this key is required unless the unit is month");
  constexpr int most[] = {40'000, 6'000, 1'200};
  d.axis.until = static_cast<int>(
      s->integer("until", d.axis.first + 1, most[static_cast<int>(d.axis.unit)]).value_or(48));
}

void read_parameters(const section& root, definition& d) {
  d.parameters.spell.kind = condition_kind::episode;
  d.parameters.spell.name = "job";
  const auto s = root.subsection("parameters");
  if (s) read_other_parameters(root, *s, d);
  if (s) read_spell(*s, d.parameters);
  if (s && d.statistic == statistic_kind::gap) read_series(*s, d.parameters);
  const bool months = d.statistic == statistic_kind::retention ||
                      d.statistic == statistic_kind::cohort_ages;
  if (months && d.parameters.times.empty())
    (s ? *s : root).fail(s ? "times" : "parameters", "this key is required: months, as in "
                                                     "times = [3, 6, 12, 24]");
}

void read_states(const section& root, definition& d) {
  if (const auto s = root.subsection("parameters")) read_sequence_parameters(*s, d.parameters);
}

void read_measures(const section& root, definition& d) {
  std::vector<std::string> names;
  const auto sections = root.sections("measure");
  for (const section& s : sections) d.measures.push_back(read_measure(s, names));
  for (std::size_t i = 0; i < d.measures.size(); ++i) {
    const std::string& per = d.measures[i].per;
    if (per.empty()) continue;
    const std::vector<std::string_view> known(names.begin(), names.end());
    if (std::ranges::find(names, per) == names.end())
      sections[i].fail_unknown("per", "measure", per, known);
    else if (per == d.measures[i].name) sections[i].fail("per", "divided by itself");
    for (const measure_definition& other : d.measures)
      if (other.name == per && (!other.group.empty() || !other.per.empty()))
        sections[i].fail("per", per + " is itself grouped or divided");
  }
}

}  // namespace stegvis

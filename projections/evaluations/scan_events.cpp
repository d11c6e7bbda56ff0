// Statistics that look at events rather than at units of a cohort: ladder steps, latency, surveys,
// tallies.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "projections/evaluations/scan.hpp"

namespace stegvis {
namespace {
struct step_runs {
  std::map<std::string_view, std::uint32_t> step_of;  // by run
  std::map<std::uint32_t, std::vector<day>> started, completed;
};

step_runs runs_of(const person& p, const definition& d) {
  step_runs runs;
  p.each_of(find_type("step_started"), [&](std::size_t i) {
    const auto& c = *p.facts()[i].content;
    const auto& wanted = d.parameters.ladder;
    if (!wanted.empty() && c.text != wanted) return;
    runs.step_of.emplace(c.key, c.number);
    runs.started[c.number].push_back(p.facts()[i].valid);
  });
  p.each_of(find_type("step_completed"), [&](std::size_t i) {
    const auto run = runs.step_of.find(p.facts()[i].content->key);
    if (run != runs.step_of.end()) runs.completed[run->second].push_back(p.facts()[i].valid);
  });
  return runs;
}

// From the origin on, at most the end of observation.
std::optional<day> first_in(const std::map<std::uint32_t, std::vector<day>>& days,
                            std::uint32_t step, day from, day until) {
  const auto found = days.find(step);
  if (found == days.end()) return std::nullopt;
  for (const day d : found->second)
    if (d >= from && d <= until) return d;
  return std::nullopt;
}

bool in_period(const cohort_definition& c, day d) {
  return (!c.from || d >= *c.from) && (!c.until || d <= *c.until);
}

// Strata of an event, valued on its own day.
cohort_unit event_unit(const person& p, const scan_plan& plan, std::size_t fact, day valued,
                       partial& into) {
  cohort_unit unit{.place = {valued, p.facts()[fact].content->enrolment, {}, {}, fact},
                   .end = p.horizon()};
  for (const breakdown& by : plan.breakdowns) {
    auto& strata = unit.strata.emplace_back();
    std::string text;
    for (const dimension& d : by) {
      if (!text.empty() || &d != &by.front()) text += level_separator;
      text += d.name == "type" ? std::string(p.content(fact).type->name)
                               : levels_of(p, d, unit.place, valued).front();
    }
    strata.push_back(into.stratum(text));
  }
  return unit;
}

std::optional<std::int64_t> integer_of(const std::optional<std::string>& text) {
  if (!text || text->empty() || text->size() > 18) return std::nullopt;
  std::int64_t n = 0;
  const bool minus = text->front() == '-';
  for (const char c : std::string_view(*text).substr(minus ? 1 : 0)) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
  }
  return minus ? -n : n;
}

// A decimal as millionths; what lies behind the sixth place is cut.
std::int64_t millionths(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus) text.remove_prefix(1);
  std::int64_t n = 0;
  int places = -1;
  for (const char c : text) {
    if (c == '.') {
      places = 0;
      continue;
    }
    if (c < '0' || c > '9' || places == 6) break;
    n = n * 10 + (c - '0');
    if (places >= 0) ++places;
  }
  for (places = std::max(places, 0); places < 6; ++places) n *= 10;
  return minus ? -n : n;
}

void scan_answers(const person& p, std::size_t fact, std::int32_t wave,
                  const answer_reader& answers, const definition& d,
                  std::map<std::string, std::map<std::int32_t, std::int64_t>>& by_item) {
  if (!answers) return;
  for (const auto& [item, value] : answers(p.facts()[fact].order())) {
    const auto& items = d.parameters.items;
    if (items.empty() || std::ranges::find(items, item) != items.end()) by_item[item][wave] = value;
  }
}

void add_item(const unit_cells& cells, const std::string& item, std::int32_t wave,
              std::int64_t value) {
  cells.add_text(block::survey_items, item, wave, 0, 0, 1);
  cells.add_text(block::survey_items, item, wave, 1, 0, static_cast<std::uint64_t>(value));
  cells.add_text(block::survey_items, item, wave, 2, 0, static_cast<std::uint64_t>(value * value));
}

// A field of the event, or "type.field" of the last other event of the subject.
std::optional<std::string> tally_value(const person& p, std::size_t fact, std::string_view name) {
  if (name == "subject") return std::string(p.subject());
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return p.value(fact, name);
  std::optional<std::string> found;
  p.each_of(find_type(name.substr(0, dot)), [&](std::size_t i) {
    if (auto v = p.value(i, name.substr(dot + 1))) found = std::move(v);
  });
  return found;
}

// What one subject adds to a measure, by group. Its groups are counted once each.
class tally_of_subject {
 public:
  tally_of_subject(const person& p, const measure_definition& m, std::int32_t index, partial& into)
      : person_(p), measure_(m), index_(index), into_(into) {}

  void add(std::size_t fact) {
    std::string group;
    if (!measure_.group.empty())
      group = tally_value(person_, fact, measure_.group).value_or(std::string(unknown_value));
    if (is_person(person_.subject()) && groups_.insert(group).second)
      into_.add(key(block::tally, group, 1));
    if (!measure_.distinct.empty() && !measure_.latest) {
      if (const auto value = tally_value(person_, fact, measure_.distinct))
        into_.add(key(block::tally_distinct, group + text_separator + *value, 0));
      return;
    }
    std::int64_t amount = 1'000'000;
    if (!measure_.sum.empty()) amount = millionths(person_.value(fact, measure_.sum).value_or("0"));
    into_.add(key(block::tally, group, 0), static_cast<std::uint64_t>(amount));
  }

  void add_person() {
    into_.add(key(block::tally, "", 0), 1'000'000);
    into_.add(key(block::tally, "", 1));
  }

 private:
  cell_key key(block what, const std::string& text, std::int32_t b) const {
    return {
        static_cast<std::uint16_t>(what), 0, into_.stratum(text_separator + text), index_, b, 0};
  }

  const person& person_;
  const measure_definition& measure_;
  std::int32_t index_;
  partial& into_;
  std::set<std::string> groups_;
};
}  // namespace

void scan_funnel(const person& p, const scan_plan& plan, const cohort_unit& unit,
                 const unit_cells& cells) {
  const step_runs runs = runs_of(p, plan.definition);
  cells.add(block::steps, 0, step_started_n);
  for (std::uint32_t k = 1; k <= static_cast<std::uint32_t>(plan.definition.parameters.steps);
       ++k) {
    const auto a = static_cast<std::int32_t>(k);
    const auto completed = first_in(runs.completed, k, unit.place.origin, unit.end);
    if (first_in(runs.started, k, unit.place.origin, unit.end))
      cells.add(block::steps, a, step_started_n);
    if (!completed) continue;
    cells.add(block::steps, a, step_completed_n);
    const day until = add_months(*completed, 12);
    if (until > unit.end) continue;
    cells.add(block::steps, a, step_mature_n);
    if (first_in(runs.started, k + 1, *completed, until)) cells.add(block::steps, a, step_passed_n);
  }
}

void scan_latency(const person& p, const scan_plan& plan, partial& into) {
  constexpr std::int32_t days_max = 3'660;
  for (std::size_t i = 0; i < p.facts().size(); ++i) {
    const standing_fact& f = p.facts()[i];
    if (f.original->copied || p.opening(i) || !in_period(plan.definition.cohort, f.valid)) continue;
    const std::int32_t days = p.recorded_day(i) - f.valid;
    if (days < 0) continue;  // planned
    const cohort_unit unit = event_unit(p, plan, i, f.valid, into);
    unit_cells(into, unit).add(block::latencies, std::min(days, days_max));
  }
}

void scan_survey(const person& p, const scan_plan& plan, const answer_reader& answers,
                 partial& into) {
  std::map<std::int32_t, std::array<std::optional<std::size_t>, 2>> waves;
  const auto note = [&](const char* type, survey_count which) {
    p.each_of(find_type(type), [&](std::size_t i) {
      const auto wave = integer_of(p.value(i, "wave"));
      if (wave && in_period(plan.definition.cohort, p.facts()[i].valid))
        waves[static_cast<std::int32_t>(*wave)][which] = i;
    });
  };
  note("survey_invited", survey_invited_n);
  note("survey_responded", survey_responded_n);
  if (waves.empty()) return;
  std::map<std::string, std::map<std::int32_t, std::int64_t>> by_item;
  cohort_unit last;
  for (const auto& [wave, facts] : waves) {
    const auto invited = facts[survey_invited_n], responded = facts[survey_responded_n];
    const std::size_t fact = invited ? *invited : *responded;
    last = event_unit(p, plan, fact, p.facts()[fact].valid, into);
    const unit_cells cells(into, last);
    cells.add(block::survey, wave, survey_invited_n);
    if (!responded) continue;
    cells.add(block::survey, wave, survey_responded_n);
    scan_answers(p, *responded, wave, answers, plan.definition, by_item);
  }
  const unit_cells cells(into, last);
  for (const auto& [item, values] : by_item) {
    for (const auto& [wave, value] : values) add_item(cells, item, wave, value);
    if (values.size() > 1)
      add_item(cells, item, -1, values.rbegin()->second - values.begin()->second);
  }
}

namespace {
// Whether an event of the subject counts, before its fields are looked at.
class tally_rule {
 public:
  tally_rule(const person& p, const measure_definition& m) : left_out_(false) {
    if (!m.without.empty()) p.each_of(find_type(m.without), [&](std::size_t) { left_out_ = true; });
    if (m.after.empty()) return;
    after_ = open_end;
    p.each_of(find_type(m.after),
              [&](std::size_t i) { after_ = std::min(*after_, p.facts()[i].valid); });
  }
  bool counts(day on) const { return !left_out_ && (!after_ || on > *after_); }

 private:
  bool left_out_;
  std::optional<day> after_;
};

void tally_events(const person& p, const scan_plan& plan, const measure_definition& m,
                  tally_of_subject& tally) {
  const tally_rule rule(p, m);
  std::map<std::string, std::size_t> latest;  // by what is distinct
  const auto take = [&](std::size_t i) {
    const day on = p.facts()[i].valid;
    if (!rule.counts(on) || !in_period(plan.definition.cohort, on) || !matches(p, i, m.where))
      return;
    if (!m.latest) return tally.add(i);
    latest[m.distinct.empty() ? "" : tally_value(p, i, m.distinct).value_or("")] = i;
  };
  std::vector<const type_description*> types{find_type(m.event)};
  for (const auto& also : m.also) types.push_back(find_type(also));
  for (std::size_t i = 0; i < p.facts().size(); ++i)
    if (std::ranges::find(types, p.content(i).type) != types.end()) take(i);
  for (const auto& [value, fact] : latest) tally.add(fact);
}
}  // namespace

void scan_tally(const person& p, const scan_plan& plan, partial& into) {
  const auto& measures = plan.definition.measures;
  for (std::size_t m = 0; m < measures.size(); ++m) {
    tally_of_subject tally(p, measures[m], static_cast<std::int32_t>(m), into);
    if (!measures[m].persons) {
      tally_events(p, plan, measures[m], tally);
    } else if (p.subject().starts_with("participant/")) {
      const unit_place now{.origin = p.horizon()};
      if (holds(p, *measures[m].persons, now, plan.rules, up_to_origin) == answer::yes)
        tally.add_person();
    }
  }
}

}  // namespace stegvis

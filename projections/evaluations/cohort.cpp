// The cohort: who enters when, who is left out at which step, and what strata they fall in.
#include <algorithm>

#include "projections/evaluations/scan.hpp"

namespace stegvis {
namespace {
struct entry {
  unit_place place{};
  day on{};
};

// Entry days of the person, ascending, each with what is its own.
std::vector<entry> entries_of(const person& p, const scan_plan& plan) {
  const condition& c = plan.definition.cohort.entry;
  std::vector<entry> found;
  if (c.kind == condition_kind::event) {
    p.each_of(find_type(c.name), [&](std::size_t i) {
      if (!matches(p, i, c.where)) return;
      const standing_fact& f = p.facts()[i];
      const bool match = f.content->kind == fact_kind::match_proposed;
      const bool placement = f.content->kind == fact_kind::placement_started;
      found.push_back({{f.valid, f.content->enrolment,
                        placement ? std::string_view(f.content->key) : std::string_view(),
                        match ? std::string_view(f.content->key) : std::string_view(), i},
                       f.valid});
    });
  } else {
    const auto spans = spans_of(p, c, {}, plan.rules);
    // The last end is not known while one goes on.
    const bool goes_on = c.at == edge::end && plan.definition.cohort.pick == pick::last &&
                         std::ranges::any_of(spans, [](const span& s) { return s.open(); });
    if (goes_on) return found;
    for (const span& s : spans) {
      if (s.undecided || (c.at == edge::end && s.open())) continue;
      day on = c.at == edge::end ? s.to : s.from;
      // What runs already as the period begins enters on its first day.
      if (c.at == edge::running && plan.definition.cohort.from)
        on = std::max(on, *plan.definition.cohort.from);
      if (on > p.horizon() || (c.at != edge::end && on >= s.to)) continue;
      const bool job =
          c.kind == condition_kind::episode && (c.name == "job" || c.name == "work_training");
      const bool enrolment = c.kind == condition_kind::episode && c.name == "enrolment";
      found.push_back(
          {{on, enrolment ? s.id : s.enrolment, job ? s.id : std::string_view(), {}, {}}, on});
    }
    if (c.at == edge::end) std::ranges::stable_sort(found, {}, &entry::on);
  }
  return found;
}

bool in_period(const cohort_definition& c, day d) {
  const bool early = c.from && d < *c.from;
  if (early && c.prevalent == prevalent_rule::leave_out) return false;
  return !c.until || d <= *c.until;
}

void choose(std::vector<entry>& entries, pick which) {
  if (entries.size() < 2 || which == pick::any) return;
  entries = {which == pick::first ? entries.front() : entries.back()};
}

// A decimal of at most nine places as a multiple of 2^-32; nothing if it is no decimal.
std::optional<std::uint64_t> weight_of(const person& p, const scan_plan& plan,
                                       const unit_place& place) {
  if (!plan.definition.weight) return std::uint64_t{1} << 32;
  const auto levels = levels_of(p, *plan.definition.weight, place, place.origin);
  const std::string_view text = levels.front();
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::uint64_t whole = 0, parts = 0, scale = 1;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9' || whole > 1'000'000 || scale > 1'000'000'000'000) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (point)
      parts = parts * 10 + digit, scale *= 10;
    else
      whole = whole * 10 + digit;
  }
  const unsigned __int128 fraction =
      ((static_cast<unsigned __int128>(parts) << 32) + scale / 2) / scale;
  return (whole << 32) + static_cast<std::uint64_t>(fraction);
}

// Every combination of the levels of crossed dimensions.
std::vector<std::string> strata_texts(const person& p, const breakdown& by, const unit_place& place,
                                      day valued) {
  std::vector<std::string> texts{""};
  for (std::size_t d = 0; d < by.size(); ++d) {
    std::vector<std::string> longer;
    for (const auto& level : levels_of(p, by[d], place, valued))
      for (const auto& text : texts)
        longer.push_back(d == 0 ? level : text + level_separator + level);
    texts = std::move(longer);
  }
  return texts;
}

std::optional<day> first_censoring(const person& p, const scan_plan& plan,
                                   const unit_place& place) {
  std::optional<day> first;
  for (const condition& c : plan.definition.censoring) {
    const first_day f = first_day_of(p, c, place, plan.rules);
    if (f.on && (!first || *f.on < *first)) first = f.on;
  }
  return first;
}

class flow {
 public:
  flow(partial& into, std::uint32_t stratum) : into_(&into), stratum_(stratum) {}
  void pass(std::size_t step, std::uint64_t n = 1) const {
    if (n == 0) return;
    into_->add({static_cast<std::uint16_t>(block::flow), 0, stratum_,
                static_cast<std::int32_t>(step), 0, 0},
               n);
  }

 private:
  partial* into_;
  std::uint32_t stratum_;
};

// Whether the unit is still at risk at the landmark; then its clock starts there.
bool reach_landmark(const person& p, const scan_plan& plan, cohort_unit& unit) {
  if (!plan.definition.landmark) return true;
  const day at = after(unit.place.origin, *plan.definition.landmark);
  if (unit.end < at) return false;
  for (const auto& outcome : plan.definition.outcomes) {
    const first_day f = first_day_of(p, outcome.when, unit.place, plan.rules);
    if (f.on && *f.on < at) return false;
  }
  unit.place.origin = at;
  return true;
}

// Enrolments stand by their first day.
void value_at_first(const person& p, unit_place& place) {
  const auto& enrolments = p.history().enrolments;
  if (enrolments.empty()) return;
  place.valued = enrolments.front().from;
  place.valued_enrolment = enrolments.front().id;
}

// The unit made whole, or nothing at the step where it is left out.
std::optional<cohort_unit> admit(const person& p, const scan_plan& plan, const entry& e,
                                 const flow& count, partial& into) {
  const definition& d = plan.definition;
  cohort_unit unit{.place = e.place};
  if (d.cohort.origin) unit.place.origin = *d.cohort.origin;
  if (d.cohort.shift) unit.place.origin = after(unit.place.origin, *d.cohort.shift);
  if (d.cohort.valued_at == valued_rule::first_enrolment) value_at_first(p, unit.place);
  std::size_t step = 3;
  for (const condition& c : d.cohort.conditions) {
    if (holds(p, c, unit.place, plan.rules, up_to_origin) != answer::yes) return std::nullopt;
    count.pass(step++);
  }
  const auto weight = weight_of(p, plan, unit.place);
  if (!weight || unit.place.origin > p.horizon()) return std::nullopt;
  unit.weight = *weight;
  unit.end = std::min(p.horizon(), first_censoring(p, plan, unit.place).value_or(p.horizon()));
  if (d.cohort.from && e.on < *d.cohort.from) unit.late_entry = *d.cohort.from;
  if (!reach_landmark(p, plan, unit)) return std::nullopt;
  count.pass(step);
  for (const breakdown& by : plan.breakdowns) {
    auto& strata = unit.strata.emplace_back();
    for (const auto& text : strata_texts(p, by, unit.place, unit.place.origin))
      strata.push_back(into.stratum(text));
  }
  return unit;
}
}  // namespace

scan_plan plan_of(const definition& d) {
  scan_plan plan;
  plan.definition = d;
  plan.breakdowns = {{}};
  plan.shown = 1 + d.breakdowns.size();
  plan.rules = {d.parameters.gap_days, d.parameters.open};
  plan.breakdowns.insert(plan.breakdowns.end(), d.breakdowns.begin(), d.breakdowns.end());
  if (!d.parameters.test_strata.empty()) {
    for (const breakdown& shown : d.breakdowns) {
      breakdown crossed = d.parameters.test_strata;
      crossed.insert(crossed.end(), shown.begin(), shown.end());
      plan.breakdowns.push_back(std::move(crossed));
    }
  }
  if (d.parameters.units) plan.breakdowns.push_back({*d.parameters.units});
  if (d.statistic == statistic_kind::sequence) {
    plan.alphabet = alphabet_of(d);
    for (std::size_t i = 0; i < state_count; ++i)
      plan.place_of_state[i] = place_of(d, plan.alphabet, name_of(static_cast<state>(i)));
  }
  plan.flow_steps = {"persons", "entry", "period"};
  for (std::size_t i = 1; i <= d.cohort.conditions.size(); ++i)
    plan.flow_steps.push_back("condition_" + std::to_string(i));
  plan.flow_steps.emplace_back("analysed");
  return plan;
}

std::vector<cohort_unit> cohort_of(const person& p, const scan_plan& plan, partial& into) {
  const flow count(into, into.stratum(""));
  const cohort_definition& c = plan.definition.cohort;
  auto entries = entries_of(p, plan);
  // Persons are counted until their entries are; units that are not persons are from the start.
  const bool persons = c.pick != pick::any;
  count.pass(0, persons ? 1 : std::max<std::size_t>(1, entries.size()));
  if (entries.empty()) return {};
  count.pass(1, persons ? 1 : entries.size());
  std::erase_if(entries, [&](const entry& e) { return !in_period(c, e.on); });
  choose(entries, c.pick);
  count.pass(2, entries.size());
  std::vector<cohort_unit> units;
  for (const entry& e : entries)
    if (auto unit = admit(p, plan, e, count, into)) units.push_back(std::move(*unit));
  for (const cohort_unit& unit : units) unit_cells(into, unit).add(block::strata);
  return units;
}

void unit_cells::add(block what, std::int32_t a, std::int32_t b, std::int32_t c,
                     std::uint64_t amount) const {
  for (std::size_t i = 0; i < unit_->strata.size(); ++i)
    for (const std::uint32_t stratum : unit_->strata[i])
      into_->add(
          {static_cast<std::uint16_t>(what), static_cast<std::uint16_t>(i), stratum, a, b, c},
          amount);
}

void unit_cells::add_text(block what, std::string_view text, std::int32_t a, std::int32_t b,
                          std::int32_t c, std::uint64_t amount) const {
  for (std::size_t i = 0; i < unit_->strata.size(); ++i) {
    for (const std::uint32_t stratum : unit_->strata[i]) {
      const std::string whole = into_->strata()[stratum] + text_separator + std::string(text);
      into_->add({static_cast<std::uint16_t>(what), static_cast<std::uint16_t>(i),
                  into_->stratum(whole), a, b, c},
                 amount);
    }
  }
}

int months_between(day from, day to) {
  const auto a = civil_of(from), b = civil_of(to);
  int months = (b.year - a.year) * 12 + static_cast<int>(b.month) - static_cast<int>(a.month);
  while (add_months(from, months) > to) --months;
  while (add_months(from, months + 1) <= to) ++months;
  return months;
}

std::int32_t time_on_axis(const axis_definition& axis, day origin, day d) {
  const int days = d - origin;
  switch (axis.unit) {
    case time_unit::day:
      return axis.first + days;
    case time_unit::week:
      return axis.first + (days >= 0 ? days / 7 : -((6 - days) / 7));
    case time_unit::month:
      return axis.first + months_between(origin, d);
  }
  return 0;
}

}  // namespace stegvis

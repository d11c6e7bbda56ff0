#include "projections/evaluations/scan.hpp"

#include <algorithm>

#include "projections/statistics/survival.hpp"

namespace stegvis {
namespace {
std::uint64_t squared(std::uint64_t fixed) {
  const auto wide = static_cast<unsigned __int128>(fixed) * fixed;
  return static_cast<std::uint64_t>((wide + (std::uint64_t{1} << 31)) >> 32);
}

// What ended a unit's time at risk, on its axis.
struct exit_of_unit {
  std::int32_t time = 0;
  std::int32_t cause = 0;  // 0: censored
};

exit_of_unit exit_of(const person& p, const scan_plan& plan, const cohort_unit& unit) {
  const definition& d = plan.definition;
  day end = unit.end;
  std::optional<day> event;
  std::int32_t cause = 0;
  for (std::size_t i = 0; i < d.outcomes.size(); ++i) {
    const first_day f = first_day_of(p, d.outcomes[i].when, unit.place, plan.rules);
    if (f.undecided) end = std::min(end, *f.undecided);
    if (!f.on || (event && *f.on >= *event)) continue;
    event = f.on;
    cause = static_cast<std::int32_t>(i) + 1;
  }
  const auto time = [&](day on) { return time_on_axis(d.axis, unit.place.origin, on); };
  if (event && *event <= end && time(*event) <= d.axis.until) return {time(*event), cause};
  return {std::min(time(end), d.axis.until), 0};
}

void add_exposure(const definition& d, const cohort_unit& unit, const unit_cells& cells,
                  const exit_of_unit& exit, std::int32_t entry) {
  cells.add(block::exposures, exit.time, exit.cause, entry);
  if (!d.weight) return;
  cells.add(block::weights, exit.time, exit.cause, entry, unit.weight);
  cells.add(block::weight_squares, exit.time, exit.cause, entry, squared(unit.weight));
}

// `no` counts as unknown where nothing is known of the person's work at the end of the window.
answer settled(const person& p, const outcome_definition& outcome, const unit_place& place,
               answer a) {
  if (a != answer::no || outcome.known_by_default || !outcome.when.within.until) return a;
  const claim c = claim_on(p.claims(), after(place.origin, *outcome.when.within.until));
  return c.value == unknown_value ? answer::unknown : answer::no;
}

// In the spell on the day: certain, or only as far as it was confirmed.
answer in_spell(const std::vector<span>& spells, day on) {
  answer best = answer::no;
  for (const span& s : spells) {
    if (on < s.from || on >= s.to) continue;
    if (!s.open() || on <= s.confirmed) return answer::yes;
    best = answer::unknown;
  }
  return best;
}

answer without_break(const std::vector<span>& spells, day from, day until) {
  for (const span& s : spells) {
    if (from < s.from || from >= s.to) continue;
    if (s.open()) return until <= s.confirmed ? answer::yes : answer::unknown;
    return until < s.to ? answer::yes : answer::no;
  }
  return answer::no;
}

condition default_spell() {
  condition job;
  job.kind = condition_kind::episode;
  job.name = "job";
  return job;
}

// How long the spell lasted in which the unit begins; censored where it was last known to run.
void add_spell(const scan_plan& plan, const cohort_unit& unit, const unit_cells& cells,
               const std::vector<span>& spells) {
  for (const span& s : spells) {
    if (unit.place.origin < s.from || unit.place.origin >= s.to) continue;
    const day last = s.open() ? s.confirmed : s.to;
    const auto time = time_on_axis(plan.definition.axis, unit.place.origin, last);
    const auto until = plan.definition.axis.until;
    const bool ended = !s.open() && time <= until && s.to <= unit.end + 1;
    add_exposure(plan.definition, unit, cells, {std::min(time, until), ended ? 1 : 0},
                 never_entered_late);
    return;
  }
}
}  // namespace

void scan_survival(const person& p, const scan_plan& plan, const cohort_unit& unit,
                   const unit_cells& cells) {
  const exit_of_unit exit = exit_of(p, plan, unit);
  std::int32_t entry = never_entered_late;
  if (unit.late_entry)
    entry = time_on_axis(plan.definition.axis, unit.place.origin, *unit.late_entry);
  add_exposure(plan.definition, unit, cells, exit, entry);
}

void scan_proportions(const person& p, const scan_plan& plan, const cohort_unit& unit,
                      const unit_cells& cells) {
  for (std::size_t i = 0; i < plan.definition.outcomes.size(); ++i) {
    const outcome_definition& outcome = plan.definition.outcomes[i];
    const auto a = static_cast<std::int32_t>(i);
    const answer base = all_hold(p, outcome.base, unit.place, plan.rules, up_to_origin);
    if (base == answer::no) continue;
    if (base != answer::yes) {
      cells.add(block::outcomes, a, base_unknown);
      continue;
    }
    const answer found = settled(p, outcome, unit.place,
                                 holds(p, outcome.when, unit.place, plan.rules, from_origin));
    cells.add(block::outcomes, a, static_cast<std::int32_t>(found));
  }
}

void scan_retention(const person& p, const scan_plan& plan, const cohort_unit& unit,
                    const unit_cells& cells) {
  const auto& parameters = plan.definition.parameters;
  const bool given = !parameters.spell.name.empty() || !parameters.spell.values.empty() ||
                     !parameters.spell.parts.empty();
  const auto spells = spans_of(p, given ? parameters.spell : default_spell(), {}, plan.rules);
  for (const int months : parameters.times) {
    const day until = add_months(unit.place.origin, months);
    const bool mature = until <= p.horizon();
    const answer point = mature ? in_spell(spells, until) : answer::immature;
    const answer whole =
        mature ? without_break(spells, unit.place.origin, until) : answer::immature;
    cells.add(block::outcomes, months, static_cast<std::int32_t>(point), 0);
    cells.add(block::outcomes, months, static_cast<std::int32_t>(whole), 1);
  }
  add_spell(plan, unit, cells, spells);
}

void scan_ages(const person& p, const scan_plan& plan, const cohort_unit& unit,
               const unit_cells& cells) {
  const auto& outcome = plan.definition.outcomes.front();
  const first_day f = first_day_of(p, outcome.when, unit.place, plan.rules);
  const auto half_year = period_number(unit.place.origin, "half_year");
  for (const int age : plan.definition.parameters.times) {
    const day until = add_months(unit.place.origin, age);
    if (until > unit.end) {
      cells.add(block::ages, half_year, age, age_immature_n);
      continue;
    }
    cells.add(block::ages, half_year, age, age_mature_n);
    if (f.on && *f.on <= until) cells.add(block::ages, half_year, age, age_reached_n);
  }
}

void scan_stock(const person& p, const scan_plan& plan, const cohort_unit& unit,
                const unit_cells& cells) {
  constexpr window that_day{duration{}, duration{}};
  const auto& outcome = plan.definition.outcomes.front();
  const auto count = [&](day on) {
    if (on < unit.place.origin) return;
    unit_place then = unit.place;
    then.origin = on;
    if (holds(p, outcome.when, then, plan.rules, that_day) == answer::yes)
      cells.add(block::stocks, on.count);
  };
  if (const auto first = plan.definition.parameters.stock_from) {
    for (day on = *first; on < p.horizon();
         on = period_after(on, plan.definition.parameters.period))
      count(on);
  }
  count(p.horizon());
}

void scan(const person& p, const scan_plan& plan, const answer_reader& answers, partial& into) {
  switch (plan.definition.statistic) {
    case statistic_kind::latency:
      return scan_latency(p, plan, into);
    case statistic_kind::survey:
      return scan_survey(p, plan, answers, into);
    case statistic_kind::tally:
      return scan_tally(p, plan, into);
    default:
      break;
  }
  for (const cohort_unit& unit : cohort_of(p, plan, into)) {
    const unit_cells cells(into, unit);
    switch (plan.definition.statistic) {
      case statistic_kind::survival:
      case statistic_kind::competing:
        scan_survival(p, plan, unit, cells);
        break;
      case statistic_kind::proportion:
        scan_proportions(p, plan, unit, cells);
        break;
      case statistic_kind::retention:
        scan_retention(p, plan, unit, cells);
        break;
      case statistic_kind::funnel:
        scan_funnel(p, plan, unit, cells);
        break;
      case statistic_kind::sequence:
        scan_sequence(p, plan, unit, cells);
        break;
      case statistic_kind::cohort_ages:
        scan_ages(p, plan, unit, cells);
        break;
      case statistic_kind::stock:
        scan_stock(p, plan, unit, cells);
        break;
      case statistic_kind::count:
        cells.add(block::periods,
                  period_number(unit.place.origin, plan.definition.parameters.period));
        break;
      case statistic_kind::latency:
      case statistic_kind::survey:
      case statistic_kind::gap:
      case statistic_kind::tally:
      case statistic_kind::report:
        break;
    }
  }
}

std::int32_t period_number(day d, std::string_view period) {
  const auto c = civil_of(d);
  const int month = static_cast<int>(c.month) - 1;
  if (period == "year") return c.year;
  if (period == "half_year") return c.year * 2 + month / 6;
  if (period == "quarter") return c.year * 4 + month / 3;
  return c.year * 12 + month;
}

std::string period_text(std::int32_t n, std::string_view period) {
  const int per_year = period == "year"        ? 1
                       : period == "half_year" ? 2
                       : period == "quarter"   ? 4
                                               : 12;
  const int month = n % per_year * (12 / per_year) + 1;
  return period_of(make_day(n / per_year, static_cast<unsigned>(month), 1), period);
}

}  // namespace stegvis

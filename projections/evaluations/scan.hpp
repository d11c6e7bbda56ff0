#pragma once
// From persons to counts. Everything that a statistic needs of a person is added to a partial as
// integers; nothing is divided here.
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "projections/evaluations/partial.hpp"
#include "projections/evaluations/person.hpp"
#include "projections/statistics/sequences.hpp"

namespace stegvis {

// What the cells of a partial count; a, b, c as told.
enum class block : std::uint16_t {
  flow,            // a: step: units that passed it
  strata,          // units analysed
  exposures,       // a: exit, b: cause (0: censored), c: entry (or never_entered_late)
  weights,         // the same, sum of weights (fixed)
  weight_squares,  // the same, sum of squared weights (fixed)
  outcomes,        // a: outcome or horizon, b: answer; c: 0 point, 1 continuous (retention)
  steps,           // a: ladder step (0: everybody), b: step_count
  states,          // a: time, b: state
  state_weights,
  transitions,  // a: time, b: from, c: to
  transition_weights,
  durations,  // b: state: sum of times spent in it
  duration_weights,
  measures,       // a: sequence_measure; b, c: high and low half of the value (fixed)
  sequences,      // the stratum's text goes on with U+001E and the sequence; c = 1: weight
  periods,        // a: number of the calendar period
  stocks,         // a: day
  ages,           // a: half-year, b: age, c: age_count
  latencies,      // a: days
  survey,         // a: wave, b: survey_count
  survey_items,   // a: wave (-1: last less first), b: n, sum, sum of squares; text: item
  tally,          // a: measure; the text goes on with the group
  tally_distinct  // a: measure; the text goes on with group and value
};
enum step_count : std::int32_t { step_started_n, step_completed_n, step_mature_n, step_passed_n };
enum age_count : std::int32_t { age_mature_n, age_reached_n, age_immature_n };
enum survey_count : std::int32_t { survey_invited_n, survey_responded_n };
enum class sequence_measure : std::int32_t { entropy, complexity, turbulence, transitions };
constexpr std::int32_t base_unknown = 4;  // in place of an answer: who belongs to the base
constexpr std::int32_t never_entered_late = std::numeric_limits<std::int32_t>::min();

constexpr char level_separator = '\x1f', text_separator = '\x1e';

// A definition made ready for scanning. Breakdown 0 is the total; behind those of the definition
// come those of a stratified test, which are not shown, and last that of the units compared.
struct scan_plan {
  stegvis::definition definition;
  std::vector<breakdown> breakdowns;  // [0] is empty
  std::size_t shown = 1;              // so many of them are
  span_rules rules;
  // Of a sequence: names of its states, the last behind all; and where each status stands there.
  std::vector<std::string> alphabet;
  std::array<statistics::state_code, state_count> place_of_state{};
  std::vector<std::string> flow_steps;  // codes: persons, entry, period, condition_1 ..., analysed
};
scan_plan plan_of(const definition&);

// Answers of a respondent, opened from the event at the position: item and value.
using answer_reader = std::function<std::vector<std::pair<std::string, std::int64_t>>(position)>;

// Adds what the person contributes. Reference subjects contribute to tallies only.
void scan(const person&, const scan_plan&, const answer_reader&, partial&);

// A unit of analysis that came through the flow.
struct cohort_unit {
  unit_place place{};
  day end{};                        // last day observed
  std::optional<day> late_entry{};  // at risk from the day after
  std::uint64_t weight = 0;         // fixed
  // For each breakdown its strata in the partial (several where levels overlap).
  std::vector<std::vector<std::uint32_t>> strata{};
};
// Units that came through, counting the flow in the partial.
std::vector<cohort_unit> cohort_of(const person&, const scan_plan&, partial&);

// Time of a day on the axis, counted from the origin.
std::int32_t time_on_axis(const axis_definition&, day origin, day d);
// Whole months from one day to a later one (add_months); negative before it.
int months_between(day from, day to);

// Adds to the unit's cells in all breakdowns.
class unit_cells {
 public:
  unit_cells(partial& into, const cohort_unit& unit) : into_(&into), unit_(&unit) {}
  void add(block what, std::int32_t a = 0, std::int32_t b = 0, std::int32_t c = 0,
           std::uint64_t amount = 1) const;
  void add_text(block what, std::string_view text, std::int32_t a, std::int32_t b, std::int32_t c,
                std::uint64_t amount) const;

 private:
  partial* into_;
  const cohort_unit* unit_;
};

// Of the statistics, in files of their own.
void scan_survival(const person&, const scan_plan&, const cohort_unit&, const unit_cells&);
void scan_proportions(const person&, const scan_plan&, const cohort_unit&, const unit_cells&);
void scan_retention(const person&, const scan_plan&, const cohort_unit&, const unit_cells&);
void scan_funnel(const person&, const scan_plan&, const cohort_unit&, const unit_cells&);
void scan_sequence(const person&, const scan_plan&, const cohort_unit&, const unit_cells&);
// The measures of a whole sequence, and its text, for so many that had it.
void count_course(const scan_plan&, const std::vector<statistics::state_code>& states,
                  std::uint64_t times, const unit_cells&);
void scan_ages(const person&, const scan_plan&, const cohort_unit&, const unit_cells&);
void scan_stock(const person&, const scan_plan&, const cohort_unit&, const unit_cells&);
void scan_latency(const person&, const scan_plan&, partial&);
void scan_survey(const person&, const scan_plan&, const answer_reader&, partial&);
void scan_tally(const person&, const scan_plan&, partial&);

// Codes of the states of a sequence, in order; the last is "other" if anything falls outside.
std::vector<std::string> alphabet_of(const definition&);
// Where a status or situation stands in the alphabet.
statistics::state_code place_of(const definition&, const std::vector<std::string>& alphabet,
                                std::string_view name);
// Number of a calendar period, ascending with time, and its text.
std::int32_t period_number(day d, std::string_view period);
std::string period_text(std::int32_t number, std::string_view period);

}  // namespace stegvis

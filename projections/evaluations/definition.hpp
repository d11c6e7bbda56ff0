#pragma once
// A definition: what an evaluation counts, for whom, from when, until when. Written in TOML
// (definitions/README.md describes every key), checked when read, hashed as canonical JSON with
// defaults written out. Plain values.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/time.hpp"
#include "projections/evaluations/result.hpp"

namespace stegvis {

enum class time_unit : std::uint8_t { day, week, month };
std::string_view name_of(time_unit);

// So many days, weeks or months, in TOML "28d", "4w", "-6m". Months clamp (add_months).
struct duration {
  int amount = 0;
  time_unit unit = time_unit::day;
  friend bool operator==(const duration&, const duration&) = default;
};
day after(day origin, duration);  // origin + duration

// Days relative to the origin, both ends included; an absent end is open.
struct window {
  std::optional<duration> from{}, until{};
  friend bool operator==(const window&, const window&) = default;
};

// `field` of an event's data has one of the values (as text: codes, ids, integers, true, false).
struct field_filter {
  std::string field{};
  std::vector<std::string> values{};
  friend bool operator==(const field_filter&, const field_filter&) = default;
};

// What a condition looks at.
enum class condition_kind : std::uint8_t {
  any,        // of `parts`
  all,        // of `parts`
  none,       // of `parts`
  event,      // an event of the type `name`, with `where`
  episode,    // an episode of the kind `name` (job, education, enrolment ...), with `where` on
              // subsidised, reserved, detail, unit
  state,      // the person's status is one of `values` (or a group of the sequence's alphabet)
  situation,  // the situation is one of `values` (in `scheme`)
  dimension,  // `name` (see `dimension`) has one of `values`, or lies in [low, high]
  improved,   // the last assessment of the kind `name` is better than the first in the window
  listed      // the event's ssyk is a listed shortage occupation on its day
};
enum class edge : std::uint8_t { running, start, end };  // of an episode, state or situation;
                                                         // end: the first day that no longer counts
enum class pick : std::uint8_t { first, last, any };

struct dimension;

// In TOML one inline table: { event = "participant_exited", where = { destination = ["moved"] } },
// { episode = "job", where = { subsidised = false }, min_duration = "1m" }, { situation =
// ["employed"] }, { any = [ ... ] }, { dimension = "sex", is = ["woman"] }.
struct condition {
  condition_kind kind = condition_kind::event;
  std::vector<condition> parts{};
  std::string name{};
  std::string scheme{};               // of a situation; an assessment's scale; of a dimension: its
                                      // `field` (the recorded attribute's name)
  std::vector<std::string> values{};
  std::vector<field_filter> where{};
  // Of events in the window: `where` must hold of the first, of the last, or of any.
  stegvis::pick pick = stegvis::pick::any;
  std::optional<std::int64_t> low{}, high{};  // of a dimension with numbers; both included
  edge at = edge::running;
  bool own = false;                   // only of the unit's own enrolment or placement
  bool lower_is_better = true;        // of improved
  std::optional<duration> min_duration{};  // of an episode: shorter ones do not count
  window within{};                    // relative to the origin; once read, defaults stand in it
  friend bool operator==(const condition&, const condition&) = default;
};

// A property of a unit, valued at its origin (or landmark): strata, conditions, baseline.
// Names: sex, birth_year, age, country_of_birth, education, target_group (overlapping), unit,
// subproject, half_year, quarter, year, month (of the origin), labour_status, unemployed_months,
// livelihood, kind (of placement or activity of the entry), establishment (yes/no), type (of the
// event: latency alone), entry (code or value of the entry event's field `field`), or attribute
// with the recorded attribute's name in `field`.
struct dimension {
  std::string name{};
  std::string field{};                 // recorded attribute, or field of the entry event
  std::vector<std::int64_t> bands{};   // lower bounds of bands of a number, ascending
  std::vector<std::string> levels{};   // all levels, in order; empty: as found, ascending
  bool health = false;                 // the attribute is recorded under the class health
  friend bool operator==(const dimension&, const dimension&) = default;
};
bool overlaps(const dimension&);  // a unit may have several of its levels
std::string label_of(const dimension&);  // the dimension's code in results: name, or the field

// Dimensions that are crossed in one table.
using breakdown = std::vector<dimension>;

enum class unit_of_analysis : std::uint8_t { person, enrolment, placement, occurrence };
enum class open_rule : std::uint8_t { carry, censor_at_confirmed };
// When dimensions are valued: at the origin, or on the first day of the person's first enrolment
// (ESF: the characteristics of the first participation).
enum class valued_rule : std::uint8_t { origin, first_enrolment };
enum class prevalent_rule : std::uint8_t {
  leave_out,   // whose entry lies before the period
  late_entry   // are at risk from the period's first day on
};

struct cohort_definition {
  unit_of_analysis unit = unit_of_analysis::person;
  condition entry{};            // gives the entry day: an event, or an edge of an episode
  stegvis::pick pick = pick::first;  // of a person's entries in the period
  std::optional<day> from{}, until{};  // of entries, both included; absent: open
  // All must hold. Window's default: (-, 0d] for events and edges, else the origin itself.
  std::vector<condition> conditions{};
  prevalent_rule prevalent = prevalent_rule::leave_out;
  std::optional<day> origin{};          // a fixed origin for everybody; else the entry day
  std::optional<duration> shift{};      // moves the origin back from the entry day: "-1d"
  valued_rule valued_at = valued_rule::origin;
  std::string subjects = "participant/";  // whose journeys are looked at
};

struct outcome_definition {
  std::string name{};
  bilingual title{};
  condition when{};                 // window's default [0d, +)
  std::vector<condition> base{};    // of a proportion: who is in its denominator
  bool known_by_default = true;     // false: `no` needs a known situation, else unknown
};

struct axis_definition {
  time_unit unit = time_unit::month;
  int first = 0;   // number of the origin's own interval
  int until = 48;  // last time; later ones are censored there
};

enum class statistic_kind : std::uint8_t {
  survival,     // Kaplan-Meier of the first outcome
  competing,    // Aalen-Johansen of the outcomes
  proportion,   // share of each outcome at the end of its window
  retention,    // in a job at horizons after its start, point and continuous
  funnel,       // ladder steps
  sequence,     // states by time
  count,        // the cohort by calendar period of the origin
  stock,        // who fulfils `outcome` on calendar days
  cohort_ages,  // outcome by half-year of entry at fixed ages
  latency,      // recorded day - valid day of events
  survey,       // response and change between waves
  gap,          // difference of two external series
  tally,        // sums over events of any subject
  report        // several definitions together
};
std::string_view name_of(statistic_kind);

enum class interval_kind : std::uint8_t { log, log_log, plain };
enum class test_kind : std::uint8_t { log_rank, peto_peto, gray };

// [parameters]
struct statistic_parameters {
  std::vector<int> times{};          // where curves are read, retention's horizons in months, ages
  interval_kind interval = interval_kind::log_log;
  bool variance_aalen = false;       // else infinitesimal jackknife
  std::vector<test_kind> tests{};
  bool p_values = false;
  std::vector<dimension> test_strata{};  // of a stratified log-rank
  // retention, and every episode of the kind job:
  int gap_days = 7;                  // breaks of at most so many days are bridged
  open_rule open = open_rule::censor_at_confirmed;
  condition spell{};                 // retention: what must go on; default: episode job
  // sequence
  bool from_status = true;           // else from the situation, in `scheme`
  std::string scheme{};
  struct state_group {
    std::string name{};
    bilingual title{};
    std::vector<std::string> of{};   // status states or situations
  };
  std::vector<state_group> states{};  // the alphabet, in order
  bool calendar = false;             // months of the calendar, else since the origin
  int sequences_shown = 10;
  // funnel
  int steps = 4;
  std::string ladder{};              // empty: all
  // count, stock
  std::string period = "half_year";  // half_year, quarter, year, month
  std::optional<day> stock_from{};   // stock: the first of each month from here; absent: as-of only
  std::optional<std::string> target{};  // decimal, as given
  // latency
  int late_days = 30;
  // survey
  std::vector<std::string> items{};  // empty: all
  // gap
  std::string series{}, area{}, reference_area{};
  // proportion: unit comparison as funnel plots over this dimension
  std::optional<dimension> units{};
};

// [[measure]] of a tally.
struct measure_definition {
  std::string name{};
  bilingual title{};
  std::string indicator{};  // such as I06: what targets are set for
  std::string event{};
  std::vector<std::string> also{};  // further types counted with `event`
  std::vector<field_filter> where{};
  // Instead of an event: persons (participant/) for whom this holds by the last day looked at.
  std::optional<condition> persons{};
  std::string without{};    // subjects that have an event of this type, too, are left out
  std::string after{};      // only later than the first event of this type about the same subject
  std::string sum{};        // field that is summed; empty: events are counted
  // `distinct` and `group`: a field of the event, "subject", or "type.field" of the subject's last
  // event of that type (workplace_registered.unit).
  std::string distinct{};   // count distinct values of it
  std::string group{};      // one row for each value of it
  std::string per{};        // divided by this measure
  bool latest = false;      // only the last event of each `distinct` counts
};

// [[variant]] of [sensitivity], or [[comparison]]: the definition with other values.
struct variant_definition {
  std::string name{};
  bilingual title{};
  std::string overrides_toml{};  // the keys it sets, as a TOML document: merged over the definition
};

struct standardisation {
  std::vector<dimension> by{};
  // Given weights, one for each combination of levels in order; empty: the pooled cohort's.
  std::vector<double> weights{};
};

struct definition;

// [[section]] of a report: another definition, perhaps with other values.
struct section_reference {
  std::string use{};              // name of a shipped definition, or a file beside this one
  bilingual title{};              // empty: that of the definition
  std::string overrides_toml{};
  std::vector<definition> what;  // exactly one: the definition used, overrides merged
};

struct definition {
  std::string name{};
  std::int64_t version = 1;
  std::string indicator{};  // such as I03: what targets are set for
  bilingual title{}, description{};
  statistic_kind statistic = statistic_kind::survival;
  bool needs_keys = false;  // opens sealed health codes; must say so
  cohort_definition cohort{};
  std::vector<outcome_definition> outcomes{};
  std::vector<condition> censoring{};  // the first day of any ends observation; window [0d, +)
  axis_definition axis{};
  std::optional<duration> landmark{};  // only those still at risk then; the clock starts there
  std::vector<breakdown> breakdowns{};  // `by`; the total is always there
  std::optional<dimension> weight{};    // a recorded attribute with decimal values
  statistic_parameters parameters{};
  std::vector<measure_definition> measures{};
  std::vector<variant_definition> sensitivity{};
  std::vector<variant_definition> comparisons{};
  std::optional<standardisation> standardise{};
  std::vector<section_reference> sections{};
  std::string text{};  // the TOML as given
};

// Text of a definition that a report uses and that is not shipped; nothing if there is none.
using definition_finder = std::function<std::optional<std::string>(std::string_view name)>;

// Reads and checks. bad_definition with line and key, and the nearest valid name for what is
// unknown. `file` is named in problems. A report's sections are read with it.
[[nodiscard]] result<definition> parse_definition(std::string_view toml, std::string_view file,
                                                  const definition_finder& beside = {});
// The definition with other keys in place of its own: tables merge, but conditions, dimensions and
// lists are replaced whole. bad_definition.
[[nodiscard]] result<definition> with_overrides(const definition&, std::string_view overrides_toml);
// The definition as the variant has it, itself without sensitivity and comparisons. Read with the
// definition, so that it never fails.
definition variant_of(const definition&, const variant_definition&);
// Canonical JSON with defaults written out, without texts that change no number (titles,
// descriptions): what the hash is over.
std::string canonical_json(const definition&);
std::string definition_hash(const definition&);  // SHA-256, hex

// Names of the definitions shipped with the program, ascending, and their TOML.
std::vector<std::string_view> shipped_definitions();
std::optional<std::string_view> shipped_definition(std::string_view name);

}  // namespace stegvis

#pragma once
// The result of an evaluation: a manifest (what was asked of which facts) and tables. Every later
// step reads these: disclosure hides values in them, reports draw them, `diff` compares them.
// Plain values, no behaviour of their own but look-ups.
//
// Tables of one `id` form a cube: one table for each breakdown (`by`), the total being the table
// with an empty `by`. Rows are sorted by their level and key values, in the order given by the
// definition or else ascending.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace stegvis {

// Why a value is not there, or is to be read with care.
enum class mark : std::uint8_t {
  none,
  suppressed,   // hidden by disclosure control
  immature,     // not yet observable for the cohort
  preliminary,  // lies within the usual delay of recording before the cut
  undefined,    // the formula has no value, such as a share of nobody
  not_reached   // a quantile that the curve does not reach
};
std::string_view name_of(mark);

struct result_value {
  std::variant<std::monostate, std::int64_t, double, std::string> value{};
  stegvis::mark mark = stegvis::mark::none;

  bool empty() const { return value.index() == 0; }
  const std::int64_t* count() const { return std::get_if<std::int64_t>(&value); }
  const double* number() const { return std::get_if<double>(&value); }
  const std::string* text() const { return std::get_if<std::string>(&value); }
  friend bool operator==(const result_value&, const result_value&) = default;
};
inline result_value count_value(std::int64_t n) {
  return {n, mark::none};
}
inline result_value number_value(double x, mark m = mark::none) {
  return {x, m};
}
inline result_value text_value(std::string s) {
  return {std::move(s), mark::none};
}
inline result_value missing_value(mark m) {
  return {{}, m};
}

enum class column_role : std::uint8_t {
  level,   // a stratum's code; one for each dimension of `by`, first
  key,     // what the row is about besides: time, state, indicator, horizon ...
  count,   // persons (or other units): what disclosure protects
  figure,  // computed from the counts of `of` in its row, and hidden with any of them
  plain    // tells of no person: limits, targets, sums of money
};
std::string_view name_of(column_role);

// How a value is written for people.
enum class value_form : std::uint8_t {
  code,  // looked up in the words of pages
  integer,
  share,   // 0 to 1, shown as per cent
  points,  // difference of shares, shown in percentage points
  number,
  day,  // text YYYY-MM-DD
  time  // on the definition's axis
};
std::string_view name_of(value_form);

struct result_column {
  std::string id;  // "n", "yes", "share", "low" ...; outcomes and states follow an underscore
  column_role role = column_role::key;
  value_form form = value_form::integer;
  std::vector<std::string> of{};  // of a figure: the counts in its row that would tell it
  friend bool operator==(const result_column&, const result_column&) = default;
};

// In every row: whole = sum of parts, or more where others belong to it that have no column.
struct sum_relation {
  std::string whole;
  std::vector<std::string> parts;
  friend bool operator==(const sum_relation&, const sum_relation&) = default;
};

using result_row = std::vector<result_value>;

// How a table is drawn.
enum class table_form : std::uint8_t {
  flow,         // key step; counts n, left_out: n of a row = n of the row before - left_out
  baseline,     // keys variable, value; count n; figures share, difference
  curve,        // key time; counts at_risk events censored; figures survival std_error low high
  incidence,    // key time; counts at_risk event_X censored; figures incidence_X low_X high_X
                // still_in
  at_times,     // key time (and outcome); counts; figures at set times of the axis
  summary,      // one row: median, low, high, mean
  tests,        // key test; plain chi_square df p
  proportions,  // keys indicator, horizon; counts n yes no unknown immature; figures share low high
                // worst best
  differences,  // keys indicator, reference; figures difference low high
  funnel,       // keys ladder step; counts started completed passed ...; figures
  states,       // key time; counts n_STATE base; figures share_STATE entropy
  transitions,  // key from; counts to_STATE base; figures rate_STATE
  costs,        // key state; figures cost_STATE
  durations,    // key state; figures mean
  sequences,    // key sequence; counts n; figures share
  measures,     // key measure; count n; figures mean median min max
  cohort_ages,  // keys cohort age; counts n yes; figures share low high
  counts,       // key period; count n; plain target
  stock,        // key date; count n
  latency,      // counts n late; figures median percentile_90 share
  units,        // funnel plot: level; counts n yes; figures share; plain low_95 high_95 low_998
                // high_998 target; figure outside
  tally,        // key measure (and group); plain value
  targets,      // key target; plain value, reached, met
  sensitivity,  // key variant; the columns of the headline table
  text          // key line: sentences for people
};
std::string_view name_of(table_form);

// Between the names of levels that are told as one (level_joins.hpp): "man + other + unknown".
constexpr std::string_view joined_levels = " + ";

struct result_table {
  std::string id;  // unique with `by` within its section
  table_form form = table_form::counts;
  std::vector<std::string> by{};  // dimensions of the breakdown
  // Dimensions whose levels overlap (a person in two groups): parts do not add up to the total.
  std::vector<std::string> overlapping{};
  std::vector<result_column> columns{};
  std::vector<sum_relation> sums{};
  std::vector<result_row> rows{};

  std::optional<std::size_t> find_column(std::string_view column_id) const;
  friend bool operator==(const result_table&, const result_table&) = default;
};

// Words in both languages for codes that the definition brings along: outcomes, states, titles.
struct bilingual {
  std::string sv{}, en{};
  friend bool operator==(const bilingual&, const bilingual&) = default;
};

// One statistic of one definition. A report has several, an ordinary evaluation one.
struct result_section {
  std::string definition;  // name
  std::int64_t version = 1;
  std::string statistic;
  std::string indicator{};                        // such as I03, for targets; not in JSON
  std::map<std::string, std::string> measured{};  // indicator to measure of a tally; not in JSON
  bilingual title{}, description{};
  std::string axis_unit{};                    // day, week or month; empty: no axis
  std::map<std::string, bilingual> labels{};  // of codes: outcomes, indicators, states, strata
  std::vector<std::string> notes{};           // codes of remarks, such as variance_aalen
  std::vector<result_table> tables{};
  friend bool operator==(const result_section&, const result_section&) = default;
};

// What makes the result what it is; all of it is hashed but `build`.
struct result_manifest {
  std::string ledger{};        // its id; of a federated result all, ascending, with commas
  std::uint64_t cut = 0;       // position
  std::string cut_recorded{};  // recorded time of the event there
  // Over the events up to the cut, hex; of a federated result in the order of `ledger`, with
  // commas. Nothing in results of older builds.
  std::optional<std::string> head_hash{};
  std::string as_of{};        // day
  std::string censored_at{};  // the lesser of as_of and the day of the cut
  std::string definition{};   // name
  std::int64_t version = 1;
  std::string definition_hash{};
  std::string definition_text{};  // the TOML as given, so that the result can be run again
  std::map<std::string, std::int64_t> versions{};  // of rules and statistics used
  std::int64_t restricted = 0;                     // persons left out: art. 18, decided by now
  std::string exclusions_hash{};                   // over their subjects
  std::int64_t erased = 0;                         // persons whose values read `erased`
  std::uint64_t erased_until = 0;                  // position of the last erasure
  std::uint64_t reports_until = 0;  // P: published reports up to here were compared with
  std::int64_t reports_compared = 0;
  bool suppressed = true;  // disclosure control was on
  bool needs_keys = false;
  std::int64_t subjects_in = 0, units_out = 0;  // persons in the ledger; units analysed
  std::string table_hash{};                     // SHA-256 of the sections' canonical JSON
  std::string build{};                          // version of the program; outside every hash
  friend bool operator==(const result_manifest&, const result_manifest&) = default;
};

struct evaluation_result {
  result_manifest manifest{};
  std::vector<result_section> sections{};
  friend bool operator==(const evaluation_result&, const evaluation_result&) = default;
};

}  // namespace stegvis

// What each statistic uses. A key that it does not use is refused, so that nobody believes it does.
#include <algorithm>

#include "events/nearest.hpp"
#include "projections/evaluations/definition_reading.hpp"

namespace stegvis {
namespace {
struct statistic_row {
  std::string_view name;
  // Besides name, version, indicator, title, description, statistic, needs_keys.
  std::vector<std::string_view> keys;
  std::vector<std::string_view> cohort;  // keys of [cohort]
  std::vector<std::string_view> parameters;
  std::size_t outcomes_min = 0, outcomes_max = 0;
  bool entry_needed = true;
};

const std::vector<std::string_view> whole_cohort{
    "unit", "entry", "pick", "period", "conditions", "origin", "shift", "valued_at", "subjects"};
const std::vector<std::string_view> cohort_at_risk{
    "unit", "entry", "pick", "period", "conditions", "prevalent", "origin", "shift", "valued_at",
    "subjects"};
constexpr std::size_t many = 40;

// By the numbers of statistic_kind.
const std::vector<statistic_row>& rows() {
  static const std::vector<statistic_row> all{
      {"survival",
       {"cohort", "outcome", "censoring", "axis", "landmark", "by", "weight", "parameters",
        "sensitivity", "comparison"},
       cohort_at_risk,
       {"times", "interval", "tests", "p_values", "test_strata", "gap_days", "open"}, 1, 1},
      {"competing",
       {"cohort", "outcome", "censoring", "axis", "landmark", "by", "weight", "parameters",
        "sensitivity", "comparison"},
       cohort_at_risk,
       {"times", "interval", "variance_aalen", "tests", "p_values", "gap_days", "open"}, 2, many},
      {"proportion",
       {"cohort", "outcome", "landmark", "by", "parameters", "sensitivity", "comparison",
        "standardise"},
       whole_cohort, {"units", "target", "gap_days", "open"}, 1, many},
      {"retention", {"cohort", "axis", "by", "parameters", "sensitivity", "comparison"},
       whole_cohort, {"times", "gap_days", "open", "spell"}},
      {"funnel", {"cohort", "by", "parameters", "sensitivity", "comparison"}, whole_cohort,
       {"steps", "ladder"}},
      {"sequence", {"cohort", "axis", "by", "weight", "parameters", "sensitivity", "comparison"},
       whole_cohort, {"from_status", "scheme", "states", "calendar", "sequences_shown"}},
      {"count", {"cohort", "by", "parameters", "sensitivity", "comparison"}, whole_cohort,
       {"period", "target"}},
      {"stock", {"cohort", "outcome", "by", "parameters", "sensitivity", "comparison"},
       whole_cohort, {"stock_from", "period", "target", "gap_days", "open"}, 1, 1},
      {"cohort_ages",
       {"cohort", "outcome", "landmark", "by", "parameters", "sensitivity", "comparison"},
       whole_cohort, {"times", "gap_days", "open"}, 1, 1},
      {"latency", {"cohort", "by", "parameters", "sensitivity"}, {"period", "subjects"},
       {"late_days"}, 0, 0, false},
      {"survey", {"cohort", "by", "parameters"}, {"period", "subjects"}, {"items", "target"}, 0, 0,
       false},
      {"gap", {"parameters"}, {}, {"series", "area", "reference_area", "target"}, 0, 0, false},
      {"tally", {"cohort", "measure", "parameters"}, {"period"}, {"gap_days", "open"}, 0, 0, false},
      {"report", {"section"}, {}, {}, 0, 0, false},
  };
  return all;
}

const statistic_row& row_of(statistic_kind k) { return rows()[static_cast<std::size_t>(k)]; }

constexpr auto common = std::to_array<std::string_view>(
    {"name", "version", "indicator", "title", "description", "statistic", "needs_keys"});

bool listed(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// A key that some other statistic uses is told from one that is unknown.
void check_keys(const section& s, const std::vector<std::string_view>& used,
                const std::vector<std::string_view>& known, statistic_kind k) {
  for (const std::string& key : s.table().keys()) {
    if (listed(used, key)) continue;
    if (listed(known, key))
      s.fail(key, "the statistic " + std::string(name_of(k)) + " does not use this key");
    else s.fail_unknown(key, "key", key, known);
  }
}

std::vector<std::string_view> known_keys(std::vector<std::string_view> statistic_row::*which) {
  std::vector<std::string_view> known;
  for (const statistic_row& row : rows())
    for (const std::string_view key : row.*which)
      if (!listed(known, key)) known.push_back(key);
  return known;
}

void check_outcome_count(const section& root, const statistic_row& row) {
  const std::size_t n = root.sections("outcome").size();
  if (n >= row.outcomes_min && n <= row.outcomes_max) return;
  const std::string least = std::to_string(row.outcomes_min);
  root.fail("outcome", row.outcomes_min == row.outcomes_max
                           ? "exactly one [[outcome]] is needed"
                           : "at least " + least + " and at most " + std::to_string(many) +
                                 " [[outcome]] are needed");
}

void need(const section& root, std::string_view key, std::string_view why) {
  if (!root.has(key)) root.fail(key, "this key is required: " + std::string(why));
}
}  // namespace

std::string_view name_of(statistic_kind k) { return row_of(k).name; }

statistic_kind read_statistic(const section& root) {
  const std::string name = root.required_text("statistic");
  std::vector<std::string_view> names;
  for (const statistic_row& row : rows()) {
    if (row.name == name) return static_cast<statistic_kind>(names.size());
    names.push_back(row.name);
  }
  root.fail_unknown("statistic", "statistic", name, names);
  return statistic_kind::survival;
}

void check_keys_used(const section& root, statistic_kind k) {
  const statistic_row& row = row_of(k);
  std::vector<std::string_view> used = row.keys, known = known_keys(&statistic_row::keys);
  used.insert(used.end(), common.begin(), common.end());
  known.insert(known.end(), common.begin(), common.end());
  check_keys(root, used, known, k);
  if (const auto cohort = root.subsection("cohort")) {
    check_keys(*cohort, row.cohort, known_keys(&statistic_row::cohort), k);
    if (row.entry_needed && !cohort->has("entry"))
      cohort->fail("entry", "this key is required: the event or episode that people enter by");
  } else if (row.entry_needed) {
    need(root, "cohort", "who is counted, and from which day");
  }
  if (const auto parameters = root.subsection("parameters"))
    check_keys(*parameters, row.parameters, known_keys(&statistic_row::parameters), k);
  check_outcome_count(root, row);
  if (k == statistic_kind::tally) need(root, "measure", "what is counted");
  if (k == statistic_kind::report) need(root, "section", "which definitions it holds");
  if (k == statistic_kind::gap) need(root, "parameters", "series, area and reference_area");
}

}  // namespace stegvis

#pragma once
// Why two results of one ledger differ: the way from the one to the other in steps, each with one
// cause, so that what the steps change adds up to the whole difference, count by count.
#include <array>
#include <map>

#include "projections/evaluations/evaluate.hpp"

namespace stegvis {

// The steps, in the order in which they are taken.
enum class cause : std::uint8_t {
  exclusions,   // from the first result as it stands to the same question today: restrictions,
                // erasures and versions of statistics since
  time,         // another as-of day: later days are looked at, more is mature
  late_events,  // recorded since, about days that the first result already looked at
  new_events,   // recorded since, about later days
  corrections,  // recorded since, of anything
  voids,
  definition,  // another definition or version of it
  since        // from the second question asked today to the second result as it stands
};
constexpr std::size_t cause_count = 8;
std::string_view name_of(cause);

// One count, or one share in a table without breakdown.
struct changed_value {
  std::string section, table, column;
  std::vector<std::string> keys;
  bool is_share = false;  // then all are shares, their changes percentage points
  double before = 0, after = 0;
  std::array<double, cause_count> by_cause{};  // adds up to after - before
};

struct difference {
  std::vector<changed_value> changed;  // those that differ, in the order of the tables
  std::int64_t compared = 0;           // values that both results show
};

// bad_argument: results of another ledger, or the second known earlier than the first.
// other_history: the head hash of one at its cut is not the ledger's; a result without one is
// taken.
// bad_definition: a definition that this build no longer reads.
[[nodiscard]] result<difference> difference_of(const evaluation_result& a,
                                               const evaluation_result& b, const evaluation_facts&,
                                               const evaluation_question& defaults,
                                               const definition_finder& beside = {});

// For all but the named role: what fewer than five units caused, in any count of a row, stands
// together as `pooled`, and is 0 in by_cause.
struct pooled_value {
  changed_value value;
  double pooled = 0;
};
std::vector<pooled_value> pooled(const difference&);

}  // namespace stegvis

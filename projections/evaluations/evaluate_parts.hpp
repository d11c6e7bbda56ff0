#pragma once
// What an evaluation adds to the tables of one cohort: publications, targets, variants,
// comparisons, external series. Private to evaluate*.cpp.
#include <string>
#include <utility>
#include <vector>

#include "projections/evaluations/definition.hpp"
#include "projections/evaluations/result.hpp"
#include "projections/evaluations/scan.hpp"

namespace stegvis {

// Reports of a definition, recorded up to P, in the order of recording.
struct published_report {
  position cut;
  day as_of;
};
std::vector<published_report> publications_of(const column_set&, position until,
                                              std::string_view definition);

// How many events of the year before the cut were recorded so many days after their valid day.
std::vector<std::uint64_t> delays_of(const column_set&, position at, day horizon);
// Their 90th percentile.
int usual_delay(const std::vector<std::uint64_t>& delays);
// Marks what lies within it before the horizon, in tables by calendar.
void mark_preliminary(result_section&, int delay_days, day horizon);

// The stated targets against what the sections with that indicator show, as a section behind
// them. Nothing if there are none.
void add_targets(const column_set&, position at, day horizon, std::vector<result_section>&);

// How many came in and were analysed, from the first flow, into the manifest.
void count_units(evaluation_result&);

// The table that a section is known by, without breakdown.
const result_table* headline_of(const result_section&);
void add_sensitivity(const std::vector<std::pair<std::string, result_section>>& variants,
                     result_section&);
// The other cohort's shares, the difference of each, and both standardised where asked for.
void add_comparison(const definition&, const std::string& name, const result_section& other,
                    result_section&);

result_section gap_section(const definition&, const column_set&, position at, day horizon);

}  // namespace stegvis

#pragma once
// Columns of a made-up programme, straight into memory: large, the same each time, and without the
// hours that a ledger of that size would take.
#include <filesystem>

#include "projections/columns/columns.hpp"

namespace stegvis::bench {

struct made_columns {
  std::shared_ptr<const column_set> set;
  position cut;  // before some of the corrections
  day as_of{};   // before some of the events
};

// Some 12 events for each participant: an enrolment in one of 40 subprojects, then contacts, plans,
// activities, steps and placements that begin and mostly end, perhaps an exit. 2 % of the events
// are corrected later.
made_columns make_columns(std::uint64_t participants);

// Raw arrays for others to read, one file each below the folder, by row: journey (u32), type (u8;
// 1: enrolment; starts of 2: a job, 3: another placement, 4: studies, 5: another activity, 6: a
// step; 7: an end of any of these; 8: a plan, 9: an exit, 0: anything else), key (u32; what begins
// and ends, of the journey), day (i32), known_from and known_to (u32), stratum (u16; of an
// enrolment its subproject). And `question`: cut and as-of day as text.
void export_arrays(const made_columns&, const std::filesystem::path& folder);

}  // namespace stegvis::bench

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

// Some 12 events for each participant: an enrolment in one of 40 subprojects, then activities,
// contacts, placements, perhaps an exit. 2 % of them are corrected later.
made_columns make_columns(std::uint64_t participants);

// Raw arrays for others to read, one file each below the folder, by row: journey (u32), type (u8;
// 1: enrolment, 2: start of a job, 0: anything else), day (i32), known_from and known_to (u32),
// stratum (u16; of an enrolment its subproject). And `question`: cut and as-of day as text.
void export_arrays(const made_columns&, const std::filesystem::path& folder);

}  // namespace stegvis::bench

#pragma once
// A run serves one list of counts of a ledger, ever: masked a second time for other counts, the
// difference of both would be in clear.
//
// `DIR/runs/` holds a file for each run that was claimed, named by the run's SHA-256 (hex): one
// line of canonical JSON
//   {"as_of":...,"claim":...,"cut":...,"definition":...,"format":1,"run":...}
// `claim` is a hash, keyed with the ledger's hash key, of the counts and of all that masks are
// bound to, so it tells nothing of them. The rest is for messages. Files are never changed or
// removed, and belong into backups: a ledger that lost them would mask anew.
#include <filesystem>

#include "events/error.hpp"
#include "projections/evaluations/federation.hpp"

namespace stegvis {

// From now on, on disk, the run means these counts, definition, as-of date, shape and participants:
// the same again is let pass, anything else is run_reused. corrupt if a claim cannot be read;
// world_error. A crash leaves the claim or nothing; thread safe, one of two that claim at a time
// gets the run.
[[nodiscard]] result<void> claim_run(const std::filesystem::path& ledger_folder,
                                     const partial_file& exact, const key_store& keys);

// mask(), whose result is given only once the run is claimed for it. A partial that cannot be
// masked claims nothing.
[[nodiscard]] result<partial_file> mask_once(const std::filesystem::path& ledger_folder,
                                             const partial_file& exact, const key_store& keys);

}  // namespace stegvis

#pragma once
// A definition evaluated over several ledgers: each gives its counts as a partial, the sums are
// finished as if one ledger had held everything.
#include "projections/evaluations/evaluate.hpp"
#include "projections/evaluations/federation.hpp"

namespace stegvis {

// This ledger's exact counts: personal data until masked (claimed_runs.hpp). bad_definition if the
// definition has no shape of its own (shape.hpp); bad_key; bad_cut if the cut lies before the as-of
// day, so that the ledgers would be looked at until different days; cancelled.
[[nodiscard]] result<partial_file> exact_partial(const definition&, const evaluation_facts&,
                                                 const evaluation_question&,
                                                 const participant_list&);

// The pooled result. bad_partial if definition, hash and shape do not belong together.
[[nodiscard]] result<evaluation_result> finish_merged(const merged_partials&, bool suppress);

// Persons whom the definition's counts tell of, ascending: for the record of an exact partial.
std::vector<std::string> subjects_counted(const definition&, const evaluation_facts&,
                                          const evaluation_question&);

// Where a result stands in one of its ledgers: each has a cut of its own.
struct result_place {
  std::uint64_t cut = 0;
  std::string head_hash;
};
// Nothing if the result is of other ledgers, or does not tell their head hashes.
std::optional<result_place> place_in(const result_manifest&, std::string_view ledger);

}  // namespace stegvis

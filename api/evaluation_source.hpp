#pragma once
// What evaluations read of a ledger: its columns, and its keys for what is sealed in them.
#include "api/owned_ledger.hpp"
#include "projections/evaluations/evaluate.hpp"

namespace stegvis {

// Facts folded to the cut's position at least, and to the head: exclusions are decided by now.
[[nodiscard]] result<evaluation_facts> facts_of(owned_ledger& owned,
                                                const std::function<void(position)>& progress);

// Facts of those subjects only that have events of these types, whole journeys of each, without the
// stored columns.
[[nodiscard]] result<evaluation_facts> facts_about(
    owned_ledger& owned, const std::vector<const type_description*>& types,
    const std::function<void(position)>& progress);
// Surveys' answers as items and values; none if they cannot be read.
std::vector<std::pair<std::string, std::int64_t>> answers_in(std::string_view json);

// A definition by its shipped name.
[[nodiscard]] result<definition> find_shipped(const std::string& name);

}  // namespace stegvis

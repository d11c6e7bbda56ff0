#pragma once
// What evaluations read of a ledger: its columns, and its keys for what is sealed in them.
#include "api/command.hpp"
#include "projections/evaluations/evaluate.hpp"

namespace stegvis {

// Facts folded to the cut's position at least, and to the head: exclusions are decided by now.
[[nodiscard]] result<evaluation_facts> facts_of(context& c);
[[nodiscard]] result<evaluation_facts> facts_of(owned_ledger& owned,
                                                const std::function<void(position)>& progress);

// A definition by its shipped name, or from a file (a path with a dot or a slash). Other
// definitions that a report uses are looked for beside the file, then among the shipped ones.
[[nodiscard]] result<definition> find_shipped(const std::string& name);
[[nodiscard]] result<definition> find_definition(context& c, const std::string& name_or_file);

}  // namespace stegvis

#pragma once
// Levels of few units, told together with others: three of unknown sex would otherwise cost a
// whole sex its counts, as the total less all others tells of the three.
#include <map>
#include <string>
#include <string_view>

#include "projections/evaluations/finish.hpp"

namespace stegvis {

// Levels of fewer units than this are joined; below it shares are not to be read either.
constexpr std::uint64_t level_units_min = 20;

// By dimension (label_of), the joined level that stands for each of its levels.
using level_joins = std::map<std::string, std::map<std::string, std::string>>;

// From the last level of each dimension to its first, those of few units are joined with the one
// before them; the first with the one behind it. Not where levels overlap, nor where given weights
// name the levels (standardise). A joined level is named by its levels, with joined_levels
// (result.hpp) between them.
level_joins joins_of(const scan_plan&, const partial&);
// Finished to be shown (coarse), with these levels joined in the breakdowns that are shown.
result_section finish_joined(const scan_plan&, const partial&, const level_joins&);

}  // namespace stegvis

#pragma once
// Why two results differ, as JSON: the same for `evaluate diff` and over HTTP.
#include <string>
#include <vector>

#include "projections/evaluations/difference.hpp"

namespace stegvis {

// For all but the named role what fewer than five caused stands together (pooled()).
std::vector<pooled_value> shown_values(const difference&, bool unpooled);
// One value that changed, as a JSON object.
std::string changed_value_json(const pooled_value&);

}  // namespace stegvis

#pragma once
// The shape of a federated partial: which number of a dense list counts what. It follows from the
// definition alone, so that lists of several ledgers can be added without knowing what is in them.
#include <cstdint>
#include <string>
#include <vector>

#include "events/error.hpp"
#include "projections/evaluations/scan.hpp"

namespace stegvis {

constexpr std::size_t shape_cells_max = 1 << 22;

// One block of one breakdown: every combination of stratum, a, b and c, in that order.
struct shape_block {
  block what{};
  std::size_t breakdown = 0;
  std::vector<std::string> strata{};
  std::vector<std::int32_t> a{}, b{}, c{};
  std::size_t cells() const { return strata.size() * a.size() * b.size() * c.size(); }
};

struct partial_shape {
  std::vector<shape_block> blocks{};
  std::size_t cells() const;
};

// bad_definition: what has no shape of its own: levels that are not given, late entry, calendar
// months, periods without bounds, statistics over single events, reports, variants.
// Levels that a definition does not give are counted as `other`.
[[nodiscard]] result<partial_shape> shape_of(const scan_plan&);
std::string canonical_json(const partial_shape&);

std::vector<std::uint64_t> flatten(const partial&, const scan_plan&, const partial_shape&);
partial unflatten(const std::vector<std::uint64_t>& counts, const partial_shape&);

}  // namespace stegvis

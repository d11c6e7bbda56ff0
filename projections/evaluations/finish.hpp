#pragma once
// From counts to tables: everything that divides. Pure; the same bytes on every machine.
#include "projections/evaluations/result.hpp"
#include "projections/evaluations/scan.hpp"

namespace stegvis {

struct finish_options {
  // To be shown: curves leave on a grid on which no interval of any group tells of fewer than five,
  // and sums of times are left out.
  bool coarse = true;
};
result_section finish(const scan_plan&, const partial&, const finish_options&);

// Versions of the statistics that the definition uses, by name.
std::map<std::string, std::int64_t> versions_of(const definition&);

}  // namespace stegvis

#pragma once
// One line of a table of texts as CSV.
#include <string>
#include <vector>

#include "api/report/report.hpp"

namespace stegvis {

// `first`: with what the dialect begins a file with.
std::string csv_line(const std::vector<std::string>& cells, csv_dialect, bool first = false);

}  // namespace stegvis

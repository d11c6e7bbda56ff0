#pragma once
// A table laid out as texts, the same for the page and the terminal.
#include <span>
#include <string>
#include <vector>

#include "api/report/shown_table.hpp"

namespace stegvis {

struct text_grid {
  struct column {
    std::string header{};
    bool number = false;     // set to the right
    bool heads_row = false;  // what the row is about
  };
  std::vector<column> columns{};
  std::vector<std::vector<std::string>> rows{};
};

// A baseline table of variables with few levels has a column for each level; all others stand as
// they are.
text_grid grid_of(const shown_table&);

// Baseline tables that only count, one for each dimension: their rows below each other, with shares
// of the total where both can be read. Empty if they are no such tables.
text_grid merged_baseline(const result_section&, std::span<const result_table* const>, language);

}  // namespace stegvis

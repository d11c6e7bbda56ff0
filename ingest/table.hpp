#pragma once
// What every kind of table gives: a header row, then rows with as many cells.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace stegvis {

// Limits of what is read, so that no table needs unbounded memory.
constexpr std::size_t cell_bytes_max = 65'535;  // UTF-8
constexpr std::size_t row_bytes_max = 1024 * 1024;
constexpr std::size_t table_columns_max = 16'384;  // as many as a sheet of .xlsx can have

// One row: UTF-8 cells, as they stand in the table (not trimmed).
struct table_row {
  std::uint64_t line = 0;  // physical line of a text file, row number of a sheet; from 1
  std::vector<std::string> cells;
};

}  // namespace stegvis

#pragma once
// One sheet of an .xlsx workbook as a stream of rows. The workbook is held in memory while it is
// read, bounded by the two limits below: it is a zip file and cannot be streamed.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "ingest/table.hpp"

namespace stegvis {

constexpr std::size_t workbook_bytes_max = 64 * 1024 * 1024;            // the file
constexpr std::uint64_t workbook_unpacked_bytes_max = 256ull * 1024 * 1024;  // all its parts

struct workbook_options {
  std::string sheet{};           // name; empty = the only sheet
  std::uint64_t header_row = 1;  // row number in the sheet
};

// Cells come as text: numbers in the shortest decimal form that gives the same number (so dates
// are serials of the 1900 system), truth values as true and false, formulas as the result saved
// with them. Wholly empty rows are skipped; the header ends at its last cell that is not empty.
// Not thread safe.
class workbook_reader {
 public:
  // bad_file if there is no such file; bad_table if it is no workbook, is beyond the limits, counts
  // dates from 1904, has no such sheet (or several and none is named) or no header row.
  [[nodiscard]] static result<workbook_reader> open(const std::string& path,
                                                    const workbook_options& options = {});
  // The same from a file's bytes.
  [[nodiscard]] static result<workbook_reader> parse(std::string_view bytes,
                                                     const workbook_options& options = {});
  ~workbook_reader();
  workbook_reader(workbook_reader&&) noexcept;
  workbook_reader& operator=(workbook_reader&&) noexcept;

  const std::vector<std::string>& header() const;
  // The next row, as wide as the header, or nothing at the end. A row with a cell beyond the
  // header's columns or an oversized cell is a bad_table; the next call goes on behind it.
  [[nodiscard]] result<std::optional<table_row>> next();

 private:
  struct state;
  explicit workbook_reader(std::unique_ptr<state>);
  std::unique_ptr<state> state_;
};

}  // namespace stegvis

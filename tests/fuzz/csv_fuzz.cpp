// Goal: no bytes crash the readers of tables or make them take unbounded memory.
// Method: libFuzzer. The first byte chooses the options; every row read must be as wide as the
// header, valid UTF-8 and within the limits. Zip files also go through the workbook reader.
#include <sstream>

#include "ingest/csv.hpp"
#include "ingest/workbook.hpp"

namespace {
using namespace stegvis;

csv_options options_of(std::uint8_t choice) {
  constexpr char separators[] = {'\0', ';', ',', '\t'};
  csv_options options;
  options.separator = separators[choice & 3];
  if ((choice & 4) != 0) options.encoding = text_encoding::utf8;
  if ((choice & 8) != 0) options.encoding = text_encoding::windows_1252;
  options.header_row = 1 + (choice >> 6);
  return options;
}

void check_row(const table_row& row, std::size_t width) {
  STEGVIS_ASSERT(row.cells.size() == width);
  for (const std::string& cell : row.cells) {
    STEGVIS_ASSERT(cell.size() <= cell_bytes_max);
    STEGVIS_ASSERT(find_bad_utf8(cell) == std::string::npos);
  }
}

void read_csv(const std::string& text, const csv_options& options) {
  std::istringstream in(text);
  auto reader = csv_reader::open(in, options);
  if (!reader) return;
  while (!reader->broken()) {
    const auto row = reader->next();
    if (!row) continue;
    if (!*row) return;
    check_row(**row, reader->header().size());
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  read_csv(text, options_of(data[0]));
  if (!text.starts_with("PK")) return 0;
  auto reader = workbook_reader::parse(text);
  for (bool more = static_cast<bool>(reader); more;) {
    const auto row = reader->next();
    if (row && *row) check_row(**row, reader->header().size());
    more = !row || row->has_value();
  }
  return 0;
}

#pragma once
// Delimited text (RFC 4180) as a stream of rows. Memory is bounded by one row and the first MiB.
#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/error.hpp"
#include "ingest/encoding.hpp"
#include "ingest/table.hpp"

namespace stegvis {

// The encoding is detected on so much of the file.
constexpr std::size_t encoding_sample_bytes = 1024 * 1024;

struct csv_options {
  std::optional<text_encoding> encoding{};  // detected if absent; a UTF-8 byte order mark decides
  char separator = '\0';      // ';' ',' or tab; '\0' = the commonest of them in the header row
  std::uint64_t header_row = 1;  // physical line of the header; lines above it are skipped
};

// Reads quoted and plain cells, CRLF and LF. Wholly blank lines are skipped. Not thread safe.
//
// Refused: bad_encoding (bytes that the encoding does not have, UTF-16, zero bytes), bad_table
// (quotes out of place, a lone carriage return, a header with two equal names, rows with more or
// fewer cells than the header, the limits of ingest/table.hpp). Texts name line and column number,
// never a cell. Reading the stream failing is a world_error.
class csv_reader {
 public:
  // Reads the header; `in` must outlive the reader.
  [[nodiscard]] static result<csv_reader> open(std::istream& in, csv_options options = {});
  ~csv_reader();
  csv_reader(csv_reader&&) noexcept;
  csv_reader& operator=(csv_reader&&) noexcept;

  const std::vector<std::string>& header() const;
  text_encoding encoding() const;
  char separator() const;
  // The next row, nothing at the end. After a row with a wrong number of cells the next call goes
  // on behind it; after any other problem every call gives that problem again.
  [[nodiscard]] result<std::optional<table_row>> next();
  // True after a problem behind which no row can be found.
  bool broken() const;
  // Bytes of the stream consumed so far, for progress.
  std::uint64_t bytes_read() const;

 private:
  struct state;
  explicit csv_reader(std::unique_ptr<state>);
  std::unique_ptr<state> state_;
};

// Fails if two columns have the same name or none has any; empty names are allowed beside others.
[[nodiscard]] std::optional<problem> check_header(const table_row& header);
// The problem of a row whose number of cells is not the header's.
problem wrong_width(const table_row& row, std::size_t header_cells);

}  // namespace stegvis

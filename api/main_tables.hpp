#pragma once
// A table as lines of NDJSON, for the same import as any other events. Part of main: it binds the
// readers of ingest/ to a ledger.
#include <functional>
#include <memory>
#include <string>

#include "api/command.hpp"
#include "ingest/import.hpp"
#include "ingest/mapping.hpp"
#include "ingest/snapshot.hpp"

namespace stegvis {

enum class table_kind : std::uint8_t { csv, workbook };

// Whether the file's name says it is a table (.csv, .tsv, .txt or .xlsx), and which.
bool is_table(const std::string& file);
table_kind kind_of_table(const std::string& file);

// How far the file has been read, for progress.
using read_share = std::function<share()>;
struct opened_lines {
  line_source lines;
  read_share read;
};

// Rows become events by the mapping; persons are found or made through the ledger's identifier
// index, except in a dry run, which makes nobody. bad_file, bad_table, missing_column, bad_key.
[[nodiscard]] result<opened_lines> lines_of_table(ledger& book, const std::filesystem::path& file,
                                                  table_kind kind, const mapping& rules,
                                                  bool dry_run);

// The same lines when the table was imported before: what changed comes as corrections, and what is
// in the ledger already, corrected or not, is left out and counted in `unchanged`.
line_source corrected_lines(line_source lines, std::shared_ptr<snapshot> changes,
                            std::shared_ptr<std::uint64_t> unchanged);

}  // namespace stegvis

#pragma once
// An import for whoever does not see ingest/: what `import` of the command line does with one file.
// main gives the functions.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "events/ledger.hpp"

namespace stegvis {

enum class import_format : std::uint8_t { events, csv, xlsx };

struct import_counts {
  std::uint64_t read = 0, appended = 0, exists = 0, rejected = 0, pending = 0;  // events, lines
  std::uint64_t bytes_done = 0, bytes = 0;  // of the file; 0: not told
};

struct import_job {
  std::filesystem::path file;
  import_format format = import_format::events;
  std::string mapping{};       // TOML: what the rows of a table become
  bool dry_run = false;        // checks the form, writes nothing
  bool skip_rejected = false;  // else the first refused line ends it
  bool accept_clock = false;
  std::function<void(const problem&)> rejected{};        // once for each refused line; this thread
  std::function<void(const import_counts&)> progress{};  // some times a second; any thread
  std::stop_token stop{};  // ends at the next batch; what was appended stays
};

struct importer {
  // bad_mapping with line and key.
  result<void> (*check_mapping)(std::string_view toml);
  // Again with the same file goes on: what is there counts as `exists`. bad_file, bad_table,
  // missing_column, bad_mapping, bad_key, poisoned, clock_behind.
  result<import_counts> (*run)(ledger&, const import_job&);
};

// The rows of a CSV of refused lines, and their header; never a value of the file.
std::string_view rejection_csv_header();
std::string rejection_csv(const problem&);

}  // namespace stegvis

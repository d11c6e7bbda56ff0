#pragma once
// Takes events as NDJSON into a ledger: reads, checks, seals and encodes on several threads, in
// bounded memory, and appends in the order of the lines.
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "events/ledger.hpp"

namespace stegvis {

// Gives the lines one after the other; false at the end. `number` is the line for error messages.
// A problem of the source itself (unreadable, bad cell) is given as `wrong` in place of a line.
struct source_line {
  std::string text;
  std::uint64_t number = 0;
  std::optional<problem> wrong;
};
using line_source = std::function<bool(source_line& into)>;

struct import_totals {
  std::uint64_t read = 0, appended = 0, exists = 0, rejected = 0;
  std::uint64_t pending = 0;  // of those appended or existing: not known to be in Kafka
};

struct import_options {
  bool keep_recorded = false;
  bool accept_clock = false;                       // append though the clock lies behind
  bool dry_run = false;                            // checks form only; nothing is written
  bool skip_rejected = false;                      // else the first rejected line ends the import
  std::function<void(const problem&)> rejected{};  // once for each refused line
  std::function<void(const import_totals&)> progress{};  // some times a second, any thread
  std::stop_token stop{};  // ends at the next batch; what was appended stays
};

// Every event is an append of its own, named, so an import that was cut short is simply run again:
// what is there answers `exists`. Returns the totals, also if it stopped at a rejected line. The
// result's problem is the ledger's (poisoned, clock_behind).
[[nodiscard]] result<import_totals> import_events(ledger& into, const line_source& lines,
                                                  const import_options& options);

}  // namespace stegvis

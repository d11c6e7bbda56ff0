#pragma once
// What the ledger derives from its log to answer quickly: where a name stands, which positions a
// subject's journey has, and who was forgotten. May be deleted at any time; it is rebuilt.
//
// The newest events are served from memory; a checkpoint hands the older ones to RocksDB as sorted
// runs, ids, streams and the covered position in one atomic ingestion.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/types.hpp"

namespace stegvis {

// First 128 bits of SHA-256 of an event's name ("source id").
using name_hash = std::array<std::uint64_t, 2>;
name_hash hash_name(std::string_view source, std::string_view id);

// What the index learns of one event.
struct indexed_event {
  name_hash name;
  std::string_view subject;
  bool forgets;  // person_forgotten
};

// One writer, many readers. What cannot be read throws world_error. So does a run that could not
// be written: when the next one is due, for its events stay in memory until then.
class name_index {
 public:
  // Opens or makes the folder; a damaged one throws world_error (delete it and open again), also
  // if the damage was found only when something was looked up: that left a mark in the folder.
  explicit name_index(const std::string& folder);
  ~name_index();

  // All positions up to it are in runs on disk; later ones are to be added again after opening.
  position covered() const;
  // All positions up to it are known here.
  position last() const;

  // In ledger order, without gaps: `first` must be last() + 1. Starts a checkpoint in the
  // background when enough has gathered, and waits if the one before it is not done: memory is
  // bounded.
  void add(position first, std::span<const indexed_event> events);

  std::optional<position> find(const name_hash& name) const;
  // Positions of a subject's events in ledger order.
  std::vector<position> stream(std::string_view subject) const;
  // `to`: only positions up to it count. The index may know more than anybody may see.
  stream_version version(std::string_view subject, position to = {~std::uint64_t{0}}) const;
  // Subjects that start with `prefix` ("unit/") and have an event up to `to`, ascending.
  std::vector<std::string> subjects(std::string_view prefix,
                                    position to = {~std::uint64_t{0}}) const;
  bool is_forgotten(std::string_view subject) const;
  std::vector<std::string> forgotten() const;

  // For a clean close: writes what is in memory if reopening would otherwise take long.
  void close();

  static constexpr std::uint64_t run_events = 500'000;     // a run's size
  static constexpr std::uint64_t reopen_events = 100'000;  // may be re-read at open

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace stegvis

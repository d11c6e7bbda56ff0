#pragma once
// Many partitions back into one ledger: events wait in a queue of their partition until their
// position is the next one. Plain state; no broker.
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "ingest/kafka/chain.hpp"

namespace stegvis {

// An event that was read and waits for its turn.
struct waiting_event {
  position at{};
  std::int64_t offset = 0;
  std::string line;  // canonical JSON, unchecked
};

// Where a partition is read on: the record, and the last event before it that was taken.
struct lane_start {
  std::int64_t offset = 0;
  position last{};
};

class position_merge {
 public:
  // Goes on behind `last`.
  position_merge(position last, const std::vector<lane_start>& lanes);

  // event_lost if the partition's chain is broken or of a dead epoch. `offset`: the record's.
  [[nodiscard]] result<void> add(std::size_t partition, const read_marks& marks,
                                 std::int64_t offset, std::string line);
  // The event whose turn it is, if it was read.
  std::optional<waiting_event> take();
  // event_lost if every partition is complete beyond the next position and none has it.
  [[nodiscard]] result<void> check_complete() const;

  // So much of the partition waits that no more of it should be read.
  bool is_full(std::size_t partition) const;
  bool has_room(std::size_t partition) const;
  bool is_empty() const;  // nothing waits

  position last() const { return last_; }  // the last one taken
  position told() const;                   // the furthest that any partition tells of
  std::uint32_t epoch() const;             // the newest
  // Where to read on after a restart.
  lane_start resume_at(std::size_t partition) const;

 private:
  struct lane {
    partition_chain chain;
    position taken{};
    std::int64_t next_offset = 0;
    std::size_t bytes = 0;
    std::deque<waiting_event> queue;
  };
  position last_;
  std::vector<lane> lanes_;
  std::size_t hint_ = 0;  // where the last one was
};

}  // namespace stegvis

#pragma once
// The rule by which a consumer of the topics applies each event exactly once and finds every loss:
// plain state, one for each partition.
#include "ingest/kafka/wire.hpp"

namespace stegvis {

enum class chain_link : std::uint8_t {
  next,        // apply it
  repeated,    // had before: ignore it
  checkpoint,  // no event; `complete` may have moved
  lost,        // `prev` is not the last one: something between them is missing
  dead,        // written under an epoch that was over
};

class partition_chain {
 public:
  partition_chain() = default;
  // Going on behind this event.
  explicit partition_chain(position last) : last_(last) {}

  chain_link take(const read_marks& r) {
    if (r.marks.epoch < epoch_) return chain_link::dead;
    epoch_ = r.marks.epoch;
    complete_ = std::max(complete_, r.marks.complete);
    if (!r.sequence) return chain_link::checkpoint;
    if (*r.sequence <= last_) return chain_link::repeated;
    const bool follows = r.marks.prev == last_;
    last_ = *r.sequence;
    return follows ? chain_link::next : chain_link::lost;
  }
  position last() const { return last_; }
  position complete() const { return complete_; }
  std::uint32_t epoch() const { return epoch_; }

 private:
  position last_{}, complete_{};
  std::uint32_t epoch_ = 0;
};

}  // namespace stegvis

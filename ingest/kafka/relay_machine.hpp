#pragma once
// What the relay does next: a plain state machine, fed with what came of its last step. It knows no
// broker, no clock and no disk.
//
//   connect -> read tails -> send, checkpoint or wait, over and over
//
// Any failure or doubt goes back to connect, behind a pause; being fenced, or topics that are not
// this ledger's, ends it.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/types.hpp"
#include "ingest/kafka/client.hpp"

namespace stegvis {

using relay_time = std::chrono::milliseconds;  // since whenever; only differences count

// The end of one partition as it was read back.
struct partition_tail {
  position last{};      // of the last event; 0: none
  position complete{};  // the highest told
  std::uint32_t epoch = 0;
};

// What was sent and committed, by an earlier run's note. A hint: it is believed only as far as the
// tails agree with it.
struct relay_note {
  position confirmed{};         // all up to here is in the topics
  std::vector<position> lasts;  // of each partition
};

struct relay_step {
  enum class kind : std::uint8_t { connect, read_tails, send, checkpoint, wait, stop } what;
  position from{}, to{};                  // send: these positions, but for what a partition has
  std::vector<std::size_t> partitions{};  // checkpoint: these
  relay_time wait{};                      // wait: at most so long; sooner if an event comes
  bool for_events = true;                 // wait: false: so long whatever comes
  std::optional<problem> why{};           // stop: none: all is sent
};

struct relay_limits {
  std::uint64_t batch_events_min = 1'000;  // smaller ones wait `batch_wait`
  std::uint64_t batch_events_max = 20'000;
  relay_time batch_wait{100};
  relay_time behind{1'000};             // a partition so long behind gets a checkpoint
  relay_time checkpoint_every{60'000};  // at most
  relay_time pause_min{100}, pause_max{30'000};
  relay_time idle{60'000};
  relay_time give_up{60'000};  // until_caught_up: fails for so long without a commit
};

class relay_machine {
 public:
  relay_machine(std::uint32_t epoch, std::size_t partitions, relay_note note, bool until_caught_up,
                const relay_limits& limits = {});

  // `synced`: the last position there is to send.
  relay_step next(relay_time now, position synced);

  void connected();
  // Tails of all partitions; `wrong`: what the reader of the tails found to be another ledger's.
  void tails_read(const std::vector<partition_tail>& tails, position synced,
                  std::optional<problem> wrong);
  // The batch or the checkpoints are committed; `lasts`: of each partition now.
  void committed(const relay_step& step, const std::vector<position>& lasts, relay_time now);
  void failed(kafka_failure kind, const std::string& what, relay_time now);

  // All up to here is in the topics.
  position sent() const { return sent_; }
  // The last event of each partition in its topic.
  const std::vector<position>& lasts() const { return lasts_; }

 private:
  enum class state : std::uint8_t { connecting, reading, relaying, ended };
  std::vector<std::size_t> behind(relay_time now, bool all) const;
  relay_time next_checkpoint(relay_time now) const;
  void stop(problem why);

  std::uint32_t epoch_;
  relay_note note_;
  bool until_caught_up_;
  relay_limits limits_;
  state state_ = state::connecting;
  std::optional<problem> why_;
  relay_time not_before_{0}, pause_{0};
  position sent_;
  std::vector<position> lasts_, completes_;
  // Since when a partition's topic does not say how far it is complete; and its last checkpoint.
  std::vector<std::optional<relay_time>> behind_since_, checkpointed_;
  std::optional<relay_time> waiting_since_;  // something is there to send
  std::optional<relay_time> failing_since_;  // nothing was committed since
};

}  // namespace stegvis

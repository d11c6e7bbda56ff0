#pragma once
// A ledger's partitions read by workers: each shares in a consumer group, and what it was given it
// reads whole, every event once and in order, up to a position.
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "events/error.hpp"
#include "events/types.hpp"
#include "ingest/kafka/client.hpp"
#include "ingest/kafka/topics.hpp"

namespace stegvis {

struct partition_part {
  topic_partition partition{};
  std::string ledger{};  // its id
  position until{};
};

// Visits every event of the partition up to a position, as canonical JSON. `still` is asked now
// and then; once it says no, reading ends early. bad_topic: of another ledger, or the topic is
// not complete up to there and nothing has come for 90 s; event_lost: its chain is broken.
// Throws kafka_error.
[[nodiscard]] result<void> read_partition(
    const kafka_settings& kafka, const partition_part& part,
    const std::function<void(position, std::string_view subject, std::string line)>& visit,
    const std::function<bool()>& still);
// So many records lie in the partition, repeated ones and markers of transactions included.
std::uint64_t records_in(const kafka_settings& kafka, const topic_partition& partition);

struct share_options {
  kafka_settings kafka{};
  event_partitions partitions{};
  std::string group{};  // one for each piece of work: it remembers which partitions are done
  std::stop_token stop{};
};

// What is done with a partition; ends early, with no problem, once `still` says no: then another
// worker has it.
using partition_work =
    std::function<result<void>(std::int32_t partition, const std::function<bool()>& still)>;

// Does the work for each partition of `.events` that the group gives this worker, one after the
// other, and returns when the group is through with all of them, whoever did it. A worker that dies
// has its partitions given to the others once its session is over; work may be done twice, never
// not at all. broker, or the first problem of the work.
[[nodiscard]] result<void> share_partitions(const share_options& options,
                                            const partition_work& work);

}  // namespace stegvis

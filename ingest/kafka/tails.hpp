#pragma once
// The ends of a ledger's topics, read back: what the relay resumes behind.
#include <stop_token>
#include <vector>

#include "events/ledger.hpp"
#include "ingest/kafka/relay_machine.hpp"
#include "ingest/kafka/topics.hpp"

namespace stegvis {

struct topic_tails {
  std::vector<partition_tail> tails;  // by index of the partition
  std::optional<problem> wrong;       // what is not of this ledger: bad_topic
};
// Reads committed records only. Throws kafka_error, also if the ends are not reached in a minute.
topic_tails read_tails(const ledger& book, const kafka_settings& settings,
                       const event_partitions& partitions);

}  // namespace stegvis

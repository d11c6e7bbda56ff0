#pragma once
// The way out to Kafka: every event of a ledger to its topics, at least once, in ledger order
// within a partition. The log is the outbox; nothing is remembered here that the topics do not
// prove.
#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "events/ledger.hpp"
#include "ingest/kafka/client.hpp"

namespace stegvis {

// How the relay fares; given at each change.
struct relay_report {
  position sent{};                                  // all up to here is in the topics
  std::uint64_t transactions = 0;                   // committed
  std::map<std::string, std::uint64_t> restarts{};  // of the producer, by why: retry, ...
};

struct relay_options {
  kafka_settings kafka{};
  std::string stem{};            // of the topics' names
  std::int32_t partitions = 12;  // of `.events`, if it is to be made
  bool until_caught_up = false;  // else until it is stopped
  std::function<void(const relay_report&)> report{};
  std::function<void(const std::string&)> say{};  // what failed and is tried again, for people
  std::stop_token stop{};
};

// One relay of a ledger at a time; a second one, wherever it runs, takes over and the first ends
// with `fenced`. Failures of Kafka are retried for ever, with pauses. Ends with the last position
// sent; problems: follower, bad_topic, fenced, broker (what does not pass by itself), corrupt.
[[nodiscard]] result<position> run_relay(ledger& book, const relay_options& options);

// The id that fences: one for a ledger and its topics, whoever owns it. It begins with the topics'
// name, as rights by prefix want it.
std::string transactional_id(const ledger& book, const std::string& stem);

// What earlier runs noted in the log: how many partitions `.events` had when it was made.
std::optional<std::int32_t> noted_partitions(const ledger& book, const std::string& stem);

}  // namespace stegvis

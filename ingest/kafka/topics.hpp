#pragma once
// The topics of a ledger: their names, how they are made, and what they may not be like.
#include <string>
#include <string_view>

#include "ingest/kafka/client.hpp"

namespace stegvis {

constexpr std::int32_t partitions_max = 256;

// `stem` is 1 to 200 letters, digits, dots, dashes or underscores.
struct topic_names {
  std::string events, reference, status, intake, rejected;
};
topic_names topics_of(std::string_view stem);
// A stem made of a ledger's name: "Landskrona AME" gives "landskrona-ame".
std::string topic_stem(std::string_view ledger_name);
// bad_argument.
[[nodiscard]] result<void> check_stem(std::string_view stem);

enum class topic_kind { history, compacted, passing };
// What a new one is set to.
std::map<std::string, std::string> topic_settings(topic_kind kind, std::int32_t replicas);

// Makes the topic if it is missing, with as many replicas as there are brokers, three at most, and
// two of them in sync where there are more than one. If it is there, checks what would lose
// history: bad_topic with what to do. Gives the number of partitions. Throws kafka_error.
[[nodiscard]] result<std::int32_t> ensure_topic(kafka_admin& admin, const std::string& name,
                                                topic_kind kind, std::int32_t partitions);
// All partitions of the two topics that hold the ledger's events; the last one is `.reference`.
struct event_partitions {
  topic_names names;
  std::int32_t persons = 0;  // partitions of `.events`

  std::size_t size() const { return static_cast<std::size_t>(persons) + 1; }
  topic_partition at(std::size_t index) const;
  std::size_t index_of(std::string_view subject) const;
  std::size_t index_of(const topic_partition&) const;
};
// Of topics that must be there: bad_topic.
[[nodiscard]] result<event_partitions> find_event_partitions(const kafka_settings& settings,
                                                             const std::string& stem);

}  // namespace stegvis

#pragma once
// Events as records of Kafka: CloudEvents' binary mode (Kafka protocol binding 1.0), every
// attribute a header `ce_NAME`, the data as value, the subject as key, and beside them the ledger's
// marks.
#include <cstdint>
#include <optional>
#include <string>

#include "events/event.hpp"
#include "ingest/kafka/client.hpp"

namespace stegvis {

// Headers `ledger`, `epoch`, `prev`, `complete`; numbers as decimal text.
struct record_marks {
  std::string ledger{};
  std::uint32_t epoch = 0;
  position prev{};      // the event before it in this partition; 0 for the first
  position complete{};  // all positions up to it are in this or earlier transactions
};

// A record about to be sent; its buffers are used again.
struct topic_record {
  std::string key{}, value{};
  kafka_headers headers{};
  outgoing_record borrowed() const;
};
void make_event_record(const event& e, const record_marks& marks, topic_record& into);
void set_complete(position complete, topic_record& in);
// Says how far the topic is complete, between events. Without key, value and `prev`.
void make_checkpoint(const record_marks& marks, topic_record& into);

// What of a record of `.events` or `.reference` concerns the order.
struct read_marks {
  record_marks marks{};
  std::optional<position> sequence{};  // none: a checkpoint
};
// bad_record, naming topic, partition and offset.
[[nodiscard]] result<read_marks> marks_of(const incoming_record& r);

// The event as one line of JSON, from either mode of CloudEvents. bad_record.
[[nodiscard]] result<std::string> line_of(const incoming_record& r);

// The record holds just this event: key, value and attributes.
bool holds(const incoming_record& r, const event& e);

// "landskrona.events partition 3 offset 17"
std::string place_of(const incoming_record& r);
problem bad_record(const incoming_record& r, const std::string& what);

}  // namespace stegvis

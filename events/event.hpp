#pragma once
// One event: its envelope, its data, and its three forms: JSON as it comes in, canonical JSON as
// it leaves, and the record as it is stored (events/README.md has the layout).
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "events/event_data.hpp"
#include "events/json.hpp"
#include "events/time.hpp"
#include "events/types.hpp"

namespace stegvis {

struct event {
  std::string source;  // with `id`: the event's name, its identity for ever
  std::string id;
  std::string subject;
  valid_time time;
  std::string copiedfrom;     // name of the original when persons were merged; empty otherwise
  std::uint16_t version = 1;  // of the payload, as recorded
  event_data data;
  recorded_time recorded{};      // set by the ledger
  stegvis::position position{};  // set by the ledger; 0 = not yet recorded

  const type_description& type() const { return data.type(); }
  // "source id", the form in which one event names another.
  std::string name() const { return source + ' ' + id; }
};

// An event as read from JSON, before the ledger has taken it.
struct draft {
  stegvis::event event;
  std::optional<recorded_time> recorded;  // as given by the sender
  std::optional<position> sequence;
};

struct parse_options {
  bool keep_recorded = false;  // take recordedtime, sequence and sealed values
};

// Checks form only: everything that can be told from the line alone. Errors carry a JSON pointer.
// `parser` is reused between calls; results do not point into it.
[[nodiscard]] result<draft> parse_event(json_parser& parser, std::string_view line,
                                        const parse_options& options);

// Visits every secret that is present, with the field's name ("data.reason" inside a correction)
// and its class.
void for_each_secret(
    event_data&, const std::function<void(std::string_view field, privacy, secret_field&)>& visit);

// RFC 8785, all secrets sealed, appended to `out`. `position` and `recorded` must be set.
void append_canonical(const event&, std::string& out);
// The same without sequence and recordedtime: what the sender said. Equal content, equal bytes.
void append_content(const event&, std::string& out);
// The same in CloudEvents' binary mode: attributes by name, as texts, and the data's canonical
// JSON.
void for_each_attribute(const event&,
                        const std::function<void(std::string_view name, std::string_view)>& visit);
void append_data(const event&, std::string& out);
// How much longer the canonical bytes are than the content.
constexpr std::size_t ledger_attribute_bytes = 78;

// The record: a fixed header (type, version, length, checksum), then the payload. `encode_record`
// leaves recorded time and checksum to `stamp_record`, which the writer calls in ledger order.
constexpr std::size_t record_header_bytes = 20;
void encode_record(const event&, std::string& out);
void stamp_record(char* record, recorded_time recorded);

// The record at the front of `bytes`, checked: length within limits and available, checksum, known
// type, version not newer. Errors: corrupt, newer_version (names the type).
struct record_view {
  std::uint16_t type_id;
  std::uint16_t version;
  recorded_time recorded;
  std::string_view payload;
  std::size_t bytes;  // header and payload
};
[[nodiscard]] result<record_view> read_record(std::string_view bytes);
// Decodes the whole event; every byte must be consumed. `at` is its position.
[[nodiscard]] result<event> decode_record(const record_view&, position at);
// The envelope's names only: for indexes, three times as fast as decode_record.
struct record_names {
  std::string source, id, subject;
};
[[nodiscard]] result<record_names> decode_names(const record_view&);

}  // namespace stegvis

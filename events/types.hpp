#pragma once
// Strong types of the ledger's numbers and references, so that they cannot be mixed up.
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "events/error.hpp"

namespace stegvis {

// Limits of what is accepted and stored, with their units.
constexpr std::size_t event_bytes_max = 65'535;  // canonical, after sealing (C2SP tile log entry)
constexpr std::size_t batch_events_max = 10'000;
constexpr std::size_t batch_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t id_bytes_max = 128;
constexpr std::size_t text_bytes_max = 16'384;
constexpr std::size_t list_items_max = 1'000;
constexpr std::size_t line_bytes_max = 1024 * 1024;  // one JSON line, before sealing

template <class Tag>
struct number {
  std::uint64_t value = 0;
  friend auto operator<=>(const number&, const number&) = default;
};

// Place in the ledger: 1, 2, 3 ... without gaps; 0 means before the first.
using position = number<struct position_tag>;
// Place in one subject's journey, from 1 without gaps; 0 means no event yet.
using stream_version = number<struct stream_version_tag>;

constexpr position next(position p) {
  return {p.value + 1};
}

// Ids named after the thing (enrolment, placement ...), unique within a subject.
template <class Tag>
struct local_id {
  std::string value;
  friend auto operator<=>(const local_id&, const local_id&) = default;
};

// A reference to another subject, such as unit/landskrona-ame. `Kind` is the part before the slash.
template <class Kind>
struct reference {
  std::string value;
  friend auto operator<=>(const reference&, const reference&) = default;
};

// Decimal number: given as an integer, or as a text with at most nine decimals. It stays what it
// was given as, 40 or "37.5". `value` is its digits: an optional minus, at most 15 digits, a
// fraction.
struct decimal {
  std::string value;
  bool as_text = false;
  friend auto operator<=>(const decimal&, const decimal&) = default;
};
bool valid_decimal(std::string_view text);

// 1 to 128 bytes, printable, without spaces (a name is written "source id").
bool valid_id(std::string_view text);

// Whom an event is about: kind/id. Kinds: participant, staff; unit, workplace, job, ladder,
// programme.
bool valid_subject(std::string_view text);
std::string_view kind_of(std::string_view subject);
bool is_person(std::string_view subject);

// The source of events that were moved in as opening balances: `source` + "/opening". What measures
// how late facts were recorded leaves such sources out.
std::string opening_source(std::string_view source);
bool is_opening_source(std::string_view source);

}  // namespace stegvis

#pragma once
// Events that the command line itself records. They come through the same door as every other
// event, so that nothing unchecked gets in.
#include <string>
#include <string_view>

#include "events/event.hpp"
#include "events/ledger.hpp"

namespace stegvis {

inline constexpr std::string_view own_source = "/stegvis/command-line";

struct own_event {
  std::string source, id, subject, type, copiedfrom;  // type: without "stegvis."
  valid_time time;
  std::string data;  // JSON object
};
// Whatever parse_event refuses.
[[nodiscard]] result<draft> make_draft(const own_event& e);

// The system's clock as an exact valid time.
valid_time now();
// 32 hex digits by which an id of ours names a text that must not stand in it.
std::string hash_text(std::string_view text);

// unknown_subject, forgotten, wrong_subject if it is no person.
[[nodiscard]] result<void> check_person(const ledger& book, const std::string& subject);

}  // namespace stegvis

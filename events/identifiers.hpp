#pragma once
// Numbers by which persons are found: taken from events on their way in, before they are sealed,
// and linked once their event is in the ledger. A crash between the two leaves a number out; the
// same event again, which then exists, brings it in. A corrected number is not linked. Private to
// ledger.cpp and prepare.cpp.
#include <optional>
#include <string>

#include "events/event.hpp"
#include "events/keys.hpp"

namespace stegvis {

struct recorded_identifier {
  std::size_t event = 0;  // which of the batch
  std::string scheme, issuer, value;
};

// Of an identifier_recorded or identifier_replaced whose number is in clear.
std::optional<recorded_identifier> identifier_in(const event& e);

// From now on the number finds the subject. One that already means another person goes on meaning
// that one (a merge moves it), and what is no valid number of its scheme finds nobody. True if
// something is new, and so not on disk before key_store::sync().
bool link_identifier(key_store& keys, const recorded_identifier& id, const std::string& subject);

}  // namespace stegvis

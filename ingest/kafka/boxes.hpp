#pragma once
// Fields of sealed classes as senders give them on `.intake`: encrypted to the ledger's public key
// (libsodium's crypto_box_seal over the value's JSON), as {"box":"<base64url>"} in the field's
// place.
#include <string>
#include <string_view>

#include "events/ledger.hpp"

namespace stegvis {

// An event from a line in which fields of `data`, and of a correction's `data.data`, may stand in
// boxes. Unless `allow_clear`, every field of a sealed class must: clear_field, with the field.
// bad_field: a box that this ledger's key does not open. Nothing of a box's content is in problems.
[[nodiscard]] result<draft> parse_boxed_event(json_parser& parser, std::string_view line,
                                              const ledger& book, bool allow_clear);

}  // namespace stegvis

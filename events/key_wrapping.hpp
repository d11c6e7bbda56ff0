#pragma once
// Wrapping: small secrets under another key, bound to the name they are stored under.
// Form: random nonce (24) | XChaCha20-Poly1305-IETF | tag (16), associated data = the name.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/sealing.hpp"

namespace stegvis {

inline constexpr std::size_t wrapping_bytes = 24 + 16;
inline constexpr std::size_t wrapped_key_bytes = wrapping_bytes + 32;

std::string wrap(const raw_key& key, std::string_view name, std::string_view plain);
std::string wrap(const raw_key& key, std::string_view name, const raw_key& plain);

// Nothing if the bytes were not wrapped under this key and name.
std::optional<std::string> unwrap(const raw_key& key, std::string_view name,
                                  std::string_view bytes);
std::optional<raw_key> unwrap_key(const raw_key& key, std::string_view name,
                                  std::string_view bytes);

}  // namespace stegvis

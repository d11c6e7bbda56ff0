#pragma once
// Sealing: the cipher of one field under the key of its subject and privacy class.
//
//   sealed = nonce (24) | XChaCha20-Poly1305-IETF of the padded plain text | tag (16)
//   name and field = each with its length before it (u32, big-endian)
//   padded = ISO 7816-4 to a multiple of 64 bytes, at least one byte
//   nonce  = BLAKE2b-192 under a key derived from the data key, over name, field, plain text
//   associated data = name, field
//
// The nonce follows from what is sealed, so the same field of the same event always gives the same
// bytes, and a re-sent event is the same event. All functions are thread safe.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stegvis {

// 32 secret bytes, wiped when they go. Copies are wiped each on its own.
class raw_key {
 public:
  raw_key() = default;  // zeros
  explicit raw_key(std::span<const std::uint8_t, 32> bytes);
  raw_key(const raw_key&) = default;
  raw_key& operator=(const raw_key&) = default;
  ~raw_key();

  static raw_key random();
  std::span<const std::uint8_t, 32> bytes() const { return bytes_; }
  // In constant time.
  bool operator==(const raw_key& other) const;

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

// The key of one subject and privacy class, with the nonce key that follows from it.
class data_key {
 public:
  explicit data_key(const raw_key& key);
  static data_key random() { return data_key(raw_key::random()); }

  const raw_key& key() const { return key_; }
  const raw_key& nonce_key() const { return nonce_key_; }

 private:
  raw_key key_;
  raw_key nonce_key_;
};

inline constexpr std::size_t seal_padding_bytes = 64;
// Length of the sealed form of a plain text.
std::size_t sealed_size(std::size_t plain_bytes);

// `event_name` is the event's source, a space, its id.
std::string seal(const data_key& key, std::string_view event_name, std::string_view field,
                 std::string_view plain);

// The plain text; nothing if the bytes were not sealed under this key for this event and field.
std::optional<std::string> open(const data_key& key, std::string_view event_name,
                                std::string_view field, std::string_view sealed);

}  // namespace stegvis

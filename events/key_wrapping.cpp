#include "events/key_wrapping.hpp"

#include <sodium.h>

#include "events/sha256.hpp"

namespace stegvis {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(wrapping_bytes == nonce_bytes + crypto_aead_xchacha20poly1305_ietf_ABYTES);

std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}
const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

bool unwrap_to(const raw_key& key, std::string_view name, std::string_view bytes,
               std::uint8_t* plain) {
  return crypto_aead_xchacha20poly1305_ietf_decrypt(
             plain, nullptr, nullptr, bytes_of(bytes) + nonce_bytes, bytes.size() - nonce_bytes,
             bytes_of(name), name.size(), bytes_of(bytes), key.bytes().data()) == 0;
}

}  // namespace

std::string wrap(const raw_key& key, std::string_view name, std::string_view plain) {
  std::string bytes(wrapping_bytes + plain.size(), '\0');
  std::uint8_t* const nonce = bytes_of(bytes);
  randombytes_buf(nonce, nonce_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + nonce_bytes, nullptr, bytes_of(plain),
                                             plain.size(), bytes_of(name), name.size(), nullptr,
                                             nonce, key.bytes().data());
  return bytes;
}

std::string wrap(const raw_key& key, std::string_view name, const raw_key& plain) {
  return wrap(key, name, as_text(plain.bytes()));
}

std::optional<std::string> unwrap(const raw_key& key, std::string_view name,
                                  std::string_view bytes) {
  if (bytes.size() < wrapping_bytes) return std::nullopt;
  std::string plain(bytes.size() - wrapping_bytes, '\0');
  if (!unwrap_to(key, name, bytes, bytes_of(plain))) return std::nullopt;
  return plain;
}

std::optional<raw_key> unwrap_key(const raw_key& key, std::string_view name,
                                  std::string_view bytes) {
  if (bytes.size() != wrapped_key_bytes) return std::nullopt;
  std::array<std::uint8_t, 32> plain;
  if (!unwrap_to(key, name, bytes, plain.data())) return std::nullopt;
  const raw_key made(plain);
  sodium_memzero(plain.data(), plain.size());
  return made;
}

}  // namespace stegvis

#include "events/sealing.hpp"

#include <sodium.h>

#include "events/error.hpp"

namespace stegvis {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view nonce_key_context = "stegvis nonce v1";

// Chooses the machine's fastest code paths; random numbers need it as well.
bool start_sodium() {
  static const bool ready = sodium_init() >= 0;
  return ready;
}
// Before there are threads: a path that is changed under a computation garbles it.
[[maybe_unused]] const bool started_first = start_sodium();

void need_sodium() {
  if (!start_sodium()) throw world_error("the cryptographic library does not start");
}

std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}
const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

void append_with_length(std::string& to, std::string_view part) {
  for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(part.size() >> shift & 255);
  to += part;
}

std::string name_and_field(std::string_view event_name, std::string_view field) {
  std::string text;
  text.reserve(8 + event_name.size() + field.size());
  append_with_length(text, event_name);
  append_with_length(text, field);
  return text;
}

void make_nonce(const data_key& key, std::string_view associated, std::string_view plain,
                std::uint8_t* nonce) {
  crypto_generichash_state state;
  const auto nonce_key = key.nonce_key().bytes();
  crypto_generichash_init(&state, nonce_key.data(), nonce_key.size(), nonce_bytes);
  crypto_generichash_update(&state, bytes_of(associated), associated.size());
  crypto_generichash_update(&state, bytes_of(plain), plain.size());
  crypto_generichash_final(&state, nonce, nonce_bytes);
}

}  // namespace

raw_key::raw_key(std::span<const std::uint8_t, 32> bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

raw_key::~raw_key() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

raw_key raw_key::random() {
  need_sodium();
  raw_key made;
  randombytes_buf(made.bytes_.data(), made.bytes_.size());
  return made;
}

bool raw_key::operator==(const raw_key& other) const {
  return sodium_memcmp(bytes_.data(), other.bytes_.data(), bytes_.size()) == 0;
}

data_key::data_key(const raw_key& key) : key_(key) {
  need_sodium();
  std::array<std::uint8_t, 32> derived;
  crypto_generichash(derived.data(), derived.size(), bytes_of(nonce_key_context),
                     nonce_key_context.size(), key_.bytes().data(), key_.bytes().size());
  nonce_key_ = raw_key(derived);
  sodium_memzero(derived.data(), derived.size());
}

std::size_t sealed_size(std::size_t plain_bytes) {
  const auto padded = (plain_bytes / seal_padding_bytes + 1) * seal_padding_bytes;
  return nonce_bytes + padded + tag_bytes;
}

std::string seal(const data_key& key, std::string_view event_name, std::string_view field,
                 std::string_view plain) {
  const auto associated = name_and_field(event_name, field);
  std::string sealed(sealed_size(plain.size()), '\0');
  std::uint8_t* const nonce = bytes_of(sealed);
  std::uint8_t* const text = nonce + nonce_bytes;
  make_nonce(key, associated, plain, nonce);
  // Sealed in place: no second copy of the plain text is left behind.
  std::copy(plain.begin(), plain.end(), text);
  std::size_t padded = 0;
  const int padding = sodium_pad(&padded, text, plain.size(), seal_padding_bytes,
                                 sealed.size() - nonce_bytes - tag_bytes);
  STEGVIS_ASSERT(padding == 0 && padded == sealed.size() - nonce_bytes - tag_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(text, nullptr, text, padded, bytes_of(associated),
                                             associated.size(), nullptr, nonce,
                                             key.key().bytes().data());
  return sealed;
}

std::optional<std::string> open(const data_key& key, std::string_view event_name,
                                std::string_view field, std::string_view sealed) {
  if (sealed.size() < sealed_size(0)) return std::nullopt;
  const auto associated = name_and_field(event_name, field);
  std::string plain(sealed.size() - nonce_bytes - tag_bytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          bytes_of(plain), nullptr, nullptr, bytes_of(sealed) + nonce_bytes,
          sealed.size() - nonce_bytes, bytes_of(associated), associated.size(), bytes_of(sealed),
          key.key().bytes().data()) != 0) {
    return std::nullopt;
  }
  std::size_t length = 0;
  if (sodium_unpad(&length, bytes_of(plain), plain.size(), seal_padding_bytes) != 0) {
    return std::nullopt;
  }
  plain.resize(length);
  return plain;
}

}  // namespace stegvis

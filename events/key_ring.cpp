#include "events/key_ring.hpp"

#include <sodium.h>

#include "events/error.hpp"

namespace stegvis {
namespace {

constexpr std::size_t subject_bytes_max = 128;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

void update(crypto_generichash_state& state, std::string_view part) {
  std::array<std::uint8_t, 4> length;
  for (std::size_t i = 0; i < 4; ++i) {
    length[i] = static_cast<std::uint8_t>(part.size() >> (24 - 8 * i));
  }
  crypto_generichash_update(&state, length.data(), length.size());
  crypto_generichash_update(&state, bytes_of(part), part.size());
}

}  // namespace

// Where memory cannot be locked the keys are still wiped: nothing else depends on it.
key_ring::key_ring() {
  (void)sodium_mlock(this, sizeof *this);
}
key_ring::~key_ring() {
  sodium_munlock(this, sizeof *this);
}

std::string keyed_hash(const raw_key& key, std::string_view purpose,
                       std::initializer_list<std::string_view> parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.bytes().data(), key.bytes().size(), keyed_hash_bytes);
  update(state, purpose);
  for (const auto part : parts) update(state, part);
  std::string hash(keyed_hash_bytes, '\0');
  crypto_generichash_final(&state, reinterpret_cast<std::uint8_t*>(hash.data()), hash.size());
  return hash;
}

std::string data_key_name(std::string_view subject, privacy p) {
  STEGVIS_ASSERT(!subject.empty() && subject.size() <= subject_bytes_max);
  STEGVIS_ASSERT(subject.find('\0') == subject.npos && p != privacy::plain);
  std::string name;
  name.reserve(data_keys.size() + subject.size() + 2);
  name += data_keys;
  name += subject;
  name += '\0';
  name += static_cast<char>(p);
  return name;
}

std::string identifier_name(const generation& g, std::string_view identifier_hash) {
  return std::string(identifiers) + keyed_hash(g.key, "stegvis blind v1", {identifier_hash});
}

std::string_view subject_of(std::string_view data_key_name) {
  const auto size = data_key_name.size();
  if (size < data_keys.size() + 3 || size > data_keys.size() + subject_bytes_max + 2) return {};
  if (!data_key_name.starts_with(data_keys)) return {};
  const auto cls = static_cast<std::uint8_t>(data_key_name.back());
  if (cls == 0 || cls > static_cast<std::uint8_t>(privacy::freetext)) return {};
  const auto subject = data_key_name.substr(data_keys.size(), size - data_keys.size() - 2);
  if (data_key_name[size - 2] != '\0' || subject.find('\0') != subject.npos) return {};
  return subject;
}

}  // namespace stegvis

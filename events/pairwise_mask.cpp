#include "events/pairwise_mask.hpp"

#include <sodium.h>

#include <algorithm>

namespace stegvis {
namespace {

constexpr std::string_view label = "stegvis pairwise mask v1";
constexpr std::size_t word_bytes = 8;
constexpr std::size_t chunk_words = 512;
constexpr std::size_t block_bytes = 64;  // of XChaCha20; its counter counts these

using bytes_32 = std::array<std::uint8_t, 32>;
using bytes_view = std::span<const std::uint8_t>;

static_assert(crypto_scalarmult_BYTES == 32 && crypto_scalarmult_SCALARBYTES == 32);
static_assert(crypto_stream_xchacha20_KEYBYTES == 32);
static_assert(chunk_words * word_bytes % block_bytes == 0);

void update(crypto_generichash_state& state, bytes_view part) {
  std::array<std::uint8_t, 4> length;
  for (std::size_t i = 0; i < 4; ++i) {
    length[i] = static_cast<std::uint8_t>(part.size() >> (24 - 8 * i));
  }
  crypto_generichash_update(&state, length.data(), length.size());
  crypto_generichash_update(&state, part.data(), part.size());
}

bytes_view view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

raw_key mask_key(bytes_view secret, bytes_view low, bytes_view high, std::string_view context) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, secret.data(), secret.size(), 32);
  for (const bytes_view part : {view(label), low, high, view(context)}) update(state, part);
  bytes_32 derived;
  crypto_generichash_final(&state, derived.data(), derived.size());
  const raw_key key(derived);
  sodium_memzero(derived.data(), derived.size());
  sodium_memzero(&state, sizeof state);
  return key;
}

std::uint64_t word_at(const std::uint8_t* bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < word_bytes; ++i) word |= std::uint64_t{bytes[i]} << 8 * i;
  return word;
}

void apply(std::span<std::uint64_t> numbers, const raw_key& key, bool subtract) {
  const std::array<std::uint8_t, crypto_stream_xchacha20_NONCEBYTES> nonce{};
  std::array<std::uint8_t, chunk_words * word_bytes> stream;
  for (std::size_t at = 0; at < numbers.size(); at += chunk_words) {
    const auto chunk = numbers.subspan(at, std::min(chunk_words, numbers.size() - at));
    stream.fill(0);
    crypto_stream_xchacha20_xor_ic(stream.data(), stream.data(), chunk.size() * word_bytes,
                                   nonce.data(), at * word_bytes / block_bytes, key.bytes().data());
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      const auto word = word_at(&stream[i * word_bytes]);
      chunk[i] = subtract ? chunk[i] - word : chunk[i] + word;
    }
  }
  sodium_memzero(stream.data(), stream.size());
}

}  // namespace

result<void> add_pairwise_mask(std::span<std::uint64_t> numbers, const raw_key& own_secret,
                               std::span<const std::uint8_t, 32> peer, std::string_view context) {
  bytes_32 own, secret;
  crypto_scalarmult_base(own.data(), own_secret.bytes().data());
  if (std::ranges::equal(own, peer)) {
    return problem(errc::bad_public_key, "the ledger's own key in the place of another's");
  }
  if (crypto_scalarmult(secret.data(), own_secret.bytes().data(), peer.data()) != 0) {
    return problem(errc::bad_public_key, "a weak key, which no ledger has");
  }
  const bool own_is_low = std::ranges::lexicographical_compare(own, peer);
  const bytes_view low = own_is_low ? bytes_view(own) : bytes_view(peer);
  const bytes_view high = own_is_low ? bytes_view(peer) : bytes_view(own);
  const auto key = mask_key(secret, low, high, context);
  sodium_memzero(secret.data(), secret.size());
  apply(numbers, key, !own_is_low);
  return {};
}

}  // namespace stegvis

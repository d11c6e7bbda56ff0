#pragma once
// A mask that two ledgers agree on without meeting: each computes the same numbers from its own
// secret and the other's public key, one adds them, the other subtracts them, so that the sum of
// both shows none.
//
//   secret  = X25519 (RFC 7748) of one side's secret key and the other's public key
//   key     = BLAKE2b-256 keyed with `secret`, over label, low, high, context, each with its length
//             before it (u32, big-endian)
//   label   = "stegvis pairwise mask v1"
//   low, high = the two public keys (32 bytes each), the lesser one first, byte by byte
//   mask[i] = bytes 8i to 8i+7 of the XChaCha20 stream under `key` (nonce: 24 zero bytes, counter
//             from 0), as u64, little-endian
//
// The side of `low` adds mask[i] to its number i, the side of `high` subtracts it, mod 2^64. There
// is one key for each pair and context, hence the fixed nonce; so a context must never serve for
// two lists of numbers: the difference of what was masked would be that of the numbers.
//
// A key pair is for the ledger's life. Whoever learns its secret later can take off all masks that
// it ever shared with the others.
#include <cstdint>
#include <span>
#include <string_view>

#include "events/error.hpp"
#include "events/sealing.hpp"

namespace stegvis {

// bad_public_key if `peer` is the own key, or a weak one with which the secret would be no secret;
// the numbers are then as they were. Thread safe.
[[nodiscard]] result<void> add_pairwise_mask(std::span<std::uint64_t> numbers,
                                             const raw_key& own_secret,
                                             std::span<const std::uint8_t, 32> peer,
                                             std::string_view context);

}  // namespace stegvis

#pragma once
// The secrets above the data keys, and the names under which a generation stores its entries.
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "events/key_files.hpp"
#include "events/privacy.hpp"
#include "events/sealing.hpp"

namespace stegvis {

// Kept out of swap and core dumps where the system allows it, hence neither copied nor moved.
struct key_ring {
  key_ring();
  key_ring(const key_ring&) = delete;
  key_ring& operator=(const key_ring&) = delete;
  ~key_ring();

  raw_key kek;         // wraps the generation key
  generation current;  // wraps all entries of the database
  raw_key hash_key;    // of identifiers and keyed hashes, for the ledger's life
  raw_key box_secret;  // of the ledger's X25519 pair
};

inline constexpr std::size_t keyed_hash_bytes = 16;

// BLAKE2b-128 under the key, over the purpose and the parts, each with its length before it.
std::string keyed_hash(const raw_key& key, std::string_view purpose,
                       std::initializer_list<std::string_view> parts);

// Entry names; key_store's header has their table.
std::string data_key_name(std::string_view subject, privacy p);
std::string identifier_name(const generation& g, std::string_view identifier_hash);
// The subject in a data key's name; empty if it is no such name.
std::string_view subject_of(std::string_view data_key_name);

inline constexpr std::string_view data_keys = "d";
inline constexpr std::string_view identifiers = "i";
inline constexpr std::string_view hash_key_name = "mhash_key";
inline constexpr std::string_view box_secret_name = "mbox_secret";
inline constexpr std::string_view forget_name = "mforget";
inline constexpr std::string_view noted_prefix = "mnoted/";

}  // namespace stegvis

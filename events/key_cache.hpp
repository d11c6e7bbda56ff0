#pragma once
// Unwrapped data keys in memory, by name, and those among them that are not on disk yet.
#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "events/sealing.hpp"

namespace stegvis {

// Thread safe. Bounded, but for unsettled keys: those stay until they are settled, so that no key
// is made twice. Keys are wiped when they leave.
class key_cache {
 public:
  using loader = std::function<std::optional<data_key>()>;
  using named_key = std::pair<std::string, data_key>;

  // `load` brings a key that is not here; calls for one name never overlap.
  std::optional<data_key> find(const std::string& name, const loader& load);
  // Makes a random, unsettled key if there is none.
  data_key find_or_make(const std::string& name, const loader& load);
  void drop(const std::string& name);

  std::size_t unsettled_count() const { return unsettled_count_; }
  std::vector<named_key> unsettled() const;
  void settle(const std::vector<named_key>& written);

 private:
  using keys = std::unordered_map<std::string, data_key>;
  // Two halves: when the young one is full the old one goes and the young one becomes old, so that
  // what is used stays, at the cost of one lookup.
  struct shard {
    mutable std::mutex mutex;
    keys young, old, unsettled;

    std::optional<data_key> look_up(const std::string& name, const loader& load);
    void remember(const std::string& name, const data_key& key);
  };

  shard& shard_of(const std::string& name);

  static constexpr std::size_t shard_count = 64;
  // About 170 bytes each, 90 MB in all.
  static constexpr std::size_t keys_max = 1 << 19;
  static constexpr std::size_t young_keys_max = keys_max / shard_count / 2;

  std::array<shard, shard_count> shards_;
  std::atomic<std::size_t> unsettled_count_ = 0;
};

}  // namespace stegvis

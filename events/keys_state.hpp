#pragma once
// What the parts of a key store share (keys.cpp, keys_lifecycle.cpp, keys_exchange.cpp). Private.
#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "events/descriptor.hpp"
#include "events/key_cache.hpp"
#include "events/key_database.hpp"
#include "events/key_ring.hpp"
#include "events/keys.hpp"

namespace stegvis {

struct key_store::state {
  explicit state(key_store_options o) : options(std::move(o)) {}

  key_store_options options;
  descriptor folder_lock;
  key_ring ring;
  std::optional<key_database> db;
  // Shared by all who use the current generation; alone for who changes it.
  mutable std::shared_mutex gate;
  mutable key_cache cache;
  mutable std::mutex persons_mutex;
  std::unordered_map<std::string, std::string> new_persons;  // identifier hash to subject
  std::mutex sync_mutex;
  std::atomic<bool> failed = false;

  std::filesystem::path generation_file() const { return options.folder / "generation"; }
  std::filesystem::path database_folder(std::uint64_t number) const {
    return options.folder / ("db-" + std::to_string(number));
  }

  void check_usable() const;
  std::optional<data_key> load(const std::string& name) const;
  // The functions below want the gate held.
  void sync_all();
  std::optional<std::string> find_person(const std::string& hash) const;  // and persons_mutex
  using subject_set = std::set<std::string, std::less<>>;
  counts rewrap_without(const subject_set& subjects, const generation& next,
                        key_database& to) const;
  counts finish_forget(const subject_set& subjects);
  void remove_other_databases() const;

  // A write whose outcome is unknown ends the use of this store.
  template <class F>
  auto poison_on_failure(F change) {
    try {
      return change();
    } catch (...) {
      failed = true;
      throw;
    }
  }
};

inline constexpr std::size_t rewrap_batch_entries = 10'000;

}  // namespace stegvis

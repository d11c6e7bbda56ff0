#pragma once
// The head hash (events/merkle.hpp) as far as the log was hashed, kept by position: what is new
// costs its own hashing, nothing else. In memory; after a start the whole log is hashed once.
#include <mutex>
#include <optional>

#include "events/ledger.hpp"
#include "events/merkle.hpp"

namespace stegvis {

// Thread safe.
class head_hash {
 public:
  struct known {
    position at{};
    digest root{};
  };
  // Hashes on, at most `events_max` events. corrupt, newer_version.
  [[nodiscard]] result<known> catch_up(const ledger& book, std::uint64_t events_max);

 private:
  std::mutex mutex_;
  merkle_tree tree_;
};

}  // namespace stegvis

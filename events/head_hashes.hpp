#pragma once
// The head hash (events/merkle.hpp) at any position, without hashing the log from its beginning:
// the roots of the complete subtrees of 1,024 events each are kept in DIR/index/tree.
//
//   bytes 0-7    "stegtree"
//   8-11         version u32: 1
//   12-27        the ledger's id
//   28-31        crc32c u32 of the 28 bytes before
//   32-          for each subtree: its root, 32 bytes; crc32c u32 of its number (u64, from 0) and
//                its root
//
// Numbers are little-endian. Derived: it may be deleted while nobody owns the ledger, and is made
// again from the log. So is what is behind the first subtree that does not match its checksum, and
// all of it if the head is another's, or if the last subtree is not what the log says: a log that
// was put back and went another way. Not synced: what a crash takes is hashed again.
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "events/descriptor.hpp"
#include "events/ledger.hpp"
#include "events/merkle.hpp"

namespace stegvis {

// Adds the events from `first` to `last`, as the log has them. corrupt if one is missing,
// newer_version.
[[nodiscard]] result<void> add_events(const ledger& of, position first, position last,
                                      merkle_tree& to);

// One a ledger, which outlives it. Thread safe; failures of the disk throw world_error.
class head_hashes {
 public:
  explicit head_hashes(const ledger& of);

  // The head hash of a ledger that ends at `at`, which is at most the head. Hashes what is not kept
  // yet up to there, and from the last complete subtree on. corrupt, newer_version.
  [[nodiscard]] result<digest> at(position at);
  // Hashes and keeps what is complete up to `to`, in steps. corrupt, newer_version.
  [[nodiscard]] result<void> catch_up(position to);
  // The end of the last subtree that is kept.
  position covered() const;
  // Drops all that is kept, in memory and on disk.
  void clear();

  static constexpr std::uint64_t subtree_events = 1'024;

 private:
  void load();
  bool matches_log(std::uint64_t number, const digest& root) const;
  result<std::vector<digest>> hash(std::uint64_t first, std::uint64_t end) const;
  void keep(const std::vector<digest>& fresh);

  const ledger& of_;
  descriptor file_;
  std::mutex hashing_;  // held while new subtrees are made; before mutex_
  mutable std::shared_mutex mutex_;
  std::vector<digest> subtrees_;  // guarded by mutex_
};

}  // namespace stegvis

#pragma once
// A ledger's events in another folder: the same id, the same canonical bytes at the same positions.
// Keys do not come along; sealed fields stay sealed. Copying again takes only what is new.
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "events/ledger.hpp"
#include "events/sha256.hpp"

namespace stegvis {

struct copy_progress {
  std::stop_token stop{};
  std::function<void(position done, position whole)> show{};  // may be empty
};

struct ledger_copy {
  std::unique_ptr<ledger> book;  // the copy, open
  std::uint64_t copied = 0;      // events that were new
};

// Makes the copy if there is none, and brings it to the head that the source has now. A stop leaves
// a copy that is whole up to where it is. already_exists: the folder holds something else, another
// ledger or one that has gone its own way; corrupt, newer_version.
[[nodiscard]] result<ledger_copy> copy_ledger(const ledger& source, std::filesystem::path folder,
                                              const copy_progress&);

// The root of the Merkle tree over the canonical bytes of events 1 to `to`, all read from the log:
// what proves a copy rests on nothing that was kept. corrupt.
[[nodiscard]] result<digest> head_hash(const ledger&, position to);

}  // namespace stegvis

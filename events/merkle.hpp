#pragma once
// The Merkle tree of RFC 6962 over the ledger's canonical bytes: leaf hash SHA-256(0x00 | bytes),
// node hash SHA-256(0x01 | left | right), the empty tree SHA-256 of nothing. The root over events
// 1 to n is the ledger's head hash.
#include <cstdint>
#include <string_view>
#include <vector>

#include "events/sha256.hpp"

namespace stegvis {

// Keeps the roots of the complete subtrees only: 32 bytes for each set bit of the size.
// Adding is amortised one node hash; the root costs one for each subtree. A copy is a snapshot.
class merkle_tree {
 public:
  void add(std::string_view leaf_bytes);
  // The next leaves by the root over them: a power of two of them, at a multiple of their number.
  void add_subtree(digest root, std::uint64_t leaves);
  std::uint64_t size() const { return size_; }
  digest root() const;

 private:
  std::vector<digest> subtrees_;  // largest first
  std::uint64_t size_ = 0;
};

}  // namespace stegvis

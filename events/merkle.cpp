#include "events/merkle.hpp"

#include <bit>

#include "events/error.hpp"

namespace stegvis {
namespace {

constexpr std::string_view leaf_prefix("\x00", 1);
constexpr std::string_view node_prefix("\x01", 1);

digest node(const digest& left, const digest& right) {
  return sha256({node_prefix, as_text(left), as_text(right)});
}

}  // namespace

void merkle_tree::add(std::string_view leaf_bytes) {
  add_subtree(sha256({leaf_prefix, leaf_bytes}), 1);
}

void merkle_tree::add_subtree(digest root, std::uint64_t leaves) {
  STEGVIS_ASSERT(std::has_single_bit(leaves) && size_ % leaves == 0);
  for (std::uint64_t n = size_ / leaves; (n & 1) != 0; n >>= 1) {
    root = node(subtrees_.back(), root);
    subtrees_.pop_back();
  }
  subtrees_.push_back(root);
  size_ += leaves;
}

digest merkle_tree::root() const {
  if (subtrees_.empty()) return sha256("");
  digest hash = subtrees_.back();
  for (auto it = subtrees_.rbegin() + 1; it != subtrees_.rend(); ++it) hash = node(*it, hash);
  return hash;
}

}  // namespace stegvis

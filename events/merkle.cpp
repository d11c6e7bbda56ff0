#include "events/merkle.hpp"

namespace stegvis {
namespace {

constexpr std::string_view leaf_prefix("\x00", 1);
constexpr std::string_view node_prefix("\x01", 1);

digest node(const digest& left, const digest& right) {
  return sha256({node_prefix, as_text(left), as_text(right)});
}

}  // namespace

void merkle_tree::add(std::string_view leaf_bytes) {
  digest hash = sha256({leaf_prefix, leaf_bytes});
  for (std::uint64_t n = size_; (n & 1) != 0; n >>= 1) {
    hash = node(subtrees_.back(), hash);
    subtrees_.pop_back();
  }
  subtrees_.push_back(hash);
  ++size_;
}

digest merkle_tree::root() const {
  if (subtrees_.empty()) return sha256("");
  digest hash = subtrees_.back();
  for (auto it = subtrees_.rbegin() + 1; it != subtrees_.rend(); ++it) hash = node(*it, hash);
  return hash;
}

}  // namespace stegvis

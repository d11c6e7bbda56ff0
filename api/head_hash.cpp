#include "api/head_hash.hpp"

#include <algorithm>

namespace stegvis {

result<head_hash::known> head_hash::catch_up(const ledger& book, std::uint64_t events_max) {
  const std::lock_guard lock(mutex_);
  const position from{tree_.size() + 1};
  const position to{std::min(book.head().value, tree_.size() + events_max)};
  std::string canonical;
  if (from <= to) {
    const auto scanned = book.scan(from, to, [&](const event& e) {
      canonical.clear();
      append_canonical(e, canonical);
      tree_.add(canonical);
      return true;
    });
    if (!scanned) return scanned.error();
  }
  return known{{tree_.size()}, tree_.root()};
}

}  // namespace stegvis

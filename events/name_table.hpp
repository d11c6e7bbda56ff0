#pragma once
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "events/name_index.hpp"

namespace stegvis {

// Names and their positions, in memory: open addressing, one cache line a question, no allocation
// but for growing. A name is inserted once; position 0 marks an empty slot. One thread at a time
// writes.
class name_table {
 public:
  using entry = std::pair<name_hash, position>;

  void insert(const name_hash& name, position at) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    place(slots_, {name, at});
    ++size_;
  }
  std::optional<position> find(const name_hash& name) const {
    if (slots_.empty()) return std::nullopt;
    for (std::size_t i = name[0] & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].second.value == 0) return std::nullopt;
      if (slots_[i].first == name) return slots_[i].second;
    }
  }
  std::size_t size() const { return size_; }
  std::vector<entry> sorted() const {
    std::vector<entry> all;
    all.reserve(size_);
    for (const entry& e : slots_)
      if (e.second.value != 0) all.push_back(e);
    std::ranges::sort(all);
    return all;
  }

 private:
  static void place(std::vector<entry>& slots, const entry& e) {
    std::size_t i = e.first[0] & (slots.size() - 1);
    while (slots[i].second.value != 0) i = (i + 1) & (slots.size() - 1);
    slots[i] = e;
  }
  void grow() {
    std::vector<entry> larger(std::max<std::size_t>(64, slots_.size() * 2));
    for (const entry& e : slots_)
      if (e.second.value != 0) place(larger, e);
    slots_ = std::move(larger);
  }

  std::vector<entry> slots_;  // a power of two, at most half full
  std::size_t size_ = 0;
};

}  // namespace stegvis

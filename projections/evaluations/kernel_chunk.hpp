#pragma once
// The chunk under way, as the parts of a kernel share it. Private to kernel*.cpp.
#include <cstdint>
#include <vector>

#include "projections/columns/columns.hpp"

namespace stegvis {

struct kernel_chunk {
  const column_chunk* chunk = nullptr;
  const rows_by_type* rows = nullptr;  // the chunk's
  std::uint32_t cut = 0;               // as its positions
  std::int32_t horizon = 0;
  std::vector<std::uint8_t> counted{};  // by journey
  std::vector<std::uint32_t> left{};    // journeys to be folded

  bool stands(std::size_t i) const {
    return (rows->known_from[i] <= cut) & (rows->known_to[i] > cut) & (rows->valid[i] <= horizon);
  }
  // The journey's rows do not tell.
  void leave(std::uint32_t journey) {
    if (counted[journey] == 0) return;
    counted[journey] = 0;
    left.push_back(journey);
  }
};

// The same rows, at hand in registers.
struct row_filter {
  explicit row_filter(const kernel_chunk& c)
      : known_from(c.rows->known_from.data()),
        known_to(c.rows->known_to.data()),
        content(c.rows->content.data()),
        valid(c.rows->valid.data()),
        journey(c.rows->journey.data()),
        cut(c.cut),
        horizon(c.horizon) {}
  bool stands(std::size_t i) const {
    return (known_from[i] <= cut) & (known_to[i] > cut) & (valid[i] <= horizon);
  }
  const std::uint32_t *known_from, *known_to, *content;
  const std::int32_t* valid;
  const std::uint16_t* journey;
  const std::uint32_t cut;
  const std::int32_t horizon;
};

// A journey that enters.
struct kernel_unit {
  std::uint32_t journey, entry;  // entry: index into the rows by type
  std::int32_t origin;
};

constexpr std::int32_t never_in_window = INT32_MAX;

}  // namespace stegvis

#pragma once
// Which sums of hidden cells follow from the shown ones: exact linear algebra, modulo a prime.
// Private to disclosure*.cpp.
#include <cstdint>

#include "projections/evaluations/disclosure_cells.hpp"

namespace stegvis {

class known_sums {
 public:
  // Of the cells as they are hidden now.
  explicit known_sums(const count_system&);
  // The sum of these, signs counted, is the same whatever the hidden cells are.
  bool tells(const std::vector<count_term>&) const;

 private:
  struct factor {
    std::size_t cell;
    std::uint64_t value;
  };
  using combination = std::vector<factor>;  // of hidden cells, by cell

  combination of_hidden(const std::vector<count_term>&) const;
  // Takes rows away until the first cell begins no row.
  void reduce(combination&) const;

  const count_system& system_;
  std::map<std::size_t, combination> rows_;  // by their first cell, whose factor is 1
};

}  // namespace stegvis

#pragma once
// Moves within one cube that need no search through all relations: along each axis one other level,
// or the total, and among the corners so many persons more in every second one. Private to
// disclosure*.cpp.
#include <cstdint>
#include <optional>

#include "projections/evaluations/disclosure_moves.hpp"

namespace stegvis {

class box_search {
 public:
  explicit box_search(const count_model&);

  // The box in which `cell` is larger by `amount` that hides the least besides what is hidden.
  // Nothing if it stands in no cube, or no box does.
  std::optional<count_move> find(std::size_t cell, std::int64_t amount, move_search::use) const;

 private:
  using coordinates = std::vector<std::size_t>;  // 0 is the total, or the whole of a row
  struct cube {
    std::vector<std::size_t> sizes;             // of each axis, the total included
    std::vector<std::vector<bool>> breakdowns;  // axes of the tables that there are
    std::map<coordinates, std::size_t> cells;
  };
  struct corner {
    coordinates at;
    std::size_t cell;  // no_cell: there is no such table
    int sign;
  };
  struct attempt;

  void add(const std::vector<const count_table*>& tables);
  static bool has_table(const cube&, const coordinates&);
  void widen(attempt&, std::size_t axis) const;
  bool double_along(attempt&, std::size_t axis, std::size_t to) const;
  std::optional<count_move> balanced(const attempt&) const;

  const count_system& system_;
  std::vector<cube> cubes_;
  std::map<std::size_t, std::pair<std::size_t, coordinates>> places_;  // of each cell
};

}  // namespace stegvis

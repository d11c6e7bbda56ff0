#pragma once
// What a reader of the shown cells must think possible: other numbers in the hidden cells that fit
// all relations. Finds those that take the least hiding. Private to disclosure*.cpp.
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "projections/evaluations/disclosure_cells.hpp"

namespace stegvis {

// Cells and by how much they change, by cell; those left out stay, but for derived cells that take
// what others leave.
using count_move = std::vector<std::pair<std::size_t, double>>;

// A dual simplex method that begins with the change that is asked for and mends one violated
// relation after the other, by the cheapest cell each time. A relation becomes a row only when a
// cell of it changes, and one in which others are left over only when more is taken of them than
// there are: so the work is that of the neighbourhood, not of the whole system. Same
// system, same answer: ties go to the first cell. One thread at a time.
class move_search {
 public:
  enum class use { hidden_cells, all_cells };

  move_search(const count_system& system, std::stop_token stop)
      : system_(system), stop_(std::move(stop)) {}

  // The cheapest change under which `cell` is larger by `amount`, or smaller if that is negative:
  // hidden cells change for next to nothing, others at their cost for each unit. No cell falls
  // below its floor. Nothing if no change will do, none is found in so many steps, or it
  // is to stop. Cells may be
  // added between searches.
  std::optional<count_move> find(std::size_t cell, std::int64_t amount, use,
                                 std::int64_t steps_max = 20'000);
  std::int64_t steps() const { return steps_; }  // of all searches so far: a measure of work

 private:
  // A change upwards or downwards of a cell; never negative.
  struct change {
    std::size_t cell = no_cell;
    bool down = false;
    std::size_t code() const { return 2 * cell + (down ? 1 : 0); }
    double sign() const { return down ? -1 : 1; }
  };
  // The row's own change, and how it depends on all others: own + sum of factors times changes is
  // constant. A row that has no change of its own yet is a relation violated by `value`.
  struct tableau_row {
    std::vector<double> factors;  // by the places of cells among those met; those left out are 0
    change own{};
    double value = 0;
    double factor(std::size_t place) const { return place < factors.size() ? factors[place] : 0; }
  };

  void begin(std::size_t cell, std::int64_t amount, use);
  std::size_t meet(std::size_t cell);
  void make_rows(std::size_t cell);
  void make_row(std::size_t relation);
  bool make_overdrawn();
  static void subtract(tableau_row& from, const tableau_row& row, double factor);
  const count_term* left_over_in(std::size_t relation) const;
  double change_of(std::size_t cell) const;
  double cost_of(const change&) const;
  double upper_of(const change&) const;
  double excess_of(const tableau_row&) const;
  std::size_t most_violated() const;
  std::optional<change> cheapest_in(const tableau_row&, double excess) const;
  void pivot(std::size_t row, const change& entering, double excess);
  count_move moved() const;

  const count_system& system_;
  std::stop_token stop_;
  std::size_t goal_ = no_cell;
  double amount_ = 0;
  std::int64_t steps_ = 0;
  use use_ = use::all_cells;
  std::vector<tableau_row> rows_;
  std::vector<std::size_t> waiting_;   // relations touched that need no row as yet
  std::vector<std::size_t> met_;       // cells, in the order in which they came into rows
  std::vector<std::size_t> place_of_;  // of each cell among them
  std::vector<bool> has_rows_, relation_made_;
  std::vector<double> prices_;       // of the cells met, by the rows so far
  std::vector<std::size_t> row_of_;  // of a change by its code, if a row has it for its own
  std::vector<bool> at_upper_;       // of a change by its code, if no row has it
};

}  // namespace stegvis

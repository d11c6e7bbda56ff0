#include "projections/evaluations/disclosure_moves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace stegvis {
namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double tolerance = 1e-9, violation_min = 1e-7, moved_min = 1e-6;
constexpr double cost_of_hidden = 1;
}  // namespace

void move_search::begin(std::size_t cell, std::int64_t amount, use what) {
  const auto size = system_.cells.size();
  place_of_.resize(size, no_cell);
  has_rows_.resize(size, false);
  row_of_.resize(2 * size, no_cell);
  at_upper_.resize(2 * size, false);
  relation_made_.resize(system_.relations.size(), false);
  for (const auto c : met_) {
    place_of_[c] = no_cell;
    has_rows_[c] = false;
    for (const auto code : {2 * c, 2 * c + 1}) {
      row_of_[code] = no_cell;
      at_upper_[code] = false;
    }
    for (const auto r : system_.relations_of[c]) relation_made_[r] = false;
  }
  met_.clear();
  prices_.clear();
  rows_.clear();
  waiting_.clear();
  goal_ = cell;
  amount_ = static_cast<double>(amount);
  use_ = what;
  meet(cell);
  make_rows(cell);
}

std::size_t move_search::meet(std::size_t cell) {
  if (place_of_[cell] == no_cell) {
    place_of_[cell] = met_.size();
    met_.push_back(cell);
    prices_.push_back(0);
  }
  return place_of_[cell];
}

void move_search::make_rows(std::size_t cell) {
  if (has_rows_[cell]) return;
  has_rows_[cell] = true;
  for (const auto r : system_.relations_of[cell]) {
    if (relation_made_[r]) continue;
    relation_made_[r] = true;
    if (left_over_in(r) == nullptr) {
      make_row(r);
    } else {
      waiting_.push_back(r);
    }
  }
}

void move_search::make_row(std::size_t relation) {
  tableau_row row;
  for (const auto& t : system_.relations[relation]) {
    const auto place = meet(t.cell);
    if (place >= row.factors.size()) row.factors.resize(place + 1, 0);
    row.factors[place] += t.sign;
    row.value -= t.sign * change_of(t.cell);
  }
  // In terms of free changes: neither of the goal's, nor of those that rows have for their own.
  const auto goal = place_of_[goal_];
  if (goal < row.factors.size()) row.factors[goal] = 0;
  for (const auto& other : rows_) {
    if (other.own.cell == no_cell) continue;
    const auto factor = other.own.sign() * row.factor(place_of_[other.own.cell]);
    if (factor != 0) subtract(row, other, factor);
  }
  rows_.push_back(std::move(row));
}

void move_search::subtract(tableau_row& from, const tableau_row& row, double factor) {
  if (from.factors.size() < row.factors.size()) from.factors.resize(row.factors.size(), 0);
  const double* const taken = row.factors.data();
  double* const left = from.factors.data();
  for (std::size_t place = 0; place < row.factors.size(); ++place) {  // without branches: hot
    const double rest = left[place] - factor * taken[place];
    left[place] = std::abs(rest) < tolerance ? 0 : rest;
  }
}

// The derived cell that takes whatever the others of the relation leave, if there is one.
const count_term* move_search::left_over_in(std::size_t relation) const {
  for (const auto& t : system_.relations[relation]) {
    const auto& cell = system_.cells[t.cell];
    const bool alone = system_.relations_of[t.cell].size() == 1;
    if (cell.derived && cell.need == 0 && alone && t.cell != goal_) return &t;
  }
  return nullptr;
}

// Makes rows of the relations in which more is taken than is left over. True if there were any.
bool move_search::make_overdrawn() {
  const auto rows = rows_.size();
  std::erase_if(waiting_, [&](std::size_t r) {
    const auto* left_over = left_over_in(r);
    const auto& cell = system_.cells[left_over->cell];
    auto left = static_cast<double>(cell.value - cell.floor);
    for (const auto& t : system_.relations[r]) {
      if (&t != left_over) left -= left_over->sign * t.sign * change_of(t.cell);
    }
    const bool overdrawn = left < -violation_min;
    if (overdrawn) make_row(r);
    return overdrawn;
  });
  return rows_.size() > rows;
}

double move_search::change_of(std::size_t cell) const {
  if (cell == goal_) return amount_;
  if (place_of_[cell] == no_cell) return 0;
  double sum = 0;
  for (const bool down : {false, true}) {
    const change c{cell, down};
    const auto row = row_of_[c.code()];
    sum += c.sign() * (row != no_cell ? rows_[row].value : at_upper_[c.code()] ? upper_of(c) : 0);
  }
  return sum;
}

// A cell that can only give little costs as much to hide as one that gives all.
double move_search::cost_of(const change& c) const {
  const auto& cell = system_.cells[c.cell];
  if (cell.hidden) return cost_of_hidden;
  return static_cast<double>(cell.cost) * std::max(1.0, std::abs(amount_) / upper_of(c));
}

double move_search::upper_of(const change& c) const {
  const auto& cell = system_.cells[c.cell];
  if (use_ == use::hidden_cells && !cell.hidden) return 0;
  if (!c.down) return infinity;
  return static_cast<double>(std::max<std::int64_t>(0, cell.value - cell.floor));
}

// How much the row's own change, or what violates its relation, must come down (up if negative).
double move_search::excess_of(const tableau_row& row) const {
  if (row.own.cell == no_cell || row.value < 0) return row.value;
  return std::max(0.0, row.value - upper_of(row.own));
}

std::size_t move_search::most_violated() const {
  std::size_t found = no_cell;
  double most = violation_min;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const double excess = std::abs(excess_of(rows_[r]));
    if (excess <= most) continue;
    most = excess + tolerance;
    found = r;
  }
  return found;
}

// The change that brings the excess down at the least cost.
std::optional<move_search::change> move_search::cheapest_in(const tableau_row& row,
                                                            double excess) const {
  std::optional<change> best;
  double best_ratio = infinity;
  for (std::size_t place = 0; place < row.factors.size(); ++place) {
    const double factor = row.factors[place];
    if (factor == 0) continue;
    for (const bool down : {false, true}) {
      const change c{met_[place], down};
      if (row_of_[c.code()] != no_cell || upper_of(c) <= 0) continue;
      const bool falls = c.sign() * factor * excess > 0;  // when the change grows
      if (falls == at_upper_[c.code()]) continue;
      const double ratio = std::abs(cost_of(c) - c.sign() * prices_[place]) / std::abs(factor);
      if (ratio >= best_ratio - tolerance) continue;
      best = c;
      best_ratio = ratio;
    }
  }
  return best;
}

// `entering` becomes the row's own change, and the one before it goes to the limit it exceeded.
void move_search::pivot(std::size_t r, const change& entering, double excess) {
  auto& row = rows_[r];
  if (row.own.cell != no_cell) {
    row_of_[row.own.code()] = no_cell;
    at_upper_[row.own.code()] = excess > 0;
  }
  const auto at = place_of_[entering.cell];
  const double divisor = entering.sign() * row.factor(at);
  const double length = excess / divisor;
  const double reduced = cost_of(entering) - entering.sign() * prices_[at];
  for (std::size_t place = 0; place < row.factors.size(); ++place) {
    if (row.factors[place] == 0) continue;
    row.factors[place] /= divisor;
    prices_[place] += reduced * row.factors[place];
  }
  for (std::size_t k = 0; k < rows_.size(); ++k) {
    const double factor = entering.sign() * rows_[k].factor(at);
    if (k == r || factor == 0) continue;
    subtract(rows_[k], row, factor);
    rows_[k].value -= factor * length;
  }
  row.own = entering;
  row.value = (at_upper_[entering.code()] ? upper_of(entering) : 0) + length;
  row_of_[entering.code()] = r;
  at_upper_[entering.code()] = false;
}

count_move move_search::moved() const {
  count_move move;
  for (const auto cell : met_) {
    const double by = change_of(cell);
    if (std::abs(by) > moved_min) move.emplace_back(cell, by);
  }
  std::ranges::sort(move);
  return move;
}

std::optional<count_move> move_search::find(std::size_t cell, std::int64_t amount, use what,
                                            std::int64_t steps_max) {
  begin(cell, amount, what);
  for (std::int64_t i = 0; i < steps_max && !stop_.stop_requested(); ++i) {
    const auto r = most_violated();
    if (r == no_cell && make_overdrawn()) continue;
    if (r == no_cell) return moved();
    const double excess = excess_of(rows_[r]);
    const auto entering = cheapest_in(rows_[r], excess);
    if (!entering) return std::nullopt;
    make_rows(entering->cell);
    pivot(r, *entering, excess);
    ++steps_;
  }
  return std::nullopt;
}

}  // namespace stegvis

#include "projections/evaluations/disclosure_boxes.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace stegvis {
namespace {
std::size_t number_of(std::map<std::string, std::size_t>& numbers, const std::string& level) {
  return numbers.emplace(level, numbers.size() + 1).first->second;
}
}  // namespace

// Tables of one id share their axes: the dimensions, and the columns of the first sum.
box_search::box_search(const count_model& model) : system_(model.system) {
  std::map<std::string, std::vector<const count_table*>> ids;
  for (const auto& t : model.tables) {
    if (is_curve(t.table->form)) continue;
    ids[std::to_string(t.section) + '\x1d' + t.table->id].push_back(&t);
  }
  for (const auto& [_, tables] : ids) add(tables);
}

void box_search::add(const std::vector<const count_table*>& tables) {
  std::set<std::string> dimensions;
  for (const auto* t : tables) dimensions.insert(t->table->by.begin(), t->table->by.end());
  const std::vector<std::string> axes(dimensions.begin(), dimensions.end());
  std::vector<std::map<std::string, std::size_t>> levels(axes.size());
  std::map<std::string, std::size_t> cubes;
  for (const auto* t : tables) {
    std::vector<bool> by;
    for (const auto& a : axes) by.push_back(std::ranges::count(t->table->by, a) > 0);
    std::map<std::string, std::size_t> columns;  // of the sum; the others have cubes of their own
    if (!t->table->sums.empty()) {
      columns[t->table->sums[0].whole] = 0;
      for (const auto& id : t->table->sums[0].parts) columns.emplace(id, columns.size());
    }
    for (std::size_t row = 0; row < t->levels.size(); ++row) {
      coordinates at;
      for (std::size_t a = 0; a < axes.size(); ++a) {
        const auto level = t->levels[row].find(axes[a]);
        at.push_back(level == t->levels[row].end() ? 0 : number_of(levels[a], level->second));
      }
      for (const auto& id : t->counts()) {
        const auto cell = t->cell(row, id);
        const auto column = columns.find(id);
        const bool summed = column != columns.end();
        const auto name = text_of(t->keys[row]) + (summed ? "" : '\x1d' + id);
        const auto [found, fresh] = cubes.emplace(name, cubes_.size());
        if (fresh) cubes_.push_back({{}, {}, {}});
        auto& c = cubes_[found->second];
        if (std::ranges::count(c.breakdowns, by) == 0) c.breakdowns.push_back(by);
        auto place = at;
        place.push_back(summed ? column->second : 0);
        c.sizes.resize(place.size(), 1);
        for (std::size_t a = 0; a < place.size(); ++a) {
          c.sizes[a] = std::max(c.sizes[a], place[a] + 1);
        }
        if (cell == no_cell) continue;
        c.cells.emplace(place, cell);
        places_.emplace(cell, std::pair(found->second, place));
      }
    }
  }
}

struct box_search::attempt {
  const cube* within = nullptr;
  move_search::use use = move_search::use::all_cells;
  std::int64_t amount = 0;
  std::vector<corner> corners{};
  std::int64_t cost = 0;
  std::int64_t best_cost = std::numeric_limits<std::int64_t>::max();
  std::optional<count_move> best{};
};

// Doubles the box along the axis in every way, or not at all, and goes on to the next axis.
void box_search::widen(attempt& a, std::size_t axis) const {
  if (a.cost >= a.best_cost) return;
  if (axis == a.within->sizes.size()) {
    if (auto move = balanced(a)) {
      a.best = std::move(move);
      a.best_cost = a.cost;
    }
    return;
  }
  const auto size = a.corners.size();
  const auto cost = a.cost;
  for (std::size_t to = 0; to < a.within->sizes[axis]; ++to) {
    const bool stays = to == a.corners[0].at[axis];
    if (stays || double_along(a, axis, to)) widen(a, axis + 1);
    a.corners.resize(size);
    a.cost = cost;
  }
}

bool box_search::double_along(attempt& a, std::size_t axis, std::size_t to) const {
  const auto size = a.corners.size();
  const int turn = to == 0 || a.corners[0].at[axis] == 0 ? 1 : -1;
  for (std::size_t i = 0; i < size; ++i) {
    corner c{a.corners[i].at, no_cell, a.corners[i].sign * turn};
    c.at[axis] = to;
    const auto found = a.within->cells.find(c.at);
    if (found != a.within->cells.end()) {
      c.cell = found->second;
      const auto& cell = system_.cells[c.cell];
      if (c.sign < 0 && cell.value - cell.floor < a.amount) return false;
      if (!cell.hidden && a.use == move_search::use::hidden_cells) return false;
      a.cost += cell.hidden ? 0 : cell.cost;
    } else if (has_table(*a.within, c.at)) {
      return false;
    }
    a.corners.push_back(std::move(c));
  }
  return a.cost < a.best_cost;
}

bool box_search::has_table(const cube& c, const coordinates& at) {
  return std::ranges::any_of(c.breakdowns, [&](const std::vector<bool>& by) {
    for (std::size_t a = 0; a < by.size(); ++a) {
      if (by[a] != (at[a] != 0)) return false;
    }
    return true;
  });
}

// The move, if all relations hold; derived cells take what they may.
std::optional<count_move> box_search::balanced(const attempt& a) const {
  std::map<std::size_t, std::int64_t> changes;
  for (const auto& c : a.corners) {
    if (c.cell != no_cell) changes[c.cell] += c.sign * a.amount;
  }
  std::set<std::size_t> relations;
  for (const auto& [cell, _] : changes) {
    relations.insert(system_.relations_of[cell].begin(), system_.relations_of[cell].end());
  }
  for (const auto r : relations) {
    std::int64_t sum = 0;
    const count_term* free = nullptr;
    for (const auto& t : system_.relations[r]) {
      const auto change = changes.find(t.cell);
      if (change != changes.end()) {
        sum += t.sign * change->second;
      } else if (system_.cells[t.cell].derived && system_.relations_of[t.cell].size() == 1) {
        free = &t;
      }
    }
    if (sum == 0) continue;
    if (free == nullptr) return std::nullopt;
    const auto& others = system_.cells[free->cell];
    const auto change = -sum * free->sign;
    if (others.value + change < others.floor) return std::nullopt;
    changes[free->cell] = change;
  }
  count_move move;
  for (const auto& [cell, change] : changes) {
    if (change != 0) move.emplace_back(cell, static_cast<double>(change));
  }
  return move;
}

std::optional<count_move> box_search::find(std::size_t cell, std::int64_t amount,
                                           move_search::use use) const {
  const auto place = places_.find(cell);
  if (place == places_.end() || amount < 0) return std::nullopt;
  attempt a{.within = &cubes_[place->second.first], .use = use, .amount = amount};
  a.corners.push_back({place->second.second, cell, 1});
  widen(a, 0);
  return std::move(a.best);
}

}  // namespace stegvis

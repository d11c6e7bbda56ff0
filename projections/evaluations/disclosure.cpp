#include "projections/evaluations/disclosure.hpp"

#include <algorithm>
#include <set>

#include "projections/evaluations/disclosure_moves.hpp"
#include "projections/evaluations/disclosure_steps.hpp"

namespace stegvis {
namespace {
constexpr std::int64_t safe_count = small_count_max + 1;
constexpr double moved_min = 1e-6;

bool is_small(std::int64_t n) {
  return n >= 1 && n <= small_count_max;
}

class disclosure_control {
 public:
  disclosure_control(std::vector<result_section>& sections,
                     std::span<const std::vector<result_section>> shown)
      : sections_(sections), model_(count_model_of(sections)), cells_(model_.system.cells),
        search_(model_.system) {
    for (const auto& vintage : shown) earlier_.emplace_back(vintage, sections, model_);
  }

  void run() {
    hide_small();
    for (const auto& e : earlier_) compare_with(e);
    protect();
    while (protect_sums()) {
    }
    tidy();
    while (protect_sums()) {
    }
    blank_hidden(model_, sections_);
  }

 private:
  void require(std::size_t cell, std::int64_t need) {
    cells_[cell].need = std::max(cells_[cell].need, need);
    cells_[cell].hidden = true;
  }

  // Small counts; where a base is small, everything in its row; of a small whole all parts.
  void hide_small() {
    for (std::size_t c = 0; c < cells_.size(); ++c) {
      if (is_small(cells_[c].value)) require(c, safe_count - cells_[c].value);
    }
    for (const auto& t : model_.tables) {
      const auto width = t.table->columns.size();
      for (std::size_t i = 0; i < t.cells.size(); ++i) {
        const auto base = t.cells[i];
        if (base == no_cell || !is_base(t.table->columns[i % width].id)) continue;
        if (!is_small(cells_[base].value)) continue;
        for (auto j = i - i % width; j < i - i % width + width; ++j) {
          if (t.cells[j] != no_cell) require(t.cells[j], 1);
        }
      }
    }
    for (bool more = true; more;) {
      more = false;
      for (const auto& [whole, part] : model_.system.parts_in_row) {
        if (!is_small(cells_[whole].value) || cells_[part].need > 0) continue;
        require(part, 1);
        more = true;
      }
    }
  }

  // Counts that an earlier vintage showed: they tell who came since. A reader may take it that
  // counts only grow.
  void compare_with(const earlier_counts& e) {
    for (std::size_t c = 0; c < cells_.size(); ++c) {
      const auto before = e.of(c);
      if (!before) continue;
      const auto change = cells_[c].value - *before;
      if (is_small(std::abs(change))) require(c, safe_count - change);
      if (change < 0 || cells_[c].derived) continue;
      cells_[c].floor = std::max(cells_[c].floor, std::min(cells_[c].value, *before + 1));
    }
  }

  void protect() {
    std::vector<std::size_t> order;
    for (std::size_t c = 0; c < cells_.size(); ++c) {
      if (cells_[c].need > 0) order.push_back(c);
    }
    std::ranges::stable_sort(order, std::ranges::greater{},
                             [&](std::size_t c) { return cells_[c].need; });
    for (const auto c : order) protect(c);
  }

  // Hides what else must be hidden so that the cell might be larger by its need.
  void protect(std::size_t cell) {
    witness_of_.resize(cells_.size(), no_cell);
    if (witness_of_[cell] != no_cell) return;
    const auto move = search_.find(cell, cells_[cell].need, move_search::use::all_cells);
    if (!move) return hide_connected(cell);
    for (const auto& [c, change] : *move) cells_[c].hidden = true;
    keep(*move);
  }
  void keep(const count_move& move) {
    for (const auto& [c, change] : move) {
      const auto need = cells_[c].need;
      if (need > 0 && change > static_cast<double>(need) - moved_min) {
        witness_of_[c] = witnesses_.size();
      }
    }
    witnesses_.push_back(move);
  }

  // No numbers but the true ones fit: then none of those that hang together is shown.
  void hide_connected(std::size_t cell) {
    std::vector<std::size_t> found{cell};
    std::set<std::size_t> seen{cell};
    while (!found.empty()) {
      const auto c = found.back();
      found.pop_back();
      cells_[c].hidden = true;
      lost_.insert(c);
      for (const auto r : model_.system.relations_of[c]) {
        for (const auto& t : model_.system.relations[r]) {
          if (seen.insert(t.cell).second) found.push_back(t.cell);
        }
      }
    }
  }

  // The sum of hidden parts follows from what is shown. If an earlier vintage showed all of them,
  // it must not tell that one to four came or went. True if more was hidden.
  bool protect_sums() {
    const auto relations = model_.system.relations.size();
    const auto before = sums_.size();
    for (std::size_t r = 0; r < relations; ++r) {
      std::vector<std::size_t> hidden;
      int sign = 0;
      bool one_side = true;
      for (const auto& t : model_.system.relations[r]) {
        if (!cells_[t.cell].hidden) continue;
        hidden.push_back(t.cell);
        if (sign != 0 && t.sign != sign) one_side = false;
        sign = t.sign;
      }
      if (one_side && hidden.size() > 1) protect_sum(hidden);
    }
    return sums_.size() > before;
  }
  void protect_sum(const std::vector<std::size_t>& parts) {
    std::int64_t need = 0, sum = 0;
    for (const auto c : parts) sum += cells_[c].value;
    for (const auto& e : earlier_) {
      std::int64_t change = sum;
      bool known = true;
      for (const auto c : parts) {
        const auto before = e.of(c);
        known = known && before.has_value();
        change -= before.value_or(0);
      }
      if (known && is_small(std::abs(change))) need = std::max(need, safe_count - change);
    }
    if (need == 0 || !sums_.insert(parts).second) return;
    const auto whole = model_.system.add({.value = sum, .need = need, .hidden = true,
                                          .derived = true});
    model_.system.relate({whole}, parts);
    protect(whole);
  }

  // Shows again what was hidden in vain: a later choice protects as well.
  void tidy() {
    std::vector<std::size_t> extra;
    for (std::size_t c = 0; c < cells_.size(); ++c) {
      const auto& cell = cells_[c];
      if (cell.hidden && !cell.derived && cell.need == 0 && !lost_.contains(c)) extra.push_back(c);
    }
    std::ranges::stable_sort(extra, std::ranges::greater{},
                             [&](std::size_t c) { return cells_[c].cost; });
    for (const auto c : extra) show_if_safe(c);
    for (const auto c : extra) show_if_known(c);
  }
  void show_if_safe(std::size_t cell) {
    cells_[cell].hidden = false;
    const auto witnesses = witnesses_.size();
    auto kept = witness_of_;
    std::vector<std::size_t> affected;
    for (std::size_t c = 0; c < witness_of_.size(); ++c) {
      if (witness_of_[c] != no_cell && moves(witness_of_[c], cell)) affected.push_back(c);
    }
    // Those without whom nothing could be shown before come first.
    std::ranges::stable_sort(affected, std::ranges::greater{},
                             [&](std::size_t c) { return objections_[c]; });
    for (const auto c : affected) {
      if (!moves(witness_of_[c], cell)) continue;
      const auto move = search_.find(c, cells_[c].need, move_search::use::hidden_cells);
      if (move) {
        keep(*move);
        continue;
      }
      ++objections_[c];
      cells_[cell].hidden = true;
      witnesses_.resize(witnesses);
      witness_of_ = std::move(kept);
      return;
    }
  }
  bool moves(std::size_t witness, std::size_t cell) const {
    return std::ranges::binary_search(witnesses_[witness], cell, {},
                                      &count_move::value_type::first);
  }
  // Follows from what is shown, so that hiding it is no use.
  void show_if_known(std::size_t cell) {
    if (!cells_[cell].hidden) return;
    for (const auto w : witness_of_) {
      if (w != no_cell && moves(w, cell)) return;
    }
    for (const int amount : {1, -1}) {
      if (search_.find(cell, amount, move_search::use::hidden_cells)) return;
    }
    cells_[cell].hidden = false;
  }

  std::vector<result_section>& sections_;
  count_model model_;
  std::vector<count_cell>& cells_;
  move_search search_;
  std::vector<earlier_counts> earlier_;
  std::vector<count_move> witnesses_;
  std::vector<std::size_t> witness_of_;  // of each cell with a need, among the witnesses
  std::map<std::size_t, int> objections_;  // of cells with a need, against showing others
  std::set<std::size_t> lost_;           // hidden without a witness
  std::set<std::vector<std::size_t>> sums_;
};
}  // namespace

void suppress(std::vector<result_section>& sections,
              std::span<const std::vector<result_section>> published) {
  std::vector<std::vector<result_section>> shown;
  for (const auto& vintage : published) {
    auto copy = vintage;
    disclosure_control(copy, shown).run();
    shown.push_back(std::move(copy));
  }
  disclosure_control(sections, shown).run();
}

}  // namespace stegvis

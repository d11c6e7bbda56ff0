#include "projections/evaluations/disclosure.hpp"

#include <algorithm>
#include <deque>
#include <set>

#include "projections/evaluations/disclosure_boxes.hpp"
#include "projections/evaluations/disclosure_steps.hpp"

namespace stegvis {
namespace {
constexpr std::int64_t safe_count = small_count_max + 1;
constexpr double moved_min = 1e-6;
constexpr std::int64_t tidy_steps_min = 5'000;
constexpr std::size_t searched_cells_max = 1'000;
constexpr std::int64_t search_steps_max = 400;
constexpr int lost_searches_max = 20;

bool is_small(std::int64_t n) {
  return n >= 1 && n <= small_count_max;
}

class disclosure_control {
 public:
  disclosure_control(vintage& v, std::deque<vintage>& earlier, const std::stop_token& stop)
      : vintage_(v),
        model_(v.model),
        cells_(model_.system.cells),
        search_(model_.system, stop),
        boxes_(model_) {
    for (auto& e : earlier) earlier_.emplace_back(e, v);
    connected_.resize(cells_.size(), 0);
    for (std::size_t c = 0; c < connected_.size(); ++c) {
      if (connected_[c] > 0) continue;
      const auto together = model_.system.connected_with(c);
      for (const auto other : together) connected_[other] = together.size();
    }
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
    blank_hidden(vintage_);
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

  // A box among hidden cells costs nothing. Where many cells hang together and searches get lost in
  // them, the best box must do.
  std::optional<count_move> find(std::size_t cell, move_search::use use) {
    const auto need = cells_[cell].need;
    if (auto box = boxes_.find(cell, need, move_search::use::hidden_cells)) return box;
    const bool many = cell < connected_.size() && connected_[cell] > searched_cells_max;
    if (!many) return search_.find(cell, need, use);
    const auto steps = search_.steps();
    if (lost_searches_ < lost_searches_max) {
      if (auto move = search_.find(cell, need, use, search_steps_max)) return move;
      if (search_.steps() - steps < search_steps_max) return std::nullopt;
      ++lost_searches_;
    }
    if (use == move_search::use::hidden_cells) return std::nullopt;
    if (auto box = boxes_.find(cell, need, use)) return box;
    return search_.find(cell, need, use);
  }

  // Hides what else must be hidden so that the cell might be larger by its need.
  void protect(std::size_t cell) {
    witness_of_.resize(cells_.size(), no_cell);
    if (witness_of_[cell] != no_cell) return;
    const auto move = find(cell, move_search::use::all_cells);
    // A zero that follows all the same tells of nobody; zeros of larger rows are shown.
    if (!move && cells_[cell].value == 0) return;
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
    for (const auto c : model_.system.connected_with(cell)) {
      cells_[c].hidden = true;
      lost_.insert(c);
    }
  }

  // The sum of hidden parts follows from what is shown. If an earlier vintage told it too, it must
  // not tell that one to four came or went. True if more was hidden.
  bool protect_sums() {
    const auto relations = model_.system.relations.size();
    const auto before = sums_.size();
    for (std::size_t r = 0; r < relations; ++r) {
      std::vector<count_term> parts, others;
      for (const auto& t : model_.system.relations[r]) {
        (cells_[t.cell].hidden ? parts : others).push_back(t);
      }
      const bool one_side =
          std::ranges::all_of(parts, [&](const count_term& t) { return t.sign == parts[0].sign; });
      if (one_side && parts.size() > 1) protect_sum(parts, others);
    }
    return sums_.size() > before;
  }
  void protect_sum(const std::vector<count_term>& parts, const std::vector<count_term>& others) {
    std::vector<std::size_t> cells;
    std::int64_t need = 0, sum = 0;
    for (const auto& t : parts) {
      cells.push_back(t.cell);
      sum += cells_[t.cell].value;
    }
    for (auto& e : earlier_) {
      const auto change = change_since(e, parts, others, sum);
      if (change && is_small(std::abs(*change))) need = std::max(need, safe_count - *change);
    }
    if (need == 0 || !sums_.insert(cells).second) return;
    const count_cell all{.value = sum, .need = need, .hidden = true, .derived = true};
    const auto whole = model_.system.add(all);
    model_.system.relate({whole}, cells);
    protect(whole);
  }
  // What a reader of both knows of how the sum of the hidden cells changed.
  std::optional<std::int64_t> change_since(earlier_counts& e, const std::vector<count_term>& hidden,
                                           const std::vector<count_term>& others,
                                           std::int64_t sum) {
    std::int64_t shown = 0;
    bool known = true;
    for (const auto& t : others) {
      const auto count = e.of(t.cell);
      known = known && count.has_value();
      shown += t.sign * count.value_or(0);
    }
    if (known) return sum - std::abs(shown);
    const auto before = e.sum_of(hidden);
    if (!before || !is_small(std::abs(sum - std::abs(*before))) || !e.tells_sum_of(hidden)) {
      return std::nullopt;
    }
    return sum - std::abs(*before);
  }

  // Shows again what was hidden in vain: a later choice protects as well. The dearest come first;
  // what is not worth the search stays hidden.
  void tidy() {
    const auto steps_max = search_.steps() + std::max(tidy_steps_min, search_.steps());
    std::vector<std::size_t> extra;
    for (std::size_t c = 0; c < cells_.size(); ++c) {
      const auto& cell = cells_[c];
      if (cell.hidden && !cell.derived && cell.need == 0 && !lost_.contains(c)) extra.push_back(c);
    }
    std::ranges::stable_sort(extra, std::ranges::greater{},
                             [&](std::size_t c) { return cells_[c].cost; });
    for (const auto c : extra) {
      if (search_.steps() > steps_max) break;
      show_if_safe(c);
    }
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
      const auto move = find(c, move_search::use::hidden_cells);
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

  vintage& vintage_;
  count_model& model_;
  std::vector<count_cell>& cells_;
  move_search search_;
  box_search boxes_;
  int lost_searches_ = 0;
  std::vector<earlier_counts> earlier_;
  std::vector<std::size_t> connected_;  // how many cells hang together with each
  std::vector<count_move> witnesses_;
  std::vector<std::size_t> witness_of_;    // of each cell with a need, among the witnesses
  std::map<std::size_t, int> objections_;  // of cells with a need, against showing others
  std::set<std::size_t> lost_;             // hidden without a witness
  std::set<std::vector<std::size_t>> sums_;
};
}  // namespace

void suppress(std::vector<result_section>& sections,
              std::span<const std::vector<result_section>> published, const std::stop_token& stop) {
  std::deque<vintage> earlier;
  const auto run = [&](std::vector<result_section> raw) {
    vintage now;
    now.sections = std::move(raw);
    now.model = count_model_of(now.sections);
    disclosure_control(now, earlier, stop).run();
    return now;
  };
  for (const auto& raw : published) earlier.push_back(run(raw));
  sections = run(std::move(sections)).sections;
  if (stop.stop_requested()) sections.clear();
}

}  // namespace stegvis

// Tables of one id: the levels of each breakdown add up to the coarser ones.
#include <algorithm>

#include "projections/evaluations/disclosure_cells.hpp"

namespace stegvis {
namespace {
bool is_subset(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::all_of(a, [&](const auto& x) { return std::ranges::count(b, x) > 0; });
}

class cube_relations {
 public:
  cube_relations(count_system& system, const count_table& fine, const count_table& coarse)
      : system_(system), fine_(fine), coarse_(coarse) {
    const auto& by = fine.table->by;
    overlapping_ = std::ranges::any_of(fine.table->overlapping, [&](const std::string& d) {
      return std::ranges::count(by, d) > 0 && std::ranges::count(coarse.table->by, d) == 0;
    });
  }

  bool overlapping() const { return overlapping_; }
  void relate() {
    if (is_curve(fine_.table->form)) return relate_curves();
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t row = 0; row < fine_.levels.size(); ++row) {
      groups[place_of(fine_, row)].push_back(row);
    }
    for (std::size_t row = 0; row < coarse_.levels.size(); ++row) {
      const auto parts = groups.find(place_of(coarse_, row));
      if (parts == groups.end()) continue;
      for (const auto& id : coarse_.counts()) {
        if (!fine_.table->find_column(id)) continue;
        std::vector<std::vector<std::size_t>> cells;
        for (const auto part : parts->second) cells.push_back({fine_.cell(part, id)});
        relate({coarse_.cell(row, id)}, cells);
      }
    }
  }

 private:
  std::string place_of(const count_table& t, std::size_t row) const {
    return text_of(restricted(t.levels[row], coarse_.table->by)) + '\x1d' + text_of(t.keys[row]);
  }

  // One entry of `parts` for each level.
  void relate(const std::vector<std::size_t>& wholes,
              const std::vector<std::vector<std::size_t>>& parts) {
    std::vector<std::size_t> all;
    for (const auto& level : parts) {
      if (overlapping_) system_.relate(wholes, level, count_system::others::always);
      all.insert(all.end(), level.begin(), level.end());
    }
    if (!overlapping_) system_.relate(wholes, all);
  }

  // Grids differ: only what lies between times that all have adds up.
  void relate_curves() {
    const auto fine = series_of(fine_), coarse = series_of(coarse_);
    for (const auto& whole : coarse) {
      std::vector<const count_series*> all{&whole};
      for (const auto& part : fine) {
        if (restricted(part.levels, coarse_.table->by) == whole.levels && part.keys == whole.keys) {
          all.push_back(&part);
        }
      }
      if (all.size() > 1) relate_series(all);
    }
  }
  void relate_series(const std::vector<const count_series*>& all) {
    double from = -end_of_time;
    for (const double until : common_times(all)) {
      for (const auto& id : coarse_.counts()) {
        if (id != "at_risk") relate_interval(all, id, from, until);
      }
      relate_interval(all, "at_risk", from, end_of_time);
      from = until;
    }
    relate_interval(all, "at_risk", from, end_of_time);
  }
  // What happened in (from, until]; of those at risk, who were so as it began.
  void relate_interval(const std::vector<const count_series*>& all, const std::string& id,
                       double from, double until) {
    std::vector<std::vector<std::size_t>> cells;
    for (const auto* s : all) {
      auto rows = s->rows_within(from, until);
      if (rows.empty()) return;
      if (id == "at_risk") rows.resize(1);
      auto& found = cells.emplace_back();
      for (const auto row : rows) found.push_back((s == all[0] ? coarse_ : fine_).cell(row, id));
    }
    const auto wholes = cells.front();
    cells.erase(cells.begin());
    relate(wholes, cells);
  }

  count_system& system_;
  const count_table& fine_;
  const count_table& coarse_;
  bool overlapping_ = false;
};
}  // namespace

void relate_cubes(count_model& m) {
  for (const auto& fine : m.tables) {
    std::vector<const count_table*> coarser;
    for (const auto& t : m.tables) {
      const bool same = t.section == fine.section && t.table->id == fine.table->id;
      if (same && t.table->by.size() < fine.table->by.size() &&
          is_subset(t.table->by, fine.table->by)) {
        coarser.push_back(&t);
      }
    }
    // Tables in between tie the others already, but not whom overlapping levels leave over.
    for (const auto* t : coarser) {
      const bool between = std::ranges::any_of(coarser, [&](const count_table* other) {
        return other->table->by.size() > t->table->by.size() &&
               is_subset(t->table->by, other->table->by);
      });
      cube_relations cube(m.system, fine, *t);
      if (!between || cube.overlapping()) cube.relate();
    }
  }
}

}  // namespace stegvis

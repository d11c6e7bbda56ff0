#include <algorithm>
#include <set>

#include "projections/evaluations/disclosure_steps.hpp"

namespace stegvis {
namespace {
class blanks {
 public:
  explicit blanks(vintage& v) : m_(v.model), sections_(v.sections) {}

  void make() {
    for (const auto& t : m_.tables) {
      if (is_curve(t.table->form)) end_curves(t);
    }
    for (const auto& i : m_.implied) {
      if (m_.system.cells[i.total].hidden) hide_shares(m_.tables[i.table], i.rows);
    }
    for (const auto& t : m_.tables) hide_figures(t);
    for (const auto& c : m_.system.cells) {
      const auto& p = c.place;
      if (!c.hidden || p.column == no_cell) continue;
      blank(sections_[p.section].tables[p.table].rows[p.row][p.column]);
    }
  }

 private:
  static void blank(result_value& v) {
    if (v.mark != mark::immature) v = missing_value(mark::suppressed);
  }
  void blank_at(const count_table& t, std::size_t row, std::size_t column) {
    blank(sections_[t.section].tables[t.number].rows[row][column]);
  }
  void blank_figures(const count_table& t, std::size_t row) {
    for (std::size_t c = 0; c < t.table->columns.size(); ++c) {
      if (t.table->columns[c].role == column_role::figure) blank_at(t, row, c);
    }
  }
  bool is_hidden(std::size_t cell) const { return cell != no_cell && m_.system.cells[cell].hidden; }
  bool hides_any(const count_table& t, std::size_t row) const {
    return std::ranges::any_of(t.counts(),
                               [&](const auto& id) { return is_hidden(t.cell(row, id)); });
  }

  // Each value of a curve is the one before it times what happened since: from the first row with
  // a hidden count on all would tell it, and so would values at later times.
  void end_curves(const count_table& t) {
    for (const auto& s : series_of(t)) {
      const auto first = std::ranges::find_if(s.rows, [&](auto row) { return hides_any(t, row); });
      if (first == s.rows.end()) continue;
      for (auto row = first; row != s.rows.end(); ++row) blank_figures(t, *row);
      const auto from = s.times[static_cast<std::size_t>(first - s.rows.begin())];
      for (const auto& other : m_.tables) {
        const bool same = other.section == t.section && other.table->by == t.table->by;
        if (!same || other.table->form != table_form::at_times) continue;
        for (const auto& times : series_of(other)) {
          if (times.levels != s.levels) continue;
          for (const auto row : times.rows_within(-end_of_time, end_of_time)) {
            const auto at = std::ranges::find(times.rows, row) - times.rows.begin();
            if (times.times[static_cast<std::size_t>(at)] >= from) blank_figures(other, row);
          }
        }
      }
    }
  }

  void hide_shares(const count_table& t, const std::vector<std::size_t>& rows) {
    for (std::size_t c = 0; c < t.table->columns.size(); ++c) {
      const auto& column = t.table->columns[c];
      if (column.role != column_role::figure || column.form != value_form::share) continue;
      for (const auto row : rows) blank_at(t, row, c);
    }
  }

  void hide_figures(const count_table& t) {
    const auto counts = t.counts();
    for (std::size_t row = 0; row < t.levels.size(); ++row) {
      for (std::size_t c = 0; c < t.table->columns.size(); ++c) {
        const auto& column = t.table->columns[c];
        if (column.role != column_role::figure) continue;
        const auto& of = column.of.empty() ? counts : column.of;
        const bool told =
            std::ranges::any_of(of, [&](const auto& id) { return is_hidden(t.cell(row, id)); });
        if (told || (of.empty() && hides_group(t, row))) blank_at(t, row, c);
      }
    }
  }
  // A base of the same levels in the section is hidden.
  bool hides_group(const count_table& t, std::size_t row) {
    if (hidden_groups_.empty()) {
      hidden_groups_.insert({});
      for (const auto& other : m_.tables) {
        for (const auto& id : other.counts()) {
          for (std::size_t r = 0; is_base(id) && r < other.levels.size(); ++r) {
            if (!is_hidden(other.cell(r, id))) continue;
            hidden_groups_.insert(std::to_string(other.section) + '\x1d' +
                                  text_of(other.levels[r]));
          }
        }
      }
    }
    return hidden_groups_.contains(std::to_string(t.section) + '\x1d' + text_of(t.levels[row]));
  }

  const count_model& m_;
  std::vector<result_section>& sections_;
  std::set<std::string> hidden_groups_;
};
}  // namespace

void blank_hidden(vintage& v) {
  blanks(v).make();
}

}  // namespace stegvis

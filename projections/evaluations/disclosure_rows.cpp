// What adds up within a row, and from one row to the next.
#include <algorithm>

#include "projections/evaluations/disclosure_cells.hpp"

namespace stegvis {
namespace {
constexpr std::int64_t cost_of_a_curve_row = 300;

class row_relations {
 public:
  row_relations(count_model& m, const count_table& t) : system_(m.system), t_(t) {}

  void relate() {
    for (std::size_t row = 0; row < t_.table->rows.size(); ++row) {
      relate_sums(row);
      relate_shares(row);
      if (declares_nothing()) relate_base(row);
    }
    if (t_.table->form == table_form::flow) relate_flow();
    if (is_curve(t_.table->form)) relate_curves();
  }

 private:
  void add_part(std::size_t whole, std::size_t part) {
    if (whole == no_cell || part == no_cell) return;
    system_.parts_in_row.emplace_back(whole, part);
  }

  void relate_sums(std::size_t row) {
    for (const auto& s : t_.table->sums) {
      const auto whole = t_.cell(row, s.whole);
      std::vector<std::size_t> parts;
      for (const auto& id : s.parts) {
        parts.push_back(t_.cell(row, id));
        add_part(whole, parts.back());
      }
      system_.relate({whole}, parts);
    }
  }

  // The one is declared to be a sum that the other belongs to.
  bool declared(const std::string& whole, const std::string& part) const {
    return std::ranges::any_of(t_.table->sums, [&](const sum_relation& s) {
      return s.whole == whole && std::ranges::count(s.parts, part) > 0;
    });
  }

  // A part of a whole without a declared sum: the others are a derived cell.
  void relate_part(std::size_t row, const std::string& whole, const std::string& part) {
    const auto w = t_.cell(row, whole), p = t_.cell(row, part);
    if (w == no_cell || p == no_cell || system_.cells[p].value > system_.cells[w].value) return;
    if (declared(whole, part)) return;
    add_part(w, p);
    system_.relate({w}, {p}, count_system::others::always);
  }

  // A share of two counts says that one is part of the other.
  void relate_shares(std::size_t row) {
    std::vector<std::vector<std::string>> seen;
    for (const auto& c : t_.table->columns) {
      if (c.role != column_role::figure || c.form != value_form::share || c.of.size() != 2)
        continue;
      auto pair = c.of;
      const auto a = t_.cell(row, pair[0]), b = t_.cell(row, pair[1]);
      if (a == no_cell || b == no_cell) continue;
      if (system_.cells[a].value < system_.cells[b].value) std::swap(pair[0], pair[1]);
      if (std::ranges::count(seen, pair) > 0) continue;
      seen.push_back(pair);
      if (!declared(pair[1], pair[0])) relate_part(row, pair[0], pair[1]);
    }
  }

  bool declares_nothing() const {
    const auto form = t_.table->form;
    if (!t_.table->sums.empty() || form == table_form::flow || is_curve(form)) return false;
    return std::ranges::none_of(t_.table->columns, [](const result_column& c) {
      return c.role == column_role::figure && c.form == value_form::share && c.of.size() == 2;
    });
  }
  void relate_base(std::size_t row) {
    const auto ids = t_.counts();
    const auto base = std::ranges::find_if(ids, is_base);
    if (base == ids.end()) return;
    for (const auto& id : ids) {
      if (!is_base(id)) relate_part(row, *base, id);
    }
  }

  // Those of the row before are those of this one and those left out.
  void relate_flow() {
    std::map<std::string, std::size_t> before;
    for (std::size_t row = 0; row < t_.table->rows.size(); ++row) {
      const auto [found, first] = before.emplace(text_of(t_.levels[row]), row);
      if (first) continue;
      system_.relate({t_.cell(found->second, "n")}, {t_.cell(row, "n"), t_.cell(row, "left_out")});
      found->second = row;
    }
  }

  // Who is at risk, or enters, has an event, is censored, or is at risk in the next row.
  void relate_curves() {
    for (const auto& s : series_of(t_)) {
      for (std::size_t i = 0; i < s.rows.size(); ++i) {
        std::vector<std::size_t> wholes{t_.cell(s.rows[i], "at_risk")}, parts;
        for (const auto& id : t_.counts()) {
          if (id == "at_risk") continue;
          (id == "entered" ? wholes : parts).push_back(t_.cell(s.rows[i], id));
        }
        if (i + 1 < s.rows.size()) parts.push_back(t_.cell(s.rows[i + 1], "at_risk"));
        system_.relate(wholes, parts);
        raise_costs(s.rows[i], s.rows.size() - i);
      }
    }
  }
  // A curve's figures end where a count is hidden.
  void raise_costs(std::size_t row, std::size_t rows_lost) {
    for (const auto& id : t_.counts()) {
      const auto cell = t_.cell(row, id);
      if (cell == no_cell) continue;
      system_.cells[cell].cost += cost_of_a_curve_row * static_cast<std::int64_t>(rows_lost);
    }
  }

  count_system& system_;
  const count_table& t_;
};
}  // namespace

void relate_rows(count_model& m) {
  for (const auto& t : m.tables) row_relations(m, t).relate();
}

}  // namespace stegvis

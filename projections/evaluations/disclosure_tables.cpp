// The same persons counted in several tables: what one hides, another must not show.
#include <algorithm>
#include <cmath>
#include <set>

#include "projections/evaluations/disclosure_cells.hpp"

namespace stegvis {
namespace {
constexpr std::int64_t cost_of_a_total = 5'000;
constexpr std::string_view differences_prefix = "differences_";

// Rows are about all persons of their levels.
bool is_about_groups(table_form form) {
  switch (form) {
    case table_form::flow:
    case table_form::baseline:
    case table_form::curve:
    case table_form::incidence:
    case table_form::proportions:
    case table_form::summary:
    case table_form::funnel:
    case table_form::states:
    case table_form::latency:
    case table_form::durations:
    case table_form::units:
      return true;
    default:
      return false;
  }
}

class table_relations {
 public:
  explicit table_relations(count_model& m) : m_(m), system_(m.system) {}

  void relate() {
    for (const auto& t : m_.tables) {
      switch (t.table->form) {
        case table_form::proportions:
          relate_answers(t);
          break;
        case table_form::units:
          relate_units(t);
          break;
        case table_form::differences:
          relate_differences(t);
          break;
        case table_form::at_times:
          relate_times(t);
          break;
        case table_form::summary:
        case table_form::durations:
          relate_sums_of_curves(t);
          break;
        case table_form::counts:
        case table_form::cohort_ages:
          relate_periods(t);
          break;
        case table_form::baseline:
        case table_form::sequences:
          relate_implied_totals(t);
          break;
        default:
          break;
      }
    }
    relate_equals();
  }

 private:
  // The number of those analysed at these levels.
  std::size_t group_size(std::size_t section, const level_map& levels) const {
    std::size_t found = no_cell;
    for (const auto& t : m_.tables) {
      if (t.section != section || t.table->by.size() != levels.size()) continue;
      const auto form = t.table->form;
      if (form != table_form::flow && (form != table_form::baseline || has_keys(t))) continue;
      for (std::size_t row = 0; row < t.levels.size(); ++row) {
        if (t.levels[row] == levels) found = t.cell(row, "n");
      }
      if (found != no_cell && form == table_form::baseline) return found;
    }
    return found;
  }
  static bool has_keys(const count_table& t) {
    return std::ranges::any_of(t.table->columns,
                               [](const result_column& c) { return c.role == column_role::key; });
  }

  // The group consists of those with an answer, those too late, and those not in the base.
  void relate_answers(const count_table& t) {
    for (std::size_t row = 0; row < t.levels.size(); ++row) {
      const auto whole = group_size(t.section, t.levels[row]);
      if (whole == no_cell) continue;
      std::vector<std::size_t> parts;
      std::int64_t sum = 0;
      for (const char* id : {"n", "immature", "incomplete"}) {
        const auto cell = t.cell(row, id);
        if (cell == no_cell) continue;
        parts.push_back(cell);
        sum += system_.cells[cell].value;
      }
      if (sum <= system_.cells[whole].value) system_.relate({whole}, parts);
    }
  }

  // The finest table of shares whose breakdown is within `by`.
  const count_table* shares_of(std::size_t section, const std::vector<std::string>& by) const {
    const count_table* found = nullptr;
    for (const auto& t : m_.tables) {
      if (t.section != section || t.table->form != table_form::proportions) continue;
      const bool within = std::ranges::all_of(
          t.table->by, [&](const auto& d) { return std::ranges::count(by, d) > 0; });
      if (!within) continue;
      if (found == nullptr || found->table->by.size() < t.table->by.size()) found = &t;
    }
    return found;
  }
  static bool same_indicator(const count_table& a, std::size_t i, const count_table& b,
                             std::size_t j) {
    const auto x = a.keys[i].find("indicator"), y = b.keys[j].find("indicator");
    return x != a.keys[i].end() && y != b.keys[j].end() && x->second == y->second;
  }

  // Units count those with a known answer.
  void relate_units(const count_table& t) {
    const auto* shares = shares_of(t.section, t.table->by);
    if (shares == nullptr) return;
    for (std::size_t row = 0; row < shares->levels.size(); ++row) {
      std::vector<std::size_t> yes, known;
      for (std::size_t i = 0; i < t.levels.size(); ++i) {
        if (restricted(t.levels[i], shares->table->by) != shares->levels[row]) continue;
        if (!same_indicator(*shares, row, t, i)) continue;
        yes.push_back(t.cell(i, "yes"));
        known.push_back(t.cell(i, "n"));
      }
      system_.relate({shares->cell(row, "yes")}, yes);
      system_.relate(known, {shares->cell(row, "yes"), shares->cell(row, "no")});
    }
  }

  // Two levels of the dimension that the table is named after, with known answers.
  void relate_differences(const count_table& t) {
    if (!t.table->id.starts_with(differences_prefix)) return;
    const auto dimension = t.table->id.substr(differences_prefix.size());
    const auto* shares = shares_of(t.section, {dimension});
    if (shares == nullptr || shares->table->by.size() != 1) return;
    for (std::size_t i = 0; i < t.keys.size(); ++i) {
      for (std::size_t row = 0; row < shares->levels.size(); ++row) {
        if (!same_indicator(*shares, row, t, i)) continue;
        const auto& level = shares->levels[row].at(dimension);
        for (const std::string side : {"", "reference_"}) {
          const auto key = t.keys[i].find(side.empty() ? "level" : "reference");
          if (key == t.keys[i].end() || key->second != level) continue;
          system_.relate({shares->cell(row, "yes")}, {t.cell(i, side + "yes")});
          system_.relate({t.cell(i, side + "n")},
                         {shares->cell(row, "yes"), shares->cell(row, "no")});
        }
      }
    }
  }

  const count_table* curve_of(const count_table& t) const {
    for (const auto& c : m_.tables) {
      if (c.section == t.section && is_curve(c.table->form) && c.table->by == t.table->by) {
        return &c;
      }
    }
    return nullptr;
  }

  // Events until a time are those of the curve's rows; at risk are no more than as that interval
  // began, and no fewer than as the next one does.
  void relate_times(const count_table& t) {
    const auto* curve = curve_of(t);
    if (curve == nullptr) return;
    const auto curves = series_of(*curve);
    for (const auto& times : series_of(t)) {
      const auto s = std::ranges::find(curves, times.levels, &count_series::levels);
      if (s == curves.end()) continue;
      for (std::size_t i = 0; i < times.rows.size(); ++i) {
        const auto end = std::ranges::find(s->times, times.times[i]) - s->times.begin();
        const auto k = static_cast<std::size_t>(end);
        if (k == s->rows.size()) continue;
        for (const auto& id : t.counts()) {
          if (id == "at_risk" || !curve->table->find_column(id)) continue;
          std::vector<std::size_t> parts;
          for (std::size_t j = 0; j <= k; ++j) parts.push_back(curve->cell(s->rows[j], id));
          system_.relate({t.cell(times.rows[i], id)}, parts);
        }
        const auto at_risk = t.cell(times.rows[i], "at_risk");
        system_.relate({curve->cell(s->rows[k], "at_risk")}, {at_risk});
        if (k + 1 == s->rows.size()) continue;
        system_.relate({at_risk}, {curve->cell(s->rows[k + 1], "at_risk")});
      }
    }
  }

  // All events are those of the curve's rows and those after its last.
  void relate_sums_of_curves(const count_table& t) {
    const auto* curve = curve_of(t);
    if (curve == nullptr) return;
    for (const auto& s : series_of(*curve)) {
      for (std::size_t row = 0; row < t.levels.size(); ++row) {
        if (t.levels[row] != s.levels) continue;
        const auto state = t.keys[row].find("state");
        for (const auto& id : curve->counts()) {
          std::vector<std::size_t> parts;
          for (const auto r : s.rows) parts.push_back(curve->cell(r, id));
          if (state == t.keys[row].end() && !is_base(id)) {
            system_.relate({t.cell(row, id)}, parts);
          } else if (state != t.keys[row].end() && "event_" + state->second.substr(1) == id) {
            system_.relate({t.cell(row, "n")}, parts);
          }
        }
      }
    }
  }

  // Rows divide the group when their sum says so.
  void relate_periods(const count_table& t) {
    const char* const key = t.table->form == table_form::counts ? "period" : "cohort";
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t row = 0; row < t.levels.size(); ++row) {
      auto keys = t.keys[row];
      keys.erase(key);
      groups[text_of(t.levels[row]) + '\x1d' + text_of(keys)].push_back(row);
    }
    for (const auto& [_, rows] : groups) {
      const auto whole = group_size(t.section, t.levels[rows[0]]);
      std::vector<std::size_t> parts;
      std::int64_t sum = 0;
      for (const auto row : rows) {
        parts.push_back(t.cell(row, "n"));
        if (parts.back() != no_cell) sum += system_.cells[parts.back()].value;
      }
      if (whole != no_cell && sum == system_.cells[whole].value) system_.relate({whole}, parts);
    }
  }

  // A count and its share of a group that the row does not name tell the group's size.
  void relate_implied_totals(const count_table& t) {
    const auto share = std::ranges::find_if(t.table->columns, [](const result_column& c) {
      return c.role == column_role::figure && c.form == value_form::share &&
             c.of == std::vector<std::string>{"n"};
    });
    if (share == t.table->columns.end()) return;
    const auto column = static_cast<std::size_t>(share - t.table->columns.begin());
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t row = 0; row < t.levels.size(); ++row) {
      const auto variable = t.keys[row].find("variable");
      const auto text = variable == t.keys[row].end() ? std::string() : variable->second;
      groups[text_of(t.levels[row]) + '\x1d' + text].push_back(row);
    }
    for (const auto& [_, rows] : groups) relate_implied_total(t, column, rows);
  }
  void relate_implied_total(const count_table& t, std::size_t column,
                            const std::vector<std::size_t>& rows) {
    std::int64_t size = -1, sum = 0;
    std::vector<std::size_t> parts;
    for (const auto row : rows) {
      const auto n = t.cell(row, "n");
      if (n == no_cell) continue;
      const auto value = system_.cells[n].value;
      const auto* share = t.table->rows[row][column].number();
      if (share != nullptr && *share > 0 && size < 0) {
        size = std::llround(static_cast<double>(value) / *share);
      }
      parts.push_back(n);
      sum += value;
    }
    if (size < 0) return;
    auto whole = group_size(t.section, t.levels[rows[0]]);
    if (whole == no_cell || system_.cells[whole].value != size) {
      const count_cell total{
          .value = size, .floor = std::min<std::int64_t>(1, size), .cost = cost_of_a_total};
      whole = system_.add(total);
    }
    if (sum <= size) {
      system_.relate({whole}, parts);
    } else {
      for (const auto part : parts) system_.relate({whole}, {part});
    }
    m_.implied.push_back({whole, static_cast<std::size_t>(&t - m_.tables.data()), rows});
  }

  // Groups of the same levels and the same size are taken to be the same persons.
  void relate_equals() {
    std::map<std::pair<std::string, std::int64_t>, std::size_t> known;
    for (const auto& t : m_.tables) {
      std::set<std::string> begun;
      for (std::size_t row = 0; row < t.levels.size(); ++row) {
        const auto group = group_of(t, row);
        if (!group || (is_curve(t.table->form) && !begun.insert(*group).second)) continue;
        for (const auto& id : t.counts()) {
          const auto cell = t.cell(row, id);
          if (cell == no_cell || !is_base(id) || system_.cells[cell].value == 0) continue;
          const auto [found, fresh] =
              known.emplace(std::pair(*group, system_.cells[cell].value), cell);
          if (!fresh) system_.relate({found->second}, {cell});
        }
      }
    }
  }
  // The levels that describe whom the row is about, if it is about all of them.
  static std::optional<std::string> group_of(const count_table& t, std::size_t row) {
    const auto& keys = t.keys[row];
    auto levels = t.levels[row];
    const auto named = [&](const char* key) {
      const auto found = keys.find(key);
      return found == keys.end() ? std::string() : found->second;
    };
    if (!is_about_groups(t.table->form)) return std::nullopt;
    if (t.table->form == table_form::durations && named("state") != "sstill_in")
      return std::nullopt;
    if (!named("variable").empty()) levels[named("variable").substr(1)] = named("value");
    return text_of(levels);
  }

  count_model& m_;
  count_system& system_;
};
}  // namespace

void relate_tables(count_model& m) {
  table_relations(m).relate();
}

}  // namespace stegvis

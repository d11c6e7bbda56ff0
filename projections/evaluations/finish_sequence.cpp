// States by time, transitions, costs, durations, measures of sequences and the most frequent ones.
#include <algorithm>

#include "projections/evaluations/tables.hpp"
#include "projections/statistics/sequences.hpp"

namespace stegvis {
namespace {
namespace st = statistics;

// States in the order of the alphabet; the one outside it only where it occurs.
std::vector<std::string> states_shown(const scan_plan& plan, const counts& all) {
  auto names = alphabet_of(plan.definition);
  const auto outside = static_cast<std::int32_t>(names.size()) - 1;
  for (const auto& s : all.strata(block::durations, 0))
    if (s.at(0, outside) > 0) return names;
  names.pop_back();
  return names;
}

// Cells as numbers: weighted sums where the definition weighs, else counts.
class amounts {
 public:
  amounts(const stratum_cells& n, const std::vector<stratum_cells>* weights) : counts_(&n) {
    if (weights == nullptr) return;
    const auto found = std::ranges::find(*weights, n.levels, &stratum_cells::levels);
    if (found != weights->end()) weights_ = &*found;
  }
  double at(std::int32_t a, std::int32_t b, std::int32_t c = 0) const {
    if (weights_ != nullptr) return from_fixed(weights_->at(a, b, c));
    return static_cast<double>(counts_->at(a, b, c));
  }

 private:
  const stratum_cells* counts_;
  const stratum_cells* weights_ = nullptr;
};

std::string time_text(const definition& d, std::int32_t t) {
  return d.parameters.calendar ? period_text(t, "month") : std::to_string(t);
}

struct dense_cells {
  std::int32_t first = 0, last = -1;
};
dense_cells times_of(const stratum_cells& s) {
  if (s.cells.empty()) return {};
  return {s.cells.front().key.a, s.cells.back().key.a};
}

void add_distribution(const scan_plan& plan, const counts& all, std::size_t b,
                      const std::vector<std::string>& names, result_section& section) {
  result_table t = table_of(plan, b, "states", table_form::states);
  add_key(t, "time", plan.definition.parameters.calendar ? value_form::code : value_form::time);
  add_count(t, "base");
  std::vector<std::string> of{"base"};
  for (const auto& name : names) {
    add_count(t, "n_" + name);
    of.push_back("n_" + name);
  }
  t.sums.push_back({"base", {of.begin() + 1, of.end()}});
  for (const auto& name : names)
    add_figure(t, "share_" + name, value_form::share, {"base", "n_" + name});
  add_figure(t, "entropy", value_form::number, of);
  const bool weighted = plan.definition.weight.has_value();
  const auto weights = all.strata(block::state_weights, b);
  for (const auto& s : all.strata(block::states, b)) {
    const amounts amount(s, weighted ? &weights : nullptr);
    const auto range = times_of(s);
    for (std::int32_t time = range.first; time <= range.last; ++time) {
      auto row = row_of(s);
      if (plan.definition.parameters.calendar)
        row.push_back(text_value(time_text(plan.definition, time)));
      else
        row.push_back(count_value(time));
      std::uint64_t base = 0;
      std::vector<double> parts;
      std::vector<std::uint64_t> n;
      double sum = 0;
      for (std::size_t k = 0; k < names.size(); ++k) {
        const auto state = static_cast<std::int32_t>(k);
        n.push_back(s.at(time, state));
        parts.push_back(amount.at(time, state));
        base += n.back();
        sum += parts.back();
      }
      row.push_back(count_of(base));
      for (const auto x : n) row.push_back(count_of(x));
      for (const double x : parts)
        row.push_back(sum > 0 ? number_value(x / sum) : missing_value(mark::undefined));
      const auto h = st::transversal_entropy(parts);
      row.push_back(h ? number_value(*h) : missing_value(mark::undefined));
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

st::transition_counts transitions_of(const stratum_cells& s, const amounts& amount, int states) {
  const auto range = times_of(s);
  st::transition_counts counts(std::max(1, range.last - range.first + 1), states);
  for (const auto& cell : s.cells)
    if (cell.key.b < states && cell.key.c < states)
      counts.at(cell.key.a - range.first, cell.key.b, cell.key.c) =
          amount.at(cell.key.a, cell.key.b, cell.key.c);
  return counts;
}

void add_transition_rows(const stratum_cells& s, const std::vector<std::string>& names,
                         const st::state_matrix& rates, result_table& t) {
  const int states = static_cast<int>(names.size());
  for (int from = 0; from < states; ++from) {
    auto row = row_of(s);
    row.push_back(text_value(names[static_cast<std::size_t>(from)]));
    std::uint64_t base = 0;
    std::vector<std::uint64_t> n(names.size(), 0);
    for (const auto& cell : s.cells) {
      if (cell.key.b != from || cell.key.c >= states) continue;
      n[static_cast<std::size_t>(cell.key.c)] += cell.amount;
      base += cell.amount;
    }
    row.push_back(count_of(base));
    for (const auto x : n) row.push_back(count_of(x));
    for (int to = 0; to < states; ++to)
      row.push_back(base > 0 ? number_value(rates.at(from, to)) : missing_value(mark::undefined));
    t.rows.push_back(std::move(row));
  }
}

void add_transitions(const scan_plan& plan, const counts& all, std::size_t b,
                     const std::vector<std::string>& names, result_section& section) {
  result_table t = table_of(plan, b, "transitions", table_form::transitions);
  result_table costs = table_of(plan, b, "costs", table_form::costs);
  add_key(t, "from");
  add_key(costs, "state");
  add_count(t, "base");
  std::vector<std::string> parts;
  for (const auto& name : names) parts.push_back("to_" + name);
  for (const auto& id : parts) add_count(t, id);
  t.sums.push_back({"base", parts});
  for (const auto& name : names)
    add_figure(t, "rate_" + name, value_form::share, {"base", "to_" + name});
  for (const auto& name : names) add_plain(costs, "cost_" + name, value_form::number);
  const bool weighted = plan.definition.weight.has_value();
  const auto weights = all.strata(block::transition_weights, b);
  const int states = static_cast<int>(names.size());
  for (const auto& s : all.strata(block::transitions, b)) {
    const amounts amount(s, weighted ? &weights : nullptr);
    const auto rates =
        st::transition_rates(st::transitions_overall(transitions_of(s, amount, states)));
    add_transition_rows(s, names, rates, t);
    const auto cost = st::substitution_costs(rates);
    for (int from = 0; from < states; ++from) {
      auto row = row_of(s);
      row.push_back(text_value(names[static_cast<std::size_t>(from)]));
      for (int to = 0; to < states; ++to) row.push_back(number_value(cost.at(from, to)));
      costs.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
  section.tables.push_back(std::move(costs));
}

// Where it must not be told, the sum that a mean is a share of is left out (and the mean blurred).
void add_durations(const scan_plan& plan, const counts& all, std::size_t b,
                   const std::vector<std::string>& names, const finish_options& how,
                   result_section& section) {
  result_table t = table_of(plan, b, "durations", table_form::durations);
  add_key(t, "state");
  add_count(t, "n");
  if (!how.coarse) add_count(t, "months");
  add_figure(t, "mean", value_form::number, {"n"});
  const bool weighted = plan.definition.weight.has_value();
  const auto weights = all.strata(block::duration_weights, b);
  const auto first = all.strata(block::state_weights, b);
  const auto started = all.strata(block::states, b);
  for (const auto& s : all.strata(block::durations, b)) {
    const amounts amount(s, weighted ? &weights : nullptr);
    const auto at = std::ranges::find(started, s.levels, &stratum_cells::levels);
    const amounts persons(*at, weighted ? &first : nullptr);
    // Everybody is in some state at the first time.
    std::uint64_t n = 0;
    double size = 0;
    for (std::size_t k = 0; k <= names.size(); ++k) {
      n += at->at(plan.definition.axis.first, static_cast<std::int32_t>(k));
      size += persons.at(plan.definition.axis.first, static_cast<std::int32_t>(k));
    }
    for (std::size_t k = 0; k < names.size(); ++k) {
      auto row = row_of(s);
      row.push_back(text_value(names[k]));
      row.push_back(count_of(n));
      if (!how.coarse) row.push_back(count_of(s.at(0, static_cast<std::int32_t>(k))));
      row.push_back(size > 0 ? number_value(amount.at(0, static_cast<std::int32_t>(k)) / size)
                             : missing_value(mark::undefined));
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

struct measured {
  double value;
  std::uint64_t n;
};
std::vector<measured> values_of(const stratum_cells& s, sequence_measure which) {
  std::vector<measured> values;
  for (const auto& [key, n] : s.cells) {
    if (key.a != static_cast<std::int32_t>(which)) continue;
    const auto high = static_cast<std::uint64_t>(static_cast<std::uint32_t>(key.b));
    values.push_back({from_fixed((high << 32) | static_cast<std::uint32_t>(key.c)), n});
  }
  std::ranges::sort(values, {}, &measured::value);
  return values;
}

double middle(const std::vector<measured>& values, std::uint64_t total) {
  const auto at = [&](std::uint64_t rank) {
    for (const auto& [value, n] : values) {
      if (rank < n) return value;
      rank -= n;
    }
    return values.back().value;
  };
  if (total % 2 == 1) return at(total / 2);
  return (at(total / 2 - 1) + at(total / 2)) / 2;
}

void add_measures(const scan_plan& plan, const counts& all, std::size_t b,
                  result_section& section) {
  constexpr std::pair<sequence_measure, const char*> measures[] = {
      {sequence_measure::entropy, "longitudinal_entropy"},
      {sequence_measure::complexity, "complexity"},
      {sequence_measure::turbulence, "turbulence"},
      {sequence_measure::transitions, "transitions"}};
  result_table t = table_of(plan, b, "measures", table_form::measures);
  add_key(t, "measure");
  add_count(t, "n");
  for (const char* id : {"mean", "median"}) add_figure(t, id, value_form::number, {"n"});
  for (const auto& s : all.strata(block::measures, b)) {
    for (const auto& [which, name] : measures) {
      const auto values = values_of(s, which);
      if (values.empty()) continue;
      std::uint64_t n = 0;
      double sum = 0;
      for (const auto& v : values) {
        n += v.n;
        sum += v.value * static_cast<double>(v.n);
      }
      auto row = row_of(s);
      row.push_back(text_value(name));
      row.push_back(count_of(n));
      row.push_back(number_value(sum / static_cast<double>(n)));
      row.push_back(number_value(middle(values, n)));
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

void add_frequent(const scan_plan& plan, const counts& all, std::size_t b,
                  result_section& section) {
  struct counted {
    const stratum_cells* s;
    double amount;
  };
  const bool weighted = plan.definition.weight.has_value();
  result_table t = table_of(plan, b, "frequent", table_form::sequences);
  add_key(t, "sequence");
  add_count(t, "n");
  add_figure(t, "share", value_form::share, {"n"});
  const auto found = all.strata(block::sequences, b);
  for (std::size_t i = 0; i < found.size();) {
    std::vector<counted> group;
    double sum = 0;
    const std::size_t begin = i;
    for (; i < found.size() && found[i].levels == found[begin].levels; ++i) {
      const double amount =
          weighted ? from_fixed(found[i].at(0, 0, 1)) : static_cast<double>(found[i].at(0));
      group.push_back({&found[i], amount});
      sum += amount;
    }
    std::ranges::stable_sort(group, [](const counted& x, const counted& y) {
      return x.amount != y.amount ? x.amount > y.amount : x.s->text < y.s->text;
    });
    const auto shown = std::min(
        group.size(), static_cast<std::size_t>(plan.definition.parameters.sequences_shown));
    for (std::size_t k = 0; k < shown; ++k) {
      auto row = row_of(*group[k].s);
      row.push_back(text_value(group[k].s->text));
      row.push_back(count_of(group[k].s->at(0)));
      row.push_back(number_value(group[k].amount / sum));
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}
}  // namespace

void finish_sequence(const scan_plan& plan, const counts& all, const finish_options& how,
                     result_section& section) {
  section.axis_unit = plan.definition.parameters.calendar ? "" : name_of(plan.definition.axis.unit);
  const auto names = states_shown(plan, all);
  for (std::size_t b = 0; b < plan.shown; ++b) {
    add_distribution(plan, all, b, names, section);
    add_transitions(plan, all, b, names, section);
    if (plan.definition.parameters.calendar) continue;
    add_durations(plan, all, b, names, how, section);
    add_measures(plan, all, b, section);
    add_frequent(plan, all, b, section);
  }
}

}  // namespace stegvis

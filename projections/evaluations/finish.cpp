#include "projections/evaluations/finish.hpp"

#include <algorithm>

#include "projections/evaluations/disclosure.hpp"
#include "projections/evaluations/tables.hpp"
#include "projections/statistics/comparison.hpp"
#include "projections/statistics/competing.hpp"
#include "projections/statistics/sequences.hpp"

namespace stegvis {
namespace {
std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool levels_before(const breakdown& by, const std::vector<std::string>& a,
                   const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < by.size() && i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) continue;
    return level_before(by[i], a[i], b[i]);
  }
  return false;
}

// The cohort's flow: how many are left after each step.
void add_flow(const scan_plan& plan, const counts& all, result_section& section) {
  result_table t = table_of(plan, 0, "flow", table_form::flow);
  add_key(t, "step");
  add_count(t, "n");
  add_count(t, "left_out");
  const auto strata = all.strata(block::flow, 0);
  if (strata.empty()) return;
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < plan.flow_steps.size(); ++i) {
    const auto n = strata.front().at(static_cast<std::int32_t>(i));
    result_row row{text_value(plan.flow_steps[i]), count_of(n)};
    row.push_back(i == 0 ? missing_value(mark::none) : count_of(before - n));
    t.rows.push_back(std::move(row));
    before = n;
  }
  section.tables.push_back(std::move(t));
}

// How the analysed units are spread over each dimension alone.
void add_baseline(const scan_plan& plan, const counts& all, result_section& section) {
  for (std::size_t b = 0; b < plan.shown; ++b) {
    if (plan.breakdowns[b].size() > 1) continue;
    result_table t = table_of(plan, b, "analysed", table_form::baseline);
    add_count(t, "n");
    for (const auto& s : all.strata(block::strata, b)) {
      auto row = row_of(s);
      row.push_back(count_of(s.at(0)));
      t.rows.push_back(std::move(row));
    }
    if (!t.rows.empty()) section.tables.push_back(std::move(t));
  }
}

void add_labels(const definition& d, result_section& section) {
  for (const auto& o : d.outcomes) section.labels[o.name] = o.title;
  for (const auto& s : d.parameters.states) section.labels[s.name] = s.title;
  for (const auto& m : d.measures) {
    section.labels[m.name] = m.title;
    if (!m.indicator.empty()) section.measured[m.indicator] = m.name;
  }
}
}  // namespace

std::uint64_t stratum_cells::at(std::int32_t a, std::int32_t b, std::int32_t c) const {
  for (const auto& cell : cells)
    if (cell.key.a == a && cell.key.b == b && cell.key.c == c) return cell.amount;
  return 0;
}

counts::counts(const scan_plan& plan, const partial& p)
    : plan_(&plan), texts_(p.sorted_strata()), cells_(p.sorted()) {}

std::vector<stratum_cells> counts::strata(block what, std::size_t of) const {
  std::vector<stratum_cells> found;
  const auto first =
      cells_.lower_bound({static_cast<std::uint16_t>(what), static_cast<std::uint16_t>(of), 0,
                          INT32_MIN, INT32_MIN, INT32_MIN});
  std::uint32_t stratum = ~std::uint32_t{0};
  for (auto it = first; it != cells_.end(); ++it) {
    const cell_key& key = it->first;
    if (key.block != static_cast<std::uint16_t>(what) || key.breakdown != of) break;
    if (key.stratum != stratum) {
      stratum = key.stratum;
      const auto parts = split(texts_[stratum], text_separator);
      auto levels = plan_->breakdowns[of].empty() ? std::vector<std::string>{}
                                                  : split(parts[0], level_separator);
      std::string text = parts.size() > 1 ? texts_[stratum].substr(parts[0].size() + 1) : "";
      found.push_back({std::move(levels), std::move(text), {}});
    }
    found.back().cells.push_back({key, it->second});
  }
  std::ranges::stable_sort(found, [&](const stratum_cells& a, const stratum_cells& b) {
    return levels_before(plan_->breakdowns[of], a.levels, b.levels);
  });
  return found;
}

std::vector<stratum_cells> counts::all_strata(block what, std::size_t of) const {
  auto all = strata(block::strata, of);
  const auto found = strata(what, of);
  for (auto& s : all) {
    s.cells.clear();
    for (const auto& f : found)
      if (f.levels == s.levels) s.cells = f.cells;
  }
  return all;
}

result_table table_of(const scan_plan& plan, std::size_t of, std::string id, table_form form) {
  result_table t;
  t.id = std::move(id);
  t.form = form;
  for (const dimension& d : plan.breakdowns[of]) {
    t.by.push_back(label_of(d));
    if (overlaps(d)) t.overlapping.push_back(label_of(d));
    t.columns.push_back({label_of(d), column_role::level, value_form::code, {}});
  }
  return t;
}

void add_key(result_table& t, std::string id, value_form form) {
  t.columns.push_back({std::move(id), column_role::key, form, {}});
}
void add_count(result_table& t, std::string id) {
  t.columns.push_back({std::move(id), column_role::count, value_form::integer, {}});
}
void add_figure(result_table& t, std::string id, value_form form, std::vector<std::string> of) {
  t.columns.push_back({std::move(id), column_role::figure, form, std::move(of)});
}
void add_plain(result_table& t, std::string id, value_form form) {
  t.columns.push_back({std::move(id), column_role::plain, form, {}});
}

void add_difference_columns(result_table& t) {
  const std::vector<std::string> of{"yes", "n", "reference_yes", "reference_n"};
  for (const auto& id : of) add_count(t, id);
  for (const char* id : {"difference", "low", "high"}) add_figure(t, id, value_form::points, of);
}

result_row row_of(const stratum_cells& s) {
  result_row row;
  for (const auto& level : s.levels) row.push_back(text_value(level));
  return row;
}

result_value share_of(std::uint64_t yes, std::uint64_t of) {
  if (of == 0) return missing_value(mark::undefined);
  return number_value(static_cast<double>(yes) / static_cast<double>(of));
}

void add_wilson(result_row& row, std::uint64_t yes, std::uint64_t of) {
  row.push_back(share_of(yes, of));
  const auto w = statistics::wilson({yes, of});
  row.push_back(w ? number_value(w->low) : missing_value(mark::undefined));
  row.push_back(w ? number_value(w->high) : missing_value(mark::undefined));
}

result_section finish(const scan_plan& plan, const partial& p, const finish_options& how) {
  const definition& d = plan.definition;
  const counts all(plan, p);
  result_section section;
  section.definition = d.name;
  section.version = d.version;
  section.statistic = name_of(d.statistic);
  section.indicator = d.indicator;
  section.title = d.title;
  section.description = d.description;
  add_labels(d, section);
  switch (d.statistic) {
    case statistic_kind::survival:
      finish_survival(plan, all, how, section);
      break;
    case statistic_kind::competing:
      finish_competing(plan, all, how, section);
      break;
    case statistic_kind::proportion:
      finish_proportions(plan, all, section);
      break;
    case statistic_kind::retention:
      finish_retention(plan, all, how, section);
      break;
    case statistic_kind::funnel:
      finish_funnel(plan, all, section);
      break;
    case statistic_kind::cohort_ages:
      finish_ages(plan, all, section);
      break;
    case statistic_kind::sequence:
      finish_sequence(plan, all, how, section);
      break;
    case statistic_kind::count:
      finish_count(plan, all, section);
      break;
    case statistic_kind::stock:
      finish_stock(plan, all, section);
      break;
    case statistic_kind::latency:
      finish_latency(plan, all, section);
      break;
    case statistic_kind::survey:
      finish_survey(plan, all, section);
      break;
    case statistic_kind::tally:
      finish_tally(plan, all, section);
      break;
    case statistic_kind::gap:
    case statistic_kind::report:
      break;
  }
  const bool curves = d.statistic == statistic_kind::survival ||
                      d.statistic == statistic_kind::competing ||
                      d.statistic == statistic_kind::retention;
  if (curves && how.coarse) section.notes.emplace_back("coarsened");
  add_flow(plan, all, section);
  add_baseline(plan, all, section);
  return section;
}

std::map<std::string, std::int64_t> versions_of(const definition& d) {
  namespace st = statistics;
  std::map<std::string, std::int64_t> v{{"status", 1}, {"disclosure", disclosure_version}};
  const auto add = [&](const char* name, int version) { v[name] = version; };
  switch (d.statistic) {
    case statistic_kind::retention:
      add("wilson", st::wilson_version);
      [[fallthrough]];
    case statistic_kind::survival:
      add("kaplan_meier", st::kaplan_meier_version);
      add("log_rank", st::log_rank_version);
      add("peto_peto", st::peto_peto_version);
      break;
    case statistic_kind::competing:
      add("aalen_johansen", st::aalen_johansen_version);
      add("restricted_time", st::restricted_time_version);
      add("gray", st::gray_version);
      break;
    case statistic_kind::sequence:
      add("transition_rates", st::transition_rates_version);
      add("substitution_costs", st::substitution_costs_version);
      add("transversal_entropy", st::transversal_entropy_version);
      add("longitudinal_entropy", st::longitudinal_entropy_version);
      add("complexity", st::complexity_version);
      add("turbulence", st::turbulence_version);
      break;
    case statistic_kind::proportion:
    case statistic_kind::funnel:
    case statistic_kind::cohort_ages:
    case statistic_kind::survey:
      add("wilson", st::wilson_version);
      add("newcombe", st::newcombe_version);
      add("standardisation", st::standardisation_version);
      add("funnel", st::funnel_version);
      break;
    case statistic_kind::latency:
      add("histogram", st::histogram_version);
      break;
    case statistic_kind::count:
    case statistic_kind::stock:
    case statistic_kind::gap:
    case statistic_kind::tally:
    case statistic_kind::report:
      break;
  }
  return v;
}

}  // namespace stegvis

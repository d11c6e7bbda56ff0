// Kaplan-Meier and Aalen-Johansen: curves, values at set times, medians, tests.
#include <algorithm>
#include <set>

#include "projections/evaluations/disclosure.hpp"
#include "projections/evaluations/tables.hpp"
#include "projections/statistics/comparison.hpp"
#include "projections/statistics/competing.hpp"

namespace stegvis {
namespace {
namespace st = statistics;
constexpr std::int32_t no_entry = INT32_MIN;

struct group {
  stratum_cells stratum;
  std::vector<st::exposure> exposures;
  std::uint64_t size = 0;
};

std::vector<st::exposure> exposures_of(const stratum_cells& cells, const stratum_cells* weights,
                                       const stratum_cells* squares) {
  std::vector<st::exposure> out;
  for (const auto& [key, n] : cells.cells) {
    st::exposure e{.exit = key.a, .cause = key.b, .count = n};
    if (key.c != no_entry) e.entry = key.c;
    e.weight = e.weight_squares = static_cast<double>(n);
    if (weights != nullptr) e.weight = from_fixed(weights->at(key.a, key.b, key.c));
    if (squares != nullptr) e.weight_squares = from_fixed(squares->at(key.a, key.b, key.c));
    out.push_back(e);
  }
  return out;
}

const stratum_cells* same(const std::vector<stratum_cells>& all, const stratum_cells& s) {
  const auto found = std::ranges::find(all, s.levels, &stratum_cells::levels);
  return found == all.end() ? nullptr : &*found;
}

std::vector<group> groups_of(const scan_plan& plan, const counts& all, std::size_t breakdown) {
  const bool weighted = plan.definition.weight.has_value();
  const auto weights =
      weighted ? all.strata(block::weights, breakdown) : std::vector<stratum_cells>{};
  const auto squares =
      weighted ? all.strata(block::weight_squares, breakdown) : std::vector<stratum_cells>{};
  std::vector<group> groups;
  for (auto& s : all.strata(block::exposures, breakdown)) {
    group g{s, exposures_of(s, same(weights, s), same(squares, s)), 0};
    for (const auto& e : g.exposures) g.size += e.count;
    groups.push_back(std::move(g));
  }
  return groups;
}

st::interval_kind kind_of(interval_kind k) {
  return k == interval_kind::log       ? st::interval_kind::log
         : k == interval_kind::log_log ? st::interval_kind::log_log
                                       : st::interval_kind::plain;
}

// What happened in (before, time].
struct interval_counts {
  std::int64_t time = 0;
  std::uint64_t at_risk = 0;  // as it begins
  std::vector<std::uint64_t> events{};
  std::uint64_t censored = 0, entered = 0;
  std::uint64_t all_events() const {
    std::uint64_t n = 0;
    for (const auto e : events) n += e;
    return n;
  }
};

std::vector<interval_counts> intervals_of(const st::risk_table& table,
                                          const std::vector<std::int64_t>& boundaries) {
  std::vector<interval_counts> out;
  std::uint64_t at_risk = table.rows.empty() ? 0 : table.rows.front().at_risk.count;
  std::size_t row = 0;
  for (const std::int64_t boundary : boundaries) {
    interval_counts i{boundary, at_risk,
                      std::vector<std::uint64_t>(static_cast<std::size_t>(table.causes), 0)};
    for (; row < table.rows.size() && table.rows[row].time <= boundary; ++row) {
      const auto& r = table.rows[row];
      for (std::size_t k = 0; k < i.events.size(); ++k) i.events[k] += r.events[k].count;
      i.censored += r.censored.count;
      i.entered += r.entered.count;
    }
    at_risk = at_risk + i.entered - i.all_events() - i.censored;
    out.push_back(std::move(i));
  }
  return out;
}

// Times at which anything happened to any of the groups.
std::vector<std::int64_t> all_times(const std::vector<st::risk_table>& tables) {
  std::set<std::int64_t> times;
  for (const auto& t : tables)
    for (const auto& r : t.rows) times.insert(r.time);
  return {times.begin(), times.end()};
}

// Ends of months on the axis, and the times at which curves are read.
std::vector<std::int64_t> month_grid(const definition& d) {
  std::set<std::int64_t> grid;
  const int span = d.axis.until - d.axis.first;
  for (int m = 1;; ++m) {
    const int t = d.axis.unit == time_unit::month  ? m
                  : d.axis.unit == time_unit::week ? m * 30 / 7
                                                   : m * 1461 / 48;
    if (t > span) break;
    grid.insert(d.axis.first + t);
  }
  grid.insert(d.axis.until);
  for (const int t : d.parameters.times) grid.insert(t);
  return {grid.begin(), grid.end()};
}

curve_counts finest(const st::risk_table& table, const std::vector<std::int64_t>& times) {
  const auto n = [](std::uint64_t count) { return static_cast<std::int64_t>(count); };
  curve_counts c;
  if (table.causes > 1) c.causes.resize(static_cast<std::size_t>(table.causes));
  for (const auto& i : intervals_of(table, times)) {
    c.events.push_back(n(i.all_events()));
    c.censored.push_back(n(i.censored));
    c.at_risk.push_back(n(i.at_risk + i.entered - i.all_events() - i.censored));
    for (std::size_t k = 0; k < c.causes.size(); ++k) c.causes[k].push_back(n(i.events[k]));
  }
  return c;
}

// The groups of a breakdown, and the ends of the intervals in which they are told.
struct curve_groups {
  std::vector<group> groups;
  std::vector<st::risk_table> tables;  // one for each
  std::vector<std::int64_t> grid;
};

// Where levels overlap, the total tells of all but each.
std::vector<curve_counts> all_but_each(const std::vector<curve_counts>& levels,
                                       const curve_counts& total) {
  const auto take = [](const std::vector<std::int64_t>& n, std::vector<std::int64_t>& from) {
    std::ranges::transform(from, n, from.begin(), std::minus());
  };
  std::vector<curve_counts> rests(levels.size(), total);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    take(levels[i].events, rests[i].events);
    take(levels[i].censored, rests[i].censored);
    take(levels[i].at_risk, rests[i].at_risk);
    for (std::size_t k = 0; k < total.causes.size(); ++k)
      take(levels[i].causes[k], rests[i].causes[k]);
  }
  return rests;
}

// The grid on which no interval of any group tells of fewer than five.
std::vector<std::int64_t> disclosed_grid(const definition& d,
                                         const std::vector<st::risk_table>& tables,
                                         const st::risk_table* overlapped) {
  const auto times = month_grid(d);
  std::vector<curve_counts> groups, others;
  for (const auto& table : tables) groups.push_back(finest(table, times));
  if (overlapped != nullptr) others = all_but_each(groups, finest(*overlapped, times));
  std::vector<std::size_t> read;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (std::ranges::find(d.parameters.times, times[i]) != d.parameters.times.end())
      read.push_back(i);
  }
  std::vector<std::int64_t> grid;
  for (const auto place : coarse_grid(groups, read, others)) grid.push_back(times[place]);
  return grid;
}

curve_groups curves_of(const scan_plan& plan, const counts& all, std::size_t b, int causes,
                       const finish_options& how) {
  curve_groups c{groups_of(plan, all, b), {}, {}};
  for (const auto& g : c.groups) c.tables.push_back(st::risk_table_of(g.exposures, causes));
  const auto& by = plan.breakdowns[b];
  const bool overlap = by.size() == 1 && overlaps(by[0]);
  const auto everybody = overlap ? groups_of(plan, all, 0) : std::vector<group>{};
  if (!how.coarse) {
    c.grid = all_times(c.tables);
  } else if (everybody.empty()) {
    c.grid = disclosed_grid(plan.definition, c.tables, nullptr);
  } else {
    const auto total = st::risk_table_of(everybody.front().exposures, causes);
    c.grid = disclosed_grid(plan.definition, c.tables, &total);
  }
  return c;
}

void add_band(result_row& row, const std::optional<st::band>& band) {
  row.push_back(band ? number_value(band->low) : missing_value(mark::undefined));
  row.push_back(band ? number_value(band->high) : missing_value(mark::undefined));
}
void add_optional(result_row& row, const std::optional<double>& x, mark otherwise) {
  row.push_back(x ? number_value(*x) : missing_value(otherwise));
}

void add_survival(result_row& row, const st::survival_curve& curve, std::int64_t t) {
  const auto* step = st::step_at(curve, t);
  row.push_back(number_value(step == nullptr ? 1.0 : step->survival));
  if (step == nullptr) {
    row.push_back(number_value(0));
    add_band(row, st::band{1, 1});
    return;
  }
  add_optional(row, step->std_error, mark::undefined);
  add_band(row, step->interval);
}

st::survival_options survival_options_of(const definition& d) {
  st::survival_options o;
  o.interval = kind_of(d.parameters.interval);
  if (d.weight) o.variance = st::survival_variance::jackknife;
  return o;
}

void add_curve(const scan_plan& plan, std::size_t b, const curve_groups& c,
               result_section& section) {
  const std::vector<std::string> of{"at_risk", "events", "censored"};
  result_table t = table_of(plan, b, "curve", table_form::curve);
  add_key(t, "time", value_form::time);
  for (const auto& id : of) add_count(t, id);
  const bool late = plan.definition.cohort.prevalent == prevalent_rule::late_entry;
  if (late) add_count(t, "entered");
  add_figure(t, "survival", value_form::share, of);
  add_figure(t, "std_error", value_form::number, of);
  add_figure(t, "low", value_form::share, of);
  add_figure(t, "high", value_form::share, of);
  for (std::size_t g = 0; g < c.groups.size(); ++g) {
    const auto curve =
        st::kaplan_meier(c.groups[g].exposures, survival_options_of(plan.definition));
    for (const auto& i : intervals_of(c.tables[g], c.grid)) {
      auto row = row_of(c.groups[g].stratum);
      row.push_back(count_value(i.time));
      row.push_back(count_of(i.at_risk));
      row.push_back(count_of(i.all_events()));
      row.push_back(count_of(i.censored));
      if (late) row.push_back(count_of(i.entered));
      add_survival(row, curve, i.time);
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

// Why a curve is not read at a time, if so: nobody was followed until then, and not because all had
// an event before; or the time is not on a coarse grid.
std::optional<mark> untold_at(const st::risk_table& table, std::int64_t time,
                              const finish_options& how, const std::vector<std::int64_t>& grid) {
  const auto& rows = table.rows;
  if (rows.empty() || (time > rows.back().time && rows.back().censored.count > 0))
    return mark::immature;
  const bool on_grid = std::ranges::find(grid, time) != grid.end();
  return how.coarse && !on_grid ? std::optional(mark::suppressed) : std::nullopt;
}

// A row at a time for which there is nothing to tell.
void add_untold(result_table& t, const group& g, std::int64_t time, mark why) {
  auto row = row_of(g.stratum);
  row.push_back(count_value(time));
  while (row.size() < t.columns.size()) row.push_back(missing_value(why));
  t.rows.push_back(std::move(row));
}

// Values at the times asked for; with a coarse grid only those that lie on it.
void add_at_times(const scan_plan& plan, std::size_t b, const curve_groups& c,
                  const finish_options& how, result_section& section) {
  if (plan.definition.parameters.times.empty()) return;
  result_table t = table_of(plan, b, "at_times", table_form::at_times);
  add_key(t, "time", value_form::time);
  add_count(t, "at_risk");
  add_count(t, "events");
  const std::vector<std::string> of{"at_risk", "events"};
  add_figure(t, "survival", value_form::share, of);
  add_figure(t, "std_error", value_form::number, of);
  add_figure(t, "low", value_form::share, of);
  add_figure(t, "high", value_form::share, of);
  for (std::size_t g = 0; g < c.groups.size(); ++g) {
    const auto& table = c.tables[g];
    const auto curve =
        st::kaplan_meier(c.groups[g].exposures, survival_options_of(plan.definition));
    for (const int time : plan.definition.parameters.times) {
      if (const auto why = untold_at(table, time, how, c.grid)) {
        add_untold(t, c.groups[g], time, *why);
        continue;
      }
      auto row = row_of(c.groups[g].stratum);
      row.push_back(count_value(time));
      row.push_back(count_of(st::at_risk_at(table, time).count));
      row.push_back(count_of(intervals_of(table, {time}).front().all_events()));
      add_survival(row, curve, time);
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

// With a coarse grid how many events there were in all is not told: the curve's tail may be small.
void add_summary(const scan_plan& plan, std::size_t b, const std::vector<group>& groups,
                 const finish_options& how, result_section& section) {
  result_table t = table_of(plan, b, "summary", table_form::summary);
  add_count(t, "n");
  if (!how.coarse) {
    for (const char* id : {"events", "censored"}) add_count(t, id);
    t.sums.push_back({"n", {"events", "censored"}});
  }
  const std::vector<std::string> of{"n"};
  for (const char* id : {"median", "low", "high", "mean"}) add_figure(t, id, value_form::time, of);
  for (const auto& g : groups) {
    const auto curve = st::kaplan_meier(g.exposures, survival_options_of(plan.definition));
    std::uint64_t events = 0;
    for (const auto& e : g.exposures) events += e.cause != 0 ? e.count : 0;
    auto row = row_of(g.stratum);
    row.push_back(count_of(g.size));
    if (!how.coarse) {
      row.push_back(count_of(events));
      row.push_back(count_of(g.size - events));
    }
    const auto median = st::median(curve);
    add_optional(row, median.estimate, mark::not_reached);
    add_optional(row, median.low, mark::not_reached);
    add_optional(row, median.high, mark::not_reached);
    const auto mean =
        st::restricted_mean_of(curve, plan.definition.axis.until, plan.definition.axis.first);
    row.push_back(number_value(mean.mean));
    t.rows.push_back(std::move(row));
  }
  section.tables.push_back(std::move(t));
}

// Samples for a comparison of a breakdown's groups, within the strata of the test if any.
struct samples {
  std::vector<group> kept;
  std::vector<st::compared> compared;
  int groups = 0;
};

samples samples_of(const scan_plan& plan, const counts& all, std::size_t b) {
  samples s;
  const auto& strata = plan.definition.parameters.test_strata;
  const std::size_t source = strata.empty() ? b : plan.shown + b - 1;
  s.kept = groups_of(plan, all, source);
  std::map<std::vector<std::string>, int> stratum_numbers;
  std::vector<std::vector<std::string>> names;
  for (const auto& g : s.kept) {
    const auto& levels = g.stratum.levels;
    const auto cut = levels.begin() + static_cast<std::ptrdiff_t>(strata.size());
    const std::vector<std::string> stratum(levels.begin(), cut), name(cut, levels.end());
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    stratum_numbers.emplace(stratum, 0);
  }
  std::ranges::sort(names);
  int number = 0;
  for (auto& [stratum, n] : stratum_numbers) n = number++;
  for (const auto& g : s.kept) {
    const auto& levels = g.stratum.levels;
    const auto cut = levels.begin() + static_cast<std::ptrdiff_t>(strata.size());
    const std::vector<std::string> stratum(levels.begin(), cut), name(cut, levels.end());
    const auto at = std::ranges::find(names, name) - names.begin();
    s.compared.push_back({g.exposures, static_cast<int>(at), stratum_numbers.at(stratum)});
  }
  s.groups = static_cast<int>(names.size());
  return s;
}

void add_test(result_table& t, std::string name, std::string outcome, const st::comparison& c) {
  result_row row{text_value(std::move(name)), text_value(std::move(outcome))};
  add_optional(row, c.chi_square, mark::undefined);
  row.push_back(count_value(c.df));
  if (t.columns.size() > row.size()) add_optional(row, c.p, mark::undefined);
  t.rows.push_back(std::move(row));
}

// Holm's adjustment where several p-values are asked for.
void adjust(result_table& t) {
  std::vector<double> p;
  for (const auto& row : t.rows)
    if (const double* x = row.back().number()) p.push_back(*x);
  if (p.size() < 2 || p.size() != t.rows.size()) return;
  const auto adjusted = st::holm(p);
  add_plain(t, "p_holm", value_form::number);
  for (std::size_t i = 0; i < t.rows.size(); ++i) t.rows[i].push_back(number_value(adjusted[i]));
}

// The table stands without level columns: a test is about all levels of the breakdown.
void add_tests(const scan_plan& plan, const counts& all, std::size_t b, result_section& section) {
  const auto& parameters = plan.definition.parameters;
  if (parameters.tests.empty() || b == 0) return;
  result_table t;
  t.id = "tests_" + [&] {
    std::string by;
    for (const auto& d : plan.breakdowns[b]) by += (by.empty() ? "" : "_") + label_of(d);
    return by;
  }();
  t.form = table_form::tests;
  add_key(t, "test");
  add_key(t, "outcome");
  add_plain(t, "chi_square", value_form::number);
  add_plain(t, "df", value_form::integer);
  if (parameters.p_values) add_plain(t, "p", value_form::number);
  const samples s = samples_of(plan, all, b);
  for (const test_kind test : parameters.tests) {
    if (test != test_kind::gray) {
      const bool peto = test == test_kind::peto_peto;
      add_test(t, peto ? "peto_peto" : "log_rank", plan.definition.outcomes.front().name,
               st::log_rank(s.compared, s.groups,
                            peto ? st::rank_weight::peto_peto : st::rank_weight::log_rank));
      continue;
    }
    for (std::size_t k = 0; k < plan.definition.outcomes.size(); ++k)
      add_test(t, "gray", plan.definition.outcomes[k].name,
               st::gray(s.compared, s.groups, static_cast<int>(k) + 1));
  }
  if (parameters.p_values) adjust(t);
  section.tables.push_back(std::move(t));
}

struct incidence_columns {
  std::vector<std::string> outcomes, of;
};
incidence_columns incidence_columns_of(const definition& d) {
  incidence_columns c;
  c.of.emplace_back("at_risk");
  for (const auto& o : d.outcomes) {
    c.outcomes.push_back(o.name);
    c.of.push_back("event_" + o.name);
  }
  return c;
}

void add_incidence_columns(result_table& t, const incidence_columns& c, bool censored) {
  for (const auto& id : c.of) add_count(t, id);
  auto of = c.of;
  if (censored) {
    add_count(t, "censored");
    of.emplace_back("censored");
  }
  for (const auto& name : c.outcomes) {
    add_figure(t, "incidence_" + name, value_form::share, of);
    add_figure(t, "std_error_" + name, value_form::number, of);
    add_figure(t, "low_" + name, value_form::share, of);
    add_figure(t, "high_" + name, value_form::share, of);
  }
  add_figure(t, "still_in", value_form::share, of);
}

void add_states(result_row& row, const st::competing_curve& curve, std::int64_t t) {
  const auto* step = st::step_at(curve, t);
  for (int k = 1; k <= curve.causes; ++k) {
    if (step == nullptr) {
      for (const double x : {0.0, 0.0, 0.0, 0.0}) row.push_back(number_value(x));
      continue;
    }
    const auto& s = step->states[static_cast<std::size_t>(k)];
    row.push_back(number_value(s.probability));
    add_optional(row, s.std_error, mark::undefined);
    add_band(row, s.interval);
  }
  row.push_back(number_value(step == nullptr ? 1.0 : step->states[0].probability));
}

st::competing_options competing_options_of(const definition& d) {
  st::competing_options o;
  o.causes = static_cast<int>(d.outcomes.size());
  o.interval = kind_of(d.parameters.interval);
  if (d.parameters.variance_aalen) o.variance = st::competing_variance::aalen;
  return o;
}

void add_incidence(const scan_plan& plan, std::size_t b, const curve_groups& c,
                   const finish_options& how, result_section& section) {
  const auto columns = incidence_columns_of(plan.definition);
  const auto options = competing_options_of(plan.definition);
  result_table t = table_of(plan, b, "incidence", table_form::incidence);
  result_table at = table_of(plan, b, "at_times", table_form::at_times);
  for (result_table* each : {&t, &at}) {
    add_key(*each, "time", value_form::time);
    add_incidence_columns(*each, columns, each == &t);
  }
  const auto add_row = [&](result_table& into, const group& g, const st::competing_curve& curve,
                           const interval_counts& i, bool censored) {
    auto row = row_of(g.stratum);
    row.push_back(count_value(i.time));
    row.push_back(count_of(i.at_risk));
    for (const auto n : i.events) row.push_back(count_of(n));
    if (censored) row.push_back(count_of(i.censored));
    add_states(row, curve, i.time);
    into.rows.push_back(std::move(row));
  };
  for (std::size_t g = 0; g < c.groups.size(); ++g) {
    const auto& table = c.tables[g];
    const auto curve = st::aalen_johansen(c.groups[g].exposures, options);
    for (const auto& i : intervals_of(table, c.grid)) add_row(t, c.groups[g], curve, i, true);
    for (const int time : plan.definition.parameters.times) {
      if (const auto why = untold_at(table, time, how, c.grid)) {
        add_untold(at, c.groups[g], time, *why);
        continue;
      }
      auto i = intervals_of(table, {time}).front();
      i.at_risk = st::at_risk_at(table, time).count;
      add_row(at, c.groups[g], curve, i, false);
    }
  }
  section.tables.push_back(std::move(at));
  section.tables.push_back(std::move(t));
}

// Mean time in each state to the end of the axis.
void add_restricted(const scan_plan& plan, std::size_t b, const std::vector<group>& groups,
                    result_section& section) {
  result_table t = table_of(plan, b, "mean_time", table_form::durations);
  add_key(t, "state");
  add_count(t, "n");
  add_figure(t, "mean", value_form::time, {"n"});
  add_figure(t, "std_error", value_form::number, {"n"});
  const int causes = static_cast<int>(plan.definition.outcomes.size());
  for (const auto& g : groups) {
    const auto means = st::restricted_times(g.exposures, causes, plan.definition.axis.until,
                                            plan.definition.axis.first);
    for (std::size_t k = 0; k < means.size(); ++k) {
      auto row = row_of(g.stratum);
      row.push_back(text_value(k == 0 ? "still_in" : plan.definition.outcomes[k - 1].name));
      row.push_back(count_of(g.size));
      row.push_back(number_value(means[k].mean));
      add_optional(row, means[k].std_error, mark::undefined);
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}
}  // namespace

void finish_survival(const scan_plan& plan, const counts& all, const finish_options& how,
                     result_section& section) {
  section.axis_unit = name_of(plan.definition.axis.unit);
  for (std::size_t b = 0; b < plan.shown; ++b) {
    const auto curves = curves_of(plan, all, b, 1, how);
    add_at_times(plan, b, curves, how, section);
    add_summary(plan, b, curves.groups, how, section);
    add_curve(plan, b, curves, section);
    add_tests(plan, all, b, section);
  }
  section.notes.emplace_back(plan.definition.weight ? "variance_jackknife" : "variance_greenwood");
  section.notes.emplace_back(plan.definition.parameters.interval == interval_kind::log
                                 ? "interval_log"
                                 : "interval_log_log");
}

void finish_competing(const scan_plan& plan, const counts& all, const finish_options& how,
                      result_section& section) {
  section.axis_unit = name_of(plan.definition.axis.unit);
  for (std::size_t b = 0; b < plan.shown; ++b) {
    const auto curves =
        curves_of(plan, all, b, static_cast<int>(plan.definition.outcomes.size()), how);
    add_incidence(plan, b, curves, how, section);
    add_restricted(plan, b, curves.groups, section);
    add_tests(plan, all, b, section);
  }
  section.notes.emplace_back(plan.definition.parameters.variance_aalen ? "variance_aalen"
                                                                       : "variance_jackknife");
}

// Point and continuous at the horizons; the spell's length by Kaplan-Meier uses all starters.
void finish_retention(const scan_plan& plan, const counts& all, const finish_options& how,
                      result_section& section) {
  const auto shares = [](result_table& t) {
    for (const char* id : {"n", "yes", "no", "unknown", "immature"}) add_count(t, id);
    t.sums.push_back({"n", {"yes", "no", "unknown"}});
    const std::vector<std::string> of{"n", "yes", "no", "unknown"};
    for (const char* id : {"share", "low", "high", "worst", "best"})
      add_figure(t, id, value_form::share, of);
  };
  for (std::size_t b = 0; b < plan.shown; ++b) {
    result_table t = table_of(plan, b, "retention", table_form::proportions);
    add_key(t, "indicator");
    add_key(t, "horizon", value_form::time);
    shares(t);
    for (const auto& s : all.all_strata(block::outcomes, b)) {
      for (const std::int32_t kind : {0, 1}) {
        for (const int h : plan.definition.parameters.times) {
          const auto n = [&](answer a) { return s.at(h, static_cast<std::int32_t>(a), kind); };
          const auto yes = n(answer::yes), no = n(answer::no), unknown = n(answer::unknown);
          auto row = row_of(s);
          row.push_back(text_value(kind == 0 ? "point" : "continuous"));
          row.push_back(count_value(h));
          for (const auto x : {yes + no + unknown, yes, no, unknown, n(answer::immature)})
            row.push_back(count_of(x));
          add_wilson(row, yes, yes + no);
          row.push_back(share_of(yes, yes + no + unknown));
          row.push_back(share_of(yes + unknown, yes + no + unknown));
          t.rows.push_back(std::move(row));
        }
      }
    }
    section.tables.push_back(std::move(t));
    const auto curves = curves_of(plan, all, b, 1, how);
    add_summary(plan, b, curves.groups, how, section);
    add_curve(plan, b, curves, section);
  }
  section.axis_unit = name_of(plan.definition.axis.unit);
}

}  // namespace stegvis

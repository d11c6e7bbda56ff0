// Shares: proportions, units compared, ladder steps, cohorts at fixed ages.
#include <algorithm>
#include <set>

#include "projections/evaluations/tables.hpp"

namespace stegvis {
namespace {
const std::vector<std::string> share_counts{"n", "yes", "no", "unknown"};

struct outcome_counts {
  std::uint64_t yes, no, unknown, immature, incomplete;
  std::uint64_t n() const { return yes + no + unknown; }
};
outcome_counts read(const stratum_cells& s, std::size_t outcome) {
  const auto a = static_cast<std::int32_t>(outcome);
  const auto at = [&](answer x) { return s.at(a, static_cast<std::int32_t>(x)); };
  return {at(answer::yes), at(answer::no), at(answer::unknown), at(answer::immature),
          s.at(a, base_unknown)};
}

void add_shares(const scan_plan& plan, const counts& all, std::size_t b, result_section& section) {
  const auto& outcomes = plan.definition.outcomes;
  result_table t = table_of(plan, b, "shares", table_form::proportions);
  add_key(t, "indicator");
  for (const auto& id : share_counts) add_count(t, id);
  for (const char* id : {"immature", "incomplete"}) add_count(t, id);
  t.sums.push_back({"n", {"yes", "no", "unknown"}});
  for (const char* id : {"share", "low", "high", "worst", "best"})
    add_figure(t, id, value_form::share, share_counts);
  for (const auto& s : all.all_strata(block::outcomes, b)) {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const auto c = read(s, i);
      auto row = row_of(s);
      row.push_back(text_value(outcomes[i].name));
      for (const auto n : {c.n(), c.yes, c.no, c.unknown, c.immature, c.incomplete})
        row.push_back(count_of(n));
      add_wilson(row, c.yes, c.yes + c.no);
      row.push_back(share_of(c.yes, c.n()));
      row.push_back(share_of(c.yes + c.unknown, c.n()));
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

// Every level of a single dimension against the first: Newcombe.
void add_differences(const scan_plan& plan, const counts& all, std::size_t b,
                     result_section& section) {
  if (plan.breakdowns[b].size() != 1) return;
  const auto strata = all.all_strata(block::outcomes, b);
  if (strata.size() < 2) return;
  result_table t;
  t.id = "differences_" + label_of(plan.breakdowns[b][0]);
  t.form = table_form::differences;
  add_key(t, "indicator");
  add_key(t, "level");
  add_key(t, "reference");
  add_difference_columns(t);
  const auto& outcomes = plan.definition.outcomes;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto reference = read(strata.front(), i);
    for (std::size_t s = 1; s < strata.size(); ++s) {
      const auto c = read(strata[s], i);
      result_row row{text_value(outcomes[i].name), text_value(strata[s].levels[0]),
                     text_value(strata.front().levels[0])};
      for (const auto n : {c.yes, c.yes + c.no, reference.yes, reference.yes + reference.no})
        row.push_back(count_of(n));
      const auto d = statistics::newcombe_difference({c.yes, c.yes + c.no},
                                                     {reference.yes, reference.yes + reference.no});
      for (const auto& x :
           {d ? std::optional(d->estimate) : std::nullopt, d ? std::optional(d->low) : std::nullopt,
            d ? std::optional(d->high) : std::nullopt})
        row.push_back(x ? number_value(*x) : missing_value(mark::undefined));
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

// Funnel plot: each unit against the exact limits about the overall share.
void add_units(const scan_plan& plan, const counts& all, result_section& section) {
  if (!plan.definition.parameters.units) return;
  const std::size_t b = plan.breakdowns.size() - 1;
  result_table t = table_of(plan, b, "units", table_form::units);
  add_key(t, "indicator");
  add_count(t, "n");
  add_count(t, "yes");
  const std::vector<std::string> of{"n", "yes"};
  add_figure(t, "share", value_form::share, of);
  for (const char* id : {"low_95", "high_95", "low_998", "high_998"})
    add_figure(t, id, value_form::share, {"n"});
  add_plain(t, "target", value_form::share);
  add_figure(t, "outside", value_form::code, of);
  for (std::size_t i = 0; i < plan.definition.outcomes.size(); ++i) {
    const auto strata = all.all_strata(block::outcomes, b);
    std::uint64_t yes = 0, n = 0;
    for (const auto& s : strata) {
      const auto c = read(s, i);
      yes += c.yes;
      n += c.yes + c.no;
    }
    if (n == 0) continue;
    const double target = static_cast<double>(yes) / static_cast<double>(n);
    for (const auto& s : strata) {
      const auto c = read(s, i);
      if (c.yes + c.no == 0) continue;
      const auto limits = statistics::funnel_limits_of(target, c.yes + c.no);
      const double share = static_cast<double>(c.yes) / static_cast<double>(c.yes + c.no);
      auto row = row_of(s);
      row.push_back(text_value(plan.definition.outcomes[i].name));
      row.push_back(count_of(c.yes + c.no));
      row.push_back(count_of(c.yes));
      for (const double x :
           {share, limits.low_95, limits.high_95, limits.low_998, limits.high_998, target})
        row.push_back(number_value(x));
      const bool far = share < limits.low_998 || share > limits.high_998;
      const bool near = share < limits.low_95 || share > limits.high_95;
      row.push_back(text_value(far ? "outside_998" : near ? "outside_95" : "within"));
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

// How much more the units are spread than chance would have it.
void add_spread(const scan_plan& plan, const counts& all, result_section& section) {
  if (!plan.definition.parameters.units) return;
  const auto strata = all.all_strata(block::outcomes, plan.breakdowns.size() - 1);
  result_table t;
  t.id = "spread";
  t.form = table_form::measures;
  add_key(t, "indicator");
  add_plain(t, "units", value_form::integer);
  add_plain(t, "factor", value_form::number);
  add_plain(t, "winsorised", value_form::number);
  for (std::size_t i = 0; i < plan.definition.outcomes.size(); ++i) {
    std::vector<statistics::share> shares;
    std::uint64_t yes = 0, n = 0;
    for (const auto& s : strata) {
      const auto c = read(s, i);
      shares.push_back({c.yes, c.yes + c.no});
      yes += c.yes;
      n += c.yes + c.no;
    }
    if (n == 0) continue;
    const auto spread =
        statistics::overdispersion_of(shares, static_cast<double>(yes) / static_cast<double>(n));
    result_row row{text_value(plan.definition.outcomes[i].name)};
    row.push_back(count_value(spread ? static_cast<std::int64_t>(spread->units) : 0));
    row.push_back(spread ? number_value(spread->factor) : missing_value(mark::undefined));
    row.push_back(spread ? number_value(spread->winsorised) : missing_value(mark::undefined));
    t.rows.push_back(std::move(row));
  }
  section.tables.push_back(std::move(t));
}
}  // namespace

void finish_proportions(const scan_plan& plan, const counts& all, result_section& section) {
  for (std::size_t b = 0; b < plan.shown; ++b) {
    add_shares(plan, all, b, section);
    if (b > 0) add_differences(plan, all, b, section);
  }
  add_units(plan, all, section);
  add_spread(plan, all, section);
}

void finish_funnel(const scan_plan& plan, const counts& all, result_section& section) {
  for (std::size_t b = 0; b < plan.shown; ++b) {
    result_table t = table_of(plan, b, "steps", table_form::funnel);
    add_key(t, "step", value_form::integer);
    add_count(t, "cohort");
    for (const char* id : {"started", "completed", "mature", "passed"}) add_count(t, id);
    add_figure(t, "reached", value_form::share, {"cohort", "started"});
    add_figure(t, "reached_low", value_form::share, {"cohort", "started"});
    add_figure(t, "reached_high", value_form::share, {"cohort", "started"});
    add_figure(t, "share", value_form::share, {"started", "completed"});
    add_figure(t, "low", value_form::share, {"started", "completed"});
    add_figure(t, "high", value_form::share, {"started", "completed"});
    add_figure(t, "pass", value_form::share, {"mature", "passed"});
    add_figure(t, "pass_low", value_form::share, {"mature", "passed"});
    add_figure(t, "pass_high", value_form::share, {"mature", "passed"});
    for (const auto& s : all.all_strata(block::steps, b)) {
      const auto cohort = s.at(0);
      for (int k = 1; k <= plan.definition.parameters.steps; ++k) {
        const auto started = s.at(k, step_started_n), completed = s.at(k, step_completed_n),
                   mature = s.at(k, step_mature_n), passed = s.at(k, step_passed_n);
        auto row = row_of(s);
        row.push_back(count_value(k));
        for (const auto n : {cohort, started, completed, mature, passed})
          row.push_back(count_of(n));
        add_wilson(row, started, cohort);
        add_wilson(row, std::min(completed, started), started);
        add_wilson(row, passed, mature);
        t.rows.push_back(std::move(row));
      }
    }
    section.tables.push_back(std::move(t));
  }
}

void finish_ages(const scan_plan& plan, const counts& all, result_section& section) {
  section.axis_unit = "month";
  for (std::size_t b = 0; b < plan.shown; ++b) {
    result_table t = table_of(plan, b, "ages", table_form::cohort_ages);
    add_key(t, "cohort");
    add_key(t, "age", value_form::time);
    add_count(t, "n");
    add_count(t, "yes");
    const std::vector<std::string> of{"n", "yes"};
    for (const char* id : {"share", "low", "high"}) add_figure(t, id, value_form::share, of);
    for (const auto& s : all.strata(block::ages, b)) {
      std::set<std::int32_t> cohorts;
      for (const auto& cell : s.cells) cohorts.insert(cell.key.a);
      for (const std::int32_t cohort : cohorts) {
        for (const int age : plan.definition.parameters.times) {
          auto row = row_of(s);
          row.push_back(text_value(period_text(cohort, "half_year")));
          row.push_back(count_value(age));
          const auto mature = s.at(cohort, age, age_mature_n);
          if (s.at(cohort, age, age_immature_n) > 0) {
            // Part of the cohort is not that old yet: those who are would mislead.
            while (row.size() < t.columns.size()) row.push_back(missing_value(mark::immature));
          } else {
            const auto yes = s.at(cohort, age, age_reached_n);
            row.push_back(count_of(mature));
            row.push_back(count_of(yes));
            add_wilson(row, yes, mature);
          }
          t.rows.push_back(std::move(row));
        }
      }
    }
    section.tables.push_back(std::move(t));
  }
}

}  // namespace stegvis

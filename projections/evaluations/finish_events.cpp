// Counts by period and day, latency, surveys and tallies.
#include <algorithm>
#include <cmath>
#include <map>

#include "projections/evaluations/tables.hpp"

namespace stegvis {
namespace {
// "50" or "0.75"
std::optional<double> decimal_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  double whole = 0, scale = 1;
  bool point = false;
  for (const char c : *text) {
    if (c == '.') {
      point = true;
      continue;
    }
    whole = whole * 10 + (c - '0');
    if (point) scale *= 10;
  }
  return whole / scale;
}

void add_target(const definition& d, result_row& row) {
  const auto target = decimal_of(d.parameters.target);
  row.push_back(target ? number_value(*target) : missing_value(mark::none));
}
}  // namespace

void finish_count(const scan_plan& plan, const counts& all, result_section& section) {
  const definition& d = plan.definition;
  for (std::size_t b = 0; b < plan.shown; ++b) {
    result_table t = table_of(plan, b, "counts", table_form::counts);
    add_key(t, "period");
    add_count(t, "n");
    if (b == 0) add_plain(t, "target", value_form::number);
    for (const auto& s : all.strata(block::periods, b)) {
      for (std::int32_t p = s.cells.front().key.a; p <= s.cells.back().key.a; ++p) {
        auto row = row_of(s);
        row.push_back(text_value(period_text(p, d.parameters.period)));
        row.push_back(count_of(s.at(p)));
        if (b == 0) add_target(d, row);
        t.rows.push_back(std::move(row));
      }
    }
    section.tables.push_back(std::move(t));
  }
}

void finish_stock(const scan_plan& plan, const counts& all, result_section& section) {
  for (std::size_t b = 0; b < plan.shown; ++b) {
    result_table t = table_of(plan, b, "stock", table_form::stock);
    add_key(t, "date", value_form::day);
    add_count(t, "n");
    for (const auto& s : all.strata(block::stocks, b)) {
      for (const auto& cell : s.cells) {
        auto row = row_of(s);
        row.push_back(text_value(to_string(day{cell.key.a})));
        row.push_back(count_of(cell.amount));
        t.rows.push_back(std::move(row));
      }
    }
    section.tables.push_back(std::move(t));
  }
}

void finish_latency(const scan_plan& plan, const counts& all, result_section& section) {
  for (std::size_t b = 0; b < plan.shown; ++b) {
    result_table t = table_of(plan, b, "latency", table_form::latency);
    add_count(t, "n");
    add_count(t, "late");
    const std::vector<std::string> of{"n", "late"};
    add_figure(t, "median", value_form::number, {"n"});
    add_figure(t, "percentile_90", value_form::number, {"n"});
    for (const char* id : {"share", "low", "high"}) add_figure(t, id, value_form::share, of);
    for (const auto& s : all.strata(block::latencies, b)) {
      std::vector<statistics::bin> histogram;
      std::uint64_t n = 0, late = 0;
      for (const auto& cell : s.cells) {
        histogram.push_back({cell.key.a, cell.amount});
        n += cell.amount;
        if (cell.key.a > plan.definition.parameters.late_days) late += cell.amount;
      }
      auto row = row_of(s);
      row.push_back(count_of(n));
      row.push_back(count_of(late));
      for (const double p : {0.5, 0.9})
        row.push_back(number_value(statistics::quantile(histogram, p).value_or(0)));
      add_wilson(row, late, n);
      t.rows.push_back(std::move(row));
    }
    section.tables.push_back(std::move(t));
  }
}

void finish_survey(const scan_plan& plan, const counts& all, result_section& section) {
  const auto signed_of = [](std::uint64_t sum) {
    return static_cast<double>(static_cast<std::int64_t>(sum));
  };
  for (std::size_t b = 0; b < plan.shown; ++b) {
    result_table t = table_of(plan, b, "response", table_form::proportions);
    add_key(t, "indicator", value_form::integer);
    for (const char* id : {"n", "yes", "no"}) add_count(t, id);
    t.sums.push_back({"n", {"yes", "no"}});
    add_figure(t, "share", value_form::share, {"n", "yes"});
    if (b == 0) add_plain(t, "target", value_form::share);
    for (const auto& s : all.strata(block::survey, b)) {
      std::map<std::int32_t, std::uint64_t> waves;
      for (const auto& cell : s.cells) waves[cell.key.a];
      for (const auto& [wave, unused] : waves) {
        const auto invited = s.at(wave, survey_invited_n),
                   answered = s.at(wave, survey_responded_n);
        auto row = row_of(s);
        row.push_back(count_value(wave));
        row.push_back(count_of(invited));
        row.push_back(count_of(answered));
        row.push_back(count_of(invited - answered));
        row.push_back(share_of(answered, invited));
        if (b == 0) add_target(plan.definition, row);
        t.rows.push_back(std::move(row));
      }
    }
    section.tables.push_back(std::move(t));
    result_table items = table_of(plan, b, "items", table_form::measures);
    add_key(items, "item");
    add_key(items, "wave");
    add_count(items, "n");
    for (const char* id : {"mean", "std_error"}) add_figure(items, id, value_form::number, {"n"});
    for (const auto& s : all.strata(block::survey_items, b)) {
      std::map<std::int32_t, std::uint64_t> waves;
      for (const auto& cell : s.cells) waves[cell.key.a];
      for (const auto& [wave, unused] : waves) {
        const auto n = static_cast<double>(s.at(wave, 0));
        const double sum = signed_of(s.at(wave, 1)), squares = signed_of(s.at(wave, 2));
        auto row = row_of(s);
        row.push_back(text_value(s.text));
        row.push_back(text_value(wave < 0 ? "change" : std::to_string(wave)));
        row.push_back(count_of(s.at(wave, 0)));
        row.push_back(number_value(sum / n));
        // Of so few no normal interval is given.
        const double variance = n > 1 ? (squares - sum * sum / n) / (n - 1) : 0;
        row.push_back(n > 8 ? number_value(std::sqrt(std::max(0.0, variance) / n))
                            : missing_value(mark::undefined));
        items.rows.push_back(std::move(row));
      }
    }
    section.tables.push_back(std::move(items));
  }
}

namespace {
struct tallied {
  double value = 0;
  std::uint64_t persons = 0;  // who contributed; 0: what is counted is no person's
};
using tally_groups = std::map<std::string, tallied>;

std::vector<tally_groups> tallied_of(const scan_plan& plan, const counts& all) {
  std::vector<tally_groups> groups(plan.definition.measures.size());
  for (const auto& s : all.strata(block::tally, 0)) {
    for (const auto& cell : s.cells) {
      auto& t = groups[static_cast<std::size_t>(cell.key.a)][s.text];
      if (cell.key.b == 1)
        t.persons += cell.amount;
      else
        t.value += static_cast<double>(static_cast<std::int64_t>(cell.amount)) / 1'000'000;
    }
  }
  for (const auto& s : all.strata(block::tally_distinct, 0)) {
    const auto group = s.text.substr(0, s.text.find(text_separator));
    for (const auto& cell : s.cells) groups[static_cast<std::size_t>(cell.key.a)][group].value += 1;
  }
  return groups;
}
}  // namespace

void finish_tally(const scan_plan& plan, const counts& all, result_section& section) {
  const auto& measures = plan.definition.measures;
  auto groups = tallied_of(plan, all);
  result_table t = table_of(plan, 0, "tally", table_form::tally);
  add_key(t, "measure");
  add_key(t, "group");
  add_count(t, "n");
  add_figure(t, "value", value_form::number, {"n"});
  for (std::size_t m = 0; m < measures.size(); ++m) {
    const auto per = std::ranges::find(measures, measures[m].per, &measure_definition::name);
    if (groups[m].empty()) groups[m][""];
    for (const auto& [group, tally] : groups[m]) {
      result_row row{text_value(measures[m].name), text_value(group)};
      row.push_back(tally.persons > 0 ? count_of(tally.persons) : missing_value(mark::none));
      if (per == measures.end()) {
        row.push_back(number_value(tally.value));
      } else {
        const auto& below = groups[static_cast<std::size_t>(per - measures.begin())];
        const auto found = below.find(below.contains(group) ? group : "");
        const bool none = found == below.end() || found->second.value == 0;
        row.push_back(none ? missing_value(mark::undefined)
                           : number_value(tally.value / found->second.value));
      }
      t.rows.push_back(std::move(row));
    }
  }
  section.tables.push_back(std::move(t));
}

}  // namespace stegvis

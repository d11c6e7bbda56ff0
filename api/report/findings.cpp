#include "api/report/findings.hpp"

#include <algorithm>
#include <cmath>

#include "api/report/numbers.hpp"
#include "api/report/sentence.hpp"

namespace stegvis {
namespace {

std::string flow_finding(const shown_table& t) {
  const auto n = t.find("n");
  if (!n || t.rows() == 0 || t.groups().size() != 1) return nothing_to_read(t.words());
  const auto first = t.number(0, *n), last = t.number(t.rows() - 1, *n);
  if (!first || !last) return nothing_to_read(t.words());
  const auto l = t.in();
  return std::string(t.words().say("Av ", "Of ")) + decimal_text(*first, 0, l) +
         std::string(t.words().say(" ingår ", ", ")) + decimal_text(*last, 0, l) +
         std::string(t.words().say(" i analysen.", " are part of the analysis."));
}

std::string units_finding(const shown_table& t) {
  const auto n = t.find("n"), share = t.find("share");
  const auto low = t.find("low_998"), high = t.find("high_998");
  if (!n || !share || !low || !high) return nothing_to_read(t.words());
  std::int64_t read = 0, outside = 0;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto value = t.number(row, *share);
    const auto from = t.number(row, *low), to = t.number(row, *high);
    if (!value || !from || !to) continue;
    ++read;
    if (*value < *from || *value > *to) ++outside;
  }
  if (read == 0) return nothing_to_read(t.words());
  const auto l = t.in();
  return integer_text(outside, l) + std::string(t.words().say(" av ", " of ")) +
         integer_text(read, l) +
         std::string(t.words().say(" enheter ligger utanför 99,8 %-gränserna.",
                                   " units lie outside the 99.8% limits."));
}

std::string counts_finding(const shown_table& t) {
  const auto n = t.find("n"), target = t.find("target");
  if (!n) return nothing_to_read(t.words());
  std::int64_t read = 0, met = 0;
  double low = 0, high = 0;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto value = t.number(row, *n);
    if (!value) continue;
    low = read == 0 ? *value : std::min(low, *value);
    high = std::max(high, *value);
    ++read;
    const auto aim = t.number(row, target);
    if (aim && *value >= *aim) ++met;
  }
  if (read == 0) return nothing_to_read(t.words());
  const auto l = t.in();
  if (target && t.number(0, *target))
    return std::string(t.words().say("Målet nåddes i ", "The target was reached in ")) +
           integer_text(met, l) + std::string(t.words().say(" av ", " of ")) +
           integer_text(read, l) + std::string(t.words().say(" perioder.", " periods."));
  if (read == 1)
    return std::string(t.words().say("Antal: ", "Number: ")) + decimal_text(high, 0, l) + ".";
  return std::string(t.words().say("Antal: mellan ", "Number: between ")) +
         decimal_text(low, 0, l) + std::string(t.words().say(" och ", " and ")) +
         decimal_text(high, 0, l) + ".";
}

std::string rows_finding(const shown_table& t) {
  return std::string(t.words().say("Tabellen har ", "The table has ")) +
         integer_text(static_cast<std::int64_t>(t.rows()), t.in()) +
         std::string(t.rows() == 1 ? t.words().say(" rad.", " row.")
                                   : t.words().say(" rader.", " rows."));
}

// The distance at the beginning and at the end.
std::string gap_finding(const shown_table& t) {
  const auto period = t.find("period"), gap = t.find("gap");
  if (!period || !gap) return rows_finding(t);
  std::optional<std::size_t> first, last;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    if (!t.number(row, *gap)) continue;
    if (!first) first = row;
    last = row;
  }
  if (!last) return nothing_to_read(t.words());
  const auto told = [&](std::size_t row) {
    return t.cell(row, *gap) + " (" + t.cell(row, *period) + ")";
  };
  return std::string(t.words().say("Avståndet gick från ", "The gap went from ")) + told(*first) +
         std::string(t.words().say(" till ", " to ")) + told(*last) + ".";
}

std::string transitions_finding(const shown_table& t) {
  const auto from = t.find("from");
  if (!from || t.groups().size() != 1) return nothing_to_read(t.words());
  const result_column* most = nullptr;
  std::size_t most_row = 0;
  double most_share = 0;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
      const auto& column = t.table().columns[i];
      const auto share = t.number(row, i);
      if (!column.id.starts_with("rate_") || !share || *share <= most_share) continue;
      if (std::string_view(column.id).substr(5) == t.text(row, *from)) continue;
      most = &column;
      most_row = row;
      most_share = *share;
    }
  }
  if (!most) return nothing_to_read(t.words());
  return std::string(t.words().say("Vanligaste bytet: från ", "Most frequent change: from ")) +
         t.words().in_sentence("state", t.text(most_row, *from)) +
         std::string(t.words().say(" till ", " to ")) +
         t.words().in_sentence("state", std::string_view(most->id).substr(5)) + " (" +
         percent_text(most_share, 1, t.in()) + ").";
}

// The longest state of the first stratum, in each of the strata.
std::string durations_finding(const shown_table& t) {
  const auto state = t.find("state"), mean = t.find("mean");
  const auto groups = t.groups();
  if (!state || !mean || groups.empty()) return nothing_to_read(t.words());
  std::optional<std::size_t> most;
  for (const auto row : groups.front().rows) {
    const auto value = t.number(row, *mean);
    if (value && (!most || *value > *t.number(*most, *mean))) most = row;
  }
  if (!most) return nothing_to_read(t.words());
  std::vector<named_number> values;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto value = t.number(row, *mean);
    if (value && t.text(row, *state) == t.text(*most, *state))
      values.push_back({t.level_label(row), std::round(*value * 10) / 10, 0});
  }
  auto unit = t.words().axis_unit();
  if (unit.empty()) unit = t.words().say("månader", "months");
  const number_style style{value_form::number, 0, unit};
  return std::string(t.words().say("Längst tid i läget ", "Longest time in the state ")) +
         t.words().in_sentence("state", t.text(*most, *state)) + ": " +
         listed(values, style, t.words()) +
         std::string(t.words().say(" i genomsnitt.", " on average."));
}

std::string cohort_finding(const shown_table& t) {
  const auto share = t.find("share");
  std::int64_t read = 0, immature = 0;
  for (std::size_t row = 0; share && row < t.rows(); ++row) {
    if (t.number(row, *share)) ++read;
    if (t.mark_of(row, *share) == mark::immature) ++immature;
  }
  if (read == 0) return nothing_to_read(t.words());
  const auto l = t.in();
  return integer_text(read, l) +
         std::string(t.words().say(" rutor kan läsas, ", " cells can be read, ")) +
         integer_text(immature, l) +
         std::string(t.words().say(" har ännu inte följts tillräckligt länge.",
                                   " have not been followed long enough."));
}

std::string funnel_finding(const shown_table& t) {
  auto started = t.find("started");
  if (!started) started = t.find("n");
  const auto completed = t.find("completed");
  if (!started || !completed || t.rows() == 0 || t.groups().size() != 1)
    return nothing_to_read(t.words());
  const auto first = t.number(0, *started), done = t.number(0, *completed);
  if (!first || !done) return nothing_to_read(t.words());
  const auto l = t.in();
  const auto step = t.find("step");
  return (step ? t.words().step(t.cell(0, *step)) + ": " : std::string()) +
         decimal_text(*first, 0, l) + std::string(t.words().say(" började, ", " started, ")) +
         decimal_text(*done, 0, l) + std::string(t.words().say(" slutförde.", " completed."));
}

}  // namespace

std::string finding_of(const shown_table& t) {
  using enum table_form;
  switch (t.table().form) {
    case flow:
      return flow_finding(t);
    case curve:
      return curve_finding(t);
    case incidence:
      return stack_finding(t, "incidence_");
    case states:
      return stack_finding(t, "share_");
    case proportions:
      return proportions_finding(t, "share");
    case differences:
      return proportions_finding(t, "difference");
    case sensitivity:
      return variants_finding(t);
    case funnel:
      return funnel_finding(t);
    case transitions:
      return transitions_finding(t);
    case durations:
      return durations_finding(t);
    case cohort_ages:
      return cohort_finding(t);
    case counts:
    case stock:
      return counts_finding(t);
    case units:
      return units_finding(t);
    case tally:
      return gap_finding(t);
    case sequences:
      return proportions_finding(t, "share");
    case summary:
      return rows_finding(t);
    case baseline:
    case at_times:
    case tests:
    case costs:
    case measures:
    case latency:
    case targets:
    case text:
      return rows_finding(t);
  }
  return rows_finding(t);
}

}  // namespace stegvis

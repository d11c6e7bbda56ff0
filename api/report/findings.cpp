#include "api/report/findings.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include "api/report/numbers.hpp"

namespace stegvis {
namespace {

constexpr std::size_t listed_max = 4;  // strata that a sentence lists

struct named_number {
  std::string name{};
  double value = 0;
  double base = 0;
};

std::string nothing_to_read(const wording& w) {
  return std::string(w.say("Talen kan inte visas eller finns inte.",
                           "The numbers cannot be shown, or there are none."));
}

std::string text_of(double value, double base, value_form form, language l) {
  if (form == value_form::share) return percent_text(value, percent_decimals(base), l);
  if (form == value_form::points) return points_text(value, 1, l);
  return decimal_text(value, value == std::floor(value) ? 0 : 1, l);
}

// "kvinnor 45 %, män 52 %"; of many only the least and the greatest, without names.
std::string listed(const std::vector<named_number>& values, value_form form, const wording& w) {
  const auto l = w.in();
  if (values.size() > listed_max) {
    const auto [low, high] = std::ranges::minmax(values, {}, &named_number::value);
    return std::string(w.say("mellan ", "between ")) + text_of(low.value, low.base, form, l) +
           std::string(w.say(" och ", " and ")) + text_of(high.value, high.base, form, l) +
           std::string(w.say(" i ", " in ")) +
           integer_text(static_cast<std::int64_t>(values.size()), l) +
           std::string(w.say(" grupper", " groups"));
  }
  std::string text;
  for (const auto& v : values) {
    if (!text.empty()) text += ", ";
    if (!v.name.empty()) text += v.name + " ";
    text += text_of(v.value, v.base, form, l);
  }
  return text;
}

std::string interval_text(const shown_table& t, std::size_t row, double base) {
  const auto low = t.number(row, t.find("low")), high = t.number(row, t.find("high"));
  if (!low || !high) return "";
  return std::string(t.words().say(" (95 % konfidensintervall ", " (95% confidence interval ")) +
         percent_range(*low, *high, percent_decimals(base), t.in()) + ")";
}

double largest(const shown_table& t, const row_group& group, std::string_view column) {
  double most = 0;
  for (const auto row : group.rows) most = std::max(most, t.number(row, t.find(column)).value_or(0));
  return most;
}

// The last row of the group whose value can be read, at most at `until`.
std::optional<std::size_t> last_read(const shown_table& t, const row_group& group,
                                     std::size_t time, std::size_t value, double until) {
  std::optional<std::size_t> last;
  for (const auto row : group.rows) {
    const auto at = t.number(row, time);
    if (at && *at <= until && t.number(row, value)) last = row;
  }
  return last;
}

// A year where the axis goes on that long, else its end.
double telling_time(const shown_table& t, std::size_t time) {
  double last = 0;
  for (std::size_t row = 0; row < t.rows(); ++row)
    last = std::max(last, t.number(row, time).value_or(0));
  const auto& unit = t.words().section().axis_unit;
  const double year = unit == "day" ? 365 : unit == "week" ? 52 : 12;
  return last >= year ? year : last;
}

std::string after(const wording& w, double time) {
  return std::string(w.say("Efter ", "After ")) + w.duration(time);
}

// How many had reached the outcome, or were still in a job.
std::string curve_finding(const shown_table& t) {
  const auto time = t.find("time"), survival = t.find("survival");
  if (!time || !survival) return nothing_to_read(t.words());
  const auto& w = t.words();
  const bool jobs = w.about_jobs();
  const double at = telling_time(t, *time);
  std::vector<named_number> shares;
  std::string interval;
  for (const auto& group : t.groups()) {
    const auto row = last_read(t, group, *time, *survival, at);
    if (!row) continue;
    const double base = largest(t, group, "at_risk"), value = *t.number(*row, *survival);
    shares.push_back({group.label, jobs ? value : 1 - value, base});
    const auto low = t.number(*row, t.find("low")), high = t.number(*row, t.find("high"));
    if (low && high)
      interval = std::string(w.say(" (95 % konfidensintervall ", " (95% confidence interval ")) +
                 percent_range(jobs ? *low : 1 - *high, jobs ? *high : 1 - *low,
                               percent_decimals(base), t.in()) +
                 ")";
  }
  if (shares.empty()) return nothing_to_read(w);
  const auto list = listed(shares, value_form::share, w);
  const bool one = shares.size() == 1;
  if (jobs)
    return after(w, at) + std::string(w.say(" var så många kvar i jobb: ",
                                            " so many were still in the job: ")) +
           list + (one ? interval : "") + ".";
  if (one)
    return after(w, at) + std::string(w.say(" hade ", " ")) + list + interval +
           std::string(w.say(" nått utfallet.", " had reached the outcome."));
  return after(w, at) + std::string(w.say(" hade så många nått utfallet: ",
                                          " so many had reached the outcome: ")) +
         list + ".";
}

// Shares of the columns with a prefix, in one row.
std::vector<named_number> shares_in(const shown_table& t, std::size_t row,
                                    std::string_view prefix) {
  std::vector<named_number> shares;
  for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
    const std::string_view id = t.table().columns[i].id;
    const auto value = t.number(row, i);
    if (!id.starts_with(prefix) || !value) continue;
    shares.push_back(
        {t.words().in_sentence("state", id.substr(prefix.size())), *value, t.base_of(row, i)});
  }
  return shares;
}

std::optional<std::size_t> last_with_shares(const shown_table& t, const row_group& group,
                                            std::string_view prefix) {
  std::optional<std::size_t> last;
  for (const auto row : group.rows) {
    if (!shares_in(t, row, prefix).empty()) last = row;
  }
  return last;
}

std::string at_time(const shown_table& t, std::size_t row, std::size_t time) {
  if (const auto at = t.number(row, time)) return after(t.words(), *at);
  const auto day = t.cell(row, time);
  const bool first = day.size() == 10 && day.ends_with("-01");
  return capitalised(first ? month_in_words(day.substr(0, 7), t.in())
                           : day_in_words(day, t.in()));
}

// Of several strata: the share that is largest in the first of them, in each.
std::string stacks_finding(const shown_table& t, std::string_view prefix, std::size_t time,
                           std::span<const row_group> groups) {
  const auto first = last_with_shares(t, groups.front(), prefix);
  if (!first) return nothing_to_read(t.words());
  const auto shares = shares_in(t, *first, prefix);
  const auto most = std::ranges::max(shares, {}, &named_number::value).name;
  std::vector<named_number> values;
  for (const auto& group : groups) {
    const auto row = last_with_shares(t, group, prefix);
    if (!row) continue;
    for (const auto& share : shares_in(t, *row, prefix)) {
      if (share.name == most) values.push_back({group.label, share.value, share.base});
    }
  }
  return at_time(t, *first, time) + ", " + most + ": " +
         listed(values, value_form::share, t.words()) + ".";
}

std::string stack_finding(const shown_table& t, std::string_view prefix) {
  const auto time = t.find("time");
  const auto groups = t.groups();
  if (!time || groups.empty()) return nothing_to_read(t.words());
  if (groups.size() > 1) return stacks_finding(t, prefix, *time, groups);
  const auto last = last_with_shares(t, groups.front(), prefix);
  if (!last) return nothing_to_read(t.words());
  auto shares = shares_in(t, *last, prefix);
  std::ranges::stable_sort(shares, std::greater(), &named_number::value);
  shares.resize(std::min<std::size_t>(shares.size(), 3));
  return at_time(t, *last, *time) + ": " + listed(shares, value_form::share, t.words()) + ".";
}

// What a row is about: its keys but the horizon, and how it is told apart from its like.
struct row_subject {
  std::string key{}, part{};
  std::size_t row = 0;
};

row_subject subject_of(const shown_table& t, std::size_t row) {
  row_subject subject{{}, t.level_label(row), row};
  for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
    const auto& column = t.table().columns[i];
    if (column.role != column_role::key) continue;
    const auto time = column.id == "horizon" ? t.number(row, i) : std::nullopt;
    auto words = time ? t.words().duration(*time) : t.cell(row, i);
    if (words.empty()) continue;
    if (column.id == "reference")
      words = std::string(t.words().say("mot ", "against ")) + words;
    auto& to = column.id == "horizon" ? subject.part : subject.key;
    to += (to.empty() ? "" : column.id == "reference" ? " " : ", ") + words;
  }
  return subject;
}

constexpr std::size_t subjects_max = 2;  // that a sentence tells of
constexpr double base_of_decimals = 1e6;  // shares of so many are told with a decimal

// Of several strata at several horizons: one horizon, a year where there is one.
std::optional<double> told_horizon(const shown_table& t) {
  const auto horizon = t.find("horizon");
  if (!horizon || t.table().by.empty()) return std::nullopt;
  std::optional<double> told;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto at = t.number(row, *horizon);
    if (at && told != 12 && (!told || *at == 12 || *at > *told)) told = at;
  }
  return told;
}

// Values of rows that are about the same.
struct subject_values {
  std::string key{};
  std::vector<named_number> values{};
};

std::vector<subject_values> values_by_subject(const shown_table& t, std::size_t value) {
  const auto horizon = told_horizon(t);
  const bool rare = t.table().form == table_form::sequences;
  std::vector<subject_values> found;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto x = t.number(row, value);
    if (!x || (horizon && t.number(row, t.find("horizon")) != horizon)) continue;
    auto subject = subject_of(t, row);
    if (horizon) {
      subject.key += (subject.key.empty() ? "" : ", ") + t.words().duration(*horizon);
      subject.part = t.level_label(row);
    }
    auto it = std::ranges::find(found, subject.key, &subject_values::key);
    if (it == found.end()) it = found.insert(found.end(), {subject.key, {}});
    const double base = rare ? base_of_decimals : t.base_of(row, value);
    it->values.push_back({std::move(subject.part), *x, base});
  }
  return found;
}

// "I arbete: kvinnor 43 %, män 50 %; försörjer sig själv: kvinnor 61 %, män 58 %."
std::string proportions_finding(const shown_table& t, std::string_view what) {
  const auto value = t.find(what);
  if (!value) return nothing_to_read(t.words());
  const auto form = t.table().columns[*value].form;
  const auto subjects = values_by_subject(t, *value);
  if (subjects.empty()) return nothing_to_read(t.words());
  const bool alone = subjects.size() == 1 && subjects.front().values.size() == 1;
  const std::size_t told = subjects.front().values.size() > 2 ? 1 : subjects_max;
  std::string text;
  for (std::size_t i = 0; i < std::min(subjects.size(), told); ++i) {
    if (!text.empty()) text += "; ";
    if (!subjects[i].key.empty()) text += subjects[i].key + ": ";
    text += listed(subjects[i].values, form, t.words());
  }
  if (alone && form == value_form::share) {
    for (std::size_t row = 0; row < t.rows(); ++row) {
      if (t.number(row, *value))
        text += interval_text(t, row, subjects.front().values.front().base);
    }
  }
  if (form == value_form::points)
    text += t.words().say(" procentenheter", " percentage points");
  return capitalised(text) + ".";
}

// Of what varies most between the variants: from the least to the greatest.
std::string variants_finding(const shown_table& t) {
  for (const std::string_view id : {"share", "difference", "survival", "median", "mean", "n"}) {
    const auto value = t.find(id);
    if (!value) continue;
    std::vector<subject_values> subjects;
    for (std::size_t row = 0; row < t.rows(); ++row) {
      const auto x = t.number(row, *value);
      if (!x) continue;
      std::string key;
      for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
        const auto& c = t.table().columns[i];
        if (c.role != column_role::key || c.id == "variant") continue;
        const auto time = c.form == value_form::time ? t.number(row, i) : std::nullopt;
        key += (key.empty() ? "" : ", ") + (time ? t.words().duration(*time) : t.cell(row, i));
      }
      auto it = std::ranges::find(subjects, key, &subject_values::key);
      if (it == subjects.end()) it = subjects.insert(subjects.end(), {key, {}});
      it->values.push_back({"", *x, t.base_of(row, *value)});
    }
    if (subjects.empty()) return nothing_to_read(t.words());
    const auto width = [](const subject_values& s) {
      const auto [low, high] = std::ranges::minmax(s.values, {}, &named_number::value);
      return high.value - low.value;
    };
    const auto& most = *std::ranges::max_element(subjects, {}, width);
    const auto [low, high] = std::ranges::minmax(most.values, {}, &named_number::value);
    const auto& column = t.table().columns[*value];
    return std::string(t.words().say("Valen betyder mest för ", "The choices matter most for ")) +
           (most.key.empty() ? t.words().column(t.table(), column) : most.key) +
           std::string(t.words().say(": mellan ", ": between ")) +
           text_of(low.value, low.base, column.form, t.in()) +
           std::string(t.words().say(" och ", " and ")) +
           text_of(high.value, high.base, column.form, t.in()) + ".";
  }
  return nothing_to_read(t.words());
}

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
  return std::string(t.words().say("Mellan ", "Between ")) + decimal_text(low, 0, l) +
         std::string(t.words().say(" och ", " and ")) + decimal_text(high, 0, l) + ".";
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

std::string durations_finding(const shown_table& t) {
  const auto state = t.find("state"), mean = t.find("mean");
  if (!state || !mean) return nothing_to_read(t.words());
  std::optional<std::size_t> most;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto value = t.number(row, *mean);
    if (value && (!most || *value > *t.number(*most, *mean))) most = row;
  }
  if (!most) return nothing_to_read(t.words());
  auto label = t.level_label(*most);
  return std::string(t.words().say("Längst tid i läget ", "Longest time in the state ")) +
         t.words().in_sentence("state", t.text(*most, *state)) + (label.empty() ? "" : " (" + label + ")") + ": " +
         t.words().duration(std::round(*t.number(*most, *mean) * 10) / 10) +
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
  return integer_text(read, l) + std::string(t.words().say(" rutor kan läsas, ",
                                                           " cells can be read, ")) +
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
  return (step ? t.words().step(t.cell(0, *step)) + ": " : std::string()) + decimal_text(*first, 0, l) +
         std::string(t.words().say(" började, ", " started, ")) + decimal_text(*done, 0, l) +
         std::string(t.words().say(" slutförde.", " completed."));
}

std::string rows_finding(const shown_table& t) {
  return std::string(t.words().say("Tabellen har ", "The table has ")) +
         integer_text(static_cast<std::int64_t>(t.rows()), t.in()) +
         std::string(t.rows() == 1 ? t.words().say(" rad.", " row.")
                                   : t.words().say(" rader.", " rows."));
}

}  // namespace

std::string finding_of(const shown_table& t) {
  using enum table_form;
  switch (t.table().form) {
    case flow: return flow_finding(t);
    case curve: return curve_finding(t);
    case incidence: return stack_finding(t, "incidence_");
    case states: return stack_finding(t, "share_");
    case proportions: return proportions_finding(t, "share");
    case differences: return proportions_finding(t, "difference");
    case sensitivity: return variants_finding(t);
    case funnel: return funnel_finding(t);
    case transitions: return transitions_finding(t);
    case durations: return durations_finding(t);
    case cohort_ages: return cohort_finding(t);
    case counts:
    case stock: return counts_finding(t);
    case units: return units_finding(t);
    case sequences: return proportions_finding(t, "share");
    case summary: return rows_finding(t);
    case baseline:
    case at_times:
    case tests:
    case costs:
    case measures:
    case latency:
    case tally:
    case targets:
    case text: return rows_finding(t);
  }
  return rows_finding(t);
}

}  // namespace stegvis

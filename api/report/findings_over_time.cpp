// What curves and stacked shares say.
#include <algorithm>
#include <functional>

#include "api/report/numbers.hpp"
#include "api/report/sentence.hpp"

namespace stegvis {
namespace {

double largest(const shown_table& t, const row_group& group, std::string_view column) {
  double most = 0;
  for (const auto row : group.rows)
    most = std::max(most, t.number(row, t.find(column)).value_or(0));
  return most;
}

// The last row of the group whose value can be read, at most at `until`. Nothing if nobody is left
// to follow before: what the curve shows from there on is no knowledge.
std::optional<std::size_t> last_read(const shown_table& t, const row_group& group, std::size_t time,
                                     std::size_t value, double until) {
  std::optional<std::size_t> last;
  double followed_to = 0, ends = 0;
  const auto at_risk = t.find("at_risk");
  for (const auto row : group.rows) {
    const auto at = t.number(row, time);
    if (!at) continue;
    ends = std::max(ends, *at);
    if (t.number(row, at_risk) != 0.0) followed_to = std::max(followed_to, *at);
    if (*at <= until && t.number(row, value)) last = row;
  }
  return followed_to < std::min(until, ends) ? std::nullopt : last;
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

// Until when every group that can be read at all is read: values of different times are no
// comparison.
double common_time(const shown_table& t, std::size_t time, std::size_t value) {
  const double until = telling_time(t, time);
  double common = until;
  for (const auto& group : t.groups()) {
    const auto row = last_read(t, group, time, value, until);
    if (row) common = std::min(common, t.number(*row, time).value_or(until));
  }
  return t.groups().size() > 1 ? common : until;
}

std::string after(const wording& w, double time) {
  return std::string(w.say("Efter ", "After ")) + w.duration(time);
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

// The last row whose shares can be read: of an axis at most a year in, of a calendar the last.
std::optional<std::size_t> told_row(const shown_table& t, const row_group& group,
                                    std::string_view prefix) {
  const auto time = t.find("time");
  const double until = time ? telling_time(t, *time) : 0;
  std::optional<std::size_t> last;
  for (const auto row : group.rows) {
    const auto at = t.number(row, time);
    if (at && *at > until) continue;
    if (!shares_in(t, row, prefix).empty()) last = row;
  }
  // A stratum whose steps end before tells nothing of that time.
  const bool early = last && time && t.number(*last, *time).value_or(until) < until &&
                     t.table().form == table_form::states;
  return early ? std::nullopt : last;
}

// A name with a comma of its own stands in quotes.
std::string quoted(const std::string& name, language l) {
  if (name.find(',') == name.npos) return name;
  return std::string(say(l, "\u201d", "\u201c")) + name + "\u201d";
}

std::string at_time(const shown_table& t, std::size_t row, std::size_t time) {
  if (const auto at = t.number(row, time)) return after(t.words(), *at);
  const auto day = t.cell(row, time);
  const bool first = day.size() == 10 && day.ends_with("-01");
  return capitalised(first ? month_in_words(day.substr(0, 7), t.in()) : day_in_words(day, t.in()));
}

// Of several strata: the share that is largest in the first of them, in each.
std::string stacks_finding(const shown_table& t, std::string_view prefix, std::size_t time,
                           std::span<const row_group> groups) {
  const auto first = told_row(t, groups.front(), prefix);
  if (!first) return nothing_to_read(t.words());
  const auto shares = shares_in(t, *first, prefix);
  const auto most = quoted(std::ranges::max(shares, {}, &named_number::value).name, t.in());
  std::vector<named_number> values;
  for (const auto& group : groups) {
    const auto row = told_row(t, group, prefix);
    if (!row) continue;
    for (const auto& share : shares_in(t, *row, prefix)) {
      if (quoted(share.name, t.in()) == most)
        values.push_back({group.label, share.value, share.base});
    }
  }
  return at_time(t, *first, time) + ", " + most + ": " +
         listed(values, value_form::share, t.words()) + ".";
}

}  // namespace

// How many had reached the outcome, or were still in a job.
std::string curve_finding(const shown_table& t) {
  const auto time = t.find("time"), survival = t.find("survival");
  if (!time || !survival) return nothing_to_read(t.words());
  const auto& w = t.words();
  const bool jobs = w.about_jobs();
  const double at = common_time(t, *time, *survival);
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
    return after(w, at) +
           std::string(w.say(" var så många kvar i jobb: ", " so many were still in the job: ")) +
           list + (one ? interval : "") + ".";
  if (one)
    return after(w, at) + std::string(w.say(" hade ", " ")) + list + interval +
           std::string(w.say(" nått utfallet.", " had reached the outcome."));
  return after(w, at) +
         std::string(
             w.say(" hade så många nått utfallet: ", " so many had reached the outcome: ")) +
         list + ".";
}

std::string stack_finding(const shown_table& t, std::string_view prefix) {
  const auto time = t.find("time");
  const auto groups = t.groups();
  if (!time || groups.empty()) return nothing_to_read(t.words());
  if (groups.size() > 1) return stacks_finding(t, prefix, *time, groups);
  const auto last = told_row(t, groups.front(), prefix);
  if (!last) return nothing_to_read(t.words());
  auto shares = shares_in(t, *last, prefix);
  std::ranges::stable_sort(shares, std::greater(), &named_number::value);
  shares.resize(std::min<std::size_t>(shares.size(), 3));
  for (auto& share : shares) share.name = quoted(share.name, t.in());
  return at_time(t, *last, *time) + ": " + listed(shares, value_form::share, t.words()) + ".";
}

}  // namespace stegvis

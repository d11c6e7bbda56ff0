#include "api/report/follow_up_times.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace stegvis {
namespace {

constexpr std::size_t few_rows = 12;  // all become ticks
constexpr double months[] = {0, 3, 6, 12, 24, 36, 48, 60, 72, 84, 96};
constexpr double weeks[] = {0, 13, 26, 52, 104, 156, 208, 260};
constexpr double days[] = {0, 90, 180, 365, 730, 1095, 1460, 1825};

std::span<const double> usual_times(std::string_view unit) {
  if (unit == "week") return weeks;
  return unit == "day" ? std::span<const double>(days) : std::span<const double>(months);
}

// Of rows in which somebody is left to follow.
std::set<double> times_in(const shown_table& t, std::size_t column) {
  const auto at_risk = t.find("at_risk");
  std::set<double> times;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    if (t.number(row, at_risk) == 0.0) continue;
    if (const auto time = t.number(row, column)) times.insert(*time);
  }
  return times;
}

std::set<double> asked_times(const result_section& section, language l) {
  for (const auto& table : section.tables) {
    if (table.form != table_form::at_times) continue;
    const shown_table shown(section, table, l);
    if (const auto column = shown.find("time")) return times_in(shown, *column);
  }
  return {};
}

// Disclosure control joins steps. It says so, or leaves the number of events out of the summary.
bool is_coarse(const result_section& section) {
  if (std::ranges::find(section.notes, "coarsened") != section.notes.end()) return true;
  const auto summary = std::ranges::find(section.tables, table_form::summary, &result_table::form);
  return summary != section.tables.end() && !summary->find_column("events");
}

// So far apart that numbers below do not touch.
std::vector<double> thinned(const std::set<double>& times, double gap) {
  std::vector<double> kept;
  if (times.empty()) return kept;
  for (const double t : times) {
    if (kept.empty() || t - kept.back() >= gap) kept.push_back(t);
  }
  if (kept.back() != *times.rbegin() && kept.size() > 1) kept.back() = *times.rbegin();
  return kept;
}

}  // namespace

follow_up_times follow_up_times_of(const shown_table& t, std::size_t time_column, double gap) {
  const auto own = times_in(t, time_column);
  if (own.empty()) return {};
  const double last = *own.rbegin();
  const bool coarse = is_coarse(t.words().section());
  if (coarse || own.size() <= few_rows) {
    auto times = own;
    times.insert(0);
    return {thinned(times, gap * last), coarse};
  }
  auto times = asked_times(t.words().section(), t.in());
  times.insert(0);
  std::erase_if(times, [&](double time) { return time > last || time < 0; });
  if (times.size() < 3) {
    for (const double time : usual_times(t.words().section().axis_unit)) {
      if (time <= last) times.insert(time);
    }
  }
  if (times.size() < 3) times.insert(last);
  return {thinned(times, gap * last), false};
}

}  // namespace stegvis

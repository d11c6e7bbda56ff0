#include "api/report/follow_up_times.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace stegvis {
namespace {

constexpr std::size_t coarse_max = 12;  // rows that all become ticks
constexpr double months[] = {0, 3, 6, 12, 24, 36, 48, 60, 72, 84, 96};
constexpr double weeks[] = {0, 13, 26, 52, 104, 156, 208, 260};
constexpr double days[] = {0, 90, 180, 365, 730, 1095, 1460, 1825};

std::span<const double> usual_times(std::string_view unit) {
  if (unit == "week") return weeks;
  return unit == "day" ? std::span<const double>(days) : std::span<const double>(months);
}

std::set<double> times_in(const shown_table& t, std::size_t column) {
  std::set<double> times;
  for (std::size_t row = 0; row < t.rows(); ++row) {
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

// So far apart that numbers below do not touch.
std::vector<double> thinned(const std::set<double>& times, double gap_share) {
  std::vector<double> kept;
  if (times.empty()) return kept;
  const double gap = *times.rbegin() * gap_share;
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
  if (own.size() <= coarse_max) {
    auto times = own;
    times.insert(0);
    return {thinned(times, gap), true};
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
  return {thinned(times, gap), false};
}

}  // namespace stegvis

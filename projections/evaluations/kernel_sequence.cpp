#include "projections/evaluations/kernel_sequence.hpp"

namespace stegvis {

kernel_sequence::kernel_sequence(const kernel& program, position at, day horizon)
    : plan_(*program.plan),
      states_(plan_.alphabet.size()),
      journey_(program.state_facts, at, horizon),
      tables_(program.breakdowns.size()),
      times_(program.breakdowns.size()) {}

// Sets the days to be looked at; answers the time of the first.
std::size_t kernel_sequence::ask(const kernel_unit& u, std::int32_t last) {
  days_.clear();
  if (plan_.definition.parameters.calendar) {
    std::int32_t month = calendar_.month_of(u.origin);
    if (calendar_.first_day_of(month) < u.origin) ++month;
    for (std::int32_t m = month; m <= calendar_.month_of(last); ++m)
      days_.push_back(calendar_.first_day_of(m));
    return static_cast<std::size_t>(month);
  }
  const axis_definition& axis = plan_.definition.axis;
  for (int t = 0; t <= axis.until - axis.first; ++t) {
    const std::int32_t on = calendar_.after(u.origin, {t, axis.unit});
    if (on > last) break;
    days_.push_back(on);
  }
  return 0;
}

void kernel_sequence::add(const column_chunk& chunk, const kernel_unit& u, std::int32_t last,
                          std::span<const std::uint32_t> strata) {
  const std::size_t time = ask(u, last);
  if (days_.empty()) return;
  journey_.read(chunk, chunk.journeys[u.journey]);
  journey_.find(days_, found_);
  course_.clear();
  for (const state s : found_) course_.push_back(plan_.place_of_state[static_cast<std::size_t>(s)]);
  for (std::size_t by = 0; by < tables_.size(); ++by) {
    if (tables_[by].size() <= strata[by]) tables_[by].resize(strata[by] + 1u);
    count(time, tables_[by][strata[by]]);
  }
  if (plan_.definition.parameters.calendar) return;
  const std::string text(course_.begin(), course_.end());
  const std::uint64_t number =
      numbers_.try_emplace(text, static_cast<std::uint32_t>(numbers_.size())).first->second;
  for (std::size_t by = 0; by < tables_.size(); ++by) ++times_[by][number << 32 | strata[by]];
}

void kernel_sequence::count(std::size_t time, table& into) const {
  if (into.place_of.size() < time + course_.size())
    into.place_of.resize(time + course_.size(), none);
  for (std::size_t i = 0; i < course_.size(); ++i) {
    std::uint32_t& place = into.place_of[time + i];
    if (place == none) {
      place = static_cast<std::uint32_t>(into.counts.size());
      into.counts.resize(into.counts.size() + states_ * (states_ + 1));
    }
    const auto state = static_cast<std::size_t>(course_[i]);
    ++into.counts[place + state];
    if (i + 1 == course_.size()) break;
    ++into.counts[place + states_ * (1 + state) + static_cast<std::size_t>(course_[i + 1])];
  }
}

void kernel_sequence::add_to(partial& into, std::size_t by,
                             const std::vector<std::uint32_t>& strata) const {
  for (std::size_t s = 0; s < tables_[by].size(); ++s)
    add_counts(into, by, tables_[by][s], strata[s]);
  add_courses(into, by, strata);
}

void kernel_sequence::add_counts(partial& into, std::size_t by, const table& t,
                                 std::uint32_t stratum) const {
  const auto& d = plan_.definition;
  const std::int32_t time_0 =
      d.parameters.calendar ? 12 * kernel_calendar::first_year : d.axis.first;
  const auto add = [&](block what, std::int32_t a, std::size_t b, std::size_t c, std::uint64_t n) {
    if (n != 0)
      into.add({static_cast<std::uint16_t>(what), static_cast<std::uint16_t>(by), stratum, a,
                static_cast<std::int32_t>(b), static_cast<std::int32_t>(c)},
               n);
  };
  for (std::size_t time = 0; time < t.place_of.size(); ++time) {
    if (t.place_of[time] == none) continue;
    const std::uint32_t* const counts = t.counts.data() + t.place_of[time];
    const auto a = time_0 + static_cast<std::int32_t>(time);
    for (std::size_t s = 0; s < states_; ++s) {
      add(block::states, a, s, 0, counts[s]);
      add(block::durations, 0, s, 0, counts[s]);
      for (std::size_t to = 0; to < states_; ++to)
        add(block::transitions, a, s, to, counts[states_ * (1 + s) + to]);
    }
  }
}

void kernel_sequence::add_courses(partial& into, std::size_t by,
                                  const std::vector<std::uint32_t>& strata) const {
  std::vector<const std::string*> courses(numbers_.size());
  for (const auto& [course, number] : numbers_) courses[number] = &course;
  cohort_unit unit;
  unit.strata.resize(tables_.size());
  for (const auto& [key, times] : times_[by]) {
    const std::string& course = *courses[key >> 32];
    unit.strata[by] = {strata[key & 0xffff'ffff]};
    count_course(plan_, {course.begin(), course.end()}, times, unit_cells(into, unit));
  }
}

}  // namespace stegvis

#pragma once
// Collects the programme's own events; the parts below each add theirs.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/simulate_lines.hpp"

namespace stegvis {

constexpr std::string_view programme_subject = "programme/landskrona-2017";

class programme_facts {
 public:
  explicit programme_facts(std::uint64_t seed) : draw(mix(seed ^ 6)) {}

  // `write` gives the data's fields, in sorted order. Days after the simulation are left out.
  template <class F>  // void(object_writer&)
  void add(day recorded, day valid, std::string_view subject, std::string_view type, F&& write) {
    if (recorded > simulation_last) return;
    std::string data;
    {
      object_writer o(data);
      write(o);
    }
    facts_.push_back({recorded, valid, std::string(subject), type, std::move(data)});
  }
  // About the programme, known on its day or on the Monday after.
  template <class F>
  void add(day valid, std::string_view type, F&& write) {
    add(working(std::max(valid, simulation_first)), valid, programme_subject, type,
        std::forward<F>(write));
  }
  template <class F>
  void add(day valid, std::string_view subject, std::string_view type, F&& write) {
    add(working(std::max(valid, simulation_first)), valid, subject, type, std::forward<F>(write));
  }

  std::vector<reference_fact> in_recorded_order() && {
    std::ranges::stable_sort(facts_, {}, &reference_fact::recorded);
    return std::move(facts_);
  }

  draws draw;

 private:
  std::vector<reference_fact> facts_;
};

inline std::string numbered(std::string_view prefix, std::int64_t n) {
  return std::string(prefix) + std::to_string(n);
}

// What comes first is known first, within a day.
void add_programme(programme_facts&);    // phases, subprojects, money, targets, statistics
void add_units(programme_facts&);        // municipalities, units, equality, accessibility
void add_employers(programme_facts&);    // employers, workplaces, jobs, ladders, occupations
void add_cooperation(programme_facts&);  // partners, networks, surveys, staff

}  // namespace stegvis

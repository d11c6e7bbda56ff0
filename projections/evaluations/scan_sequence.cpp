// States month by month, the changes between them, and the measures of each person's sequence.
#include <algorithm>
#include <map>
#include <mutex>

#include "projections/evaluations/scan.hpp"
#include "projections/statistics/sequences.hpp"

namespace stegvis {
namespace {
using statistics::state_code;

// The state that holds on each of ascending days, by its place in the alphabet.
class state_reader {
 public:
  state_reader(const person& p, const scan_plan& plan) : person_(p), plan_(plan) {}

  state_code on(day d) {
    const auto& parameters = plan_.definition.parameters;
    if (!parameters.from_status) {
      const claim c = claim_on(person_.claims(), d);
      return c.scheme == parameters.scheme || c.source == claim_source::none
                 ? place_of(plan_.definition, plan_.alphabet, c.value)
                 : static_cast<state_code>(plan_.alphabet.size() - 1);
    }
    // Pieces follow each other without gaps, and the last has no end.
    const auto& pieces = person_.timeline();
    while (piece_ + 1 < pieces.size() && !pieces[piece_].on(d)) ++piece_;
    return plan_.place_of_state[static_cast<std::size_t>(pieces[piece_].state)];
  }

 private:
  const person& person_;
  const scan_plan& plan_;
  std::size_t piece_ = 0;
};

// Whole sequences are as long as the axis; what lies behind the end of observation is missing.
struct dated_sequence {
  std::vector<state_code> states;
  std::int32_t first = 0;  // time of states[0]
};

dated_sequence since_origin(state_reader& reader, const definition& d, const cohort_unit& unit) {
  dated_sequence s{{}, d.axis.first};
  for (int t = d.axis.first; t <= d.axis.until; ++t) {
    const day on = after(unit.place.origin, {t - d.axis.first, d.axis.unit});
    if (on > unit.end) break;
    s.states.push_back(reader.on(on));
  }
  return s;
}

// On the first of each month from the unit's origin on.
dated_sequence by_calendar(state_reader& reader, const cohort_unit& unit) {
  const auto c = civil_of(unit.place.origin);
  day on = make_day(c.year, c.month, 1);
  if (on < unit.place.origin) on = add_months(on, 1);
  dated_sequence s{{}, period_number(on, "month")};
  for (; on <= unit.end; on = add_months(on, 1)) s.states.push_back(reader.on(on));
  return s;
}

void add_states(const dated_sequence& s, bool weighted, std::uint64_t weight,
                const unit_cells& cells) {
  std::map<std::int32_t, std::uint64_t> spent;
  for (std::size_t i = 0; i < s.states.size(); ++i) {
    const auto t = s.first + static_cast<std::int32_t>(i);
    const std::int32_t state = s.states[i];
    cells.add(block::states, t, state);
    ++spent[state];
    if (weighted) cells.add(block::state_weights, t, state, 0, weight);
    if (i + 1 == s.states.size()) break;
    const std::int32_t to = s.states[i + 1];
    cells.add(block::transitions, t, state, to);
    if (weighted) cells.add(block::transition_weights, t, state, to, weight);
  }
  for (const auto& [state, times] : spent) {
    cells.add(block::durations, 0, state, 0, times);
    if (weighted) cells.add(block::duration_weights, 0, state, 0, times * weight);
  }
}

// Measures are shared by all persons of one alphabet and length.
const statistics::sequence_measures& measures_for(int alphabet, std::size_t length) {
  static std::mutex guard;
  static std::map<std::pair<int, std::size_t>, std::unique_ptr<statistics::sequence_measures>> made;
  const std::lock_guard lock(guard);
  auto& m = made[{alphabet, length}];
  if (!m) m = std::make_unique<statistics::sequence_measures>(alphabet, length);
  return *m;
}

void add_measure(sequence_measure which, std::optional<double> value, std::uint64_t times,
                 const unit_cells& cells) {
  if (!value) return;
  const auto fixed = static_cast<std::uint64_t>(to_fixed(*value));
  cells.add(block::measures, static_cast<std::int32_t>(which),
            static_cast<std::int32_t>(fixed >> 32), static_cast<std::int32_t>(fixed & 0xffff'ffff),
            times);
}

// "(school,24)-(HE,46)"
std::string text_of(const std::vector<statistics::state_spell>& spells,
                    const std::vector<std::string>& names) {
  std::string text;
  for (const auto& s : spells) {
    text += text.empty() ? "(" : "-(";
    text += names[static_cast<std::size_t>(s.state)] + "," + std::to_string(s.length) + ")";
  }
  return text;
}
}  // namespace

std::vector<std::string> alphabet_of(const definition& d) {
  std::vector<std::string> names;
  if (d.parameters.states.empty()) {
    if (d.parameters.from_status) {
      for (std::size_t i = 0; i < state_count; ++i)
        names.emplace_back(name_of(static_cast<state>(i)));
    } else {
      names = {"employed", "education", "unemployed", "inactive", "unknown"};
    }
  }
  for (const auto& group : d.parameters.states) names.push_back(group.name);
  names.emplace_back("elsewhere");
  return names;
}

statistics::state_code place_of(const definition& d, const std::vector<std::string>& alphabet,
                                std::string_view name) {
  const auto& groups = d.parameters.states;
  const auto other = static_cast<state_code>(alphabet.size() - 1);
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (std::ranges::find(groups[i].of, name) != groups[i].of.end())
      return static_cast<state_code>(i);
  if (!groups.empty()) return other;
  const auto found = std::ranges::find(alphabet, name);
  return found == alphabet.end() ? other : static_cast<state_code>(found - alphabet.begin());
}

void scan_sequence(const person& p, const scan_plan& plan, const cohort_unit& unit,
                   const unit_cells& cells) {
  const definition& d = plan.definition;
  state_reader reader(p, plan);
  const auto s = d.parameters.calendar ? by_calendar(reader, unit) : since_origin(reader, d, unit);
  if (s.states.empty()) return;
  const bool weighted = d.weight.has_value();
  add_states(s, weighted, unit.weight, cells);
  if (d.parameters.calendar) return;
  count_course(plan, s.states, 1, cells);
  if (!weighted) return;
  const auto text = text_of(statistics::spells_of(s.states), plan.alphabet);
  cells.add_text(block::sequences, text, 0, 0, 1, unit.weight);
}

void count_course(const scan_plan& plan, const std::vector<state_code>& states, std::uint64_t times,
                  const unit_cells& cells) {
  // The state behind the alphabet is not one of it.
  const int alphabet = static_cast<int>(plan.alphabet.size()) - 1;
  const bool outside = std::ranges::find(states, alphabet) != states.end();
  const axis_definition& axis = plan.definition.axis;
  const auto& m = measures_for(outside ? alphabet + 1 : alphabet,
                               static_cast<std::size_t>(axis.until - axis.first + 1));
  add_measure(sequence_measure::entropy, m.entropy(states), times, cells);
  add_measure(sequence_measure::complexity, m.complexity(states), times, cells);
  add_measure(sequence_measure::turbulence, m.turbulence(states), times, cells);
  add_measure(sequence_measure::transitions,
              static_cast<double>(statistics::transitions_of(states)), times, cells);
  const auto text = text_of(statistics::spells_of(states), plan.alphabet);
  cells.add_text(block::sequences, text, 0, 0, 0, times);
}

}  // namespace stegvis

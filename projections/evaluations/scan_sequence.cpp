// States month by month, the changes between them, and the measures of each person's sequence.
#include <algorithm>
#include <map>
#include <mutex>

#include "projections/evaluations/scan.hpp"
#include "projections/statistics/sequences.hpp"

namespace stegvis {
namespace {
using statistics::state_code;

// The state that holds on a day, by its place in the alphabet.
class state_reader {
 public:
  state_reader(const person& p, const definition& d) : person_(p), parameters_(d.parameters) {
    const auto names = alphabet_of(d);
    other_ = static_cast<state_code>(names.size() - 1);
    if (parameters_.states.empty()) {
      for (std::size_t i = 0; i < names.size(); ++i)
        codes_.emplace(names[i], static_cast<state_code>(i));
    }
    for (std::size_t i = 0; i < parameters_.states.size(); ++i)
      for (const auto& name : parameters_.states[i].of)
        codes_.emplace(name, static_cast<state_code>(i));
  }

  state_code on(day d) const {
    if (!parameters_.from_status) {
      const claim c = claim_on(person_.claims(), d);
      return c.scheme == parameters_.scheme || c.source == claim_source::none ? code_of(c.value)
                                                                              : other_;
    }
    for (const piece& piece : person_.timeline())
      if (piece.on(d)) return code_of(name_of(piece.state));
    return other_;
  }

 private:
  state_code code_of(std::string_view name) const {
    const auto found = codes_.find(name);
    return found == codes_.end() ? other_ : found->second;
  }

  const person& person_;
  const statistic_parameters& parameters_;
  std::map<std::string_view, state_code> codes_;
  state_code other_ = 0;
};

// Whole sequences are as long as the axis; what lies behind the end of observation is missing.
struct dated_sequence {
  std::vector<state_code> states;
  std::int32_t first = 0;  // time of states[0]
};

dated_sequence since_origin(const state_reader& reader, const definition& d,
                            const cohort_unit& unit) {
  dated_sequence s{{}, d.axis.first};
  for (int t = d.axis.first; t <= d.axis.until; ++t) {
    const day on = after(unit.place.origin, {t - d.axis.first, d.axis.unit});
    if (on > unit.end) break;
    s.states.push_back(reader.on(on));
  }
  return s;
}

// On the first of each month from the unit's origin on.
dated_sequence by_calendar(const state_reader& reader, const cohort_unit& unit) {
  const auto c = civil_of(unit.place.origin);
  day on = make_day(c.year, c.month, 1);
  if (on < unit.place.origin) on = add_months(on, 1);
  dated_sequence s{{}, period_number(on, "month")};
  for (; on <= unit.end; on = add_months(on, 1)) s.states.push_back(reader.on(on));
  return s;
}

void add_states(const dated_sequence& s, bool weighted, std::uint64_t weight,
                const unit_cells& cells) {
  for (std::size_t i = 0; i < s.states.size(); ++i) {
    const auto t = s.first + static_cast<std::int32_t>(i);
    const std::int32_t state = s.states[i];
    cells.add(block::states, t, state);
    cells.add(block::durations, 0, state);
    if (weighted) {
      cells.add(block::state_weights, t, state, 0, weight);
      cells.add(block::duration_weights, 0, state, 0, weight);
    }
    if (i + 1 == s.states.size()) break;
    const std::int32_t to = s.states[i + 1];
    cells.add(block::transitions, t, state, to);
    if (weighted) cells.add(block::transition_weights, t, state, to, weight);
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

void add_measure(sequence_measure which, std::optional<double> value, const unit_cells& cells) {
  if (!value) return;
  const auto fixed = static_cast<std::uint64_t>(to_fixed(*value));
  cells.add(block::measures, static_cast<std::int32_t>(which),
            static_cast<std::int32_t>(fixed >> 32), static_cast<std::int32_t>(fixed & 0xffff'ffff));
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

void scan_sequence(const person& p, const scan_plan& plan, const cohort_unit& unit,
                   const unit_cells& cells) {
  const definition& d = plan.definition;
  const state_reader reader(p, d);
  const auto s = d.parameters.calendar ? by_calendar(reader, unit) : since_origin(reader, d, unit);
  if (s.states.empty()) return;
  const bool weighted = d.weight.has_value();
  add_states(s, weighted, unit.weight, cells);
  if (d.parameters.calendar) return;
  const auto names = alphabet_of(d);
  // The state behind the alphabet is not one of it.
  const int alphabet = static_cast<int>(names.size()) - 1;
  const auto spells = statistics::spells_of(s.states);
  const bool outside = std::ranges::find(s.states, alphabet) != s.states.end();
  const auto& m = measures_for(outside ? alphabet + 1 : alphabet,
                               static_cast<std::size_t>(d.axis.until - d.axis.first + 1));
  add_measure(sequence_measure::entropy, m.entropy(s.states), cells);
  add_measure(sequence_measure::complexity, m.complexity(s.states), cells);
  add_measure(sequence_measure::turbulence, m.turbulence(s.states), cells);
  add_measure(sequence_measure::transitions,
              static_cast<double>(statistics::transitions_of(s.states)), cells);
  const auto text = text_of(spells, names);
  cells.add_text(block::sequences, text, 0, 0, 0, 1);
  if (weighted) cells.add_text(block::sequences, text, 0, 0, 1, unit.weight);
}

}  // namespace stegvis

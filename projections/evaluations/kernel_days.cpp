#include "projections/evaluations/kernel_days.hpp"

#include <algorithm>
#include <limits>

namespace stegvis {
namespace {
constexpr std::int32_t ever = std::numeric_limits<std::int32_t>::min();
}  // namespace

void kernel_days::find(kernel_chunk& c, const std::vector<kernel_unit>& units) {
  c_ = &c;
  units_ = &units;
  for (std::size_t i = 0; i < atoms_.size(); ++i) {
    bound(atoms_[i]);
    first_[i].assign(c.counted.size(), never_in_window);
    if (atoms_[i].job)
      find_jobs(atoms_[i], first_[i]);
    else
      find_events(atoms_[i], first_[i]);
  }
}

// The atom's window for each unit; nothing lies in that of other journeys.
void kernel_days::bound(const kernel_atom& atom) {
  low_.assign(c_->counted.size(), never_in_window);
  std::int32_t* const low = low_.data();
  if (atom.from == duration{}) {
    for (const kernel_unit& u : *units_) low[u.journey] = u.origin;
  } else {
    for (const kernel_unit& u : *units_)
      low[u.journey] = atom.from ? calendar_.after(u.origin, *atom.from) : ever;
  }
  high_.assign(c_->counted.size(), c_->horizon);
  if (!atom.until) return;
  for (const kernel_unit& u : *units_)
    high_[u.journey] = std::min(c_->horizon, calendar_.after(u.origin, *atom.until));
}

// Without branches on what the rows say: it is as good as random.
template <bool some>
void kernel_days::find_events_of(const kernel_atom& atom, std::vector<std::int32_t>& found) const {
  const auto run = c_->rows->of(atom.events.type);
  const std::int32_t shift = atom.at == edge::end ? 1 : 0;
  const row_filter filter(*c_);
  const std::uint8_t* const marked = atom.events.marked.data();
  const std::int32_t *const low = low_.data(), *const high = high_.data();
  std::int32_t* const first = found.data();
  for (std::uint32_t i = run.first; i < run.end; ++i) {
    const std::uint32_t j = filter.journey[i];
    const std::int32_t on = filter.valid[i] + shift;
    bool counts = filter.stands(i) & (on >= low[j]) & (on <= high[j]);
    if constexpr (some) counts &= marked[filter.content[i]] != 0;
    const std::int32_t all = -std::int32_t{counts};
    first[j] = std::min(first[j], (on & all) | (never_in_window & ~all));
  }
}

void kernel_days::find_events(const kernel_atom& atom, std::vector<std::int32_t>& found) const {
  if (atom.events.marked.empty())
    find_events_of<false>(atom, found);
  else
    find_events_of<true>(atom, found);
}

const std::int32_t* kernel_days::first_of(const std::vector<std::size_t>& atoms) {
  if (atoms.empty()) return nullptr;
  auto& all = first_[atoms.front()];
  for (std::size_t i = 1; i < atoms.size(); ++i) {
    const auto& more = first_[atoms[i]];
    for (std::size_t j = 0; j < all.size(); ++j) all[j] = std::min(all[j], more[j]);
  }
  return all.data();
}

answer kernel_days::holds(const kernel_rule& rule, const kernel_unit& u) const {
  if (rule.kind == condition_kind::event) {
    const kernel_atom& atom = atoms_[rule.atom];
    if (atom.until && calendar_.after(u.origin, *atom.until) > c_->horizon) return answer::immature;
    return first_[rule.atom][u.journey] != never_in_window ? answer::yes : answer::no;
  }
  bool immature = false;
  const bool all = rule.kind == condition_kind::all;
  for (const kernel_rule& part : rule.parts) {
    const answer a = holds(part, u);
    if (a == (all ? answer::no : answer::yes))
      return rule.kind == condition_kind::any ? answer::yes : answer::no;
    immature = immature || a == answer::immature;
  }
  if (immature) return answer::immature;
  return rule.kind == condition_kind::any ? answer::no : answer::yes;
}

answer kernel_days::all_hold(const std::vector<kernel_rule>& rules, const kernel_unit& u) const {
  answer worst = answer::yes;
  for (const kernel_rule& rule : rules) {
    const answer a = holds(rule, u);
    if (a == answer::no) return answer::no;
    if (a != answer::yes) worst = a;
  }
  return worst;
}

}  // namespace stegvis

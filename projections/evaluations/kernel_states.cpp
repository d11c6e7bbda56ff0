#include "projections/evaluations/kernel_states.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "events/catalogue.hpp"
#include "projections/columns/column_type.hpp"

namespace stegvis {
namespace {
constexpr std::int32_t no_end = open_end.count;
constexpr std::size_t word = 64;  // days looked at together, a bit each

using role_kind = state_fact::role_kind;
using pair_kind = state_fact::pair_kind;

// See episodes.cpp for what starts and ends what.
std::pair<role_kind, pair_kind> role_of(fact_kind k) {
  switch (k) {
    case fact_kind::death_recorded:
      return {role_kind::death, {}};
    case fact_kind::intake_registered:
      return {role_kind::start, pair_kind::application};
    case fact_kind::intake_closed:
      return {role_kind::end, pair_kind::application};
    case fact_kind::participant_enrolled:
      return {role_kind::start, pair_kind::enrolment};
    case fact_kind::participant_exited:
      return {role_kind::end, pair_kind::enrolment};
    case fact_kind::enrolment_paused:
      return {role_kind::pause, {}};
    case fact_kind::enrolment_resumed:
      return {role_kind::resume, {}};
    case fact_kind::plan_agreed:
      return {role_kind::plan, {}};
    case fact_kind::activity_started:
      return {role_kind::start, pair_kind::activity};
    case fact_kind::activity_ended:
      return {role_kind::end, pair_kind::activity};
    case fact_kind::job_track_started:
      return {role_kind::start, pair_kind::track};
    case fact_kind::job_track_completed:
    case fact_kind::job_track_interrupted:
      return {role_kind::end, pair_kind::track};
    case fact_kind::step_started:
      return {role_kind::start, pair_kind::step};
    case fact_kind::step_completed:
    case fact_kind::step_interrupted:
      return {role_kind::end, pair_kind::step};
    case fact_kind::placement_started:
      return {role_kind::start, pair_kind::placement};
    case fact_kind::placement_changed:
      return {role_kind::change, {}};
    case fact_kind::placement_ended:
      return {role_kind::end, pair_kind::placement};
    default:
      return {};
  }
}

bool rests_in_a_pause(state s) {
  return s >= state::education && s <= state::enrolled_idle;
}

// How many of ascending days, at least one, lie before `d`. Without branches on what they are.
std::size_t days_before(std::span<const std::int32_t> days, std::int32_t d) {
  const std::int32_t* first = days.data();
  for (std::size_t n = days.size(); n > 1;) {
    const std::size_t half = n / 2;
    first += first[half - 1] < d ? half : 0;
    n -= half;
  }
  return static_cast<std::size_t>(first - days.data()) + (*first < d ? 1 : 0);
}

std::uint64_t first_bits(std::size_t n) {
  return n == word ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
}

// Those of the days that lie in [from, to), from <= to.
std::uint64_t days_in(std::span<const std::int32_t> days, std::int32_t from, std::int32_t to) {
  return first_bits(days_before(days, to)) & ~first_bits(days_before(days, from));
}
}  // namespace

std::vector<state_fact> state_facts_of(const column_set& set) {
  std::vector<state_fact> facts;
  for (const auto& entry : set.dictionary) {
    state_fact& f = facts.emplace_back();
    const fact_content& said = entry->base;
    const auto [role, pair] = role_of(said.kind);
    if (role == role_kind::none) continue;
    const column_type& type = column_type_of(*entry->type);
    f = {role,
         pair,
         said.code,
         said.subsidised,
         said.reserved,
         type.key_is_read,
         type.enrolment_is_read};
  }
  return facts;
}

void journey_states::read(const column_chunk& c, const column_chunk::journey_rows& j) {
  death_ = no_end;
  things_.clear();
  enrolments_.clear();
  ends_.clear();
  changes_.clear();
  plans_.clear();
  stops_.clear();
  spells_.clear();
  pauses_.clear();
  find_rows(c, j);
  for (const std::uint32_t row : rows_) take(c, row);
  end_things();
  find_enrolments();
  agree_plans();
  pause_enrolments();
  for (const thing& t : things_) add_thing(t);
  if (death_ != no_end) spells_.push_back({state::deceased, 0, death_, no_end});
}

// Without branches on what the rows say.
void journey_states::find_rows(const column_chunk& c, const column_chunk::journey_rows& j) {
  rows_.resize(j.count);
  const std::uint32_t* const content = c.content.data();
  const std::uint64_t *const known_from = c.known_from.data(), *const known_to = c.known_to.data();
  const std::int32_t* const valid = c.valid.data();
  std::uint32_t* const rows = rows_.data();
  std::size_t n = 0;
  for (std::uint32_t row = j.first; row < j.first + j.count; ++row) {
    rows[n] = row;
    n += (facts_[content[row]].role != role_kind::none) & (known_from[row] <= cut_) &
         (known_to[row] > cut_) & (valid[row] <= horizon_);
  }
  rows_.resize(n);
}

void journey_states::take(const column_chunk& c, std::uint32_t row) {
  const state_fact& f = facts_[c.content[row]];
  const std::uint32_t key = f.has_key ? c.key[row] : 0;
  const std::uint32_t enrolment = f.has_enrolment ? c.enrolment[row] : 0;
  const name named{f.pair, f.pair == pair_kind::enrolment ? enrolment : key};
  const std::int32_t on = c.valid[row];
  switch (f.role) {
    case role_kind::start:
      if (find_thing(named) != nullptr) break;  // a second start has no effect
      things_.emplace_back(named, f, enrolment, on, c.recorded_day[row]);
      if (f.pair == pair_kind::enrolment && key != 0)
        ends_.emplace_back(name{pair_kind::application, key}, f, enrolment, on);
      break;
    case role_kind::end:
      ends_.emplace_back(named, f, enrolment, on);
      break;
    case role_kind::change:
      changes_.emplace_back(named, f, enrolment, on);
      break;
    case role_kind::plan:
      plans_.emplace_back(named, f, enrolment, on);
      break;
    case role_kind::pause:
    case role_kind::resume:
      stops_.emplace_back(named, f, enrolment, on);
      break;
    case role_kind::death:
      death_ = std::min(death_, on);
      break;
    case role_kind::none:
      break;
  }
}

journey_states::thing* journey_states::find_thing(const name& n) {
  for (thing& t : things_)
    if (t.named == n) return &t;
  return nullptr;
}

// The first end counts that does not lie before the start.
void journey_states::end_things() {
  for (const dated& e : ends_) {
    thing* const t = find_thing(e.named);
    if (t == nullptr || e.on < t->from || t->ended) continue;
    t->to = e.on;
    t->ended = true;
  }
}

// Not cut by a death: nothing that lies behind it shows.
void journey_states::find_enrolments() {
  for (const thing& t : things_)
    if (t.named.pair == pair_kind::enrolment) enrolments_.push_back(t);
}

void journey_states::agree_plans() {
  for (const dated& p : plans_)
    for (thing& e : enrolments_)
      if (e.plan == no_end && (p.enrolment == 0 ? e.on(p.on) : p.enrolment == e.enrolment))
        e.plan = p.on;
}

// Like episodes.cpp, one enrolment after the other.
void journey_states::pause_enrolments() {
  if (stops_.empty()) return;
  for (const thing& e : enrolments_) {
    std::int32_t since = no_end;
    const auto close = [&](std::int32_t to) {
      if (since < to) pauses_.push_back({state::paused, e.enrolment, std::max(since, e.from), to});
      since = no_end;
    };
    for (const dated& s : stops_) {
      if (s.enrolment != e.enrolment || s.on >= e.to) continue;
      if (s.said->role == role_kind::resume)
        close(s.on);
      else
        since = std::min(since, s.on);
    }
    close(e.to);
  }
  std::erase_if(pauses_, [](const spell& p) { return p.from >= p.to; });
}

// The day on which what ends with its enrolment is cut, as in episodes.cpp.
std::int32_t journey_states::cut_of(const thing& t) {
  if (t.enrolment != 0) {
    const auto e = std::ranges::find(enrolments_, t.enrolment, &thing::enrolment);
    return e == enrolments_.end() ? no_end : std::max(t.from, e->to);
  }
  std::int32_t left = t.from;
  bool any = false;
  for (const thing& e : enrolments_) {
    if (e.from == e.to) continue;
    if (e.from > left && any) break;
    any = true;
    left = std::max(left, e.to);
  }
  return any ? left : no_end;
}

void journey_states::add(state s, std::uint32_t enrolment, std::int32_t from, std::int32_t to) {
  const std::int32_t end = std::min(to, death_);
  if (from < end) spells_.push_back({s, enrolment, from, end});
}

void journey_states::add_thing(const thing& t) {
  switch (t.named.pair) {
    case pair_kind::application:
      return add(state::applied, 0, t.from, t.to);
    case pair_kind::placement:
      return add_placement(t);
    case pair_kind::activity:
      if (t.said->code == static_cast<std::uint8_t>(activity_kind::studies))
        return add(state::education, t.enrolment, t.from, t.to);
      return add(state::activity, t.enrolment, t.from, std::min(t.to, cut_of(t)));
    case pair_kind::step:
      return add(state::ladder_step, t.enrolment, t.from, std::min(t.to, cut_of(t)));
    case pair_kind::track:
      return add(state::job_track, t.enrolment, t.from, std::min(t.to, cut_of(t)));
    case pair_kind::enrolment:
      return add_enrolment(*std::ranges::find(enrolments_, t.enrolment, &thing::enrolment));
  }
}

// One segment, and one more from each change on; what its enrolment's end cut changes no more.
void journey_states::add_placement(const thing& t) {
  state_fact now = *t.said;
  std::int32_t from = t.from;
  std::size_t next = 0;
  const auto about_it = [&](const dated& c) { return c.named.id == t.named.id && c.on >= t.from; };
  while (true) {
    while (next < changes_.size() && !about_it(changes_[next])) ++next;
    const bool last = next == changes_.size() || changes_[next].on >= t.to;
    const std::int32_t to = last ? t.to : changes_[next].on;
    if (is_job(now.code)) {
      const state s = now.reserved.value_or(false)     ? state::employed_reserved
                      : now.subsidised.value_or(false) ? state::employed_subsidised
                                                       : state::employed_regular;
      add(s, t.enrolment, from, to);
    } else {
      const std::int32_t cut = cut_of(t);
      add(state::work_training, t.enrolment, from, std::min(to, std::max(from, cut)));
      if (cut < to) return;
    }
    if (last) return;
    const dated& change = changes_[next++];
    from = change.on;
    if (change.said->code != no_code) now.code = change.said->code;
    if (change.said->subsidised) now.subsidised = change.said->subsidised;
    if (change.said->reserved) now.reserved = change.said->reserved;
  }
}

void journey_states::add_enrolment(const thing& e) {
  add(state::assessment, e.enrolment, e.from, std::min(e.to, e.plan));
  add(state::enrolled_idle, e.enrolment, std::max(e.from, e.plan), e.to);
  add(state::scheduled, e.enrolment, e.recorded, e.from);
  add(state::exited, e.enrolment, e.to, no_end);
}

void journey_states::find(std::span<const std::int32_t> days, std::vector<state>& into) const {
  into.assign(days.size(), state::none);
  if (days.size() == 1 && pauses_.empty()) {
    for (const spell& s : spells_)
      if (s.from <= days[0] && days[0] < s.to) into[0] = std::min(into[0], s.state);
    return;
  }
  for (std::size_t first = 0; first < days.size(); first += word)
    find_some(days.subspan(first, std::min(word, days.size() - first)), into.data() + first);
}

void journey_states::find_some(std::span<const std::int32_t> days, state* into) const {
  std::uint64_t running[state_count] = {};
  if (pauses_.empty()) {
    for (const spell& s : spells_)
      running[static_cast<std::size_t>(s.state)] |= days_in(days, s.from, s.to);
  } else {
    set_aside(days, running);
  }
  std::uint64_t open_days = first_bits(days.size());
  for (std::size_t s = 0; s < state_count && open_days != 0; ++s) {
    std::uint64_t won = running[s] & open_days;
    open_days &= ~won;
    while (won != 0) {
      const int first = std::countr_zero(won);
      const int length = std::countr_one(won >> first);
      std::memset(into + first, static_cast<int>(s), static_cast<std::size_t>(length));
      if (first + length == static_cast<int>(word)) break;
      won &= ~std::uint64_t{0} << (first + length);
    }
  }
}

// The same where enrolments pause: what rests in a pause is set aside while its own enrolment
// pauses. An unbound episode rests while all do that are active; then `paused` wins anyway.
void journey_states::set_aside(std::span<const std::int32_t> days,
                               std::span<std::uint64_t> running) const {
  const auto paused_of = [&](std::uint32_t enrolment) {
    std::uint64_t bits = 0;
    for (const spell& p : pauses_)
      if (p.enrolment == enrolment) bits |= days_in(days, p.from, p.to);
    return bits;
  };
  std::uint64_t unpaused = 0;
  for (const thing& e : enrolments_)
    unpaused |= days_in(days, e.from, e.to) & ~paused_of(e.enrolment);
  for (const spell& s : spells_) {
    std::uint64_t bits = days_in(days, s.from, s.to);
    if (rests_in_a_pause(s.state) && s.enrolment != 0) bits &= ~paused_of(s.enrolment);
    running[static_cast<std::size_t>(s.state)] |= bits;
  }
  for (const spell& p : pauses_)
    running[static_cast<std::size_t>(state::paused)] |= days_in(days, p.from, p.to) & ~unpaused;
}

}  // namespace stegvis

#include "projections/evaluations/kernel.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "projections/columns/column_type.hpp"
#include "projections/evaluations/evaluate.hpp"

namespace stegvis {
namespace {
constexpr std::int32_t ever = std::numeric_limits<std::int32_t>::min();

// Rows of a chunk, at hand in registers.
struct row_filter {
  row_filter(const rows_by_type& rows, std::uint32_t at, std::int32_t until)
      : known_from(rows.known_from.data()),
        known_to(rows.known_to.data()),
        content(rows.content.data()),
        valid(rows.valid.data()),
        journey(rows.journey.data()),
        cut(at),
        horizon(until) {}
  bool stands(std::size_t i) const {
    return (known_from[i] <= cut) & (known_to[i] > cut) & (valid[i] <= horizon);
  }
  const std::uint32_t *known_from, *known_to, *content;
  const std::int32_t* valid;
  const std::uint16_t* journey;
  const std::uint32_t cut;
  const std::int32_t horizon;
};

const std::uint8_t* marks(const kernel_events& e) {
  return e.marked.empty() ? nullptr : e.marked.data();
}

// So sparse that few subjects are looked up in vain.
std::vector<bool> marks_of(const std::vector<std::string>& subjects) {
  if (subjects.empty()) return {};
  std::size_t size = 1 << 10;
  while (size < subjects.size() * 64) size *= 2;
  std::vector<bool> marks(size);
  for (const auto& s : subjects) marks[hash_of_subject(s) & (size - 1)] = true;
  return marks;
}
}  // namespace

kernel_scan::kernel_scan(const kernel& program, const column_set& set, const question& q)
    : program_(program),
      definition_(program.plan->definition),
      set_(set),
      question_(q),
      horizon_(q.horizon.count),
      restricted_(marks_of(q.excluded->restricted)),
      first_(program.atoms.size()),
      states_(program.state_facts, q.cut, q.horizon),
      flow_(program.plan->flow_steps.size()),
      sequences_(*program.plan, program.breakdowns.size()) {
  for (const auto& dimensions : program.breakdowns) {
    std::size_t combinations = 1;
    for (const auto& d : dimensions) combinations *= d.levels();
    tables_.emplace_back().number_of.assign(combinations, none);
  }
}

bool kernel_scan::scan(const column_chunk& chunk, std::vector<std::uint32_t>& left) {
  if (!chunk.by_type || !kernel_calendar::has(horizon_)) return false;
  chunk_ = &chunk;
  rows_ = &*chunk.by_type;
  left_ = &left;
  const auto cut = rows_->here(question_.cut);
  if (!cut) return true;
  cut_ = *cut;
  find_journeys();
  find_entries();
  make_units();
  find_strata();
  for (std::size_t i = 0; i < program_.atoms.size(); ++i) {
    const kernel_atom& atom = program_.atoms[i];
    bound(atom);
    first_[i].assign(chunk.journeys.size(), never);
    if (atom.job)
      find_jobs(atom, first_[i]);
    else
      find_events(atom, first_[i]);
  }
  count_flow();
  if (!admitted_.empty()) count_units();
  return true;
}

void kernel_scan::leave(std::uint32_t journey) {
  if (counted_[journey] == 0) return;
  counted_[journey] = 0;
  left_->push_back(journey);
}

void kernel_scan::find_journeys() {
  const std::size_t journeys = chunk_->journeys.size();
  counted_.resize(journeys);
  const auto found = std::ranges::find(rows_->kinds, definition_.cohort.subjects);
  const auto wanted = static_cast<std::size_t>(found - rows_->kinds.begin());
  const std::uint8_t* const kind = rows_->kind.data();
  const std::uint32_t* const first_known = rows_->first_known.data();
  std::uint8_t* const counted = counted_.data();
  for (std::size_t j = 0, cut = cut_; j < journeys; ++j)
    counted[j] = (first_known[j] <= cut) & (kind[j] == wanted);
  if (!restricted_.empty()) {
    for (std::size_t j = 0; j < journeys; ++j)
      if (restricted_[rows_->subject_hash[j] & (restricted_.size() - 1)] &&
          std::ranges::binary_search(question_.excluded->restricted, chunk_->journeys[j].subject))
        counted_[j] = 0;
  }
  leave_out_merged();
}

// The survivor has the history.
void kernel_scan::leave_out_merged() {
  static const type_description* const merged = find_type("persons_merged");
  const auto run = rows_->of(merged);
  for (std::uint32_t i = run.first; i < run.end; ++i)
    if (stands(i) && !set_.dictionary[rows_->content[i]]->base.text.empty())
      counted_[rows_->journey[i]] = 0;
}

template <bool last>
void kernel_scan::find_entries_of(rows_by_type::run run) {
  const auto& c = definition_.cohort;
  const std::int32_t from = c.from ? c.from->count : ever;
  const std::int32_t until = c.until ? c.until->count : never;
  const row_filter filter(*rows_, cut_, horizon_);
  std::uint32_t* const entry = entry_.data();
  std::uint8_t* const entered = entered_.data();
  const std::uint8_t* const marked = marks(program_.entry);
  for (std::uint32_t i = run.first; i < run.end; ++i) {
    const std::uint32_t j = filter.journey[i];
    const std::int32_t on = filter.valid[i];
    const bool enters = filter.stands(i) & (marked == nullptr || marked[filter.content[i]] != 0);
    entered[j] |= static_cast<std::uint8_t>(enters);
    const bool taken = enters & (on >= from) & (on <= until);
    if constexpr (last)
      entry[j] = taken ? i : entry[j];
    else
      entry[j] = std::min(entry[j], i | -std::uint32_t{!taken});
  }
}

void kernel_scan::find_entries() {
  entered_.assign(counted_.size(), 0);
  entry_.assign(counted_.size(), none);
  const auto run = rows_->of(program_.entry.type);
  if (definition_.cohort.pick == pick::last)
    find_entries_of<true>(run);
  else
    find_entries_of<false>(run);
}

void kernel_scan::make_units() {
  units_.resize(counted_.size());
  const auto& c = definition_.cohort;
  const std::uint32_t* const entry = entry_.data();
  const std::int32_t* const valid = rows_->valid.data();
  unit* const units = units_.data();
  std::size_t made = 0;
  for (std::uint32_t j = 0; j < counted_.size(); ++j) {
    if (counted_[j] == 0 || entry[j] == none) continue;
    std::int32_t origin = c.origin ? c.origin->count : valid[entry[j]];
    if (c.shift) origin = calendar_.after(origin, *c.shift);
    if (kernel_calendar::has(origin))
      units[made++] = {j, entry[j], origin};
    else
      leave(j);
  }
  units_.resize(made);
  if (program_.reads_enrolments) find_enrolments();
}

// The row that began the enrolment of each unit; whose rows do not tell is no unit here.
void kernel_scan::find_enrolments() {
  find_first_enrolments();
  enrolment_.resize(units_.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const unit u = units_[i];
    if (enrolled_[u.journey] == u.entry) {
      enrolment_[kept] = u.entry;
    } else if (const auto found = enrolment_of(u)) {
      enrolment_[kept] = *found;
    } else {
      leave(u.journey);
      continue;
    }
    units_[kept++] = u;
  }
  units_.resize(kept);
}

void kernel_scan::find_first_enrolments() {
  static const type_description* const enrolled = find_type("participant_enrolled");
  enrolled_.assign(counted_.size(), none);
  enrolments_ = rows_->of(enrolled);
  const row_filter filter(*rows_, cut_, horizon_);
  std::uint32_t* const first = enrolled_.data();
  for (std::uint32_t i = enrolments_.first; i < enrolments_.end; ++i) {
    const std::uint32_t j = filter.journey[i];
    first[j] = std::min(first[j], i | -std::uint32_t{!filter.stands(i)});
  }
}

// The row that began the unit's enrolment, or `none`; nothing if rows do not tell.
std::optional<std::uint32_t> kernel_scan::enrolment_of(const unit& u) const {
  const std::uint32_t first = enrolled_[u.journey];
  if (first == none || definition_.cohort.valued_at == valued_rule::first_enrolment) return first;
  const bool named = column_type_of(*program_.entry.type).enrolment_is_read;
  const std::uint32_t id = named ? chunk_->enrolment[rows_->row[u.entry]] : 0;
  if (id == 0) return std::nullopt;
  for (std::uint32_t i = first; i < enrolments_.end && rows_->journey[i] == u.journey; ++i)
    if (chunk_->enrolment[rows_->row[i]] == id && stands(i)) return i;
  return none;
}

// Numbers of the units' strata, new ones among them.
void kernel_scan::find_strata() {
  const std::size_t units = units_.size();
  strata_.resize(tables_.size() * units);
  for (std::size_t b = 0; b < tables_.size(); ++b) {
    combinations_.assign(units, 0);
    for (const auto& d : program_.breakdowns[b]) add_levels(d);
    auto& table = tables_[b];
    std::size_t* const strata = strata_.data() + b * units;
    for (std::size_t i = 0; i < units; ++i) {
      auto& number = table.number_of[combinations_[i]];
      if (number == none) {
        number = static_cast<std::uint32_t>(table.combinations.size());
        table.combinations.push_back(combinations_[i]);
        table.counts.resize(table.counts.size() + program_.slots);
      }
      strata[i] = number * program_.slots;
    }
  }
}

// A dimension more in the units' combinations of levels.
void kernel_scan::add_levels(const kernel_dimension& d) {
  const std::uint32_t levels = d.levels();
  const std::size_t units = units_.size();
  std::uint32_t* const combination = combinations_.data();
  if (!d.of_month.empty()) {
    const std::uint32_t* const of_month = d.of_month.data();
    for (std::size_t i = 0; i < units; ++i) {
      const auto month = static_cast<std::size_t>(calendar_.month_of(units_[i].origin));
      combination[i] = combination[i] * levels + of_month[month];
    }
    return;
  }
  const std::uint32_t* const content = rows_->content.data();
  const std::uint32_t* const own = d.of_entry.empty() ? nullptr : d.of_entry.data();
  const std::uint32_t* const of_enrolment =
      d.of_enrolment.empty() ? nullptr : d.of_enrolment.data();
  for (std::size_t i = 0; i < units; ++i) {
    std::uint32_t level = own == nullptr ? 0 : own[content[units_[i].entry]];
    if (level == 0 && of_enrolment != nullptr && enrolment_[i] != none)
      level = of_enrolment[content[enrolment_[i]]];
    combination[i] = combination[i] * levels + level;
  }
}

// The atom's window for each unit; nothing lies in that of other journeys.
void kernel_scan::bound(const kernel_atom& atom) {
  low_.assign(counted_.size(), never);
  std::int32_t* const low = low_.data();
  if (atom.from == duration{}) {
    for (const unit& u : units_) low[u.journey] = u.origin;
  } else {
    for (const unit& u : units_)
      low[u.journey] = atom.from ? calendar_.after(u.origin, *atom.from) : ever;
  }
  high_.assign(counted_.size(), horizon_);
  if (!atom.until) return;
  for (const unit& u : units_)
    high_[u.journey] = std::min(horizon_, calendar_.after(u.origin, *atom.until));
}

// Without branches on what the rows say: it is as good as random.
template <bool some>
void kernel_scan::find_events_of(const kernel_atom& atom, std::vector<std::int32_t>& found) const {
  const auto run = rows_->of(atom.events.type);
  const std::int32_t shift = atom.at == edge::end ? 1 : 0;
  const row_filter filter(*rows_, cut_, horizon_);
  const std::uint8_t* const marked = atom.events.marked.data();
  const std::int32_t *const low = low_.data(), *const high = high_.data();
  std::int32_t* const first = found.data();
  for (std::uint32_t i = run.first; i < run.end; ++i) {
    const std::uint32_t j = filter.journey[i];
    const std::int32_t on = filter.valid[i] + shift;
    bool counts = filter.stands(i) & (on >= low[j]) & (on <= high[j]);
    if constexpr (some) counts &= marked[filter.content[i]] != 0;
    const std::int32_t all = -std::int32_t{counts};
    first[j] = std::min(first[j], (on & all) | (never & ~all));
  }
}

void kernel_scan::find_events(const kernel_atom& atom, std::vector<std::int32_t>& found) const {
  if (atom.events.marked.empty())
    find_events_of<false>(atom, found);
  else
    find_events_of<true>(atom, found);
}

const std::int32_t* kernel_scan::first_of(const std::vector<std::size_t>& atoms) {
  if (atoms.empty()) return nullptr;
  auto& all = first_[atoms.front()];
  for (std::size_t i = 1; i < atoms.size(); ++i) {
    const auto& more = first_[atoms[i]];
    for (std::size_t j = 0; j < all.size(); ++j) all[j] = std::min(all[j], more[j]);
  }
  return all.data();
}

answer kernel_scan::holds(const kernel_rule& rule, const unit& u) const {
  if (rule.kind == condition_kind::event) {
    const kernel_atom& atom = program_.atoms[rule.atom];
    if (atom.until && calendar_.after(u.origin, *atom.until) > horizon_) return answer::immature;
    return first_[rule.atom][u.journey] != never ? answer::yes : answer::no;
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

answer kernel_scan::all_hold(const std::vector<kernel_rule>& rules, const unit& u) const {
  answer worst = answer::yes;
  for (const kernel_rule& rule : rules) {
    const answer a = holds(rule, u);
    if (a == answer::no) return answer::no;
    if (a != answer::yes) worst = a;
  }
  return worst;
}

void kernel_scan::count_flow() {
  const std::uint8_t *const counted = counted_.data(), *const entered = entered_.data();
  std::uint32_t persons = 0, entries = 0;
  for (std::size_t j = 0; j < counted_.size(); ++j) {
    persons += counted[j];
    entries += counted[j] & entered[j];
  }
  flow_[0] += persons;
  flow_[1] += entries;
  admitted_.resize(units_.size());
  std::uint32_t* const admitted = admitted_.data();
  std::size_t n = 0;
  for (std::uint32_t i = 0; i < units_.size(); ++i) {
    admitted[n] = i;
    n += counted[units_[i].journey] != 0 && admit(units_[i]) ? 1 : 0;
  }
  admitted_.resize(n);
}

bool kernel_scan::admit(const unit& u) {
  std::size_t step = 2;
  ++flow_[step++];
  for (const kernel_rule& rule : program_.conditions) {
    if (holds(rule, u) != answer::yes) return false;
    ++flow_[step++];
  }
  if (u.origin > horizon_) return false;
  ++flow_[step];
  return true;
}

void kernel_scan::find_ends() {
  end_.assign(units_.size(), horizon_);
  const std::int32_t* const censored = first_of(program_.censoring);
  if (censored == nullptr) return;
  for (std::size_t i = 0; i < units_.size(); ++i)
    end_[i] = std::min(horizon_, censored[units_[i].journey]);
}

void kernel_scan::count_units() {
  find_ends();
  if (!program_.one_slot_each)
    for (const std::uint32_t i : admitted_) add(i, 0);
  switch (definition_.statistic) {
    case statistic_kind::proportion:
      return count_answers();
    case statistic_kind::cohort_ages:
      return count_ages();
    case statistic_kind::count:
      return count_periods();
    case statistic_kind::sequence:
      return count_states();
    default:
      break;
  }
  switch (definition_.axis.unit) {
    case time_unit::day:
      return count_exits<time_unit::day>();
    case time_unit::week:
      return count_exits<time_unit::week>();
    case time_unit::month:
      return count_exits<time_unit::month>();
  }
}

void kernel_scan::add(std::uint32_t i, std::size_t slot) {
  for (std::size_t b = 0; b < tables_.size(); ++b)
    ++tables_[b].counts[strata_[b * units_.size() + i] + slot];
}

// The same of all that were admitted, one slot each.
void kernel_scan::add_slots() {
  for (std::size_t b = 0; b < tables_.size(); ++b) {
    std::uint32_t* const counts = tables_[b].counts.data();
    const std::size_t* const strata = strata_.data() + b * units_.size();
    for (std::size_t i = 0; i < admitted_.size(); ++i) ++counts[strata[admitted_[i]] + slots_[i]];
  }
}

// Of several outcomes the first counts, and of those on the same day the first named.
template <time_unit by>
void kernel_scan::count_exits() {
  const std::int32_t last = definition_.axis.until - definition_.axis.first;
  std::vector<const std::int32_t*> outcomes;
  for (const auto& atoms : program_.first_days) outcomes.push_back(first_of(atoms));
  slots_.resize(admitted_.size());
  std::size_t* slot = slots_.data();
  const std::int32_t* const ends = end_.data();
  const unit* const units = units_.data();
  for (const std::uint32_t i : admitted_) {
    const unit u = units[i];
    std::int32_t event = never, cause = 0;
    std::int32_t number = 0;
    for (const std::int32_t* const outcome : outcomes) {
      const std::int32_t on = outcome[u.journey];
      ++number;
      cause = on < event ? number : cause;
      event = std::min(event, on);
    }
    const std::int32_t end = ends[i];
    cause = event > end ? 0 : cause;
    const std::int32_t time = calendar_.time<by>(u.origin, std::min(event, end));
    cause = time > last ? 0 : cause;
    *slot++ = static_cast<std::size_t>(1 + cause * (last + 1) + std::min(time, last));
  }
  add_slots();
}

void kernel_scan::count_periods() {
  slots_.clear();
  for (const std::uint32_t i : admitted_)
    slots_.push_back(1 + static_cast<std::size_t>(calendar_.month_of(units_[i].origin)));
  add_slots();
}

void kernel_scan::count_answers() {
  for (const std::uint32_t i : admitted_) {
    const unit& u = units_[i];
    for (std::size_t o = 0; o < program_.held.size(); ++o) {
      const answer base = all_hold(program_.bases[o], u);
      if (base == answer::no) continue;
      const auto found = base == answer::yes ? static_cast<std::int32_t>(holds(program_.held[o], u))
                                             : base_unknown;
      add(i, 1 + o * 5 + static_cast<std::size_t>(found));
    }
  }
}

void kernel_scan::count_ages() {
  const auto& ages = definition_.parameters.times;
  const std::int32_t* const first = first_of(program_.first_days.front());
  for (const std::uint32_t i : admitted_) {
    const unit& u = units_[i];
    const auto half_year = static_cast<std::size_t>(calendar_.month_of(u.origin) / 6);
    for (std::size_t a = 0; a < ages.size(); ++a) {
      const std::int32_t until = calendar_.after(u.origin, {ages[a], time_unit::month});
      const std::size_t slot = 1 + (half_year * ages.size() + a) * 3;
      if (until > end_[i]) {
        add(i, slot + age_immature_n);
        continue;
      }
      add(i, slot + age_mature_n);
      if (first[u.journey] <= until) add(i, slot + age_reached_n);
    }
  }
}

void kernel_scan::count_states() {
  std::vector<std::uint32_t> strata;
  for (const std::uint32_t i : admitted_) {
    const unit& u = units_[i];
    const std::size_t time = add_days(u, end_[i]);
    if (days_.empty()) continue;
    states_.read(*chunk_, chunk_->journeys[u.journey]);
    states_.find(days_, on_days_);
    codes_.clear();
    for (const state s : on_days_)
      codes_.push_back(program_.plan->place_of_state[static_cast<std::size_t>(s)]);
    strata.clear();
    for (std::size_t b = 0; b < tables_.size(); ++b)
      strata.push_back(static_cast<std::uint32_t>(strata_[b * units_.size() + i]));
    sequences_.add(time, codes_, strata);
  }
}

// The days on which the unit's state is asked for; answers the time of the first.
std::size_t kernel_scan::add_days(const unit& u, std::int32_t end) {
  days_.clear();
  const axis_definition& axis = definition_.axis;
  if (definition_.parameters.calendar) {
    std::int32_t month = calendar_.month_of(u.origin);
    if (calendar_.first_day_of(month) < u.origin) ++month;
    for (std::int32_t m = month; m <= calendar_.month_of(end); ++m)
      days_.push_back(calendar_.first_day_of(m));
    return static_cast<std::size_t>(month);
  }
  for (int t = 0; t <= axis.until - axis.first; ++t) {
    const std::int32_t on = calendar_.after(u.origin, {t, axis.unit});
    if (on > end) break;
    days_.push_back(on);
  }
  return 0;
}

// Of a slot behind the first; stratum and breakdown are yet to be set.
cell_key kernel_scan::key_of(std::size_t slot) const {
  const auto key = [](block what, std::int64_t a, std::int64_t b, std::int32_t c) {
    return cell_key{static_cast<std::uint16_t>(what), 0, 0, static_cast<std::int32_t>(a),
                    static_cast<std::int32_t>(b),     c};
  };
  const auto n = static_cast<std::int64_t>(slot) - 1;
  const auto& d = definition_;
  const auto ages = static_cast<std::int64_t>(d.parameters.times.size());
  switch (d.statistic) {
    case statistic_kind::proportion:
      return key(block::outcomes, n / 5, n % 5, 0);
    case statistic_kind::cohort_ages:
      return key(block::ages, kernel_calendar::first_year * 2 + n / (3 * ages),
                 d.parameters.times[static_cast<std::size_t>(n / 3 % ages)],
                 static_cast<std::int32_t>(n % 3));
    case statistic_kind::count: {
      const auto year = static_cast<int>(kernel_calendar::first_year + n / 12);
      const day first = make_day(year, static_cast<unsigned>(n % 12 + 1), 1);
      return key(block::periods, period_number(first, d.parameters.period), 0, 0);
    }
    default: {
      const std::int64_t times = d.axis.until - d.axis.first + 1;
      return key(block::exposures, d.axis.first + n % times, n / times, never_entered_late);
    }
  }
}

void kernel_scan::add_to(partial& into) const {
  for (std::size_t step = 0; step < flow_.size(); ++step)
    if (flow_[step] != 0)
      into.add({static_cast<std::uint16_t>(block::flow), 0, into.stratum(""),
                static_cast<std::int32_t>(step), 0, 0},
               flow_[step]);
  const std::int32_t time_0 =
      definition_.parameters.calendar ? 12 * kernel_calendar::first_year : definition_.axis.first;
  std::vector<std::uint32_t> levels;
  for (std::size_t b = 0; b < tables_.size(); ++b) {
    levels.clear();
    for (std::size_t s = 0; s < tables_[b].combinations.size(); ++s) {
      const auto begin =
          tables_[b].counts.begin() + static_cast<std::ptrdiff_t>(s * program_.slots);
      std::vector<std::uint64_t> counts(begin, begin + static_cast<std::ptrdiff_t>(program_.slots));
      if (program_.one_slot_each) counts[0] = std::accumulate(counts.begin(), counts.end(), 0ULL);
      levels.push_back(0);
      if (counts[0] == 0) continue;  // nobody came through the flow
      std::string text;
      std::size_t rest = tables_[b].combinations[s];
      const auto& dimensions = program_.breakdowns[b];
      for (std::size_t d = dimensions.size(); d-- > 0; rest /= dimensions[d].levels()) {
        const auto& level = dimensions[d].texts[rest % dimensions[d].levels()];
        text = d + 1 == dimensions.size() ? level : level + level_separator + text;
      }
      const std::uint32_t stratum = levels.back() = into.stratum(text);
      sequences_.add_to(into, b, static_cast<std::uint32_t>(s), stratum, time_0);
      for (std::size_t slot = 0; slot < program_.slots; ++slot) {
        if (counts[slot] == 0) continue;
        cell_key key =
            slot == 0 ? cell_key{static_cast<std::uint16_t>(block::strata)} : key_of(slot);
        key.breakdown = static_cast<std::uint16_t>(b);
        key.stratum = stratum;
        into.add(key, counts[slot]);
      }
    }
    sequences_.add_courses(into, b, levels);
  }
}

}  // namespace stegvis

#include "projections/evaluations/kernel.hpp"

#include <algorithm>
#include <limits>

#include "projections/columns/column_type.hpp"
#include "projections/evaluations/evaluate.hpp"

namespace stegvis {
namespace {
constexpr std::int32_t ever = std::numeric_limits<std::int32_t>::min();

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
      flow_(program.plan->flow_steps.size()) {
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
  for (std::size_t i = 0; i < program_.atoms.size(); ++i) {
    const kernel_atom& atom = program_.atoms[i];
    bound(atom);
    first_[i].assign(chunk.journeys.size(), never);
    if (atom.job)
      find_jobs(atom, first_[i]);
    else
      find_events(atom, first_[i]);
  }
  count_chunk();
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
  const auto kind = std::ranges::find(rows_->kinds, definition_.cohort.subjects);
  const auto number = static_cast<std::size_t>(kind - rows_->kinds.begin());
  for (std::size_t j = 0; j < journeys; ++j)
    counted_[j] = (rows_->first_known[j] <= cut_) & (rows_->kind[j] == number);
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
  for (std::uint32_t i = run.first; i < run.end; ++i) {
    const std::uint32_t j = rows_->journey[i];
    const std::int32_t on = rows_->valid[i];
    const bool enters = stands(i) & program_.entry.has(rows_->content[i]);
    entered_[j] |= static_cast<std::uint8_t>(enters);
    const bool taken = enters & (on >= from) & (on <= until) & (last || entry_[j] == none);
    entry_[j] = taken ? i : entry_[j];
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
  units_.clear();
  strata_.clear();
  if (program_.reads_enrolments) find_enrolments();
  const auto& c = definition_.cohort;
  for (std::uint32_t j = 0; j < counted_.size(); ++j) {
    if (counted_[j] == 0 || entry_[j] == none) continue;
    std::int32_t origin = c.origin ? c.origin->count : rows_->valid[entry_[j]];
    if (c.shift) origin = calendar_.after(origin, *c.shift);
    const unit u{j, entry_[j], origin};
    if (!kernel_calendar::has(origin) || !find_strata(u))
      leave(j);
    else
      units_.push_back(u);
  }
}

void kernel_scan::find_enrolments() {
  static const type_description* const enrolled = find_type("participant_enrolled");
  enrolled_.assign(counted_.size(), none);
  const auto run = rows_->of(enrolled);
  for (std::uint32_t i = run.end; i > run.first; --i)
    if (stands(i - 1)) enrolled_[rows_->journey[i - 1]] = i - 1;
}

// The row that began the unit's enrolment, or `none`; nothing if rows do not tell.
std::optional<std::uint32_t> kernel_scan::enrolment_of(const unit& u) const {
  const std::uint32_t first = enrolled_[u.journey];
  if (first == none || definition_.cohort.valued_at == valued_rule::first_enrolment) return first;
  const bool named = column_type_of(*program_.entry.type).enrolment_is_read;
  const std::uint32_t id = named ? chunk_->enrolment[rows_->row[u.entry]] : 0;
  if (id == 0) return std::nullopt;
  const auto end = rows_->of(set_.dictionary[rows_->content[first]]->type).end;
  for (std::uint32_t i = first; i < end && rows_->journey[i] == u.journey; ++i)
    if (chunk_->enrolment[rows_->row[i]] == id && stands(i)) return i;
  return none;
}

std::uint32_t kernel_scan::level_of(const kernel_dimension& d, const unit& u,
                                    std::uint32_t enrolment) const {
  if (d.months != 0) return static_cast<std::uint32_t>(calendar_.month_of(u.origin) / d.months);
  const std::uint32_t own = d.of_entry.empty() ? 0 : d.of_entry[rows_->content[u.entry]];
  if (own != 0 || d.of_enrolment.empty() || enrolment == none) return own;
  return d.of_enrolment[rows_->content[enrolment]];
}

// Numbers of the unit's strata, one for each breakdown; false if rows do not tell.
bool kernel_scan::find_strata(const unit& u) {
  std::uint32_t enrolment = none;
  if (program_.reads_enrolments) {
    const auto found = enrolment_of(u);
    if (!found) return false;
    enrolment = *found;
  }
  for (std::size_t b = 0; b < tables_.size(); ++b) {
    std::uint32_t combination = 0;
    for (const auto& d : program_.breakdowns[b])
      combination =
          combination * static_cast<std::uint32_t>(d.levels()) + level_of(d, u, enrolment);
    auto& table = tables_[b];
    auto& number = table.number_of[combination];
    if (number == none) {
      number = static_cast<std::uint32_t>(table.combinations.size());
      table.combinations.push_back(combination);
      table.counts.resize(table.counts.size() + program_.slots);
    }
    strata_.push_back(number);
  }
  return true;
}

// The atom's window for each unit; nothing lies in that of other journeys.
void kernel_scan::bound(const kernel_atom& atom) {
  low_.assign(counted_.size(), never);
  high_.assign(counted_.size(), horizon_);
  for (const unit& u : units_)
    low_[u.journey] = atom.from ? calendar_.after(u.origin, *atom.from) : ever;
  if (!atom.until) return;
  for (const unit& u : units_)
    high_[u.journey] = std::min(horizon_, calendar_.after(u.origin, *atom.until));
}

void kernel_scan::find_events(const kernel_atom& atom, std::vector<std::int32_t>& first) {
  const auto run = rows_->of(atom.events.type);
  const std::int32_t shift = atom.at == edge::end ? 1 : 0;
  for (std::uint32_t i = run.first; i < run.end; ++i) {
    const std::uint32_t j = rows_->journey[i];
    const std::int32_t on = rows_->valid[i] + shift;
    const bool counts = stands(i) & atom.events.has(rows_->content[i]) & (on >= low_[j]) &
                        (on <= high_[j]) & (on < first[j]);
    first[j] = counts ? on : first[j];
  }
}

std::int32_t kernel_scan::first_of(const std::vector<std::size_t>& atoms,
                                   std::uint32_t journey) const {
  std::int32_t first = never;
  for (const std::size_t a : atoms) first = std::min(first, first_[a][journey]);
  return first;
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

void kernel_scan::count_chunk() {
  for (std::size_t j = 0; j < counted_.size(); ++j) {
    flow_[0] += counted_[j];
    flow_[1] += counted_[j] & entered_[j];
  }
  for (std::size_t i = 0; i < units_.size(); ++i)
    if (counted_[units_[i].journey] != 0) count(units_[i], i);
}

void kernel_scan::count(const unit& u, std::size_t number) {
  std::size_t step = 2;
  ++flow_[step++];
  for (const kernel_rule& rule : program_.conditions) {
    if (holds(rule, u) != answer::yes) return;
    ++flow_[step++];
  }
  if (u.origin > horizon_) return;
  ++flow_[step];
  const std::int32_t end = std::min(horizon_, first_of(program_.censoring, u.journey));
  const std::uint32_t* const strata = &strata_[number * tables_.size()];
  add(strata, 0);
  switch (definition_.statistic) {
    case statistic_kind::proportion:
      return count_answers(u, strata);
    case statistic_kind::cohort_ages:
      return count_ages(u, strata, end);
    case statistic_kind::count:
      return add(strata, 1 + static_cast<std::size_t>(calendar_.month_of(u.origin)));
    default:
      return count_exit(u, strata, end);
  }
}

void kernel_scan::add(const std::uint32_t* strata, std::size_t slot) {
  for (std::size_t b = 0; b < tables_.size(); ++b)
    ++tables_[b].counts[strata[b] * program_.slots + slot];
}

void kernel_scan::count_exit(const unit& u, const std::uint32_t* strata, std::int32_t end) {
  const axis_definition& axis = definition_.axis;
  std::int32_t event = never;
  std::size_t cause = 0;
  for (std::size_t i = 0; i < program_.first_days.size(); ++i) {
    const std::int32_t on = first_of(program_.first_days[i], u.journey);
    if (on >= event) continue;
    event = on;
    cause = i + 1;
  }
  std::int32_t time = calendar_.time(axis, u.origin, std::min(event, end));
  if (event > end || time > axis.until) cause = 0;
  if (cause == 0) time = std::min(calendar_.time(axis, u.origin, end), axis.until);
  const auto times = static_cast<std::size_t>(axis.until - axis.first + 1);
  add(strata, 1 + cause * times + static_cast<std::size_t>(time - axis.first));
}

void kernel_scan::count_answers(const unit& u, const std::uint32_t* strata) {
  for (std::size_t i = 0; i < program_.held.size(); ++i) {
    const answer base = all_hold(program_.bases[i], u);
    if (base == answer::no) continue;
    const auto found =
        base == answer::yes ? static_cast<std::int32_t>(holds(program_.held[i], u)) : base_unknown;
    add(strata, 1 + i * 5 + static_cast<std::size_t>(found));
  }
}

void kernel_scan::count_ages(const unit& u, const std::uint32_t* strata, std::int32_t end) {
  const auto& ages = definition_.parameters.times;
  const std::int32_t first = first_of(program_.first_days.front(), u.journey);
  const auto half_year = static_cast<std::size_t>(calendar_.month_of(u.origin) / 6);
  for (std::size_t i = 0; i < ages.size(); ++i) {
    const std::int32_t until = calendar_.after(u.origin, {ages[i], time_unit::month});
    const std::size_t slot = 1 + (half_year * ages.size() + i) * 3;
    if (until > end) {
      add(strata, slot + age_immature_n);
      continue;
    }
    add(strata, slot + age_mature_n);
    if (first <= until) add(strata, slot + age_reached_n);
  }
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
  for (std::size_t b = 0; b < tables_.size(); ++b) {
    for (std::size_t s = 0; s < tables_[b].combinations.size(); ++s) {
      const std::uint32_t* const counts = &tables_[b].counts[s * program_.slots];
      if (counts[0] == 0) continue;  // nobody came through the flow
      std::string text;
      std::size_t rest = tables_[b].combinations[s];
      const auto& dimensions = program_.breakdowns[b];
      for (std::size_t d = dimensions.size(); d-- > 0; rest /= dimensions[d].levels()) {
        const auto level = dimensions[d].text(rest % dimensions[d].levels());
        text = d + 1 == dimensions.size() ? level : level + level_separator + text;
      }
      const std::uint32_t stratum = into.stratum(text);
      for (std::size_t slot = 0; slot < program_.slots; ++slot) {
        if (counts[slot] == 0) continue;
        cell_key key =
            slot == 0 ? cell_key{static_cast<std::uint16_t>(block::strata)} : key_of(slot);
        key.breakdown = static_cast<std::uint16_t>(b);
        key.stratum = stratum;
        into.add(key, counts[slot]);
      }
    }
  }
}

}  // namespace stegvis

#include "projections/evaluations/kernel.hpp"

#include <algorithm>
#include <numeric>

namespace stegvis {

kernel_scan::kernel_scan(const kernel& program, const column_set& set, const question& q)
    : program_(program),
      definition_(program.plan->definition),
      question_(q),
      cohort_(program, set, *q.excluded),
      days_(program, set),
      flow_(program.plan->flow_steps.size()) {
  for (const auto& dimensions : program.breakdowns) {
    table& t = tables_.emplace_back(table{kernel_strata(dimensions), {}});
    t.counts.resize(t.strata.size() * program.slots);
  }
  if (definition_.statistic == statistic_kind::sequence)
    sequence_.emplace(program, q.cut, q.horizon);
}

bool kernel_scan::scan(const column_chunk& chunk, std::vector<std::uint32_t>& left) {
  if (!chunk.by_type || !kernel_calendar::has(question_.horizon.count)) return false;
  const auto cut = chunk.by_type->here(question_.cut);
  if (!cut) return true;
  chunk_.chunk = &chunk;
  chunk_.rows = &*chunk.by_type;
  chunk_.cut = *cut;
  chunk_.horizon = question_.horizon.count;
  chunk_.left.clear();
  cohort_.find(chunk_);
  find_strata();
  days_.find(chunk_, units());
  count_flow();
  if (!admitted_.empty()) count_units();
  left.insert(left.end(), chunk_.left.begin(), chunk_.left.end());
  return true;
}

// Where the counts of the units' strata begin, those of new ones among them.
void kernel_scan::find_strata() {
  const std::size_t n = units().size();
  strata_.resize(tables_.size() * n);
  for (std::size_t b = 0; b < tables_.size(); ++b) {
    table& t = tables_[b];
    numbers_.assign(n, 0);
    for (std::size_t d = 0; d < program_.breakdowns[b].size(); ++d) {
      cohort_.find_levels(program_.breakdowns[b][d], levels_);
      t.strata.divide(d, levels_, numbers_);
    }
    t.counts.resize(t.strata.size() * program_.slots);
    std::size_t* const strata = strata_.data() + b * n;
    for (std::size_t i = 0; i < n; ++i) strata[i] = numbers_[i] * program_.slots;
  }
}

void kernel_scan::count_flow() {
  const std::uint8_t* const counted = chunk_.counted.data();
  std::uint32_t persons = 0, entries = 0;
  for (std::uint32_t j = 0; j < chunk_.counted.size(); ++j) {
    persons += counted[j];
    entries += counted[j] & static_cast<std::uint8_t>(cohort_.has_entry(j));
  }
  flow_[0] += persons;
  flow_[1] += entries;
  admitted_.resize(units().size());
  std::uint32_t* const admitted = admitted_.data();
  std::size_t n = 0;
  for (std::uint32_t i = 0; i < units().size(); ++i) {
    admitted[n] = i;
    n += counted[units()[i].journey] != 0 && admit(units()[i]) ? 1 : 0;
  }
  admitted_.resize(n);
}

bool kernel_scan::admit(const kernel_unit& u) {
  std::size_t step = 2;
  ++flow_[step++];
  for (const kernel_rule& rule : program_.conditions) {
    if (days_.holds(rule, u) != answer::yes) return false;
    ++flow_[step++];
  }
  if (u.origin > chunk_.horizon) return false;
  ++flow_[step];
  return true;
}

void kernel_scan::find_ends() {
  end_.assign(units().size(), chunk_.horizon);
  const std::int32_t* const censored = days_.first_of(program_.censoring);
  if (censored == nullptr) return;
  for (std::size_t i = 0; i < units().size(); ++i)
    end_[i] = std::min(chunk_.horizon, censored[units()[i].journey]);
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
    ++tables_[b].counts[strata_[b * units().size() + i] + slot];
}

// The same of all that were admitted, one slot each.
void kernel_scan::add_slots() {
  for (std::size_t b = 0; b < tables_.size(); ++b) {
    std::uint32_t* const counts = tables_[b].counts.data();
    const std::size_t* const strata = strata_.data() + b * units().size();
    for (std::size_t i = 0; i < admitted_.size(); ++i) ++counts[strata[admitted_[i]] + slots_[i]];
  }
}

// Of several outcomes the first counts, and of those on the same day the first named.
template <time_unit by>
void kernel_scan::count_exits() {
  const std::int32_t last = definition_.axis.until - definition_.axis.first;
  std::vector<const std::int32_t*> outcomes;
  for (const auto& atoms : program_.first_days) outcomes.push_back(days_.first_of(atoms));
  slots_.resize(admitted_.size());
  std::size_t* slot = slots_.data();
  const std::int32_t* const ends = end_.data();
  const kernel_unit* const all = units().data();
  for (const std::uint32_t i : admitted_) {
    const kernel_unit u = all[i];
    std::int32_t event = never_in_window, cause = 0;
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
    slots_.push_back(1 + static_cast<std::size_t>(calendar_.month_of(units()[i].origin)));
  add_slots();
}

void kernel_scan::count_answers() {
  for (const std::uint32_t i : admitted_) {
    const kernel_unit& u = units()[i];
    for (std::size_t o = 0; o < program_.held.size(); ++o) {
      const answer base = days_.all_hold(program_.bases[o], u);
      if (base == answer::no) continue;
      const auto found = base == answer::yes
                             ? static_cast<std::int32_t>(days_.holds(program_.held[o], u))
                             : base_unknown;
      add(i, 1 + o * 5 + static_cast<std::size_t>(found));
    }
  }
}

void kernel_scan::count_ages() {
  const auto& ages = definition_.parameters.times;
  const std::int32_t* const first = days_.first_of(program_.first_days.front());
  for (const std::uint32_t i : admitted_) {
    const kernel_unit& u = units()[i];
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
  std::vector<std::uint32_t> strata(tables_.size());
  for (const std::uint32_t i : admitted_) {
    for (std::size_t b = 0; b < tables_.size(); ++b)
      strata[b] = static_cast<std::uint32_t>(strata_[b * units().size() + i]);
    sequence_->add(*chunk_.chunk, units()[i], end_[i], strata);
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
  for (std::size_t b = 0; b < tables_.size(); ++b) add_table(b, into);
}

void kernel_scan::add_table(std::size_t b, partial& into) const {
  const table& t = tables_[b];
  std::vector<std::uint32_t> numbers(t.strata.size());  // in the partial
  for (std::size_t s = 0; s < t.strata.size(); ++s) {
    const auto begin = t.counts.begin() + static_cast<std::ptrdiff_t>(s * program_.slots);
    std::vector<std::uint64_t> counts(begin, begin + static_cast<std::ptrdiff_t>(program_.slots));
    if (program_.one_slot_each) counts[0] = std::accumulate(counts.begin(), counts.end(), 0ULL);
    if (counts[0] == 0) continue;  // nobody came through the flow
    numbers[s] = into.stratum(t.strata.text(s));
    for (std::size_t slot = 0; slot < program_.slots; ++slot) {
      if (counts[slot] == 0) continue;
      cell_key key = slot == 0 ? cell_key{static_cast<std::uint16_t>(block::strata)} : key_of(slot);
      key.breakdown = static_cast<std::uint16_t>(b);
      key.stratum = numbers[s];
      into.add(key, counts[slot]);
    }
  }
  if (sequence_) sequence_->add_to(into, b, numbers);
}

}  // namespace stegvis

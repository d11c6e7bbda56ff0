#include "projections/evaluations/kernel_cohort.hpp"

#include <algorithm>
#include <limits>

#include "projections/columns/column_type.hpp"
#include "projections/evaluations/evaluate.hpp"

namespace stegvis {
namespace {
constexpr std::int32_t ever = std::numeric_limits<std::int32_t>::min();

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

kernel_cohort::kernel_cohort(const kernel& program, const column_set& set,
                             const exclusions& excluded)
    : program_(program),
      definition_(program.plan->definition),
      set_(set),
      excluded_(excluded),
      restricted_(marks_of(excluded.restricted)) {}

void kernel_cohort::find(kernel_chunk& c) {
  c_ = &c;
  find_journeys();
  find_entries();
  make_units();
}

void kernel_cohort::find_journeys() {
  const std::size_t journeys = c_->chunk->journeys.size();
  c_->counted.resize(journeys);
  const auto found = std::ranges::find(c_->rows->kinds, definition_.cohort.subjects);
  const auto wanted = static_cast<std::size_t>(found - c_->rows->kinds.begin());
  const std::uint8_t* const kind = c_->rows->kind.data();
  const std::uint32_t* const first_known = c_->rows->first_known.data();
  std::uint8_t* const counted = c_->counted.data();
  for (std::size_t j = 0, cut = c_->cut; j < journeys; ++j)
    counted[j] = (first_known[j] <= cut) & (kind[j] == wanted);
  if (!restricted_.empty()) {
    for (std::size_t j = 0; j < journeys; ++j)
      if (restricted_[c_->rows->subject_hash[j] & (restricted_.size() - 1)] &&
          std::ranges::binary_search(excluded_.restricted, c_->chunk->journeys[j].subject))
        c_->counted[j] = 0;
  }
  leave_out_merged();
}

// The survivor has the history.
void kernel_cohort::leave_out_merged() {
  static const type_description* const merged = find_type("persons_merged");
  const auto run = c_->rows->of(merged);
  for (std::uint32_t i = run.first; i < run.end; ++i)
    if (c_->stands(i) && !set_.dictionary[c_->rows->content[i]]->base.text.empty())
      c_->counted[c_->rows->journey[i]] = 0;
}

template <bool last>
void kernel_cohort::find_entries_of(rows_by_type::run run) {
  const auto& c = definition_.cohort;
  const std::int32_t from = c.from ? c.from->count : ever;
  const std::int32_t until = c.until ? c.until->count : never_in_window;
  const row_filter filter(*c_);
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

void kernel_cohort::find_entries() {
  entered_.assign(c_->counted.size(), 0);
  entry_.assign(c_->counted.size(), none);
  const auto run = c_->rows->of(program_.entry.type);
  if (definition_.cohort.pick == pick::last)
    find_entries_of<true>(run);
  else
    find_entries_of<false>(run);
}

void kernel_cohort::make_units() {
  units_.resize(c_->counted.size());
  const auto& c = definition_.cohort;
  const std::uint32_t* const entry = entry_.data();
  const std::int32_t* const valid = c_->rows->valid.data();
  kernel_unit* const units = units_.data();
  std::size_t made = 0;
  for (std::uint32_t j = 0; j < c_->counted.size(); ++j) {
    if (c_->counted[j] == 0 || entry[j] == none) continue;
    std::int32_t origin = c.origin ? c.origin->count : valid[entry[j]];
    if (c.shift) origin = calendar_.after(origin, *c.shift);
    if (kernel_calendar::has(origin))
      units[made++] = {j, entry[j], origin};
    else
      c_->leave(j);
  }
  units_.resize(made);
  if (program_.reads_enrolments) find_enrolments();
}

// The row that began the enrolment of each unit; whose rows do not tell is no unit here.
void kernel_cohort::find_enrolments() {
  find_first_enrolments();
  enrolment_.resize(units_.size());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const kernel_unit u = units_[i];
    if (enrolled_[u.journey] == u.entry) {
      enrolment_[kept] = u.entry;
    } else if (const auto found = enrolment_of(u)) {
      enrolment_[kept] = *found;
    } else {
      c_->leave(u.journey);
      continue;
    }
    units_[kept++] = u;
  }
  units_.resize(kept);
}

void kernel_cohort::find_first_enrolments() {
  static const type_description* const enrolled = find_type("participant_enrolled");
  enrolled_.assign(c_->counted.size(), none);
  enrolments_ = c_->rows->of(enrolled);
  const row_filter filter(*c_);
  std::uint32_t* const first = enrolled_.data();
  for (std::uint32_t i = enrolments_.first; i < enrolments_.end; ++i) {
    const std::uint32_t j = filter.journey[i];
    first[j] = std::min(first[j], i | -std::uint32_t{!filter.stands(i)});
  }
}

// The row that began the unit's enrolment, or `none`; nothing if rows do not tell.
std::optional<std::uint32_t> kernel_cohort::enrolment_of(const kernel_unit& u) const {
  const std::uint32_t first = enrolled_[u.journey];
  if (first == none || definition_.cohort.valued_at == valued_rule::first_enrolment) return first;
  const bool named = column_type_of(*program_.entry.type).enrolment_is_read;
  const std::uint32_t id = named ? c_->chunk->enrolment[c_->rows->row[u.entry]] : 0;
  if (id == 0) return std::nullopt;
  for (std::uint32_t i = first; i < enrolments_.end && c_->rows->journey[i] == u.journey; ++i)
    if (c_->chunk->enrolment[c_->rows->row[i]] == id && c_->stands(i)) return i;
  return none;
}

void kernel_cohort::find_levels(const kernel_dimension& d, std::vector<std::uint32_t>& into) const {
  const std::size_t units = units_.size();
  into.resize(units);
  std::uint32_t* const level = into.data();
  if (!d.of_month.empty()) {
    const std::uint32_t* const of_month = d.of_month.data();
    for (std::size_t i = 0; i < units; ++i)
      level[i] = of_month[static_cast<std::size_t>(calendar_.month_of(units_[i].origin))];
    return;
  }
  const std::uint32_t* const content = c_->rows->content.data();
  const std::uint32_t* const own = d.of_entry.empty() ? nullptr : d.of_entry.data();
  const std::uint32_t* const of_enrolment =
      d.of_enrolment.empty() ? nullptr : d.of_enrolment.data();
  for (std::size_t i = 0; i < units; ++i) {
    level[i] = own == nullptr ? 0 : own[content[units_[i].entry]];
    if (level[i] == 0 && of_enrolment != nullptr && enrolment_[i] != none)
      level[i] = of_enrolment[content[enrolment_[i]]];
  }
}

}  // namespace stegvis

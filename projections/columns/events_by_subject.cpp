#include "projections/columns/events_by_subject.hpp"

namespace stegvis {

void events_by_subject::sort(const column_step& s, std::size_t subjects) {
  for (const auto subject : touched_) index_[subject] = untouched;
  index_.resize(subjects, untouched);
  touched_.clear();
  ends_.clear();
  step_ = &s;
  for (const step_event& e : s.events) {
    auto& index = index_[e.subject];
    if (index == untouched) {
      index = static_cast<std::uint32_t>(touched_.size());
      touched_.push_back(e.subject);
      ends_.push_back(0);
    }
    ++ends_[index];
  }
  // Counts become beginnings, and as each place is taken, ends.
  std::uint32_t first = 0;
  for (auto& end : ends_) {
    const auto count = end;
    end = first;
    first += count;
  }
  order_.resize(s.events.size());
  for (std::uint32_t i = 0; i < s.events.size(); ++i)
    order_[ends_[index_[s.events[i].subject]]++] = i;
}

void events_by_subject::fetch_events(std::uint32_t subject) const {
  if (!has(subject)) return;
  for (const auto number : numbers_of(subject)) {
    const step_event* e = &step_->events[number];
    __builtin_prefetch(e);
    __builtin_prefetch(&e->has_valid);  // it may lie across two lines of the cache
  }
}

void events_by_subject::fetch_texts(std::uint32_t subject) const {
  if (!has(subject)) return;
  for (const auto number : numbers_of(subject))
    __builtin_prefetch(step_->texts.data() + step_->events[number].text);
}

}  // namespace stegvis

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
  gather();
}

void events_by_subject::gather() {
  constexpr std::size_t ahead = 16;
  const auto& from = step_->events;
  events_.clear();
  events_.reserve(order_.size());
  texts_.clear();
  texts_.reserve(step_->texts.size());
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (i + 2 * ahead < order_.size()) __builtin_prefetch(&from[order_[i + 2 * ahead]]);
    if (i + ahead < order_.size())
      __builtin_prefetch(step_->texts.data() + from[order_[i + ahead]].text);
    step_event e = from[order_[i]];
    const auto text = e.text;
    e.text = static_cast<std::uint32_t>(texts_.size());
    texts_.append(step_->texts, text, e.text_bytes());
    events_.push_back(e);
  }
}

}  // namespace stegvis

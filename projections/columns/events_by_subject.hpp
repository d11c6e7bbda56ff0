#pragma once
// The events of a step by subject, each subject's in ledger order. Made to be used again: memory is
// kept.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "projections/columns/journey_draft.hpp"

namespace stegvis {

class events_by_subject {
 public:
  // The step must stay as it is until the next one is sorted.
  void sort(const column_step&, std::size_t subjects);
  // In order of their first event in the step.
  std::span<const std::uint32_t> touched() const { return touched_; }
  bool has(std::uint32_t subject) const { return index_[subject] != untouched; }
  journey_step of(std::uint32_t subject) const { return {*step_, numbers_of(subject)}; }
  // A subject's events lie far apart. So that nobody waits for each of them: ask for the events of
  // the subject after the next, and for the texts of the next, whose events are here by then.
  void fetch_events(std::uint32_t subject) const;
  void fetch_texts(std::uint32_t subject) const;

 private:
  std::span<const std::uint32_t> numbers_of(std::uint32_t subject) const {
    const auto i = index_[subject];
    const std::uint32_t first = i == 0 ? 0 : ends_[i - 1];
    return std::span(order_).subspan(first, ends_[i] - first);
  }

  static constexpr std::uint32_t untouched = ~std::uint32_t{0};
  const column_step* step_ = nullptr;
  std::vector<std::uint32_t> index_;    // by subject: into `touched_`
  std::vector<std::uint32_t> touched_;  // subjects
  std::vector<std::uint32_t> ends_;     // by touched subject: in `order_`
  std::vector<std::uint32_t> order_;    // numbers in the step
};

}  // namespace stegvis

#pragma once
// The events of a step by subject, each subject's in ledger order, moved together with their texts
// so that what follows reads memory from front to back. Made to be used again: memory is kept.
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
  journey_step of(std::uint32_t subject) const {
    const auto i = index_[subject];
    const std::uint32_t first = i == 0 ? 0 : ends_[i - 1];
    return {*step_, std::span(events_).subspan(first, ends_[i] - first), texts_};
  }

 private:
  void gather();

  static constexpr std::uint32_t untouched = ~std::uint32_t{0};
  const column_step* step_ = nullptr;
  std::vector<std::uint32_t> index_;    // by subject: into `touched_`
  std::vector<std::uint32_t> touched_;  // subjects
  std::vector<std::uint32_t> ends_;     // by touched subject: in `events_`
  std::vector<std::uint32_t> order_;    // numbers in the step
  std::vector<step_event> events_;
  std::string texts_;
};

}  // namespace stegvis

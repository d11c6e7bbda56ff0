#pragma once
// Who enters from a chunk, and the levels that they fall in. Private to kernel*.cpp.
#include <optional>
#include <vector>

#include "projections/evaluations/kernel_calendar.hpp"
#include "projections/evaluations/kernel_chunk.hpp"
#include "projections/evaluations/kernel_program.hpp"

namespace stegvis {

struct exclusions;

class kernel_cohort {
 public:
  // Everything given outlives it.
  kernel_cohort(const kernel&, const column_set&, const exclusions&);
  // Sets what of the chunk is counted, and finds its units.
  void find(kernel_chunk&);
  const std::vector<kernel_unit>& units() const { return units_; }
  bool has_entry(std::uint32_t journey) const { return entered_[journey] != 0; }
  // The level of each unit found last.
  void find_levels(const kernel_dimension&, std::vector<std::uint32_t>& into) const;

 private:
  static constexpr std::uint32_t none = 0xffff'ffff;

  void find_journeys();
  void leave_out_merged();
  void find_entries();
  template <bool last>
  void find_entries_of(rows_by_type::run);
  void make_units();
  void find_enrolments();
  void find_first_enrolments();
  std::optional<std::uint32_t> enrolment_of(const kernel_unit&) const;

  const kernel& program_;
  const definition& definition_;
  const column_set& set_;
  const exclusions& excluded_;
  const kernel_calendar& calendar_ = kernel_calendar::get();
  std::vector<bool> restricted_;  // by hash of the subject: perhaps
  kernel_chunk* c_ = nullptr;
  std::vector<std::uint8_t> entered_;            // by journey
  std::vector<std::uint32_t> entry_, enrolled_;  // by journey: a row; none
  std::vector<kernel_unit> units_;
  std::vector<std::uint32_t> enrolment_;  // by unit: the row that began its enrolment; none
  rows_by_type::run enrolments_;
};

}  // namespace stegvis

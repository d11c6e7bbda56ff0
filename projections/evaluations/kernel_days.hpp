#pragma once
// When what conditions ask for first holds for each journey of a chunk, within its window. Private
// to kernel*.cpp.
#include <utility>
#include <vector>

#include "projections/evaluations/kernel_calendar.hpp"
#include "projections/evaluations/kernel_chunk.hpp"
#include "projections/evaluations/kernel_program.hpp"

namespace stegvis {

class kernel_days {
 public:
  // Everything given outlives it.
  kernel_days(const kernel& program, const column_set& set)
      : atoms_(program.atoms),
        gap_days_(program.plan->rules.gap_days),
        set_(set),
        first_(program.atoms.size()) {}
  // May leave journeys of the chunk for folding.
  void find(kernel_chunk&, const std::vector<kernel_unit>&);
  // By journey: the first day of any of the atoms, which are of no other use afterwards, or
  // never_in_window. Null if there are no atoms.
  const std::int32_t* first_of(const std::vector<std::size_t>& atoms);
  answer holds(const kernel_rule&, const kernel_unit&) const;
  answer all_hold(const std::vector<kernel_rule>&, const kernel_unit&) const;

 private:
  void bound(const kernel_atom&);
  template <bool some>
  void find_events_of(const kernel_atom&, std::vector<std::int32_t>& first) const;
  void find_events(const kernel_atom&, std::vector<std::int32_t>& first) const;
  // Of kernel_jobs.cpp.
  void find_jobs(const kernel_atom&, std::vector<std::int32_t>& first);
  std::uint32_t add_jobs(const kernel_atom&, std::uint32_t begin, std::uint32_t end,
                         std::vector<std::int32_t>& first);
  std::int32_t end_of_job(std::uint32_t start, std::uint32_t key);
  bool changed_kind(const kernel_atom&, std::uint32_t start, std::uint32_t key);

  const std::vector<kernel_atom>& atoms_;
  std::int32_t gap_days_;
  const column_set& set_;
  const kernel_calendar& calendar_ = kernel_calendar::get();
  kernel_chunk* c_ = nullptr;
  const std::vector<kernel_unit>* units_ = nullptr;
  std::vector<std::int32_t> low_, high_;          // by journey: an atom's window
  std::vector<std::vector<std::int32_t>> first_;  // by atom, then journey
  // Jobs of the journey under way, and how far ends, changes and deaths have been read.
  std::vector<std::pair<std::int32_t, std::int32_t>> jobs_;
  std::vector<std::uint32_t> keys_;
  rows_by_type::run ends_, changes_, deaths_;
};

}  // namespace stegvis

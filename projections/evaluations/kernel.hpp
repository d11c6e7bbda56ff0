#pragma once
// A definition as a program over the rows of chunks, for definitions whose entry, conditions,
// outcomes and censoring are plain events or the running of jobs, and for sequences of states: no
// journey is folded. Adds the same counts as scan() does, person by person, to the same cells.
//
// compile() decides, by the definition alone; what it does not take is folded. Of a chunk that it
// takes, single journeys may be left over for folding: those whose answer hangs on more than the
// rows show (a placement that changed between job and training, an entry that names no enrolment).
#include <cstdint>
#include <optional>
#include <vector>

#include "projections/evaluations/kernel_cohort.hpp"
#include "projections/evaluations/kernel_days.hpp"
#include "projections/evaluations/kernel_program.hpp"
#include "projections/evaluations/kernel_sequence.hpp"
#include "projections/evaluations/kernel_strata.hpp"

namespace stegvis {

// Nothing if the definition has to be folded. The plan outlives the kernel; the set is that which
// is scanned.
std::optional<kernel> compile(const scan_plan&, const column_set&);

// What one thread counts. Everything given outlives it.
class kernel_scan {
 public:
  struct question {
    position cut;
    day horizon;
    const exclusions* excluded;
  };
  kernel_scan(const kernel&, const column_set&, const question&);
  // Counts the chunk's journeys but for those `left`, by number; false: it counted none of them.
  bool scan(const column_chunk&, std::vector<std::uint32_t>& left);
  void add_to(partial&) const;

 private:
  struct table {
    kernel_strata strata;
    std::vector<std::uint32_t> counts;  // by stratum, then slot
  };

  const std::vector<kernel_unit>& units() const { return cohort_.units(); }
  void find_strata();
  void count_flow();
  bool admit(const kernel_unit&);
  void find_ends();
  void count_units();
  template <time_unit by>
  void count_exits();
  void count_answers();
  void count_ages();
  void count_periods();
  void count_states();
  void add(std::uint32_t i, std::size_t slot);  // of the unit of that number
  void add_slots();
  cell_key key_of(std::size_t slot) const;
  void add_table(std::size_t b, partial&) const;

  const kernel& program_;
  const definition& definition_;
  question question_;
  const kernel_calendar& calendar_ = kernel_calendar::get();
  // Of the chunk under way.
  kernel_chunk chunk_;
  kernel_cohort cohort_;
  kernel_days days_;
  std::vector<std::uint32_t> levels_, numbers_;  // by unit: of a dimension; of a breakdown
  std::vector<std::size_t> strata_;              // by breakdown, then unit: where its counts begin
  std::vector<std::uint32_t> admitted_;          // numbers of units
  std::vector<std::size_t> slots_;               // of those admitted
  std::vector<std::int32_t> end_;                // by unit: the last day observed
  // Counts.
  std::vector<std::uint64_t> flow_;
  std::vector<table> tables_;  // by breakdown
  std::optional<kernel_sequence> sequence_;
};

}  // namespace stegvis

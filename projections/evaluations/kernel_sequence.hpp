#pragma once
// Sequences of states from rows: states and changes by time, and how often each course came.
// Private to kernel*.cpp.
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "projections/evaluations/kernel_calendar.hpp"
#include "projections/evaluations/kernel_chunk.hpp"
#include "projections/evaluations/kernel_program.hpp"
#include "projections/evaluations/kernel_states.hpp"

namespace stegvis {

class kernel_sequence {
 public:
  kernel_sequence(const kernel&, position at, day horizon);  // the kernel outlives it
  // The unit's states up to its last day, in its stratum of each breakdown.
  void add(const column_chunk&, const kernel_unit&, std::int32_t last,
           std::span<const std::uint32_t> strata);
  // All cells of the breakdown of that number; `strata`: what its strata are in the partial.
  void add_to(partial&, std::size_t by, const std::vector<std::uint32_t>& strata) const;

 private:
  static constexpr std::uint32_t none = 0xffff'ffff;
  // Counts by time are made when first met: states, then from and to.
  struct table {
    std::vector<std::uint32_t> place_of;  // by time: into counts
    std::vector<std::uint32_t> counts;
  };

  std::size_t ask(const kernel_unit&, std::int32_t last);
  void count(std::size_t time, table&) const;
  void add_counts(partial&, std::size_t by, const table&, std::uint32_t stratum) const;
  void add_courses(partial&, std::size_t by, const std::vector<std::uint32_t>& strata) const;

  const scan_plan& plan_;
  const kernel_calendar& calendar_ = kernel_calendar::get();
  std::size_t states_;
  journey_states journey_;
  std::vector<std::int32_t> days_;  // on which the unit's state is asked for
  std::vector<state> found_;
  std::vector<statistics::state_code> course_;  // the same by their place in the alphabet
  std::vector<std::vector<table>> tables_;      // by breakdown, then stratum
  std::unordered_map<std::string, std::uint32_t> numbers_;  // of courses: their states, a byte each
  // By breakdown: how often a course, by its number (high half) and stratum.
  std::vector<std::unordered_map<std::uint64_t, std::uint64_t>> times_;
};

}  // namespace stegvis

#pragma once
// What a definition becomes where rows are counted without folding: see kernel.hpp. Private to
// kernel*.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projections/columns/columns.hpp"
#include "projections/evaluations/kernel_states.hpp"
#include "projections/evaluations/scan.hpp"

namespace stegvis {

// Events of a type, and of them those whose entry of the dictionary is marked.
struct kernel_events {
  const type_description* type = nullptr;
  std::vector<std::uint8_t> marked{};  // by entry; empty: all
  bool has(std::uint32_t content) const { return marked.empty() || marked[content] != 0; }
};

// One condition without parts. The answer is the first day on which it holds in the window.
struct kernel_atom {
  bool job = false;       // spans of jobs, begun by such events; else the events themselves
  bool filtered = false;  // a job that must be as told all the time
  kernel_events events{};
  edge at = edge::running;
  std::optional<duration> from{}, until{};  // the window about the origin; absent: open
};

// A condition as a tree: any, all or none of its parts; of another kind an atom.
struct kernel_rule {
  condition_kind kind = condition_kind::event;
  std::vector<kernel_rule> parts{};
  std::size_t atom = 0;
};

// A dimension, whose levels are numbered; 0 is unknown. The level is that of the origin's period,
// or of what the entry event says, or else of what the unit's enrolment says.
struct kernel_dimension {
  std::string period{};                                   // half_year ...; empty: no period
  std::vector<std::uint32_t> of_month{};                  // level by month of the calendar
  std::vector<std::uint32_t> of_entry{}, of_enrolment{};  // level by entry of the dictionary
  std::vector<std::string> texts{};                       // by level
  std::uint32_t levels() const { return static_cast<std::uint32_t>(texts.size()); }
};

struct kernel {
  const scan_plan* plan = nullptr;
  kernel_events entry{};
  std::vector<kernel_atom> atoms{};
  std::vector<kernel_rule> conditions{};
  std::vector<std::vector<std::size_t>> first_days{};  // of each outcome: its atoms
  std::vector<std::size_t> censoring{};
  std::vector<kernel_rule> held{};                // of a proportion: its outcomes
  std::vector<std::vector<kernel_rule>> bases{};  // and who is in their denominators
  std::vector<std::vector<kernel_dimension>> breakdowns{};
  std::vector<state_fact> state_facts{};  // of a sequence
  bool reads_enrolments = false;
  std::size_t slots = 1;       // counts of a stratum: units, then what the statistic counts
  bool one_slot_each = false;  // every unit is in one slot, so that units need not be counted
};
// Nothing if the definition has to be folded. The plan outlives the kernel; the set is that which
// is scanned.
std::optional<kernel> compile(const scan_plan&, const column_set&);

}  // namespace stegvis

#pragma once
// A definition as a program over the rows of chunks, for definitions whose entry, conditions,
// outcomes and censoring are plain events or the running of jobs: no journey is folded. Adds the
// same counts as scan() does, person by person, to the same cells.
//
// compile() decides, by the definition alone; what it does not take is folded. Of a chunk that it
// takes, single journeys may be left over for folding: those whose answer hangs on more than the
// rows show (a placement that changed between job and training, an entry that names no enrolment).
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "projections/columns/columns.hpp"
#include "projections/evaluations/kernel_calendar.hpp"
#include "projections/evaluations/kernel_states.hpp"
#include "projections/evaluations/scan.hpp"

namespace stegvis {

struct exclusions;

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
  static constexpr std::uint32_t none = 0xffff'ffff;
  static constexpr std::int32_t never = INT32_MAX;

  struct unit {
    std::uint32_t journey, entry;  // entry: index into the rows by type
    std::int32_t origin;
  };
  // Strata of a breakdown by their combination of levels, in order of appearance.
  struct strata_table {
    std::vector<std::uint32_t> number_of;  // combination to stratum
    std::vector<std::uint32_t> combinations;
    std::vector<std::uint32_t> counts;  // by stratum, then slot
  };

  bool stands(std::size_t i) const {
    return (rows_->known_from[i] <= cut_) & (rows_->known_to[i] > cut_) &
           (rows_->valid[i] <= horizon_);
  }
  void find_journeys();
  void leave_out_merged();
  void find_entries();
  template <bool last>
  void find_entries_of(rows_by_type::run);
  void make_units();
  void find_enrolments();
  void find_first_enrolments();
  std::optional<std::uint32_t> enrolment_of(const unit&) const;
  void find_strata();
  void add_levels(const kernel_dimension&);
  void bound(const kernel_atom&);
  template <bool some>
  void find_events_of(const kernel_atom&, std::vector<std::int32_t>& first) const;
  void find_events(const kernel_atom&, std::vector<std::int32_t>& first) const;
  void find_jobs(const kernel_atom&, std::vector<std::int32_t>& first);
  std::uint32_t add_jobs(const kernel_atom&, std::uint32_t begin, std::uint32_t end,
                         std::vector<std::int32_t>& first);
  std::int32_t end_of_job(std::uint32_t start, std::uint32_t key);
  bool changed_kind(const kernel_atom&, std::uint32_t start, std::uint32_t key);
  void leave(std::uint32_t journey);
  void count_flow();
  bool admit(const unit&);
  // By journey: the first day of any of the atoms, which are of no other use afterwards.
  const std::int32_t* first_of(const std::vector<std::size_t>& atoms);
  void find_ends();
  void count_units();
  template <time_unit by>
  void count_exits();
  void count_answers();
  void count_ages();
  void count_periods();
  void count_states();
  std::size_t add_days(const unit&, std::int32_t end);
  void add(std::uint32_t i, std::size_t slot);  // of the unit of that number
  void add_slots();
  answer holds(const kernel_rule&, const unit&) const;
  answer all_hold(const std::vector<kernel_rule>&, const unit&) const;
  cell_key key_of(std::size_t slot) const;

  const kernel& program_;
  const definition& definition_;
  const column_set& set_;
  question question_;
  const kernel_calendar& calendar_ = kernel_calendar::get();
  std::int32_t horizon_;
  std::vector<bool> restricted_;  // by hash of the subject: perhaps
  // Of the chunk under way.
  const column_chunk* chunk_ = nullptr;
  const rows_by_type* rows_ = nullptr;
  std::uint32_t cut_ = 0;
  std::vector<std::uint8_t> counted_, entered_;   // by journey
  std::vector<std::uint32_t> entry_, enrolled_;   // by journey: a row; none
  std::vector<std::int32_t> low_, high_;          // by journey: an atom's window
  std::vector<std::vector<std::int32_t>> first_;  // by atom, then journey: never, or the day
  std::vector<unit> units_;
  std::vector<std::uint32_t> enrolment_, combinations_;  // by unit
  std::vector<std::size_t> strata_;      // by breakdown, then unit: where its counts begin
  std::vector<std::uint32_t> admitted_;  // numbers of units
  std::vector<std::size_t> slots_;       // of those admitted
  std::vector<std::int32_t> end_;        // by unit: the last day observed
  std::vector<std::uint32_t>* left_ = nullptr;
  // Jobs of the journey under way, and how far ends, changes and deaths have been read.
  std::vector<std::pair<std::int32_t, std::int32_t>> jobs_;
  std::vector<std::uint32_t> keys_;
  rows_by_type::run ends_, changes_, deaths_, enrolments_;
  // States of the unit under way.
  journey_states states_;
  std::vector<std::int32_t> days_;
  std::vector<state> on_days_;
  std::vector<statistics::state_code> codes_;
  // Counts.
  std::vector<std::uint64_t> flow_;
  std::vector<strata_table> tables_;
  sequence_counts sequences_;
};

}  // namespace stegvis

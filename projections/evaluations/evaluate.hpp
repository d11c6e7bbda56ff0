#pragma once
// Evaluating: a definition applied to columns at a cut and as of a day, on all cores. The result
// depends on nothing else: the same bytes for any number of threads, size of chunks and machine.
#include <functional>
#include <stop_token>

#include "projections/evaluations/definition.hpp"
#include "projections/evaluations/result.hpp"
#include "projections/evaluations/scan.hpp"

namespace stegvis {

// What is evaluated: facts, and who opens what is sealed in them. Outlives the evaluation.
struct evaluation_facts {
  std::shared_ptr<const column_set> set;  // who is counted
  // Where reference subjects are looked up (lists, targets, published reports); empty: in `set`.
  std::shared_ptr<const column_set> reference;
  seal_opener open;       // empty: there are no keys
  answer_reader answers;  // of surveys; may be empty
  std::string ledger;     // its id
  std::function<recorded_time(position)> recorded_at;
  std::function<result<std::string>(position)> head_hash;  // hex

  const column_set& references() const { return reference ? *reference : *set; }
};

struct evaluation_question {
  position cut;  // at most the columns' checkpoint
  day as_of{};   // clipped to the day of the cut
  bool suppress = true;
  position reports_until{};  // published reports up to here are compared with
  unsigned threads = 0;      // 0: one for each core
  std::stop_token stop{};
  bool compiled = true;  // false: every journey is folded, whatever the definition; same counts
};

// bad_key: the definition opens what is sealed, and there are no keys. bad_definition: a section's.
// cancelled: it was stopped.
[[nodiscard]] result<evaluation_result> evaluate(const definition&, const evaluation_facts&,
                                                 const evaluation_question&);

// --- Parts, for federated runs, workers, differences and tests.

// Who is left out, decided by what is known now, whatever the cut.
struct exclusions {
  std::vector<std::string> restricted{};  // subjects, ascending; without keys whoever may be
  std::vector<std::string> erased{};      // subjects; they stay, their values read `erased`
  std::uint64_t erased_until = 0;         // position of the last erasure
};
exclusions exclusions_of(const column_set&, const seal_opener&);

// What one set of journeys gives one of the scans that an evaluation makes. Those of disjoint sets
// add up.
struct counted_scan {
  partial counts{};
  std::vector<std::uint64_t> delays{};  // events by days from holding to recording
  void add(const counted_scan&);
};
// The scans of an evaluation in its order, over the journeys of the facts. Which these are follows
// from the definition, the question and the references. Those for reports published before come
// first, and are left out where nothing is suppressed.
[[nodiscard]] result<std::vector<counted_scan>> count_scans(const definition&,
                                                            const evaluation_facts&,
                                                            const evaluation_question&,
                                                            const exclusions&);
// The result over the journeys of the facts and those that the scans were counted over.
[[nodiscard]] result<evaluation_result> evaluate_with(const definition&, const evaluation_facts&,
                                                      const evaluation_question&, const exclusions&,
                                                      const std::vector<counted_scan>& others);

// Whether the definition reads a field that is sealed.
bool opens_seals(const definition&);

// What stands of a row at a stage between two cuts; nothing: at the cut of the question.
using row_rule =
    std::function<bool(const column_chunk&, const column_chunk::journey_rows&, std::uint32_t row)>;

// The counts of a definition that is no report.
partial scan_all(const scan_plan&, const evaluation_facts&, const evaluation_question&,
                 const exclusions&, const row_rule& stands = {});
// Occupations listed as shortage, at the cut.
reference_lists lists_of(const column_set&, position at, day horizon);

// The last day that is looked at.
day horizon_of(const evaluation_facts&, const evaluation_question&);
// The definition's manifest, without the table hash. What the head hash is refused with.
[[nodiscard]] result<result_manifest> manifest_of(const definition&, const evaluation_facts&,
                                                  const evaluation_question&, const exclusions&);

}  // namespace stegvis

#pragma once
// What evaluations read of a ledger: its columns, and its keys for what is sealed in them.
#include "api/asked_view.hpp"
#include "api/command.hpp"
#include "projections/evaluations/evaluate.hpp"

namespace stegvis {

// Facts folded to the cut's position at least, and to the head: exclusions are decided by now.
[[nodiscard]] result<evaluation_facts> facts_of(context& c);
[[nodiscard]] result<evaluation_facts> facts_of(owned_ledger& owned,
                                                const std::function<void(position)>& progress);

// Facts of those subjects only that have events of these types, whole journeys of each, without the
// stored columns.
[[nodiscard]] result<evaluation_facts> facts_about(
    context& c, const std::vector<const type_description*>& types);
// Surveys' answers as items and values; none if they cannot be read.
std::vector<std::pair<std::string, std::int64_t>> answers_in(std::string_view json);

// What is asked: as of a day, as known at a cut, beside reports published up to a position.
struct question_arguments {
  view_arguments asked;
  std::string reports_until;
};
void declare_question(CLI::App& app, question_arguments& into);
// Everybody sees the day of the cut at most. bad_cut, bad_date.
[[nodiscard]] result<evaluation_question> question_of(context& c, const question_arguments& given);

// A file that an evaluation wrote. bad_file, and what result_from_json refuses.
[[nodiscard]] result<evaluation_result> read_result(const context& c, const std::string& file);

// A definition by its shipped name, or from a file (a path with a dot or a slash). Other
// definitions that a report uses are looked for beside the file, then among the shipped ones.
[[nodiscard]] result<definition> find_shipped(const std::string& name);
[[nodiscard]] result<definition> find_definition(context& c, const std::string& name_or_file);

}  // namespace stegvis

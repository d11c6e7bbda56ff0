#pragma once
// How a command asks an evaluation: the cut and the day, the definition, and the facts with their
// progress shown.
#include "api/asked_view.hpp"
#include "api/command.hpp"
#include "api/evaluation_source.hpp"

namespace stegvis {

// What is asked: as of a day, as known at a cut, beside reports published up to a position.
struct question_arguments {
  view_arguments asked;
  std::string reports_until;
};
void declare_question(CLI::App& app, question_arguments& into);
// Everybody sees the day of the cut at most. bad_cut, bad_date.
[[nodiscard]] result<evaluation_question> question_of(context& c, const question_arguments& given);

// A definition by its shipped name, or from a file (a path with a dot or a slash). Other
// definitions that a report uses are looked for beside the file, then among the shipped ones.
[[nodiscard]] result<definition> find_definition(context& c, const std::string& name_or_file);

// A file that an evaluation wrote. bad_file, and what result_from_json refuses.
[[nodiscard]] result<evaluation_result> read_result(const context& c, const std::string& file);

[[nodiscard]] result<evaluation_facts> facts_of(context& c);
[[nodiscard]] result<evaluation_facts> facts_about(
    context& c, const std::vector<const type_description*>& types);

}  // namespace stegvis

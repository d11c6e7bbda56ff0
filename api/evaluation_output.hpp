#pragma once
// Where results go: the terminal or JSON, and a folder of files.
#include "api/command.hpp"
#include "projections/evaluations/evaluate.hpp"
#include "projections/evaluations/result.hpp"

namespace stegvis {

// Prints the result; with a folder, also writes report.html, result.json and tables there.
result<exit_code> show_result(context& c, evaluation_result r, const std::string& folder);
// The whole file or the one before it: written beside, then renamed.
void write_file(const std::filesystem::path& file, std::string_view bytes);
// The same for personal data: mode 0600, synced, and whole also if several write it at once.
void write_private_file(const std::filesystem::path& file, std::string_view bytes);

struct partial_arguments {
  std::string file, with;  // where to; whose keys
  bool exact = false;
};
result<exit_code> write_partial(context& c, const partial_arguments&, const definition&,
                                const evaluation_facts&, const evaluation_question&);

}  // namespace stegvis

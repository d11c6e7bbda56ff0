#pragma once
// The result as JSON, for programs and for ever: {"build":..,"manifest":{..},"sections":[..]} with
// keys sorted, no spaces, numbers as the shortest text that reads back the same (to_chars; a real
// that is whole keeps ".0", which tells it from a count). A missing value is null, a marked one
// {"mark":"suppressed"} or {"mark":"preliminary","value":1}.
#include <string>
#include <string_view>

#include "events/error.hpp"
#include "projections/evaluations/result.hpp"

namespace stegvis {

// Appends the sections alone, an array: the bytes that table_hash is over. Asserts that reals are
// finite.
void append_sections_json(const std::vector<result_section>&, std::string& out);
// The whole object and a line break. table_hash is set from the sections as they are.
std::string to_json(evaluation_result);
// Reads what to_json wrote, in any order of keys and with any spaces. bad_json; bad_field with a
// JSON pointer for what is missing, unknown, of the wrong type, or does not fit the columns;
// corrupt if the table hash is not that of the sections.
[[nodiscard]] result<evaluation_result> result_from_json(std::string_view text);

}  // namespace stegvis

#pragma once
// The JSON objects that the API takes and gives, as JSON Schema for its description.
#include <string>
#include <string_view>
#include <vector>

namespace stegvis::http {

struct named_schema {
  std::string_view name;
  std::string json;
};

// By the names that the routes use. Objects take further members, but for those that are asked
// with: members may be added to an answer, never renamed.
std::vector<named_schema> schemas();

// {"$ref":...} to one of them.
std::string schema_reference(std::string_view name);

// A JSON string.
std::string quoted(std::string_view text);

// {"type":"string","enum":[...]}.
std::string code_schema(const std::vector<std::string_view>& codes);

}  // namespace stegvis::http

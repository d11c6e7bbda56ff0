#pragma once
// The definitions of projections/definitions/ inside the program. The table is in a source file
// that the build makes (projections/definitions/embed.cmake).
#include <string_view>
#include <vector>

namespace stegvis {

struct shipped_text {
  std::string_view name, toml;
};
const std::vector<shipped_text>& shipped_texts();  // by name, ascending

}  // namespace stegvis

#include "projections/evaluations/shipped.hpp"

#include <algorithm>

#include "projections/evaluations/definition.hpp"

namespace stegvis {

std::vector<std::string_view> shipped_definitions() {
  std::vector<std::string_view> names;
  for (const shipped_text& text : shipped_texts()) names.push_back(text.name);
  return names;
}

std::optional<std::string_view> shipped_definition(std::string_view name) {
  const auto& all = shipped_texts();
  const auto found = std::ranges::find(all, name, &shipped_text::name);
  if (found == all.end()) return std::nullopt;
  return found->toml;
}

}  // namespace stegvis

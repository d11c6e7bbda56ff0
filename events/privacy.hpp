#pragma once
#include <cstdint>
#include <string_view>

namespace stegvis {

// Privacy class of a field. All but `plain` are sealed under a key of the subject and the class
// before they reach the log. The numbers are stored (key names), so they never change.
enum class privacy : std::uint8_t {
  plain = 0,
  background = 1,  // sex, birth year, country, education, occupation, wage, workplace, employer
  identity = 2,
  contact = 3,
  health = 4,  // target groups, barriers and reasons that tell of health
  freetext = 5,
};

constexpr std::string_view name_of(privacy p) {
  constexpr std::string_view names[] = {"plain",   "background", "identity",
                                        "contact", "health",     "freetext"};
  return names[static_cast<int>(p)];
}

}  // namespace stegvis

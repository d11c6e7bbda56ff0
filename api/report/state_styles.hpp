#pragma once
// How states look wherever they are drawn.
#include <string_view>

#include "api/report/ink.hpp"

namespace stegvis {

// Our own states have fixed styles; of others the `number`th one in the figure.
ink::area_style style_of_state(std::string_view code, std::size_t number);

}  // namespace stegvis

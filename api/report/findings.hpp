#pragma once
// What a table says, in one sentence computed from its numbers. It names what can be read and
// ranks nobody.
#include <string>

#include "api/report/shown_table.hpp"

namespace stegvis {

// Without line breaks or markup. Never empty: where nothing can be read it says so.
std::string finding_of(const shown_table&);

}  // namespace stegvis

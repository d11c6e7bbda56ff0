#pragma once
#include <cstddef>
#include <string_view>

namespace stegvis {

// Index of the first byte that is no UTF-8 (overlong forms and surrogates are none); npos if all
// is well. With `cut_short`, a sequence that merely lacks its last bytes at the end is well.
std::size_t find_bad_utf8(std::string_view bytes, bool cut_short = false);

}  // namespace stegvis

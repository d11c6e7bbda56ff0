#pragma once
// Text encodings of table files: which one it is, and bringing it to UTF-8.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/utf8.hpp"

namespace stegvis {

enum class text_encoding : std::uint8_t { utf8, windows_1252 };

// Index of the first byte that Windows-1252 does not define (81 8D 8F 90 9D); npos if none.
std::size_t find_bad_windows_1252(std::string_view bytes);

// UTF-8 of text in which find_bad_windows_1252 finds nothing.
std::string utf8_from_windows_1252(std::string_view bytes);

// What the first bytes of a file look like: UTF-8 if they are valid, else Windows-1252 if all are
// defined there, else nothing.
std::optional<text_encoding> detect_encoding(std::string_view bytes, bool cut_short);

}  // namespace stegvis

#pragma once
// Text that goes into HTML, SVG or a terminal.
#include <string>
#include <string_view>

namespace stegvis {

// Control characters as U+FFFD, tabs and line breaks as spaces: safe on a terminal and in XML.
std::string printable(std::string_view text);
// Printable, with & < > " ' as references: for text and for attribute values in quotes.
std::string escaped(std::string_view text);

}  // namespace stegvis

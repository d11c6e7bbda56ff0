#include "api/report/markup.hpp"

namespace stegvis {
namespace {

constexpr std::string_view replacement = "\uFFFD";

// Length of a C1 control character or a noncharacter of XML at `at`; 0 if there is none.
std::size_t odd_character(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
  };
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) < 0xa0) return 2;
  if (byte(0) == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe) return 3;
  return 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (const auto odd = odd_character(text, i); odd > 0) {
      out += replacement;
      i += odd;
      continue;
    }
    ++i;
    if (c == '\t' || c == '\n' || c == '\r')
      out += ' ';
    else if (c < 0x20 || c == 0x7f)
      out += replacement;
    else
      out += static_cast<char>(c);
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace stegvis

#include "ingest/encoding.hpp"

#include <algorithm>
#include <array>

namespace stegvis {
namespace {
// Windows-1252 from 0x80 to 0x9F; the rest is Latin-1. 0 = undefined.
constexpr std::array<char16_t, 32> high_controls = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

char16_t code_point(unsigned char byte) {
  return byte >= 0x80 && byte < 0xA0 ? high_controls[byte - 0x80] : byte;
}

void append_utf8(std::string& out, char16_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}
}  // namespace

std::size_t find_bad_windows_1252(std::string_view bytes) {
  const auto bad = std::ranges::find_if(bytes, [](char c) {
    return c != '\0' && code_point(static_cast<unsigned char>(c)) == 0;
  });
  return bad == bytes.end() ? std::string_view::npos
                            : static_cast<std::size_t>(bad - bytes.begin());
}

std::string utf8_from_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) append_utf8(out, code_point(static_cast<unsigned char>(c)));
  return out;
}

std::optional<text_encoding> detect_encoding(std::string_view bytes, bool cut_short) {
  if (find_bad_utf8(bytes, cut_short) == std::string_view::npos) return text_encoding::utf8;
  if (find_bad_windows_1252(bytes) == std::string_view::npos) return text_encoding::windows_1252;
  return std::nullopt;
}

}  // namespace stegvis

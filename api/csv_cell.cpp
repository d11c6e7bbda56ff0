#include "api/csv_cell.hpp"

namespace stegvis {

bool looks_like_formula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != text.npos;
}

void append_csv_cell(std::string& out, std::string_view text, char separator, bool guarded) {
  const bool guards = guarded && looks_like_formula(text);
  const bool plain = text.find_first_of("\"\r\n") == text.npos && text.find(separator) == text.npos;
  if (!plain) out += '"';
  if (guards) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  if (!plain) out += '"';
}

}  // namespace stegvis

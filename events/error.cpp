#include "events/error.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace stegvis {
namespace {
struct row {
  std::string_view name, hint;
};
constexpr auto rows = std::to_array<row>({
#define X(name, hint) {#name, hint},
    STEGVIS_ERRORS(X)
#undef X
});
}  // namespace

std::string_view name_of(errc code) {
  return rows.at(static_cast<std::size_t>(code)).name;
}
std::string_view hint_of(errc code) {
  return rows.at(static_cast<std::size_t>(code)).hint;
}

std::string to_string(const problem& p) {
  std::string text = p.file;
  if (p.line != 0) text += (text.empty() ? "line " : ":") + std::to_string(p.line);
  if (!text.empty()) text += ": ";
  if (!p.field.empty()) text += p.field + ": ";
  text += name_of(p.code);
  if (!p.message.empty()) text += ": " + p.message;
  return text += " (" + std::string(hint_of(p.code)) + ")";
}

void throw_exception_from_error(const problem& p, const boost::source_location&) {
  throw world_error(to_string(p));
}

void assertion_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "stegvis: assertion failed: %s (%s:%d)\n", what, file, line);
  std::abort();
}
}  // namespace stegvis

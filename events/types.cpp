#include "events/types.hpp"

#include <algorithm>

namespace stegvis {
namespace {
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool subject_char(char c) {
  return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.' || c == '~' || c == ':';
}
bool known_kind(std::string_view kind) {
  constexpr std::string_view kinds[] = {"participant", "staff",  "unit",     "workplace",
                                        "job",         "ladder", "programme"};
  return std::ranges::find(kinds, kind) != std::end(kinds);
}
}  // namespace

bool valid_decimal(std::string_view t) {
  if (!t.empty() && t.front() == '-') t.remove_prefix(1);
  const auto point = t.find('.');
  const auto whole = t.substr(0, point);
  if (whole.empty() || whole.size() > 15 || !std::ranges::all_of(whole, digit)) return false;
  if (whole.size() > 1 && whole.front() == '0') return false;
  if (point == std::string_view::npos) return true;
  const auto fraction = t.substr(point + 1);
  return !fraction.empty() && fraction.size() <= 9 && std::ranges::all_of(fraction, digit);
}

bool valid_id(std::string_view t) {
  return !t.empty() && t.size() <= id_bytes_max &&
         std::ranges::all_of(t, [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

bool valid_subject(std::string_view t) {
  const auto slash = t.find('/');
  if (slash == std::string_view::npos || t.size() > id_bytes_max) return false;
  const auto id = t.substr(slash + 1);
  return known_kind(t.substr(0, slash)) && !id.empty() && std::ranges::all_of(id, subject_char);
}

std::string_view kind_of(std::string_view subject) {
  return subject.substr(0, subject.find('/'));
}

bool is_person(std::string_view subject) {
  return kind_of(subject) == "participant" || kind_of(subject) == "staff";
}

std::string opening_source(std::string_view source) {
  return std::string(source) + "/opening";
}

bool is_opening_source(std::string_view source) {
  return source.ends_with("/opening");
}

}  // namespace stegvis

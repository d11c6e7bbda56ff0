#include "events/utf8.hpp"

namespace stegvis {
namespace {
struct sequence_shape {
  std::size_t length = 0;  // 0: no lead byte
  unsigned char second_min = 0x80, second_max = 0xBF;
};

// Table 3-7 of the Unicode standard.
sequence_shape shape_of(unsigned char lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xC2 || lead > 0xF4) return {};
  if (lead < 0xE0) return {2};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead < 0xF0) return {3};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {4};
}
}  // namespace

std::size_t find_bad_utf8(std::string_view bytes, bool cut_short) {
  for (std::size_t at = 0; at < bytes.size();) {
    const sequence_shape shape = shape_of(static_cast<unsigned char>(bytes[at]));
    if (shape.length == 0) return at;
    for (std::size_t i = 1; i < shape.length; ++i) {
      if (at + i == bytes.size()) return cut_short ? std::string_view::npos : at;
      const auto c = static_cast<unsigned char>(bytes[at + i]);
      const unsigned char min = i == 1 ? shape.second_min : 0x80;
      const unsigned char max = i == 1 ? shape.second_max : 0xBF;
      if (c < min || c > max) return at;
    }
    at += shape.length;
  }
  return std::string_view::npos;
}

}  // namespace stegvis

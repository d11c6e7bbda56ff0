#include "events/crc32c.hpp"

#include <array>
#include <cstring>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace stegvis {
namespace {
constexpr auto table = [] {
  std::array<std::uint32_t, 256> t{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? (c >> 1) ^ 0x82f63b78u : c >> 1;
    t[i] = c;
  }
  return t;
}();

std::uint32_t portable(std::uint32_t c, std::string_view bytes) {
  for (const char b : bytes) c = (c >> 8) ^ table[(c ^ static_cast<unsigned char>(b)) & 0xff];
  return c;
}

#if defined(__x86_64__)
[[gnu::target("sse4.2")]] std::uint32_t hardware(std::uint32_t c, std::string_view bytes) {
  std::uint64_t wide = c;
  while (bytes.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    wide = _mm_crc32_u64(wide, word);
    bytes.remove_prefix(8);
  }
  c = static_cast<std::uint32_t>(wide);
  for (const char b : bytes) c = _mm_crc32_u8(c, static_cast<unsigned char>(b));
  return c;
}
#endif
}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
#if defined(__x86_64__)
  static const bool fast = __builtin_cpu_supports("sse4.2");
  if (fast) return ~hardware(~0u, bytes);
#endif
  return ~portable(~0u, bytes);
}

}  // namespace stegvis

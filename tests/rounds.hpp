#pragma once
// Random loops: STEGVIS_SEED replays one seed, STEGVIS_ROUNDS asks for more of them.
#include <cstdint>
#include <cstdlib>

namespace stegvis::testing {

inline std::uint64_t environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace stegvis::testing

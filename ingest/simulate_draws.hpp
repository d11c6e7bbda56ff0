#pragma once
// Random draws by integers only (splitmix64), so that every machine draws the same.
#include <cstdint>
#include <span>

namespace stegvis {

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;

// Bijective on 64 bits: different inputs never meet.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += golden_gamma;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

class draws {
 public:
  explicit constexpr draws(std::uint64_t key) : state_(mix(key)) {}

  constexpr std::uint32_t below(std::uint32_t n) {
    const std::uint64_t high = mix(state_) >> 32;
    state_ += golden_gamma;
    return static_cast<std::uint32_t>((high * n) >> 32);
  }
  // Both ends included.
  constexpr int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint32_t>(high - low + 1)));
  }
  constexpr bool chance(int per_mille) { return static_cast<int>(below(1000)) < per_mille; }
  // Index drawn by weights that add up to 1000.
  constexpr std::uint8_t pick(std::span<const int> per_mille) {
    int left = static_cast<int>(below(1000));
    std::uint8_t i = 0;
    for (; i + 1u < per_mille.size() && left >= per_mille[i]; ++i) left -= per_mille[i];
    return i;
  }

 private:
  std::uint64_t state_;
};

}  // namespace stegvis

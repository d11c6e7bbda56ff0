#pragma once
// A partial: an evaluation's integer counts before anything is divided. Partials of disjoint sets
// of journeys add up, in any order and grouping, to the partial of all of them.
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace stegvis {

// Reals (weights, entropies) are kept as multiples of 2^-32, so that sums are exact.
constexpr double fixed_scale = 4294967296.0;
std::int64_t to_fixed(double x);       // rounded to nearest, ties to even; |x| < 2^31 asserted
double from_fixed(std::uint64_t sum);  // of a sum mod 2^64, read as signed

// What a count is of. `block` says which of a statistic's counts, `breakdown` which stratification
// (0: the total), `stratum` the interned levels, and the rest depends on the block: times, states,
// outcomes.
struct cell_key {
  std::uint16_t block = 0, breakdown = 0;
  std::uint32_t stratum = 0;
  std::int32_t a = 0, b = 0, c = 0;
  friend auto operator<=>(const cell_key&, const cell_key&) = default;
};

// Sums mod 2^64. Strata are interned in the partial itself: their texts travel with it.
class partial {
 public:
  void add(const cell_key& key, std::uint64_t amount = 1);
  // The stratum's number in this partial; levels are joined by U+001F.
  std::uint32_t stratum(std::string_view levels);
  // Adds another one, whose strata may be numbered otherwise.
  void add(const partial& other);

  const std::vector<std::string>& strata() const { return strata_; }
  // Cells whose sum is not 0, by key, strata numbered in the order of their texts: the same for
  // any order of adding.
  std::map<cell_key, std::uint64_t> sorted() const;
  std::vector<std::string> sorted_strata() const;

 private:
  // Equal texts are found without making strings.
  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct cell {
    cell_key key{.block = no_block};
    std::uint64_t amount = 0;
  };
  static constexpr std::uint16_t no_block = 0xffff;

  cell& find(const cell_key&);
  void grow();

  std::vector<cell> cells_;  // by hash, a power of two, at most half of them taken
  std::size_t taken_ = 0;
  std::vector<std::string> strata_;
  std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>> numbers_;
};

}  // namespace stegvis

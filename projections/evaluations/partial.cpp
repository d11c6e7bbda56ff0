#include "projections/evaluations/partial.hpp"

#include <algorithm>
#include <cmath>

#include "events/error.hpp"

namespace stegvis {

std::int64_t to_fixed(double x) {
  STEGVIS_ASSERT(x > -2147483648.0 && x < 2147483648.0);
  const double scaled = x * fixed_scale;  // exact: a power of two
  double whole = std::floor(scaled);
  const double rest = scaled - whole;  // exact (Sterbenz)
  const bool odd = static_cast<std::int64_t>(whole) % 2 != 0;
  if (rest > 0.5 || (rest == 0.5 && odd)) whole += 1;
  return static_cast<std::int64_t>(whole);
}

double from_fixed(std::uint64_t sum) {
  return static_cast<double>(static_cast<std::int64_t>(sum)) / fixed_scale;
}

std::uint32_t partial::stratum(std::string_view levels) {
  const auto [at, fresh] =
      numbers_.try_emplace(std::string(levels), static_cast<std::uint32_t>(strata_.size()));
  if (fresh) strata_.emplace_back(levels);
  return at->second;
}

void partial::add(const partial& other) {
  std::vector<std::uint32_t> numbers;
  for (const auto& levels : other.strata_) numbers.push_back(stratum(levels));
  for (const auto& [key, amount] : other.cells_) {
    cell_key here = key;
    here.stratum = numbers[key.stratum];
    cells_[here] += amount;
  }
}

std::vector<std::string> partial::sorted_strata() const {
  auto sorted = strata_;
  std::ranges::sort(sorted);
  return sorted;
}

std::map<cell_key, std::uint64_t> partial::sorted() const {
  const auto texts = sorted_strata();
  std::map<cell_key, std::uint64_t> out;
  for (const auto& [key, amount] : cells_) {
    if (amount == 0) continue;
    const auto at = std::ranges::lower_bound(texts, strata_[key.stratum]);
    cell_key here = key;
    here.stratum = static_cast<std::uint32_t>(at - texts.begin());
    out.emplace(here, amount);
  }
  return out;
}

}  // namespace stegvis

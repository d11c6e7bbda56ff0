#include "projections/evaluations/partial.hpp"

#include <algorithm>
#include <cmath>

#include "events/error.hpp"

namespace stegvis {
namespace {
constexpr std::size_t first_size = 64;

std::uint64_t hash_of(const cell_key& k) {
  std::uint64_t h = (std::uint64_t{k.block} << 48) ^ (std::uint64_t{k.breakdown} << 32) ^ k.stratum;
  for (const std::int32_t x : {k.a, k.b, k.c}) {
    h = (h ^ static_cast<std::uint32_t>(x)) * 0x9e3779b97f4a7c15;
    h ^= h >> 29;
  }
  return h;
}
}  // namespace

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

void partial::add(const cell_key& key, std::uint64_t amount) {
  if ((taken_ + 1) * 2 > cells_.size()) grow();
  cell& c = find(key);
  if (c.key.block == no_block) {
    c.key = key;
    ++taken_;
  }
  c.amount += amount;
}

// The key's cell, or the free one that is to become it.
partial::cell& partial::find(const cell_key& key) {
  const std::size_t mask = cells_.size() - 1;
  for (std::size_t at = hash_of(key) & mask;; at = (at + 1) & mask)
    if (cells_[at].key.block == no_block || cells_[at].key == key) return cells_[at];
}

void partial::grow() {
  std::vector<cell> before(std::max(first_size, cells_.size() * 2));
  before.swap(cells_);
  for (const cell& c : before)
    if (c.key.block != no_block) find(c.key) = c;
}

std::uint32_t partial::stratum(std::string_view levels) {
  const auto found = numbers_.find(levels);
  if (found != numbers_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(strata_.size());
  numbers_.emplace(levels, number);
  strata_.emplace_back(levels);
  return number;
}

void partial::add(const partial& other) {
  std::vector<std::uint32_t> numbers;
  for (const auto& levels : other.strata_) numbers.push_back(stratum(levels));
  for (const cell& c : other.cells_) {
    if (c.key.block == no_block) continue;
    cell_key here = c.key;
    here.stratum = numbers[here.stratum];
    add(here, c.amount);
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
  for (const cell& c : cells_) {
    if (c.amount == 0) continue;
    const auto at = std::ranges::lower_bound(texts, strata_[c.key.stratum]);
    cell_key here = c.key;
    here.stratum = static_cast<std::uint32_t>(at - texts.begin());
    out.emplace(here, c.amount);
  }
  return out;
}

}  // namespace stegvis

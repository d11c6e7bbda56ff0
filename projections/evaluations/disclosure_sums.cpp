#include "projections/evaluations/disclosure_sums.hpp"

#include <algorithm>

namespace stegvis {
namespace {
constexpr std::uint64_t prime = (std::uint64_t{1} << 61) - 1;

std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  return (a + b) % prime;
}
std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  __extension__ using wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<wide>(a) * b % prime);
}
std::uint64_t inverse(std::uint64_t a) {
  std::uint64_t power = 1;
  for (auto exponent = prime - 2; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) power = product(power, a);
    a = product(a, a);
  }
  return power;
}
}  // namespace

known_sums::known_sums(const count_system& system) : system_(system) {
  for (const auto& relation : system.relations) {
    auto row = of_hidden(relation);
    reduce(row);
    if (row.empty()) continue;
    const auto scale = inverse(row[0].value);
    for (auto& f : row) f.value = product(f.value, scale);
    rows_.emplace(row[0].cell, std::move(row));
  }
}

known_sums::combination known_sums::of_hidden(const std::vector<count_term>& terms) const {
  std::map<std::size_t, std::uint64_t> factors;
  for (const auto& t : terms) {
    if (!system_.cells[t.cell].hidden) continue;
    auto& value = factors[t.cell];
    value = sum(value, t.sign > 0 ? 1 : prime - 1);
  }
  combination row;
  for (const auto& [cell, value] : factors) {
    if (value != 0) row.push_back({cell, value});
  }
  return row;
}

void known_sums::reduce(combination& c) const {
  while (!c.empty()) {
    const auto found = rows_.find(c[0].cell);
    if (found == rows_.end()) return;
    const auto& row = found->second;
    const auto scale = prime - c[0].value;
    combination left;
    auto a = c.begin();
    for (const auto& b : row) {
      while (a != c.end() && a->cell < b.cell) left.push_back(*a++);
      auto value = product(scale, b.value);
      if (a != c.end() && a->cell == b.cell) value = sum(value, (a++)->value);
      if (value != 0) left.push_back({b.cell, value});
    }
    left.insert(left.end(), a, c.end());
    c = std::move(left);
  }
}

bool known_sums::tells(const std::vector<count_term>& terms) const {
  auto c = of_hidden(terms);
  reduce(c);
  return c.empty();
}

}  // namespace stegvis

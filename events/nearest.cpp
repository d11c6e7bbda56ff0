#include "events/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace stegvis {
namespace {
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}
}  // namespace

std::string_view nearest_name(std::string_view text, std::span<const std::string_view> names) {
  constexpr std::size_t longest = 64;  // bounds the work on hostile input
  if (text.size() > longest) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, text.size() / 3) + 1;
  for (const auto name : names) {
    const std::size_t distance = edit_distance(text, name);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = name;
  }
  return best;
}

std::string unknown_name(std::string_view what, std::string_view text,
                         std::span<const std::string_view> names) {
  std::string message = "unknown " + std::string(what);
  if (const auto near = nearest_name(text, names); !near.empty())
    return message + "; did you mean " + std::string(near) + "?";
  constexpr std::size_t listed_max = 20;
  for (std::size_t i = 0; i < std::min(listed_max, names.size()); ++i)
    message += (i == 0 ? "; there are " : ", ") + std::string(names[i]);
  if (names.size() > listed_max) message += " and more";
  return message;
}

}  // namespace stegvis

#include "projections/statistics/proportions.hpp"

#include <algorithm>
#include <cmath>

#include "events/error.hpp"

namespace stegvis::statistics {
namespace {
double rate_of(share s) {
  return static_cast<double>(s.yes) / static_cast<double>(s.of);
}

double spread_of(double p) {
  return p * (1 - p);
}

interval around(double estimate, double half) {
  return {estimate, std::max(estimate - half, 0.0), std::min(estimate + half, 1.0)};
}

double funnel_limit(double probability, double target, std::uint64_t n) {
  if (target == 0 || target == 1) return target;
  const auto r = binomial_quantile(probability, n, target);
  const double over = (r.at - probability) / (r.at - r.below);
  return std::clamp((static_cast<double>(r.k) - over) / static_cast<double>(n), 0.0, 1.0);
}

double mean_square(std::span<const double> scores) {
  double sum = 0;
  for (const double z : scores) sum += z * z;
  return sum / static_cast<double>(scores.size());
}

std::optional<double> scaled(double difference, double variance) {
  if (variance > 0) return difference / std::sqrt(variance);
  if (difference == 0) return 0;
  return {};
}

std::uint64_t size_of(std::span<const bin> histogram) {
  std::uint64_t n = 0;
  for (const auto& b : histogram) n += b.count;
  return n;
}

// The value of the person at `rank`, from 0, in ascending order.
double value_at(std::span<const bin> histogram, std::uint64_t rank) {
  auto b = histogram.begin();
  for (std::uint64_t below = b->count; below <= rank; below += b->count) ++b;
  return static_cast<double>(b->value);
}
}  // namespace

std::optional<interval> wilson(share s, double z) {
  STEGVIS_ASSERT(s.yes <= s.of);
  if (s.of == 0) return {};
  const auto n = static_cast<double>(s.of);
  const double p = rate_of(s), square = z * z;
  const double middle = p + square / (2 * n);
  const double half = z * std::sqrt(spread_of(p) / n + square / (4 * n * n));
  const double whole = 1 + square / n;
  return interval{p, s.yes == 0 ? 0 : (middle - half) / whole,
                  s.yes == s.of ? 1 : (middle + half) / whole};
}

std::optional<interval> newcombe_difference(share a, share b, double z) {
  const auto left = wilson(a, z), right = wilson(b, z);
  if (!left || !right) return {};
  const auto distance = [](double x, double y) { return std::sqrt(x * x + y * y); };
  const double difference = left->estimate - right->estimate;
  return interval{difference,
                  difference - distance(left->estimate - left->low, right->high - right->estimate),
                  difference + distance(left->high - left->estimate, right->estimate - right->low)};
}

std::optional<standardised> standardise(std::span<const stratum> strata, double z) {
  double whole = 0;
  for (const auto& s : strata) {
    STEGVIS_ASSERT(s.standard >= 0 && s.observed.yes <= s.observed.of);
    whole += s.standard;
  }
  if (!(whole > 0)) return {};
  double rate = 0, variance = 0;
  for (const auto& s : strata) {
    if (s.standard == 0) continue;
    if (s.observed.of == 0) return {};
    const double w = s.standard / whole, p = rate_of(s.observed);
    rate += w * p;
    variance += w * w * spread_of(p) / static_cast<double>(s.observed.of);
  }
  const double std_error = std::sqrt(variance);
  return standardised{around(rate, z * std_error), std_error};
}

funnel_limits funnel_limits_of(double target, std::uint64_t n) {
  STEGVIS_ASSERT(n >= 1 && target >= 0 && target <= 1);
  return {n, funnel_limit(0.025, target, n), funnel_limit(0.975, target, n),
          funnel_limit(0.001, target, n), funnel_limit(0.999, target, n)};
}

std::optional<overdispersion> overdispersion_of(std::span<const share> units, double target) {
  if (!(target > 0 && target < 1)) return {};
  std::vector<double> scores;
  for (const auto& u : units) {
    if (u.of == 0) continue;
    const double error = std::sqrt(spread_of(target) / static_cast<double>(u.of));
    scores.push_back((rate_of(u) - target) / error);
  }
  if (scores.empty()) return {};
  std::ranges::sort(scores);
  overdispersion result{scores.size(), mean_square(scores), 0};
  const auto tenth = scores.size() / 10;
  const double lowest = scores[tenth], highest = scores[scores.size() - 1 - tenth];
  for (auto& z : scores) z = std::clamp(z, lowest, highest);
  result.winsorised = mean_square(scores);
  return result;
}

std::optional<double> standardised_difference_of_shares(share a, share b) {
  if (a.of == 0 || b.of == 0) return {};
  const double p = rate_of(a), q = rate_of(b);
  return scaled(p - q, (spread_of(p) + spread_of(q)) / 2);
}

std::optional<double> standardised_difference_of_means(const moments& a, const moments& b) {
  return scaled(a.mean - b.mean, (a.variance + b.variance) / 2);
}

std::optional<double> quantile(std::span<const bin> histogram, double p) {
  STEGVIS_ASSERT(p >= 0 && p <= 1);
  const auto n = size_of(histogram);
  if (n == 0) return {};
  const double at = static_cast<double>(n - 1) * p;
  const double floor = std::floor(at);
  const auto rank = static_cast<std::uint64_t>(floor);
  const double low = value_at(histogram, rank);
  return at == floor ? low : low + (at - floor) * (value_at(histogram, rank + 1) - low);
}

std::optional<moments> moments_of(std::span<const bin> histogram) {
  const auto n = size_of(histogram);
  if (n < 2) return {};
  double mean = 0, squares = 0;
  for (const auto& b : histogram) {
    mean += static_cast<double>(b.value) * static_cast<double>(b.count);
  }
  mean /= static_cast<double>(n);
  for (const auto& b : histogram) {
    const double off = static_cast<double>(b.value) - mean;
    squares += static_cast<double>(b.count) * off * off;
  }
  return moments{mean, squares / static_cast<double>(n - 1)};
}

}  // namespace stegvis::statistics

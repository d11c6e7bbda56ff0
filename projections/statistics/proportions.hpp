#pragma once
// Shares and their intervals, differences, standardisation, funnel plots, balance, and quantiles of
// whole numbers. An estimate that cannot be had (nothing to divide by) is nullopt, never NaN.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "projections/statistics/numeric.hpp"

namespace stegvis::statistics {

constexpr int wilson_version = 1;
constexpr int newcombe_version = 1;
constexpr int standardisation_version = 1;
constexpr int funnel_version = 1;
constexpr int standardised_difference_version = 1;
constexpr int histogram_version = 1;

// `yes` of `of`; yes <= of.
struct share {
  std::uint64_t yes = 0;
  std::uint64_t of = 0;
};

struct interval {
  double estimate = 0;
  double low = 0;
  double high = 0;
};

// Wilson 1927; R: prop.test(correct = FALSE). Exactly 0 below 0/n and 1 above n/n. nullopt: n = 0.
std::optional<interval> wilson(share s, double z = normal_quantile_95);

// a - b by Newcombe 1998 (Stat Med 17:873), method 10, from the Wilson intervals, no correction.
std::optional<interval> newcombe_difference(share a, share b, double z = normal_quantile_95);

// Direct standardisation: sum w_k p_k with variance sum w_k^2 p_k q_k / n_k, w_k the stratum's part
// of the standard population. `estimate` -+ z std_error is cut at 0 and 1.
struct stratum {
  share observed{};
  double standard = 0;  // size of the stratum in the standard population, in any unit
};
struct standardised {
  interval rate{};
  double std_error = 0;
};
// nullopt: a stratum that the standard has but nobody observed, or an empty standard.
std::optional<standardised> standardise(std::span<const stratum> strata,
                                        double z = normal_quantile_95);

// Spiegelhalter 2005 (Stat Med 24:1185, A.1.1): the exact binomial limit at probability P for n
// cases and target p is (r - a)/n, r the smallest with P(R <= r) >= P and
// a = (P(R <= r) - P) / (P(R <= r) - P(R <= r - 1)). Limits at P = 0.025, 0.975, 0.001, 0.999.
// Cut at 0 and 1; a target of 0 or 1 has no spread.
struct funnel_limits {
  std::uint64_t n = 0;
  double low_95 = 0, high_95 = 1;
  double low_998 = 0, high_998 = 1;
};
funnel_limits funnel_limits_of(double target, std::uint64_t n);  // n >= 1, 0 <= target <= 1

// Spiegelhalter 2005 (Qual Saf Health Care 14:347): the mean of squared z-scores of the units,
// z = (p - target)/sqrt(target (1 - target)/n); 1 = no more spread than chance. `winsorised`: the
// lowest and the highest tenth (rounded down) are drawn in to the next score first.
struct overdispersion {
  std::size_t units = 0;  // those with n > 0
  double factor = 0;
  double winsorised = 0;
};
// nullopt: no units, or a target of 0 or 1.
std::optional<overdispersion> overdispersion_of(std::span<const share> units, double target);

// Austin 2009 (Stat Med 28:3083): (pa - pb)/sqrt((pa qa + pb qb)/2), and for means
// (ma - mb)/sqrt((va + vb)/2). 0 if both are alike and without spread; nullopt if they differ
// without spread, or a side is empty.
struct moments {
  double mean = 0;
  double variance = 0;  // sample variance, divisor n - 1
};
std::optional<double> standardised_difference_of_shares(share a, share b);
std::optional<double> standardised_difference_of_means(const moments& a, const moments& b);

// `count` persons with the same whole number. A histogram is in ascending order of value.
struct bin {
  std::int64_t value = 0;
  std::uint64_t count = 0;
};
// R's default (type 7): the value at 1 + (n - 1) p, interpolated; 0 <= p <= 1. nullopt: empty.
std::optional<double> quantile(std::span<const bin> histogram, double p);
// Mean and sample variance; nullopt with fewer than two.
std::optional<moments> moments_of(std::span<const bin> histogram);

}  // namespace stegvis::statistics

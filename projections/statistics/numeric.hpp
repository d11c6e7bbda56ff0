#pragma once
// Logarithms, exponentials and distributions whose last bit is the same on every machine: computed
// with 113 bits of mantissa (Boost.Multiprecision) and rounded once to double. The C library's own
// differ with and without FMA. About 5 us a call, so no loop over persons calls them: that is what
// `log_table` is for. An argument outside the stated domain is a programmer's error (assertion).
#include <cstddef>
#include <cstdint>
#include <vector>

namespace stegvis::statistics {

constexpr int numeric_version = 1;

double exact_log(double x);   // natural logarithm; x > 0
double exact_log2(double x);  // x > 0
double exact_exp(double x);
double exact_pow(double base, double exponent);  // base >= 0; 0^0 = 1

// The two-sided quantile: P(|Z| <= z) = confidence, 0 < confidence < 1. R: qnorm((1 + c) / 2).
constexpr double normal_quantile_95 = 1.959963984540054;
double normal_quantile(double confidence);

// P(X >= x) of chi-square with df >= 1 degrees of freedom; 1 for x <= 0.
// R: pchisq(x, df, lower.tail = FALSE).
double chi_square_upper(double x, int df);

// P(R <= k), R binomial of n trials with probability p. R: pbinom(k, n, p). O(n).
double binomial_cdf(std::uint64_t k, std::uint64_t n, double p);

// The smallest k with P(R <= k) >= probability (R: qbinom), with the distribution on both sides of
// it, so that a caller can interpolate. O(n). 0 < probability < 1.
struct binomial_point {
  std::uint64_t k = 0;
  double at = 1;     // P(R <= k)
  double below = 0;  // P(R <= k - 1)
};
binomial_point binomial_quantile(double probability, std::uint64_t n, double p);

// ln 1 .. ln N, computed once. [0] is 0, the limit of k ln k's factor wherever it is multiplied.
class log_table {
 public:
  explicit log_table(std::size_t largest);
  double operator[](std::size_t k) const { return logs_[k]; }
  std::size_t largest() const { return logs_.size() - 1; }

 private:
  std::vector<double> logs_;
};

}  // namespace stegvis::statistics

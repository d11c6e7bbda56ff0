#include "projections/statistics/numeric.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include "events/error.hpp"

namespace stegvis::statistics {
namespace {
// The exponent has 32 bits, so (1 - p)^n does not vanish for any n that a program counts.
using real = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<113, boost::multiprecision::digit_base_2>,
    boost::multiprecision::et_off>;

double rounded(const real& x) {
  return x.convert_to<double>();
}

// Walks P(R <= k) upwards from k = 0, one multiplication and one division a step.
class binomial_walk {
 public:
  binomial_walk(std::uint64_t n, double p) : n_(n), odds_(real(p) / (1 - real(p))) {
    term_ = pow(1 - real(p), real(n));
    sum_ = term_;
  }
  void step() {
    below_ = sum_;
    term_ = term_ * real(n_ - k_) / real(k_ + 1) * odds_;
    sum_ += term_;
    ++k_;
  }
  std::uint64_t k() const { return k_; }
  const real& at() const { return sum_; }
  const real& below() const { return below_; }

 private:
  std::uint64_t n_;
  std::uint64_t k_ = 0;
  real odds_;
  real term_, sum_, below_ = 0;
};
}  // namespace

double exact_log(double x) {
  STEGVIS_ASSERT(x > 0);
  return rounded(log(real(x)));
}

double exact_log2(double x) {
  STEGVIS_ASSERT(x > 0);
  return rounded(log(real(x)) / boost::math::constants::ln_two<real>());
}

double exact_exp(double x) {
  if (x < -800) return 0;  // below the smallest double
  if (x > 800) return std::numeric_limits<double>::infinity();
  return rounded(exp(real(x)));
}

double exact_pow(double base, double exponent) {
  STEGVIS_ASSERT(base >= 0);
  if (exponent == 0 || base == 1) return 1;
  if (base == 0) return exponent > 0 ? 0 : std::numeric_limits<double>::infinity();
  const real y = log(real(base)) * exponent;
  if (y < -800) return 0;
  if (y > 800) return std::numeric_limits<double>::infinity();
  return rounded(exp(y));
}

double normal_quantile(double confidence) {
  STEGVIS_ASSERT(confidence > 0 && confidence < 1);
  if (confidence == 0.95) return normal_quantile_95;
  return rounded(sqrt(real(2)) * boost::math::erf_inv(real(confidence)));
}

double chi_square_upper(double x, int df) {
  STEGVIS_ASSERT(df >= 1);
  if (!(x > 0)) return 1;
  if (x > 1e6 * df) return 0;  // far below the smallest double
  return rounded(boost::math::gamma_q(real(df) / 2, real(x) / 2));
}

double binomial_cdf(std::uint64_t k, std::uint64_t n, double p) {
  STEGVIS_ASSERT(p >= 0 && p <= 1);
  if (k >= n || p == 0) return 1;
  if (p == 1) return 0;
  binomial_walk walk(n, p);
  while (walk.k() < k) walk.step();
  return rounded(walk.at());
}

binomial_point binomial_quantile(double probability, std::uint64_t n, double p) {
  STEGVIS_ASSERT(probability > 0 && probability < 1 && p >= 0 && p <= 1);
  if (p == 0 || n == 0) return {0, 1, 0};
  if (p == 1) return {n, 1, 0};
  binomial_walk walk(n, p);
  while (walk.k() < n && walk.at() < probability) walk.step();
  return {walk.k(), rounded(walk.at()), rounded(walk.below())};
}

log_table::log_table(std::size_t largest) : logs_(largest + 1) {
  for (std::size_t k = 2; k <= largest; ++k) logs_[k] = exact_log(static_cast<double>(k));
}

}  // namespace stegvis::statistics

#pragma once
// Competing risks: the Aalen-Johansen estimate of who is still in (state 0) and who left by which
// cause (states 1..k). At every time the states sum to 1. Times and groups as in survival.hpp.
//
// Aalen & Johansen 1978. R: survival::survfit of a multi-state Surv (3.5-3) for the estimate, the
// infinitesimal jackknife and the restricted mean; cmprsk::cuminc (2.2-11) for Aalen's variance.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "projections/statistics/survival.hpp"

namespace stegvis::statistics {

constexpr int aalen_johansen_version = 1;
constexpr int restricted_time_version = 1;

enum class competing_variance {
  jackknife,  // infinitesimal jackknife; for weights and late entry too
  aalen       // of the causes alone, unweighted: otherwise there is no error. At one first event of
              // n it is 1/n where the jackknife has sqrt((n - 1)/n)/n
};

struct competing_options {
  int causes = 1;
  competing_variance variance = competing_variance::jackknife;
  interval_kind interval = interval_kind::log_log;
  double z = normal_quantile_95;
};

struct state_estimate {
  double probability = 0;
  std::optional<double> std_error{};
  std::optional<band> interval{};
};

// One for each time at which someone exits.
struct competing_step {
  std::int64_t time = 0;
  amount at_risk{}, censored{};
  std::vector<amount> events{};          // [cause - 1]
  std::vector<state_estimate> states{};  // [0] still in, [k] left by cause k
};

struct competing_curve {
  int causes = 1;
  std::vector<competing_step> steps{};
  amount never_at_risk{};
};

competing_curve aalen_johansen(std::span<const exposure> exposures, const competing_options&);

// The step that holds at t; nullptr before the first one, where all are still in.
const competing_step* step_at(const competing_curve& curve, std::int64_t t);
double probability_at(const competing_curve& curve, int state, std::int64_t t);

// Mean time spent in each state, [0] still in, between `from` and tau >= from: the integral of its
// probability. They sum to tau - from. Errors by the jackknife (R: print(rmean = tau) of a fit with
// influence = TRUE); the area before the first time counts, as in R.
std::vector<restricted_mean> restricted_times(std::span<const exposure> exposures, int causes,
                                              std::int64_t tau, std::int64_t from = 0);

}  // namespace stegvis::statistics

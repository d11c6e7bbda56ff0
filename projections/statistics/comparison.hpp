#pragma once
// Are curves alike? Log-rank and Peto-Peto of k groups, Gray's test of one cause, Holm's
// adjustment. Counts, not weights. Late entry is allowed in the log-rank tests.
//
// Mantel 1966; Peto & Peto 1972, as Fleming & Harrington's G^1; R: survival::survdiff (rho 0 or 1),
// and the score test of coxph(method = "exact") for late entry. Gray 1988; R: cmprsk::cuminc.
// Holm 1979; R: p.adjust.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "projections/statistics/survival.hpp"

namespace stegvis::statistics {

constexpr int log_rank_version = 1;
constexpr int peto_peto_version = 1;
constexpr int gray_version = 1;
constexpr int holm_version = 1;

// The exposures of a group within a stratum. Several may name the same group and stratum.
struct compared {
  std::span<const exposure> exposures{};
  int group = 0;    // 0 .. groups - 1
  int stratum = 0;  // any number; strata are summed in ascending order
};

struct comparison {
  std::vector<double> observed{}, expected{};  // [group]; Gray: see there
  std::vector<double> covariance{};            // [row * size + column] of observed - expected
  // nullopt: the covariance is singular, so that nothing can be said (no events, groups that were
  // never at risk together, fewer than two groups with anything expected).
  std::optional<double> chi_square{};
  std::optional<double> p{};
  int df = 0;
};

enum class rank_weight {
  log_rank,  // every event counts the same
  peto_peto  // the stratum's pooled Kaplan-Meier just before the event; favours early ones
};

// Every cause counts as the event. Groups in which nothing is expected are left out of the test, as
// in survdiff; df = the others less one.
comparison log_rank(std::span<const compared> samples, int groups,
                    rank_weight weight = rank_weight::log_rank);

// Gray's test of the cumulative incidence of one cause (rho = 0), all other causes competing.
// observed = events of the cause; expected = observed less the score; covariance of the scores.
// Groups without persons are left out. Refuses late entry, which its theory does not cover: then
// all is empty and nullopt, as `can_gray` says beforehand.
comparison gray(std::span<const compared> samples, int groups, int cause);
bool can_gray(std::span<const compared> samples);

// Adjusted p-values, in the order given. O(n log n).
std::vector<double> holm(std::span<const double> p_values);

}  // namespace stegvis::statistics

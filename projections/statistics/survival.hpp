#pragma once
// Kaplan-Meier from groups of persons: risk table, curve with intervals, quantiles, restricted
// mean. Times are integers on the declared axis (days, weeks or months). An event and a censoring
// at one time: the event is first, so whoever is censored at t was at risk at t.
//
// Kaplan & Meier 1958; Greenwood 1926; Brookmeyer & Crowley 1982. R: survival::survfit 3.5-3.
// The order of the exposures never matters: they are sorted before anything is summed.
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "projections/statistics/numeric.hpp"

namespace stegvis::statistics {

constexpr int kaplan_meier_version = 1;

constexpr std::int64_t never_late = std::numeric_limits<std::int64_t>::min();

// `count` persons who share entry, exit and cause. At risk at t iff entry < t <= exit; with
// `never_late` iff t <= exit, so at time 0 too. Persons with exit <= entry are never at risk.
struct exposure {
  std::int64_t entry = never_late;
  std::int64_t exit = 0;
  std::int32_t cause = 0;  // 0 = censored, 1..k = what ended it
  std::uint64_t count = 1;
  double weight = 1;          // sum of the persons' weights; `count` when unweighted
  double weight_squares = 1;  // sum of their squares; `count` when unweighted
};

// Persons and the sum of their weights.
struct amount {
  std::uint64_t count = 0;
  double weight = 0;
};

// One row for each distinct time at which someone exits or enters late.
struct risk_row {
  std::int64_t time = 0;
  amount at_risk{};              // at risk at `time`, before its exits
  std::vector<amount> events{};  // [cause - 1]
  amount failed{};               // events of every cause
  amount censored{};             // exit at `time` without an event
  amount entered{};              // enter at `time`: at risk after it
};

struct risk_table {
  int causes = 1;
  std::vector<risk_row> rows{};  // by ascending time
  amount never_at_risk{};        // exit <= entry: in no row
};

// Causes above `causes` or below 0 are a programmer's error.
risk_table risk_table_of(std::span<const exposure> exposures, int causes);

// At risk at any t, also between rows and beyond them.
amount at_risk_at(const risk_table& table, std::int64_t t);

enum class interval_kind {
  log,      // R's default: exp(ln p -+ z s/p), cut at 1; undefined at p = 0
  log_log,  // p^exp(-+ z s/(p ln p)); [1, 1] at p = 1; undefined at p = 0
  plain     // p -+ z s, cut at 0 and 1
};

struct band {
  double low = 0;
  double high = 1;
};

// The interval of a probability with a standard error; nullopt where it is undefined.
std::optional<band> band_of(double p, std::optional<double> std_error, interval_kind kind,
                            double z);

enum class survival_variance {
  greenwood,  // R for whole weights; weights count as persons; undefined at S = 0
  jackknife   // infinitesimal jackknife, R's `robust = TRUE`: its default for broken weights; 0 at
              // S = 0
};

struct survival_options {
  interval_kind interval = interval_kind::log_log;
  survival_variance variance = survival_variance::greenwood;
  double z = normal_quantile_95;
};

// One for each time at which someone exits (as R prints them); late entries alone make none.
struct survival_step {
  std::int64_t time = 0;
  amount at_risk{}, failed{}, censored{};
  double survival = 1;                // S(time), after the events at `time`
  std::optional<double> std_error{};  // of S itself (R's summary), not of ln S
  std::optional<band> interval{};
};

struct survival_curve {
  std::vector<survival_step> steps{};
  amount never_at_risk{};
};

// Every cause counts as the event. S is exactly 0 once all at risk have failed, and stays 0, also
// for who enters later: with late entry choose the origin so that the first risk sets are not tiny.
survival_curve kaplan_meier(std::span<const exposure> exposures, const survival_options& = {});

// The step that holds at t; nullptr before the first one, where S = 1 without error.
const survival_step* step_at(const survival_curve& curve, std::int64_t t);
double survival_at(const survival_curve& curve, std::int64_t t);

// nullopt: not reached, or the band is not.
struct time_quantile {
  std::optional<double> estimate{}, low{}, high{};
};

// The smallest t with 1 - S(t) >= part; the middle of the flat part where 1 - S equals the part
// (to 2^-26, as R's quantile.survfit; the flat part ends at the last time at the latest). The
// interval is where the curve's own band crosses (Brookmeyer-Crowley). 0 < part < 1.
time_quantile quantile(const survival_curve& curve, double part);
inline time_quantile median(const survival_curve& curve) {
  return quantile(curve, 0.5);
}

struct restricted_mean {
  double mean = 0;                    // in the axis' unit
  std::optional<double> std_error{};  // nullopt: this variance has none
  bool beyond = false;                // tau lies after the last time: the last value was prolonged
};

// The integral of S from `from` to tau >= from, with Greenwood's error (R: print(rmean = tau)).
restricted_mean restricted_mean_of(const survival_curve& curve, std::int64_t tau,
                                   std::int64_t from = 0);

}  // namespace stegvis::statistics

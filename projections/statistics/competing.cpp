#include "projections/statistics/competing.hpp"

#include <algorithm>
#include <cmath>

#include "events/error.hpp"
#include "projections/statistics/influence.hpp"

namespace stegvis::statistics {
namespace {
// Aalen's variance of one cause: each event at s adds S(s-)^2 d/n^2, times the square of
// 1 - (F(t) - F(s))/S(s) if it is of the cause and of (F(t) - F(s))/S(s) if of another. Tied events
// of one kind are corrected by 1 - (d - 1)/(n - 1), as cmprsk does.
class aalen_variance {
 public:
  // `before` and `after`: S on both sides of the row; `rise`: of the cause's incidence.
  void step(const risk_row& row, std::size_t cause, double before, double after, double rise) {
    for (auto& t : terms_) t.factor -= t.slope * rise;
    const auto own = row.events[cause - 1].count;
    add(row, own, 1, before, after);
    if (after > 0) add(row, row.failed.count - own, 0, before, after);
  }
  double value() const {
    double sum = 0;
    for (const auto& t : terms_) sum += t.variance * t.factor * t.factor;
    return sum;
  }

 private:
  struct term {
    double variance = 0, factor = 0, slope = 0;
  };
  void add(const risk_row& row, std::uint64_t failed, double factor, double before, double after) {
    if (failed == 0) return;
    const auto n = static_cast<double>(row.at_risk.count), d = static_cast<double>(failed);
    const double tied = failed > 1 ? 1 - (d - 1) / (n - 1) : 1;
    terms_.push_back({before * before * tied * d / (n * n), factor, after > 0 ? 1 / after : 0});
  }
  std::vector<term> terms_{};
};

bool unweighted(std::span<const exposure> exposures) {
  return std::ranges::all_of(
      exposures, [](const exposure& e) { return e.weight == static_cast<double>(e.count); });
}

class estimation {
 public:
  estimation(std::span<const exposure> exposures, const competing_options& options)
      : options_(options),
        all_(merged(exposures)),
        table_(risk_table_of(all_, options.causes)),
        curve_(all_, table_),
        aalen_(static_cast<std::size_t>(options.causes) + 1),
        has_aalen_(options.variance == competing_variance::aalen && unweighted(all_)) {}

  competing_curve run() {
    competing_curve result;
    result.causes = options_.causes;
    result.never_at_risk = table_.never_at_risk;
    for (const auto& row : table_.rows) {
      step(row);
      if (row.failed.count + row.censored.count == 0) continue;
      if (result.steps.empty() || row.failed.count > 0) estimate();
      result.steps.push_back({row.time, row.at_risk, row.censored, row.events, current_});
    }
    return result;
  }

 private:
  void step(const risk_row& row) {
    std::vector<double> before;
    for (int k = 0; k <= options_.causes; ++k) before.push_back(curve_.probability(k));
    curve_.step();
    if (!has_aalen_ || row.failed.count == 0) return;
    for (int k = 1; k <= options_.causes; ++k) {
      const auto at = static_cast<std::size_t>(k);
      aalen_[at].step(row, at, before[0], curve_.probability(0),
                      curve_.probability(k) - before[at]);
    }
  }

  std::optional<double> std_error(int state) const {
    if (options_.variance == competing_variance::jackknife) {
      return std::sqrt(curve_.variance(state));
    }
    if (!has_aalen_ || state == 0) return {};
    return std::sqrt(aalen_[static_cast<std::size_t>(state)].value());
  }

  void estimate() {
    current_.clear();
    for (int k = 0; k <= options_.causes; ++k) {
      state_estimate e{curve_.probability(k), std_error(k), {}};
      e.interval = band_of(e.probability, e.std_error, options_.interval, options_.z);
      current_.push_back(e);
    }
  }

  const competing_options& options_;
  std::vector<exposure> all_;
  risk_table table_;
  influence curve_;
  std::vector<aalen_variance> aalen_;  // [state]; that of 0 is not used
  bool has_aalen_;
  std::vector<state_estimate> current_{};
};
}  // namespace

competing_curve aalen_johansen(std::span<const exposure> exposures,
                               const competing_options& options) {
  return estimation(exposures, options).run();
}

const competing_step* step_at(const competing_curve& curve, std::int64_t t) {
  const auto after = std::ranges::upper_bound(curve.steps, t, {}, &competing_step::time);
  return after == curve.steps.begin() ? nullptr : &*std::prev(after);
}

double probability_at(const competing_curve& curve, int state, std::int64_t t) {
  STEGVIS_ASSERT(state >= 0 && state <= curve.causes);
  const auto* const step = step_at(curve, t);
  if (step == nullptr) return state == 0 ? 1 : 0;
  return step->states[static_cast<std::size_t>(state)].probability;
}

std::vector<restricted_mean> restricted_times(std::span<const exposure> exposures, int causes,
                                              std::int64_t tau, std::int64_t from) {
  STEGVIS_ASSERT(from <= tau);
  const auto all = merged(exposures);
  const auto table = risk_table_of(all, causes);
  influence curve(all, table, from);
  std::vector<restricted_mean> result(static_cast<std::size_t>(causes) + 1);
  std::int64_t clock = from;
  const auto spend = [&](std::int64_t until) {
    if (until <= clock) return;
    const auto dt = static_cast<double>(until - clock);
    for (std::size_t k = 0; k < result.size(); ++k) {
      result[k].mean += curve.probability(static_cast<int>(k)) * dt;
    }
    clock = until;
  };
  for (const auto& row : table.rows) {
    if (row.time >= tau) break;
    spend(row.time);
    curve.step();
  }
  spend(tau);
  curve.advance(tau);
  const bool beyond = table.rows.empty() || tau > table.rows.back().time;
  for (std::size_t k = 0; k < result.size(); ++k) {
    result[k].std_error = std::sqrt(curve.area_variance(static_cast<int>(k)));
    result[k].beyond = beyond;
  }
  return result;
}

}  // namespace stegvis::statistics

#include "projections/statistics/survival.hpp"

#include <algorithm>
#include <cmath>

#include "events/error.hpp"
#include "projections/statistics/influence.hpp"

namespace stegvis::statistics {
namespace {
// R's sqrt(.Machine$double.eps): closer than this, a curve lies on the line that is asked for.
constexpr double flat_tolerance = 0x1p-26;

void add(amount& to, const exposure& e) {
  to.count += e.count;
  to.weight += e.weight;
}

std::vector<std::int64_t> times_of(std::span<const exposure> exposures) {
  std::vector<std::int64_t> times;
  for (const auto& e : exposures) {
    if (e.exit <= e.entry) continue;
    times.push_back(e.exit);
    if (e.entry != never_late) times.push_back(e.entry);
  }
  std::ranges::sort(times);
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

risk_row& row_at(risk_table& table, std::int64_t time) {
  return *std::ranges::lower_bound(table.rows, time, {}, &risk_row::time);
}

// Sums from the last row backwards: who exits at t or later, less who enters at t or later.
void count_at_risk(risk_table& table) {
  amount exiting, entering;
  for (auto row = table.rows.rbegin(); row != table.rows.rend(); ++row) {
    exiting.count += row->failed.count + row->censored.count;
    exiting.weight += row->failed.weight + row->censored.weight;
    entering.count += row->entered.count;
    entering.weight += row->entered.weight;
    row->at_risk.count = exiting.count - entering.count;
    row->at_risk.weight = exiting.weight - entering.weight;
    // Rounding must not leave someone behind.
    if (row->at_risk.count == row->failed.count) row->at_risk.weight = row->failed.weight;
  }
}

// Greenwood's sum, one row at a time.
class product_limit {
 public:
  void step(const risk_row& row) {
    const double n = row.at_risk.weight, d = row.failed.weight;
    if (row.failed.count == 0 || !(n > 0)) return;
    if (row.failed.count == row.at_risk.count) {
      survival_ = 0;
      return;
    }
    survival_ *= (n - d) / n;
    sum_ += d / (n * (n - d));
  }
  double survival() const { return survival_; }
  std::optional<double> std_error() const {
    if (survival_ == 0) return {};
    return survival_ * std::sqrt(sum_);
  }

 private:
  double survival_ = 1;
  double sum_ = 0;
};

// One column of the curve: the survival, or a bound of the band, where it is defined.
struct point {
  double time = 0;
  double value = 1;
};

// R's findq: between the first point at or below the line and the first one clearly below it.
std::optional<double> crossing(const std::vector<point>& column, double line) {
  const auto reached = [line](const point& p) { return p.value <= line + flat_tolerance; };
  const auto passed = [line](const point& p) { return p.value < line - flat_tolerance; };
  const auto first = std::ranges::find_if(column, reached);
  if (first == column.end()) return {};
  const auto second = std::ranges::find_if(first, column.end(), passed);
  const double end = second == column.end() ? column.back().time : second->time;
  return second == first ? first->time : (first->time + end) / 2;
}
}  // namespace

risk_table risk_table_of(std::span<const exposure> exposures, int causes) {
  STEGVIS_ASSERT(causes >= 1);
  risk_table table;
  table.causes = causes;
  for (const auto time : times_of(exposures)) {
    risk_row row;
    row.time = time;
    row.events.resize(static_cast<std::size_t>(causes));
    table.rows.push_back(std::move(row));
  }
  for (const auto& e : merged(exposures)) {
    STEGVIS_ASSERT(e.cause >= 0 && e.cause <= causes);
    if (e.exit <= e.entry) {
      add(table.never_at_risk, e);
      continue;
    }
    auto& row = row_at(table, e.exit);
    if (e.cause == 0) {
      add(row.censored, e);
    } else {
      add(row.events[static_cast<std::size_t>(e.cause) - 1], e);
      add(row.failed, e);
    }
    if (e.entry != never_late) add(row_at(table, e.entry).entered, e);
  }
  count_at_risk(table);
  return table;
}

amount at_risk_at(const risk_table& table, std::int64_t t) {
  const auto row = std::ranges::lower_bound(table.rows, t, {}, &risk_row::time);
  return row == table.rows.end() ? amount{} : row->at_risk;
}

std::optional<band> band_of(double p, std::optional<double> std_error, interval_kind kind,
                            double z) {
  if (!std_error || (p <= 0 && kind != interval_kind::plain)) return {};
  if (*std_error == 0) return band{p, p};
  const double half = z * *std_error;
  switch (kind) {
    case interval_kind::plain:
      return band{std::max(p - half, 0.0), std::min(p + half, 1.0)};
    case interval_kind::log:
      return band{p * exact_exp(-half / p), std::min(p * exact_exp(half / p), 1.0)};
    case interval_kind::log_log: {
      if (p >= 1) return band{1, 1};
      const double ln = exact_log(p);
      const double factor = exact_exp(-half / (p * ln));
      return band{exact_exp(ln * factor), exact_exp(ln / factor)};
    }
  }
  return {};
}

survival_curve kaplan_meier(std::span<const exposure> exposures, const survival_options& options) {
  auto all = merged(exposures);
  for (auto& e : all) e.cause = e.cause == 0 ? 0 : 1;
  all = merged(all);
  const auto table = risk_table_of(all, 1);
  const bool robust = options.variance == survival_variance::jackknife;
  influence jackknife(all, table);
  product_limit product;
  survival_curve curve;
  curve.never_at_risk = table.never_at_risk;
  std::optional<band> interval = band{1, 1};
  for (const auto& row : table.rows) {
    product.step(row);
    if (robust) jackknife.step();
    if (row.failed.count + row.censored.count == 0) continue;
    survival_step s{row.time, row.at_risk, row.failed, row.censored, product.survival(), {}, {}};
    s.std_error = robust ? std::sqrt(jackknife.variance(0)) : product.std_error();
    if (row.failed.count > 0) {
      interval = band_of(s.survival, s.std_error, options.interval, options.z);
    }
    s.interval = interval;
    curve.steps.push_back(s);
  }
  return curve;
}

const survival_step* step_at(const survival_curve& curve, std::int64_t t) {
  const auto after = std::ranges::upper_bound(curve.steps, t, {}, &survival_step::time);
  return after == curve.steps.begin() ? nullptr : &*std::prev(after);
}

double survival_at(const survival_curve& curve, std::int64_t t) {
  const auto* const step = step_at(curve, t);
  return step == nullptr ? 1 : step->survival;
}

time_quantile quantile(const survival_curve& curve, double part) {
  STEGVIS_ASSERT(part > 0 && part < 1);
  std::vector<point> estimate, low, high;
  for (const auto& s : curve.steps) {
    const auto time = static_cast<double>(s.time);
    estimate.push_back({time, s.survival});
    if (!s.interval) continue;
    low.push_back({time, s.interval->low});
    high.push_back({time, s.interval->high});
  }
  const double line = 1 - part;
  return {crossing(estimate, line), crossing(low, line), crossing(high, line)};
}

restricted_mean restricted_mean_of(const survival_curve& curve, std::int64_t tau,
                                   std::int64_t from) {
  STEGVIS_ASSERT(from <= tau);
  restricted_mean result;
  result.beyond = curve.steps.empty() || tau > curve.steps.back().time;
  double variance = 0;
  std::int64_t end = tau;
  for (auto s = curve.steps.rbegin(); s != curve.steps.rend(); ++s) {
    if (s->time >= tau) continue;
    const auto begin = std::max(s->time, from);
    result.mean += s->survival * static_cast<double>(end - begin);
    end = begin;
    const double n = s->at_risk.weight, d = s->failed.weight;
    if (s->failed.count == 0 || s->failed.count == s->at_risk.count || !(n > 0)) continue;
    variance += result.mean * result.mean * (d / (n * (n - d)));
  }
  result.mean += static_cast<double>(end - from);
  result.std_error = std::sqrt(variance);
  return result;
}

}  // namespace stegvis::statistics

#include "projections/statistics/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "events/error.hpp"

namespace stegvis::statistics {
namespace {
using vec = std::vector<double>;

struct square {
  explicit square(std::size_t n) : size(n), cells(n * n) {}
  double& at(std::size_t i, std::size_t j) { return cells[i * size + j]; }
  double at(std::size_t i, std::size_t j) const { return cells[i * size + j]; }
  std::size_t size;
  vec cells;
};

// x' V^-1 x over the chosen indices, by Cholesky; nullopt if V is singular there.
std::optional<double> quadratic_form(const square& v, const vec& x,
                                     const std::vector<std::size_t>& chosen) {
  const auto n = chosen.size();
  square l(n);
  vec y(n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = x[chosen[i]];
    for (std::size_t j = 0; j <= i; ++j) {
      double cell = v.at(chosen[i], chosen[j]);
      for (std::size_t k = 0; k < j; ++k) cell -= l.at(i, k) * l.at(j, k);
      if (j < i) {
        l.at(i, j) = cell / l.at(j, j);
        continue;
      }
      if (!(cell > 1e-12 * v.at(chosen[i], chosen[i]))) return {};
      l.at(i, i) = std::sqrt(cell);
    }
    for (std::size_t k = 0; k < i; ++k) y[i] -= l.at(i, k) * y[k];
    y[i] /= l.at(i, i);
    sum += y[i] * y[i];
  }
  return sum;
}

// One stratum: what each group has at risk and what happens in it, time by time.
struct stratum_tables {
  std::vector<std::vector<exposure>> exposures;  // [group]
  std::vector<risk_table> tables{};              // [group]
  std::vector<std::int64_t> times{};             // those with an event in any group

  // What group g has at a time: at risk, and events by cause - 1.
  struct cell {
    double at_risk = 0;
    double first = 0, other = 0;  // events of cause 1 and of cause 2
  };
  cell at(std::size_t group, std::int64_t time) const {
    const auto& rows = tables[group].rows;
    const auto row = std::ranges::lower_bound(rows, time, {}, &risk_row::time);
    if (row == rows.end()) return {};
    cell c;
    c.at_risk = static_cast<double>(row->at_risk.count);
    if (row->time != time) return c;
    c.first = static_cast<double>(row->events[0].count);
    c.other = static_cast<double>(row->events[1].count);
    return c;
  }
  std::vector<cell> at(std::int64_t time) const {
    std::vector<cell> cells;
    for (std::size_t g = 0; g < tables.size(); ++g) cells.push_back(at(g, time));
    return cells;
  }
};

// Causes become 1 (the one of interest; 0: every one) and 2 (any other).
std::vector<stratum_tables> strata_of(std::span<const compared> samples, int groups, int cause) {
  STEGVIS_ASSERT(groups >= 1);
  std::map<int, stratum_tables> strata;
  for (const auto& sample : samples) {
    STEGVIS_ASSERT(sample.group >= 0 && sample.group < groups);
    auto& s = strata[sample.stratum];
    s.exposures.resize(static_cast<std::size_t>(groups));
    auto& into = s.exposures[static_cast<std::size_t>(sample.group)];
    for (auto e : sample.exposures) {
      if (e.cause != 0) e.cause = cause == 0 || e.cause == cause ? 1 : 2;
      into.push_back(e);
    }
  }
  std::vector<stratum_tables> all;
  for (auto& [number, s] : strata) {
    for (const auto& group : s.exposures) {
      s.tables.push_back(risk_table_of(group, 2));
      for (const auto& row : s.tables.back().rows) {
        if (row.failed.count > 0) s.times.push_back(row.time);
      }
    }
    std::ranges::sort(s.times);
    s.times.erase(std::unique(s.times.begin(), s.times.end()), s.times.end());
    all.push_back(std::move(s));
  }
  return all;
}

void add_log_rank(const stratum_tables& stratum, rank_weight kind, vec& observed, vec& expected,
                  square& covariance) {
  double survival = 1;  // pooled, just before the time
  for (const auto time : stratum.times) {
    const auto cells = stratum.at(time);
    double n = 0, d = 0;
    for (const auto& c : cells) {
      n += c.at_risk;
      d += c.first;
    }
    const double w = kind == rank_weight::peto_peto ? survival : 1;
    const double spread = n > 1 ? w * w * d * (n - d) / (n - 1) : 0;
    for (std::size_t g = 0; g < cells.size(); ++g) {
      const double part = cells[g].at_risk / n;
      observed[g] += w * cells[g].first;
      expected[g] += w * d * part;
      for (std::size_t h = 0; h < cells.size(); ++h) {
        covariance.at(g, h) += spread * part * ((g == h ? 1 : 0) - cells[h].at_risk / n);
      }
    }
    survival *= (n - d) / n;
  }
}

// Gray's score and its variance in one stratum. H_r = n_r/S_r(t-) in the paper's words, F the
// pooled incidence; `spread` (v3), `mixed` (v2) and `plain` (v) are the three sums of the variance,
// completed at the end with the final c.
class gray_score {
 public:
  explicit gray_score(std::size_t groups)
      : groups_(groups),
        before_(groups),
        after_(groups),
        c_(groups),
        plain_(groups),
        mixed_(groups),
        spread_(groups) {
    score.resize(groups);
    observed.resize(groups);
  }
  vec score, observed;

  void step(const std::vector<stratum_tables::cell>& cells) {
    square a(groups_);
    double first = 0, h_sum = 0, r_sum = 0;
    for (std::size_t g = 0; g < groups_; ++g) {
      first += cells[g].first;
      if (cells[g].at_risk <= 0) continue;
      estimate(g, cells[g]);
      h_sum += h(g, cells[g]);
      r_sum += h(g, cells[g]) * (1 - before_[g].incidence);
    }
    const double rise = first / (h_sum * (1 - incidence_));
    for (std::size_t i = 0; i < groups_; ++i) {
      if (cells[i].at_risk <= 0) continue;
      for (std::size_t j = 0; j < groups_; ++j) {
        if (cells[j].at_risk <= 0) continue;
        a.at(i, j) = h(i, cells[i]) * ((i == j ? 1 : 0) - h(j, cells[j]) / h_sum);
        c_.at(i, j) += a.at(i, j) * rise;
      }
      observed[i] += cells[i].first;
      score[i] += cells[i].first - first * h(i, cells[i]) * (1 - before_[i].incidence) / r_sum;
    }
    incidence_ += first / h_sum;
    if (first > 0) of_cause(cells, a, first, h_sum);
    of_others(cells);
    before_ = after_;
  }

  square covariance() const {
    square v = plain_;
    for (std::size_t i = 0; i < groups_; ++i) {
      for (std::size_t j = 0; j < groups_; ++j) {
        for (std::size_t k = 0; k < groups_; ++k) {
          v.at(i, j) += c_.at(i, k) * c_.at(j, k) * spread_[k] + c_.at(i, k) * mixed_.at(j, k) +
                        c_.at(j, k) * mixed_.at(i, k);
        }
      }
    }
    return v;
  }

 private:
  struct curve {
    double survival = 1, incidence = 0;
  };
  double h(std::size_t g, const stratum_tables::cell& c) const {
    return c.at_risk / before_[g].survival;
  }
  void estimate(std::size_t g, const stratum_tables::cell& c) {
    const auto& b = before_[g];
    after_[g].survival = b.survival * (c.at_risk - c.first - c.other) / c.at_risk;
    after_[g].incidence = b.incidence + b.survival * c.first / c.at_risk;
  }
  // One group's martingale increment: its variance, the part that the final c multiplies, and the
  // part known now for each score.
  void spread_over(std::size_t k, double variance, double share, const vec& known) {
    spread_[k] += share * share * variance;
    for (std::size_t i = 0; i < groups_; ++i) {
      mixed_.at(i, k) += known[i] * share * variance;
      for (std::size_t j = 0; j < groups_; ++j) plain_.at(i, j) += known[i] * known[j] * variance;
    }
  }
  // Tied events are corrected as cmprsk does, with what H says the group would have at risk.
  void of_cause(const std::vector<stratum_tables::cell>& cells, const square& a, double first,
                double h_sum) {
    for (std::size_t k = 0; k < groups_; ++k) {
      if (cells[k].at_risk <= 0) continue;
      const double left = before_[k].survival, stays = after_[k].survival;
      const double share = stays > 0 ? 1 - (1 - incidence_) / stays : 1;
      const double tied = first > 1 ? 1 - (first - 1) / (h_sum * left - 1) : 1;
      vec known(groups_);
      for (std::size_t i = 0; i < groups_; ++i) known[i] = a.at(i, k) - share * c_.at(i, k);
      spread_over(k, tied * left * first / (h_sum * cells[k].at_risk), share, known);
    }
  }
  void of_others(const std::vector<stratum_tables::cell>& cells) {
    for (std::size_t k = 0; k < groups_; ++k) {
      const double d = cells[k].other, n = cells[k].at_risk;
      if (d <= 0 || after_[k].survival <= 0) continue;
      const double left = before_[k].survival;
      const double share = (1 - incidence_) / after_[k].survival;
      const double tied = d > 1 ? 1 - (d - 1) / (n - 1) : 1;
      vec known(groups_);
      for (std::size_t i = 0; i < groups_; ++i) known[i] = -share * c_.at(i, k);
      spread_over(k, tied * left * left * d / (n * n), share, known);
    }
  }

  std::size_t groups_;
  double incidence_ = 0;  // pooled
  std::vector<curve> before_, after_;
  square c_, plain_, mixed_;
  vec spread_;
};
}  // namespace

comparison log_rank(std::span<const compared> samples, int groups, rank_weight weight) {
  const auto size = static_cast<std::size_t>(groups);
  comparison result;
  result.observed.resize(size);
  result.expected.resize(size);
  square covariance(size);
  for (const auto& stratum : strata_of(samples, groups, 0)) {
    add_log_rank(stratum, weight, result.observed, result.expected, covariance);
  }
  vec difference(size);
  std::vector<std::size_t> tested;
  for (std::size_t g = 0; g < size; ++g) {
    difference[g] = result.observed[g] - result.expected[g];
    if (result.expected[g] > 0) tested.push_back(g);
  }
  result.covariance = covariance.cells;
  if (tested.size() < 2) return result;
  tested.erase(tested.begin());
  result.df = static_cast<int>(tested.size());
  result.chi_square = quadratic_form(covariance, difference, tested);
  if (result.chi_square) result.p = chi_square_upper(*result.chi_square, result.df);
  return result;
}

bool can_gray(std::span<const compared> samples) {
  return std::ranges::all_of(samples, [](const compared& s) {
    return std::ranges::all_of(s.exposures,
                               [](const exposure& e) { return e.entry == never_late; });
  });
}

namespace {
std::vector<std::size_t> groups_with_persons(std::span<const compared> samples, int groups) {
  std::vector<std::size_t> found;
  for (int g = 0; g < groups; ++g) {
    const bool any = std::ranges::any_of(samples, [g](const compared& s) {
      return s.group == g &&
             std::ranges::any_of(s.exposures, [](const exposure& e) { return e.count > 0; });
    });
    if (any) found.push_back(static_cast<std::size_t>(g));
  }
  return found;
}
}  // namespace

comparison gray(std::span<const compared> samples, int groups, int cause) {
  STEGVIS_ASSERT(cause >= 1);
  comparison result;
  if (!can_gray(samples)) return result;
  const auto size = static_cast<std::size_t>(groups);
  result.observed.resize(size);
  result.expected.resize(size);
  vec score(size);
  square covariance(size);
  for (const auto& stratum : strata_of(samples, groups, cause)) {
    gray_score part(size);
    for (const auto time : stratum.times) part.step(stratum.at(time));
    const auto v = part.covariance();
    for (std::size_t i = 0; i < v.cells.size(); ++i) covariance.cells[i] += v.cells[i];
    for (std::size_t g = 0; g < size; ++g) {
      score[g] += part.score[g];
      result.observed[g] += part.observed[g];
    }
  }
  for (std::size_t g = 0; g < size; ++g) result.expected[g] = result.observed[g] - score[g];
  result.covariance = covariance.cells;
  std::vector<std::size_t> tested = groups_with_persons(samples, groups);
  if (tested.size() < 2) return result;
  tested.pop_back();
  result.df = static_cast<int>(tested.size());
  result.chi_square = quadratic_form(covariance, score, tested);
  if (result.chi_square) result.p = chi_square_upper(*result.chi_square, result.df);
  return result;
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double highest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto left = static_cast<double>(order.size() - rank);
    highest = std::max(highest, std::min(1.0, left * p_values[order[rank]]));
    adjusted[order[rank]] = highest;
  }
  return adjusted;
}

}  // namespace stegvis::statistics

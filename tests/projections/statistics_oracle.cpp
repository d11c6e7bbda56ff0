// Goal: lets statistics_r_test.py compare every statistic with R's.
// Method: reads cases on stdin, one word-separated line each, and prints "case name ... value" with
// 17 digits, NA where there is no value. `e` lines collect the exposures that the next request
// uses.
//
//   e GROUP STRATUM ENTRY EXIT CAUSE COUNT WEIGHT WEIGHT_SQUARES     (ENTRY `-`: never late)
//   s STATE...                                                       one sequence (-1: missing)
//   survival CASE log|log_log|plain greenwood|jackknife TAU
//   competing CASE log|log_log|plain jackknife|aalen CAUSES TAU
//   compare CASE log_rank|peto_peto|CAUSE GROUPS                     CAUSE: Gray's test
//   transitions CASE STATES WEIGHT...                                one weight for each s line
//   measures CASE STATES
//   f CASE FUNCTION ARGUMENT...
#include <charconv>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "projections/statistics/comparison.hpp"
#include "projections/statistics/competing.hpp"
#include "projections/statistics/proportions.hpp"
#include "projections/statistics/sequences.hpp"

namespace stegvis::statistics {
namespace {
std::string text(std::optional<double> value) {
  if (!value) return "NA";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, *value).ptr;
  return {buffer, end};
}

class oracle {
 public:
  void run(std::istream& in) {
    for (std::string line; std::getline(in, line);) {
      std::istringstream words(line);
      std::string what;
      words >> what;
      if (what == "e") {
        exposure_line(words);
      } else if (what == "s") {
        sequence_line(words);
      } else {
        words >> case_;
        request(what, words);
      }
    }
  }

 private:
  void request(const std::string& what, std::istringstream& words) {
    if (what == "survival") survival(words);
    if (what == "competing") competing(words);
    if (what == "compare") compare(words);
    if (what == "transitions") transitions(words);
    if (what == "measures") measures(words);
    if (what == "f") {
      function(words);
    } else {
      samples_.clear();
      sequences_.clear();
    }
  }

  template <class... Key>
  void say(std::optional<double> value, const Key&... key) {
    std::cout << case_;
    ((std::cout << ' ' << key), ...);
    std::cout << ' ' << text(value) << '\n';
  }
  void say(const std::string& name, std::optional<band> b, std::int64_t t) {
    say(b ? std::optional(b->low) : std::nullopt, name + "low", t);
    say(b ? std::optional(b->high) : std::nullopt, name + "high", t);
  }

  void exposure_line(std::istringstream& words) {
    int group = 0, stratum = 0;
    std::string entry;
    exposure e;
    words >> group >> stratum >> entry >> e.exit >> e.cause >> e.count >> e.weight >>
        e.weight_squares;
    if (entry != "-") e.entry = std::stoll(entry);
    samples_[{group, stratum}].push_back(e);
  }
  void sequence_line(std::istringstream& words) {
    std::vector<state_code> states;
    for (int s = 0; words >> s;) states.push_back(static_cast<state_code>(s));
    sequences_.push_back(std::move(states));
  }

  std::vector<exposure> everyone() const {
    std::vector<exposure> all;
    for (const auto& s : samples_) all.insert(all.end(), s.second.begin(), s.second.end());
    return all;
  }
  static interval_kind kind_of(const std::string& word) {
    if (word == "plain") return interval_kind::plain;
    return word == "log" ? interval_kind::log : interval_kind::log_log;
  }

  void survival(std::istringstream& words) {
    std::string kind, variance;
    std::int64_t tau = 0;
    words >> kind >> variance >> tau;
    survival_options options;
    options.interval = kind_of(kind);
    if (variance == "jackknife") options.variance = survival_variance::jackknife;
    const auto curve = kaplan_meier(everyone(), options);
    for (const auto& s : curve.steps) {
      say(s.at_risk.weight, "n", s.time);
      say(s.failed.weight, "d", s.time);
      say(s.censored.weight, "c", s.time);
      say(s.survival, "S", s.time);
      say(s.std_error, "se", s.time);
      say("", s.interval, s.time);
    }
    for (const int percent : {10, 25, 50, 75}) {
      const auto q = quantile(curve, percent / 100.0);
      say(q.estimate, "quantile", percent);
      say(q.low, "quantile_low", percent);
      say(q.high, "quantile_high", percent);
    }
    const auto mean = restricted_mean_of(curve, tau);
    say(mean.mean, "mean", tau);
    say(mean.std_error, "mean_se", tau);
  }

  void competing(std::istringstream& words) {
    std::string kind, variance;
    std::int64_t tau = 0;
    competing_options options;
    words >> kind >> variance >> options.causes >> tau;
    options.interval = kind_of(kind);
    if (variance == "aalen") options.variance = competing_variance::aalen;
    const auto all = everyone();
    for (const auto& s : aalen_johansen(all, options).steps) {
      for (std::size_t k = 0; k < s.states.size(); ++k) {
        const auto state = std::to_string(k) + ' ';
        say(s.states[k].probability, "P", state + std::to_string(s.time));
        say(s.states[k].std_error, "se", state + std::to_string(s.time));
        say(state, s.states[k].interval, s.time);
      }
    }
    const auto times = restricted_times(all, options.causes, tau);
    for (std::size_t k = 0; k < times.size(); ++k) {
      say(times[k].mean, "mean", k);
      say(times[k].std_error, "mean_se", k);
    }
  }

  void compare(std::istringstream& words) {
    std::string test;
    int groups = 0;
    words >> test >> groups;
    std::vector<compared> samples;
    for (const auto& s : samples_) samples.push_back({s.second, s.first.first, s.first.second});
    const bool ranks = test == "log_rank" || test == "peto_peto";
    const auto weight = test == "log_rank" ? rank_weight::log_rank : rank_weight::peto_peto;
    const auto c =
        ranks ? log_rank(samples, groups, weight) : gray(samples, groups, std::stoi(test));
    for (int g = 0; g < groups; ++g) {
      const auto at = static_cast<std::size_t>(g);
      say(c.observed[at], "observed", g);
      say(c.expected[at], "expected", g);
      say(c.covariance[at * static_cast<std::size_t>(groups) + at], "variance", g);
    }
    say(c.chi_square, "chi_square");
    say(c.p, "p");
    say(c.df, "df");
  }

  void transitions(std::istringstream& words) {
    int states = 0;
    words >> states;
    std::vector<double> weights;
    for (double w = 0; words >> w;) weights.push_back(w);
    const auto length = static_cast<int>(sequences_.front().size());
    transition_counts counts(length - 1, states);
    std::vector<std::vector<double>> at(static_cast<std::size_t>(length),
                                        std::vector<double>(static_cast<std::size_t>(states)));
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      const auto& s = sequences_[i];
      for (std::size_t t = 0; t < length_of(s); ++t) {
        at[t][static_cast<std::size_t>(s[t])] += weights[i];
        if (t > 0) counts.at(static_cast<int>(t) - 1, s[t - 1], s[t]) += weights[i];
      }
    }
    const auto overall = transitions_overall(counts);
    const auto rates = transition_rates(overall), costs = substitution_costs(rates);
    const auto last = transition_rates(transitions_at(counts, length - 2));
    for (int i = 0; i < states; ++i) {
      for (int j = 0; j < states; ++j) {
        say(overall.at(i, j), "count", i, j);
        say(rates.at(i, j), "rate", i, j);
        say(last.at(i, j), "rate_last", i, j);
        say(costs.at(i, j), "cost", i, j);
      }
    }
    for (std::size_t t = 0; t < at.size(); ++t) say(transversal_entropy(at[t]), "entropy", t);
  }

  void measures(std::istringstream& words) {
    int states = 0;
    words >> states;
    std::size_t longest = 0;
    for (const auto& s : sequences_) longest = std::max(longest, s.size());
    const sequence_measures of(states, longest);
    for (std::size_t i = 0; i < sequences_.size(); ++i) {
      const auto& s = sequences_[i];
      say(static_cast<double>(transitions_of(s)), "transitions", i);
      say(distinct_subsequences(spells_of(s)), "phi", i);
      say(of.entropy(s), "entropy", i);
      say(of.complexity(s), "complexity", i);
      say(of.turbulence(s), "turbulence", i);
    }
  }

  void say_interval(std::optional<interval> i) {
    say(i ? std::optional(i->estimate) : std::nullopt, "estimate");
    say(i ? std::optional(i->low) : std::nullopt, "low");
    say(i ? std::optional(i->high) : std::nullopt, "high");
  }

  void function(std::istringstream& words) {
    std::string name;
    words >> name;
    std::vector<double> x;
    for (double value = 0; words >> value;) x.push_back(value);
    const auto whole = [&](std::size_t i) { return static_cast<std::uint64_t>(x[i]); };
    if (name == "log") say(exact_log(x[0]), name);
    if (name == "log2") say(exact_log2(x[0]), name);
    if (name == "exp") say(exact_exp(x[0]), name);
    if (name == "pow") say(exact_pow(x[0], x[1]), name);
    if (name == "normal") say(normal_quantile(x[0]), name);
    if (name == "chi_square") say(chi_square_upper(x[0], static_cast<int>(x[1])), name);
    if (name == "binomial") say(binomial_cdf(whole(0), whole(1), x[2]), name);
    if (name == "wilson") say_interval(wilson({whole(0), whole(1)}, x[2]));
    if (name == "funnel") funnel(x[0], whole(1));
    if (name == "quantile") histogram_quantile(x);
    if (name == "holm") {
      const auto adjusted = holm(x);
      for (std::size_t i = 0; i < x.size(); ++i) say(adjusted[i], name, i);
    }
  }
  void funnel(double target, std::uint64_t n) {
    const auto f = funnel_limits_of(target, n);
    say(f.low_95, "funnel 0.025");
    say(f.high_95, "funnel 0.975");
    say(f.low_998, "funnel 0.001");
    say(f.high_998, "funnel 0.999");
  }
  // The wanted part, then the values.
  void histogram_quantile(const std::vector<double>& x) {
    std::map<std::int64_t, std::uint64_t> counts;
    for (std::size_t i = 1; i < x.size(); ++i) ++counts[static_cast<std::int64_t>(x[i])];
    std::vector<bin> bins;
    for (const auto& c : counts) bins.push_back({c.first, c.second});
    say(quantile(bins, x[0]), "quantile");
    const auto m = moments_of(bins);
    say(m ? std::optional(m->mean) : std::nullopt, "mean");
    say(m ? std::optional(m->variance) : std::nullopt, "variance");
  }

  std::string case_;
  std::map<std::pair<int, int>, std::vector<exposure>> samples_;  // by group and stratum
  std::vector<std::vector<state_code>> sequences_;
};
}  // namespace
}  // namespace stegvis::statistics

int main() {
  std::ios::sync_with_stdio(false);
  stegvis::statistics::oracle().run(std::cin);
}

#pragma once
// Sequences of states on a grid of months: transition rates, substitution costs, entropies,
// complexity and turbulence. States are 0 .. states - 1.
//
// Gabadinho, Ritschard, Mueller & Studer, J. Stat. Software 40(4), 2011, and TraMineR: seqtrate,
// seqsubm(method = "TRATE"), seqstatd, seqient, seqici, seqST, seqsubsn. Elzinga & Liefbroer 2007
// for turbulence.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "projections/statistics/numeric.hpp"

namespace stegvis::statistics {

constexpr int transition_rates_version = 1;
constexpr int substitution_costs_version = 1;
constexpr int transversal_entropy_version = 1;
constexpr int longitudinal_entropy_version = 1;
constexpr int complexity_version = 1;
constexpr int turbulence_version = 1;

// n[t][from][to]: how many (or which weight) were in `from` at t and in `to` at t + 1, for each of
// `steps` values of t. Whoever ends at t is in none of them.
class transition_counts {
 public:
  transition_counts(int steps, int states);
  double& at(int t, int from, int to) { return n_[index(t, from, to)]; }
  double at(int t, int from, int to) const { return n_[index(t, from, to)]; }
  int steps() const { return steps_; }
  int states() const { return states_; }

 private:
  std::size_t index(int t, int from, int to) const {
    return (static_cast<std::size_t>(t) * static_cast<std::size_t>(states_) +
            static_cast<std::size_t>(from)) *
               static_cast<std::size_t>(states_) +
           static_cast<std::size_t>(to);
  }
  int steps_, states_;
  std::vector<double> n_;
};

// A square table of states by states.
struct state_matrix {
  int states = 0;
  std::vector<double> cells{};  // [from * states + to]
  double at(int from, int to) const {
    return cells[static_cast<std::size_t>(from) * static_cast<std::size_t>(states) +
                 static_cast<std::size_t>(to)];
  }
};

state_matrix transitions_overall(const transition_counts& counts);  // summed over t
state_matrix transitions_at(const transition_counts& counts, int t);

// Rows divided by their sums. The row of a state that nobody was in is all 0, as in seqtrate.
state_matrix transition_rates(const state_matrix& counts);

// 2 - p(to | from) - p(from | to); 0 on the diagonal.
state_matrix substitution_costs(const state_matrix& rates);

// -sum p ln p / ln a of the amounts in each of a states at one time; 0 if a is 1. nullopt: nobody.
std::optional<double> transversal_entropy(std::span<const double> amounts);

// One person's states; the sequence ends before the first `missing`.
using state_code = std::int8_t;
constexpr state_code missing = -1;
using state_sequence = std::span<const state_code>;

struct state_spell {
  state_code state = missing;
  std::uint32_t length = 0;
  friend bool operator==(const state_spell&, const state_spell&) = default;
};

std::size_t length_of(state_sequence sequence);
std::size_t transitions_of(state_sequence sequence);          // changes of state
std::vector<state_spell> spells_of(state_sequence sequence);  // distinct successive states (DSS)

// Distinct subsequences of a state sequence, the empty one among them (seqsubsn): of a, b, a they
// are "", a, b, ab, ba, aa, aba. Exact below 2^53; infinite above 2^1023.
double distinct_subsequences(std::span<const state_spell> spells);

// The measures of one person. Holds logarithms, so make one and ask it often; thread-safe.
class sequence_measures {
 public:
  // `alphabet` >= 1 states, sequences of at most `length_max` positions.
  sequence_measures(int alphabet, std::size_t length_max);

  // -sum p ln p / ln a, p the shares of the person's time; 0 if a is 1. nullopt: an empty sequence.
  std::optional<double> entropy(state_sequence sequence) const;
  // sqrt(transitions / (length - 1) * entropy); 0 for a sequence of one position.
  std::optional<double> complexity(state_sequence sequence) const;
  // log2(phi (s2max + 1) / (s2 + 1)), s2 the population variance of the d spells' lengths, mean m,
  // and s2max = (d - 1)(1 - m)^2. nullopt: an empty sequence, or phi above 2^1023.
  std::optional<double> turbulence(state_sequence sequence) const;

 private:
  log_table logs_;
  double log_alphabet_;
  int alphabet_;
};

}  // namespace stegvis::statistics

#include "projections/statistics/sequences.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "events/error.hpp"

namespace stegvis::statistics {
namespace {
std::size_t index_of(state_code s) {
  return static_cast<std::size_t>(s);
}

state_matrix zeros(int states) {
  const auto size = static_cast<std::size_t>(states);
  return {states, std::vector<double>(size * size)};
}

void add(state_matrix& to, const transition_counts& counts, int t) {
  std::size_t cell = 0;
  for (int from = 0; from < to.states; ++from) {
    for (int into = 0; into < to.states; ++into) to.cells[cell++] += counts.at(t, from, into);
  }
}
// Sequences repeat, and an exact logarithm costs as much as all the rest.
double remembered_log2(double x) {
  struct entry {
    double x = 0, log = 0;
  };
  thread_local std::array<entry, 1'024> known;
  const auto bits = std::bit_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15;
  entry& e = known[bits >> 54];
  if (e.x != x) e = {x, exact_log2(x)};
  return e.log;
}
}  // namespace

transition_counts::transition_counts(int steps, int states) : steps_(steps), states_(states) {
  STEGVIS_ASSERT(steps >= 0 && states >= 1);
  n_.resize(index(steps, 0, 0));
}

state_matrix transitions_overall(const transition_counts& counts) {
  auto all = zeros(counts.states());
  for (int t = 0; t < counts.steps(); ++t) add(all, counts, t);
  return all;
}

state_matrix transitions_at(const transition_counts& counts, int t) {
  STEGVIS_ASSERT(t >= 0 && t < counts.steps());
  auto all = zeros(counts.states());
  add(all, counts, t);
  return all;
}

state_matrix transition_rates(const state_matrix& counts) {
  auto rates = counts;
  const auto size = static_cast<std::size_t>(counts.states);
  for (std::size_t from = 0; from < size; ++from) {
    const std::span row(rates.cells.data() + from * size, size);
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    if (sum == 0) continue;
    for (auto& cell : row) cell /= sum;
  }
  return rates;
}

state_matrix substitution_costs(const state_matrix& rates) {
  auto costs = zeros(rates.states);
  std::size_t cell = 0;
  for (int from = 0; from < rates.states; ++from) {
    for (int to = 0; to < rates.states; ++to, ++cell) {
      if (from == to) continue;
      // The same order of subtraction on both sides of the diagonal, so that it is symmetric.
      const auto [low, high] = std::minmax(from, to);
      costs.cells[cell] = 2 - rates.at(low, high) - rates.at(high, low);
    }
  }
  return costs;
}

std::optional<double> transversal_entropy(std::span<const double> amounts) {
  const double sum = std::accumulate(amounts.begin(), amounts.end(), 0.0);
  if (!(sum > 0)) return {};
  if (amounts.size() == 1) return 0;
  double entropy = 0;
  for (const double a : amounts) {
    if (a > 0 && a < sum) entropy -= a / sum * exact_log(a / sum);
  }
  return entropy / exact_log(static_cast<double>(amounts.size()));
}

std::size_t length_of(state_sequence sequence) {
  return static_cast<std::size_t>(std::ranges::find(sequence, missing) - sequence.begin());
}

std::size_t transitions_of(state_sequence sequence) {
  std::size_t changes = 0;
  const auto length = length_of(sequence);
  for (std::size_t i = 1; i < length; ++i) changes += sequence[i] != sequence[i - 1] ? 1 : 0;
  return changes;
}

std::vector<state_spell> spells_of(state_sequence sequence) {
  std::vector<state_spell> spells;
  for (const auto state : sequence.first(length_of(sequence))) {
    if (spells.empty() || spells.back().state != state) spells.push_back({state, 0});
    ++spells.back().length;
  }
  return spells;
}

// phi doubles with each new state, less what the state's last occurrence has given already.
double distinct_subsequences(std::span<const state_spell> spells) {
  std::vector<double> before(std::numeric_limits<state_code>::max() + std::size_t{1}, 0);
  double phi = 1;
  for (const auto& spell : spells) {
    auto& last = before[index_of(spell.state)];
    const double next = 2 * phi - last;
    last = phi;
    phi = next;
  }
  return phi;
}

sequence_measures::sequence_measures(int alphabet, std::size_t length_max)
    : logs_(std::max<std::size_t>(length_max, 2)),
      log_alphabet_(exact_log(static_cast<double>(alphabet))),
      alphabet_(alphabet) {
  STEGVIS_ASSERT(alphabet >= 1 && alphabet <= std::numeric_limits<state_code>::max());
}

std::optional<double> sequence_measures::entropy(state_sequence sequence) const {
  const auto length = length_of(sequence);
  if (length == 0) return {};
  STEGVIS_ASSERT(length <= logs_.largest());
  if (alphabet_ == 1) return 0;
  std::vector<std::size_t> spent(static_cast<std::size_t>(alphabet_));
  for (const auto state : sequence.first(length)) {
    STEGVIS_ASSERT(state >= 0 && state < alphabet_);
    ++spent[index_of(state)];
  }
  double sum = 0;
  for (const auto n : spent) {
    if (n > 0) sum += static_cast<double>(n) * (logs_[length] - logs_[n]);
  }
  return sum / (static_cast<double>(length) * log_alphabet_);
}

std::optional<double> sequence_measures::complexity(state_sequence sequence) const {
  const auto h = entropy(sequence);
  if (!h) return {};
  const auto length = length_of(sequence);
  if (length == 1) return 0;
  const auto changes = static_cast<double>(transitions_of(sequence));
  return std::sqrt(changes / static_cast<double>(length - 1) * *h);
}

std::optional<double> sequence_measures::turbulence(state_sequence sequence) const {
  const auto spells = spells_of(sequence);
  if (spells.empty()) return {};
  const double phi = distinct_subsequences(spells);
  if (!(phi <= std::numeric_limits<double>::max())) return {};
  const auto d = static_cast<double>(spells.size());
  const double mean = static_cast<double>(length_of(sequence)) / d;
  double squares = 0;
  for (const auto& s : spells) {
    const double off = static_cast<double>(s.length) - mean;
    squares += off * off;
  }
  const double most = (d - 1) * (1 - mean) * (1 - mean);
  return remembered_log2(phi * ((most + 1) / (squares / d + 1)));
}

}  // namespace stegvis::statistics

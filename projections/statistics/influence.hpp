#pragma once
// The infinitesimal jackknife of the Aalen-Johansen estimate: what one person more or less would
// change, squared and summed over persons. Internal to survival and competing.
//
// Per unit of weight, person i changes the probability of cause k by a_k(t), and the logarithm of
// being still in by b(t), so that probability itself by b S. With n at risk, d failed, h = d/n, and
// S just before t:
//   a_k += S (b h_k + (1{i left by k} - h_k)/n)
//   b   += 1/(n - d) - 1/n for who stays, -1/n for who fails
// and after leaving b is fixed and a_k += b S h_k. Persons who share entry, exit and cause are one;
// at risk, those who share the entry are. O(times x (entries + groups that left) x causes).
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "projections/statistics/survival.hpp"

namespace stegvis::statistics {

// By (entry, exit, cause), like ones as one: what follows does not depend on the order given, nor,
// as long as their sums are exact, on how persons were grouped.
std::vector<exposure> merged(std::span<const exposure> exposures);

class influence {
 public:
  static constexpr std::int64_t without_areas = std::numeric_limits<std::int64_t>::max();

  // `exposures` merged, and the risk table made of them; both outlive it. Areas count from `from`.
  influence(std::span<const exposure> exposures, const risk_table& table,
            std::int64_t from = without_areas);

  // To the next row: its time's exits and entries are then behind.
  void step();
  // Areas up to tau, which no row passed.
  void advance(std::int64_t tau);

  // Of state 0, still in, or k, left by cause k: the estimate, and the variance of it and of the
  // area under it.
  double probability(int state) const { return probabilities_[static_cast<std::size_t>(state)]; }
  double variance(int state) const;
  double area_variance(int state) const;

 private:
  struct change {
    double a = 0, area = 0;
  };
  struct bucket {  // those at risk who share an entry: exposures [next, end)
    std::size_t first = 0, next = 0, end = 0;
    std::vector<double> weight_squares{};  // [exposure - first]: of it and of all after
    double b = 0;
    std::vector<change> states{};  // [state]

    double at_risk() const { return next == end ? 0 : weight_squares[next - first]; }
  };
  struct leavers {  // one row for each group that left
    std::vector<double> weight_squares{}, b{};
    std::vector<std::vector<change>> states{};  // [state][row]
  };
  struct hazards {             // of one row of the risk table; all 0 without events
    double before = 1;         // still in, just before
    double n = 0, stay = 0;    // at risk; of them, who do not fail
    std::vector<double> of{};  // [cause - 1]
    double staying() const;    // what b gains by staying
    double failing() const;    // and by failing
  };

  hazards hazards_of(const risk_row& row) const;
  void move(const hazards& h);  // the probabilities and those who left before
  double moved(const bucket& b, const hazards& h, std::size_t state, int cause) const;
  void leave(bucket& b, const hazards& h, std::int64_t time);
  void remain(bucket& b, const hazards& h);
  void enter(std::int64_t time);

  std::span<const exposure> exposures_;
  const risk_table& table_;
  std::size_t row_ = 0, entering_ = 0;
  std::int64_t clock_;
  std::vector<double> probabilities_;  // [state]
  std::vector<bucket> buckets_{};
  leavers left_{};
};

}  // namespace stegvis::statistics

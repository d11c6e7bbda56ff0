#pragma once
// Somebody who reads what was published and reckons. Shares no code with disclosure control: knows
// which numbers add up to which, and tells what follows.
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "projections/evaluations/result.hpp"

namespace stegvis {

class attacker {
 public:
  // A number as published, and what it is in truth: for the search for other truths only.
  struct number {
    const result_value* shown;
    std::int64_t truth;
  };
  using term = std::pair<int, number>;

  // Signs times numbers add up to nothing. A number that was never published is a value of the
  // test's own that is empty.
  void learn(const std::vector<term>& terms) {
    fact known;
    for (const auto& [sign, n] : terms) {
      if (const auto* count = n.shown->count()) {
        known.constant += sign * *count;
        continue;
      }
      const auto [found, fresh] = places_.emplace(n.shown, places_.size());
      if (fresh) truths_.push_back(n.truth);
      known.terms.emplace_back(found->second, sign);
    }
    facts_.push_back(std::move(known));
  }

  // Exact linear algebra, modulo a prime: the sum of the numbers if it follows from what is known.
  std::optional<std::int64_t> sum_of(const std::vector<const result_value*>& numbers) {
    reduce();
    std::vector<std::uint64_t> row(places_.size() + 1, 0);
    for (const auto* n : numbers) {
      if (const auto* count = n->count()) {
        row.back() = plus(row.back(), as_residue(*count));
        continue;
      }
      const auto place = places_.find(n);
      if (place == places_.end()) return std::nullopt;
      row[place->second] = plus(row[place->second], 1);
    }
    for (const auto& [pivot, other] : reduced_) eliminate(row, other, pivot);
    const auto value = row.back();
    row.pop_back();
    if (std::ranges::any_of(row, [](auto x) { return x != 0; })) return std::nullopt;
    return value > prime / 2 ? -static_cast<std::int64_t>(prime - value)
                             : static_cast<std::int64_t>(value);
  }

  enum class finding { possible, impossible, unclear };
  // Whether integers can be put in place of what is hidden so that the number is at least so large.
  finding may_be(const result_value* n, std::int64_t at_least) const {
    bounds b;
    b.low.resize(truths_.size(), 0);
    b.high.resize(truths_.size(), 1'000'000);
    for (const auto& [value, at] : places_) {
      // Zeros are shown, so what is marked as suppressed is not one, as a rule.
      if (value->mark == mark::suppressed) b.low[at] = std::min<std::int64_t>(1, truths_[at]);
    }
    for (const auto& [place, low] : low_) b.low[place] = std::max(b.low[place], low);
    const auto place = places_.at(n);
    b.low[place] = std::max(b.low[place], at_least);
    int steps = 300;
    return search(b, steps);
  }

  // The number is known to be no less, for the search.
  void learn_at_least(const result_value* n, std::int64_t low) {
    const auto place = places_.find(n);
    if (place != places_.end()) low_[place->second] = std::max(low_[place->second], low);
  }

  std::vector<const result_value*> hidden() const {
    std::vector<const result_value*> found(places_.size());
    for (const auto& [n, place] : places_) found[place] = n;
    return found;
  }
  std::int64_t truth_of(const result_value* n) const { return truths_[places_.at(n)]; }

 private:
  static constexpr std::uint64_t prime = (std::uint64_t{1} << 61) - 1;
  static std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return (a + b) % prime; }
  static std::uint64_t minus(std::uint64_t a, std::uint64_t b) { return (a + prime - b) % prime; }
  static std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(a) * b % prime);
  }
  static std::uint64_t inverse(std::uint64_t a) {
    std::uint64_t power = 1;
    for (auto e = prime - 2; e > 0; e >>= 1, a = times(a, a)) {
      if ((e & 1) != 0) power = times(power, a);
    }
    return power;
  }
  static std::uint64_t as_residue(std::int64_t n) {
    return n >= 0 ? static_cast<std::uint64_t>(n) : prime - static_cast<std::uint64_t>(-n);
  }
  static void eliminate(std::vector<std::uint64_t>& row, const std::vector<std::uint64_t>& other,
                        std::size_t pivot) {
    const auto factor = row[pivot];
    if (factor == 0) return;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (other[i] != 0) row[i] = minus(row[i], times(factor, other[i]));
    }
  }

  void reduce() {
    if (facts_reduced_ == facts_.size()) return;
    reduced_.clear();
    for (const auto& known : facts_) {
      std::vector<std::uint64_t> row(places_.size() + 1, 0);
      row.back() = as_residue(known.constant);
      for (const auto& [place, sign] : known.terms) row[place] = plus(row[place], as_residue(sign));
      for (const auto& [pivot, other] : reduced_) eliminate(row, other, pivot);
      const auto first = std::find_if(row.begin(), row.end() - 1, [](auto x) { return x != 0; });
      if (first == row.end() - 1) continue;
      const auto pivot = static_cast<std::size_t>(first - row.begin());
      const auto scale = inverse(*first);
      for (auto& x : row) x = times(x, scale);
      for (auto& [_, other] : reduced_) eliminate(other, row, pivot);
      reduced_.emplace(pivot, std::move(row));
    }
    facts_reduced_ = facts_.size();
  }

  struct bounds {
    std::vector<std::int64_t> low, high;
  };

  // Narrows until nothing moves; false if nothing fits.
  bool narrow(bounds& b) const {
    for (bool moved = true; moved;) {
      moved = false;
      for (const auto& known : facts_) {
        std::int64_t low = known.constant, high = known.constant;
        for (const auto& [place, sign] : known.terms) {
          low += sign * (sign > 0 ? b.low[place] : b.high[place]);
          high += sign * (sign > 0 ? b.high[place] : b.low[place]);
        }
        if (low > 0 || high < 0) return false;
        for (const auto& [place, sign] : known.terms) {
          auto& l = b.low[place];
          auto& h = b.high[place];
          const bool adds = sign > 0;
          const auto most = adds ? l - low : high + l, least = adds ? h - high : low + h;
          if (most < h) {
            (adds ? high : low) += sign * (most - h);
            h = most;
            moved = true;
          }
          if (least > l) {
            (adds ? low : high) += sign * (least - l);
            l = least;
            moved = true;
          }
          if (l > h) return false;
        }
      }
    }
    return true;
  }

  finding search(bounds b, int& steps) const {
    if (--steps < 0) return finding::unclear;
    if (!narrow(b)) return finding::impossible;
    std::size_t next = b.low.size();
    for (std::size_t i = 0; i < b.low.size(); ++i) {
      if (b.low[i] == b.high[i]) continue;
      if (next == b.low.size() || b.high[i] - b.low[i] < b.high[next] - b.low[next]) next = i;
    }
    if (next == b.low.size()) return finding::possible;
    // The truth is nearest to other truths, so it is tried first, then what lies about it.
    const auto middle = std::clamp(truths_[next], b.low[next], b.high[next]);
    for (std::int64_t away = 0; away <= 12; ++away) {
      for (const auto value : {middle - away, middle + away}) {
        if (value < b.low[next] || value > b.high[next] || (away == 0 && value != middle)) continue;
        auto one = b;
        one.low[next] = one.high[next] = value;
        const auto found = search(one, steps);
        if (found != finding::impossible) return found;
        if (away == 0) break;
      }
    }
    return b.high[next] - b.low[next] > 24 ? finding::unclear : finding::impossible;
  }

  // The constant and signs times hidden numbers add up to nothing.
  struct fact {
    std::int64_t constant = 0;
    std::vector<std::pair<std::size_t, int>> terms{};
  };

  std::map<const result_value*, std::size_t> places_;
  std::vector<std::int64_t> truths_;
  std::vector<fact> facts_;
  std::map<std::size_t, std::int64_t> low_;
  std::map<std::size_t, std::vector<std::uint64_t>> reduced_;  // the constant last
  std::size_t facts_reduced_ = 0;
};

}  // namespace stegvis

#include "projections/statistics/influence.hpp"

#include <algorithm>
#include <tuple>

namespace stegvis::statistics {

std::vector<exposure> merged(std::span<const exposure> exposures) {
  std::vector<exposure> all;
  all.reserve(exposures.size());
  std::ranges::copy_if(exposures, std::back_inserter(all),
                       [](const exposure& e) { return e.count > 0; });
  std::ranges::sort(all, {}, [](const exposure& e) {
    return std::tuple(e.entry, e.exit, e.cause, e.count, e.weight, e.weight_squares);
  });
  std::size_t last = 0;
  for (std::size_t i = 1; i < all.size(); ++i) {
    auto& to = all[last];
    const auto& e = all[i];
    if (std::tie(to.entry, to.exit, to.cause) != std::tie(e.entry, e.exit, e.cause)) {
      all[++last] = e;
      continue;
    }
    to.count += e.count;
    to.weight += e.weight;
    to.weight_squares += e.weight_squares;
  }
  all.resize(std::min(all.size(), last + 1));
  return all;
}

influence::influence(std::span<const exposure> exposures, const risk_table& table,
                     std::int64_t from)
    : exposures_(exposures),
      table_(table),
      clock_(from),
      probabilities_(static_cast<std::size_t>(table.causes) + 1) {
  probabilities_[0] = 1;
  left_.states.resize(probabilities_.size());
  enter(never_late);
}

void influence::enter(std::int64_t time) {
  while (entering_ < exposures_.size() && exposures_[entering_].entry <= time) {
    const auto entry = exposures_[entering_].entry;
    bucket b;
    b.first = b.end = entering_;
    while (b.end < exposures_.size() && exposures_[b.end].entry == entry) ++b.end;
    while (b.first < b.end && exposures_[b.first].exit <= entry) ++b.first;
    entering_ = b.end;
    if (b.first == b.end) continue;
    b.next = b.first;
    b.weight_squares.resize(b.end - b.first);
    double sum = 0;
    for (std::size_t i = b.end; i-- > b.first;) {
      sum += exposures_[i].weight_squares;
      b.weight_squares[i - b.first] = sum;
    }
    b.states.resize(probabilities_.size());
    buckets_.push_back(std::move(b));
  }
}

void influence::advance(std::int64_t tau) {
  if (tau <= clock_) return;
  const auto dt = static_cast<double>(tau - clock_);
  clock_ = tau;
  for (auto& state : left_.states) {
    for (auto& c : state) c.area += c.a * dt;
  }
  for (auto& b : buckets_) {
    for (auto& c : b.states) c.area += c.a * dt;
  }
}

influence::hazards influence::hazards_of(const risk_row& row) const {
  hazards h;
  h.before = probabilities_[0];
  h.of.resize(row.events.size());
  if (row.failed.count == 0 || !(row.at_risk.weight > 0)) return h;
  h.n = row.at_risk.weight;
  h.stay = h.n - row.failed.weight;
  for (std::size_t k = 0; k < h.of.size(); ++k) h.of[k] = row.events[k].weight / h.n;
  return h;
}

double influence::hazards::staying() const {
  return stay > 0 ? (n - stay) / (n * stay) : 0;
}

double influence::hazards::failing() const {
  return n > 0 ? -1 / n : 0;
}

void influence::move(const hazards& h) {
  if (h.n == 0) return;
  probabilities_[0] = h.before * (h.stay / h.n);
  const auto size = left_.b.size();
  for (std::size_t i = 0; i < size; ++i) left_.states[0][i].a = left_.b[i] * probabilities_[0];
  for (std::size_t k = 1; k < probabilities_.size(); ++k) {
    const double rise = h.before * h.of[k - 1];
    if (rise == 0) continue;
    probabilities_[k] += rise;
    for (std::size_t i = 0; i < size; ++i) left_.states[k][i].a += left_.b[i] * rise;
  }
}

// What a of a cause becomes in this row, for someone at risk who leaves by `cause` or stays (0).
double influence::moved(const bucket& b, const hazards& h, std::size_t state, int cause) const {
  const double a = b.states[state].a;
  if (h.n == 0) return a;
  const double own = static_cast<std::size_t>(cause) == state ? 1 : 0;
  return a + h.before * (b.b * h.of[state - 1] + (own - h.of[state - 1]) / h.n);
}

void influence::leave(bucket& b, const hazards& h, std::int64_t time) {
  for (; b.next < b.end && exposures_[b.next].exit == time; ++b.next) {
    const auto& e = exposures_[b.next];
    const double after = b.b + (e.cause == 0 ? h.staying() : h.failing());
    left_.weight_squares.push_back(e.weight_squares);
    left_.b.push_back(after);
    for (std::size_t k = 0; k < b.states.size(); ++k) {
      const double a = k == 0 ? after * probabilities_[0] : moved(b, h, k, e.cause);
      left_.states[k].push_back({a, b.states[k].area});
    }
  }
}

void influence::remain(bucket& b, const hazards& h) {
  for (std::size_t k = 1; k < b.states.size(); ++k) b.states[k].a = moved(b, h, k, 0);
  b.b += h.staying();
  b.states[0].a = b.b * probabilities_[0];
}

void influence::step() {
  const auto& row = table_.rows[row_++];
  advance(row.time);
  const auto h = hazards_of(row);
  move(h);
  for (auto& b : buckets_) {
    leave(b, h, row.time);
    remain(b, h);
  }
  std::erase_if(buckets_, [](const bucket& b) { return b.next == b.end; });
  enter(row.time);
}

double influence::variance(int state) const {
  const auto k = static_cast<std::size_t>(state);
  double sum = 0;
  for (std::size_t i = 0; i < left_.b.size(); ++i) {
    const double a = left_.states[k][i].a;
    sum += left_.weight_squares[i] * a * a;
  }
  for (const auto& b : buckets_) sum += b.at_risk() * b.states[k].a * b.states[k].a;
  return sum;
}

double influence::area_variance(int state) const {
  const auto k = static_cast<std::size_t>(state);
  double sum = 0;
  for (std::size_t i = 0; i < left_.b.size(); ++i) {
    const double area = left_.states[k][i].area;
    sum += left_.weight_squares[i] * area * area;
  }
  for (const auto& b : buckets_) sum += b.at_risk() * b.states[k].area * b.states[k].area;
  return sum;
}

}  // namespace stegvis::statistics

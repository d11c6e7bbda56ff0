#pragma once
// Disclosure control: what must not leave so that nobody can be singled out. Pure.
//
// - Counts of 1 to 4 are hidden (primary), and so is a base under 5 with everything in its row;
//   a share whose complement is 1 to 4 goes with its count, 0 % and 100 % of a small base too.
// - So much more is hidden that no hidden count follows from those that are shown (complementary):
//   within a row (column sums), across the levels of each breakdown against the totals of the
//   coarser ones, and down a flow. Overlapping dimensions are no sums.
// - Counts that differ by 1 to 4 from the same count in an earlier published vintage are hidden, as
//   are those that would tell such a difference.
// Zeros stay: they tell that nobody is there, unless the row's base is itself small.
#include <span>
#include <stop_token>

#include "projections/evaluations/result.hpp"

namespace stegvis {

constexpr std::int64_t small_count_max = 4;
constexpr int disclosure_version = 2;  // 2: levels of few units are joined (level_joins.hpp)

// Hides in `sections`. `published` are the raw sections of earlier published vintages of the same
// definition, oldest first; each is itself suppressed against those before it, so that only what
// was really shown counts. Same input, same answer. Asked to stop, it leaves no sections.
void suppress(std::vector<result_section>& sections,
              std::span<const std::vector<result_section>> published,
              const std::stop_token& stop = {});

// Behind `suppress`: hides and blurs what repeats or follows from what is hidden in other tables.
// Variants that move one to four; readings of hidden curves; times of groups under twenty; costs of
// substitution that would tell a hidden transition. Mean times leave with so few decimals that the
// time of ten units is not told.
void hide_derived(std::vector<result_section>& sections);

// What happened to a group in the finest intervals, which end at ascending times, and who was left
// at risk at each end.
struct curve_counts {
  std::vector<std::int64_t> events, censored, at_risk;
  std::vector<std::vector<std::int64_t>> causes{};  // of competing events: those of each
};
// The intervals of a curve that may leave: places of the times at which they end, ascending, such
// that in every group each interval holds at least five events, no or at least five censorings, and
// of each cause none or at least five, and that at its end none or at least five are at risk; or
// that nobody of some groups is followed in it any more. Groups with fewer than twenty events count
// as one, what the others leave of the total; with the next ones, if that is too few still. As many
// intervals as possible end where the curve is `read`; then, as many as possible. Of `others`, such
// as all but a level that overlaps, an interval may also tell that there was no event.
std::vector<std::size_t> coarse_grid(std::span<const curve_counts> groups,
                                     std::span<const std::size_t> read = {},
                                     std::span<const curve_counts> others = {});

}  // namespace stegvis

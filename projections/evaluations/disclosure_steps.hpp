#pragma once
// What disclosure control begins with, earlier vintages, and ends with, the blanks. Private to
// disclosure*.cpp.
#include <optional>

#include "projections/evaluations/disclosure_sums.hpp"

namespace stegvis {

// A result that disclosure control is through with. Stays where it is: the model looks at it.
struct vintage {
  std::vector<result_section> sections{};
  count_model model{};
  std::optional<known_sums> told{};  // made when it is first asked
};

// What an earlier vintage told of the cells of this one: of the same section, table, levels and
// keys. Intervals of curves are compared between times that both have.
class earlier_counts {
 public:
  // Adds the derived cells that the comparison takes to `now`.
  earlier_counts(vintage& before, vintage& now);
  // The count, if it was shown or follows from shown ones at once.
  std::optional<std::int64_t> of(std::size_t cell) const {
    return cell < counts_.size() ? counts_[cell] : std::nullopt;
  }
  // The true sum then, signs counted; nothing if one of the cells had none to stand for it.
  std::optional<std::int64_t> sum_of(const std::vector<count_term>&) const;
  // That sum followed from what was shown then.
  bool tells_sum_of(const std::vector<count_term>&);

 private:
  void take_table(const count_table& now, const count_table& before);
  void take_curves(const count_table& now, const count_table& before, count_system& system);
  void take_derived(const count_system&);
  std::int64_t hidden_sum(const std::vector<count_term>&) const;
  void set(std::size_t cell, std::vector<std::size_t> cells_before);

  vintage& before_;
  std::vector<std::optional<std::int64_t>> counts_;
  std::vector<std::optional<std::vector<std::size_t>>> cells_before_;  // whose sum it was
};

// Blanks hidden counts, and the figures that would tell them, in the sections.
void blank_hidden(vintage&);

}  // namespace stegvis

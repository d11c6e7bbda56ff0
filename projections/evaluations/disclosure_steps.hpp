#pragma once
// What disclosure control begins with, earlier vintages, and ends with, the blanks. Private to
// disclosure*.cpp.
#include <optional>

#include "projections/evaluations/disclosure_cells.hpp"

namespace stegvis {

// What an earlier vintage showed of the same cells: of the same section, table, levels and keys.
// Intervals of curves are compared between times that both have.
class earlier_counts {
 public:
  // Adds the derived cells that the comparison takes to the model.
  earlier_counts(const std::vector<result_section>& shown,
                 const std::vector<result_section>& sections, count_model& model);
  std::optional<std::int64_t> of(std::size_t cell) const {
    return cell < counts_.size() ? counts_[cell] : std::nullopt;
  }

 private:
  void take_table(const count_table& now, const count_table& before, const count_system& shown);
  void take_curves(const count_table& now, const count_table& before, const count_system& shown,
                   count_system& system);
  void take_derived(const count_system&);
  void set(std::size_t cell, std::int64_t count);

  std::vector<std::optional<std::int64_t>> counts_;
};

// Blanks hidden counts, and the figures that would tell them, in the sections the model is of.
void blank_hidden(const count_model&, std::vector<result_section>&);

}  // namespace stegvis

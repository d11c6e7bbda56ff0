#pragma once
// What the finishing of all statistics shares: cells of a partial by stratum, and tables of one
// breakdown. Private to finish*.cpp.
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/evaluations/finish.hpp"
#include "projections/statistics/proportions.hpp"

namespace stegvis {

struct cell_count {
  cell_key key;
  std::uint64_t amount;
};

// One stratum's cells of one block, by (a, b, c).
struct stratum_cells {
  std::vector<std::string> levels;  // one for each dimension
  std::string text;                 // what stands behind text_separator
  std::vector<cell_count> cells;
  std::uint64_t at(std::int32_t a, std::int32_t b = 0, std::int32_t c = 0) const;
};

class counts {
 public:
  counts(const scan_plan& plan, const partial& p);
  // Strata of a breakdown that have units, in the order of their levels.
  std::vector<stratum_cells> strata(block what, std::size_t breakdown) const;
  // The strata of `what`, one entry for each that the breakdown has at all, empty ones too.
  std::vector<stratum_cells> all_strata(block what, std::size_t breakdown) const;

 private:
  const scan_plan* plan_;
  std::vector<std::string> texts_;
  std::map<cell_key, std::uint64_t> cells_;
};

// A table of a breakdown with its level columns.
result_table table_of(const scan_plan& plan, std::size_t breakdown, std::string id,
                      table_form form);
void add_key(result_table&, std::string id, value_form form = value_form::code);
void add_count(result_table&, std::string id);
void add_figure(result_table&, std::string id, value_form form, std::vector<std::string> of);
void add_plain(result_table&, std::string id, value_form form);
// Counts with a known answer, and differences, of two groups.
void add_difference_columns(result_table&);
// A row that begins with the levels.
result_row row_of(const stratum_cells&);
inline result_value count_of(std::uint64_t n) {
  return count_value(static_cast<std::int64_t>(n));
}
result_value share_of(std::uint64_t yes, std::uint64_t of);
// share, low, high by Wilson.
void add_wilson(result_row&, std::uint64_t yes, std::uint64_t of);

void finish_survival(const scan_plan&, const counts&, const finish_options&, result_section&);
void finish_competing(const scan_plan&, const counts&, const finish_options&, result_section&);
void finish_proportions(const scan_plan&, const counts&, result_section&);
void finish_retention(const scan_plan&, const counts&, const finish_options&, result_section&);
void finish_funnel(const scan_plan&, const counts&, result_section&);
void finish_ages(const scan_plan&, const counts&, result_section&);
void finish_sequence(const scan_plan&, const counts&, const finish_options&, result_section&);
void finish_count(const scan_plan&, const counts&, result_section&);
void finish_stock(const scan_plan&, const counts&, result_section&);
void finish_latency(const scan_plan&, const counts&, result_section&);
void finish_survey(const scan_plan&, const counts&, result_section&);
void finish_tally(const scan_plan&, const counts&, result_section&);

}  // namespace stegvis

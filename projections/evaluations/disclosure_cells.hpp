#pragma once
// The counts of a result as a system: every count is a cell, and relations say which cells add up
// to which. Whatever follows from the shown cells by these relations is as good as shown. Private
// to disclosure*.cpp.
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "projections/evaluations/result.hpp"

namespace stegvis {

constexpr std::size_t no_cell = static_cast<std::size_t>(-1);

struct count_place {
  std::size_t section = 0, table = 0, row = 0, column = no_cell;
};

struct count_cell {
  std::int64_t value = 0;
  std::int64_t floor = 0;  // what a reader knows it to be at least, though hidden
  std::int64_t need = 0;   // a reader must think it possible that it is larger by so much
  std::int64_t cost = 0;   // of hiding it
  bool hidden = false;
  // Stands in no table, such as those who belong to a total and to none of its levels: hidden
  // anyway, and protected like all others.
  bool derived = false;
  count_place place{};
};

struct count_term {
  std::size_t cell;
  int sign;
};

struct count_system {
  std::vector<count_cell> cells{};
  std::vector<std::vector<count_term>> relations{};      // signs times values add up to nothing
  std::vector<std::vector<std::size_t>> relations_of{};  // of each cell
  std::vector<std::pair<std::size_t, std::size_t>> parts_in_row{};  // whole, part

  std::size_t add(const count_cell&);
  // wholes = parts, and what is missing on either side is a derived cell: if anything is, or
  // always, where a reader cannot know that nobody is left over. Nothing happens if any of them is
  // no_cell.
  enum class others { if_any, always };
  void relate(const std::vector<std::size_t>& wholes, const std::vector<std::size_t>& parts,
              others = others::if_any);
  // The cell and all that relations tie to it, however far.
  std::vector<std::size_t> connected_with(std::size_t cell) const;
};

using level_map = std::map<std::string, std::string>;

// A table, its cells, and what its rows are about.
struct count_table {
  const result_table* table = nullptr;
  std::size_t section = 0, number = 0;
  std::vector<std::size_t> cells{};  // row by row
  std::vector<level_map> levels{};   // of each row
  std::vector<level_map> keys{};     // of each row
  std::size_t cell(std::size_t row, std::string_view column) const;
  std::vector<std::string> counts() const;  // ids of its count columns
};

// Rows of a curve or incidence table about the same persons, by time. A row counts what happened
// after the row before it, and who was at risk as that began.
struct count_series {
  level_map levels{}, keys{};
  std::vector<std::size_t> rows{};
  std::vector<double> times{};
  std::vector<std::size_t> rows_within(double from,
                                       double until) const;  // that end in (from, until]
};
bool is_curve(table_form);
std::vector<count_series> series_of(const count_table&);
// Times at which a row of each ends, ascending.
std::vector<double> common_times(const std::vector<const count_series*>&);
constexpr double end_of_time = std::numeric_limits<double>::infinity();

// A share whose base stands in no column of its row tells the base, so it goes with it.
struct implied_total {
  std::size_t total, table;
  std::vector<std::size_t> rows;
};

struct count_model {
  count_system system{};
  std::vector<count_table> tables{};
  std::vector<implied_total> implied{};
};

// One text for one value; no two values share it.
std::string code_of(const result_value&);
std::string text_of(const level_map&);
level_map levels_of(const result_table&, const result_row&);
level_map keys_of(const result_table&, const result_row&);
// Those of `levels` whose dimension is in `by`.
level_map restricted(const level_map& levels, const std::vector<std::string>& by);
// Counts that may be the size of the whole group a row is about.
bool is_base(std::string_view column);

// The tables' cells, without relations.
std::vector<count_table> count_tables_of(const std::vector<result_section>&, count_system&);
count_model count_model_of(const std::vector<result_section>&);
// Its steps, each in a file of its own.
void relate_rows(count_model&);    // within rows and from row to row
void relate_cubes(count_model&);   // levels of each breakdown against coarser ones
void relate_tables(count_model&);  // the same persons in several tables

}  // namespace stegvis

#pragma once
// A table as people may see it: what is hidden cannot be read here, and what belongs together
// (an interval's two limits, a share and its number) stands in one column.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/report/words.hpp"

namespace stegvis {

// Rows of one stratum, in the table's order.
struct row_group {
  std::string label{};  // in words; empty for a total
  std::vector<std::size_t> rows{};
};

// Borrows section and table.
class shown_table {
 public:
  shown_table(const result_section& section, const result_table& table, language l);

  const result_table& table() const { return *table_; }
  const wording& words() const { return words_; }
  language in() const { return words_.in(); }
  std::size_t rows() const { return table_->rows.size(); }
  std::optional<std::size_t> find(std::string_view column_id) const {
    return table_->find_column(column_id);
  }

  // suppressed also where a figure's own counts are.
  stegvis::mark mark_of(std::size_t row, std::size_t column) const;
  // A count or figure as a number. Nothing where it is hidden, missing, text or not finite.
  std::optional<double> number(std::size_t row, std::size_t column) const;
  std::optional<double> number(std::size_t row, std::optional<std::size_t> column) const {
    return column ? number(row, *column) : std::nullopt;
  }
  // A code or text as it stands in the result; empty where it is hidden or no text.
  std::string_view text(std::size_t row, std::size_t column) const;
  // Whether any count or figure can be read.
  bool tells() const;
  // As people read it, the mark's sign included. Shares have one decimal.
  std::string cell(std::size_t row, std::size_t column) const;
  // A share of fewer than twenty, which says little.
  bool on_small_base(std::size_t row, std::size_t column) const;
  // The largest count that the row's figures rest on; 0 if none is known.
  double base_of(std::size_t row, std::size_t column) const;

  std::vector<row_group> groups() const;
  // Words of the row's levels, or of all its keys too.
  std::string level_label(std::size_t row) const;

 private:
  int decimals_in(std::size_t column) const;
  std::string value_text(std::size_t row, std::size_t column) const;
  const result_table* table_;
  wording words_;
  std::vector<int> decimals_;  // of each column's numbers
};

constexpr double small_base = 20;
constexpr std::string_view small_base_sign = "\u2020";

struct shown_column {
  enum class form : std::uint8_t {
    single,
    share_and_number,  // "45,2 % (320)"
    interval,          // "41,0–49,5 %"
    with_interval      // "45,2 % (41,0–49,5)"
  };
  std::string header{};
  form as = form::single;
  std::size_t first = 0, second = 0, third = 0;  // column indices, as many as the form has
  bool heads_row = false;                        // level or key
};
std::vector<shown_column> shown_columns(const shown_table&);
std::string cell_text(const shown_table&, std::size_t row, const shown_column&);

// Which signs the reader needs explained.
struct shown_marks {
  bool of[6] = {};
  bool small_base = false;
  bool interval = false;
};
void note_marks(const shown_table&, shown_marks&);

// 0 decimals of per cent for up to a thousand people, else 1: for pictures and sentences.
int percent_decimals(double base);

}  // namespace stegvis

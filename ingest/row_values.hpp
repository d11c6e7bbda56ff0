#pragma once
// What a mapping's rules make of one row's cells.
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/error.hpp"
#include "events/time.hpp"
#include "ingest/mapping.hpp"
#include "ingest/table.hpp"

namespace stegvis {

// Column names of a header, trimmed, and where they stand. Shared by all rows.
class column_index {
 public:
  explicit column_index(const std::vector<std::string>& header);
  column_index(const column_index&) = delete;
  column_index& operator=(const column_index&) = delete;
  std::optional<std::size_t> find(std::string_view name) const;
  std::size_t size() const { return names_.size(); }
  const std::string& name(std::size_t column) const { return names_[column]; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string_view, std::size_t> places_;  // into names_
};

// Borrows row and index. All results that fail are bad_cell with line and column, without value.
class row_values {
 public:
  row_values(const column_index& columns, const table_row& row) : columns_(&columns), row_(&row) {}

  std::uint64_t line() const { return row_->line; }
  // Trimmed; the column must exist (asserted).
  std::string_view cell(std::string_view column) const;
  std::string_view cell(std::size_t column) const;
  problem bad_cell(std::string_view column, std::string what) const;

  bool holds(const std::vector<row_condition>& when) const;
  [[nodiscard]] result<valid_time> time(const time_rule& rule) const;
  // Nothing if one of the template's cells is empty.
  std::optional<std::string> text(const text_template& pattern) const;
  // Appends `{"name":value,...}`; fields without a value are left out.
  [[nodiscard]] result<void> append_object(const std::vector<field_rule>& fields,
                                           std::string& out) const;

 private:
  // Appends the value's JSON; false (and nothing appended) if there is none.
  result<bool> append_value(const value_rule& rule, std::string& out) const;
  result<bool> append_cell(const column_value& rule, std::string& out) const;
  result<void> append_part(const column_value& rule, std::string_view part,
                           std::string& out) const;
  result<bool> append_split(const column_value& rule, std::string& out) const;
  result<cell_time> unmoved(const time_rule& rule) const;

  const column_index* columns_;
  const table_row* row_;
};

void append_constant(const constant& value, std::string& out);

}  // namespace stegvis

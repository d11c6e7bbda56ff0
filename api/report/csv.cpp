// Results as CSV (RFC 4180), and as Swedish Excel opens it by a double click.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "api/csv_cell.hpp"
#include "api/report/report.hpp"
#include "api/report/shown_table.hpp"

namespace stegvis {
namespace {

struct dialect {
  char separator;
  char decimal;
  std::string_view beginning;
  bool guards_formulas;
};
constexpr dialect rules_of(csv_dialect d) {
  if (d == csv_dialect::swedish_excel) return {';', ',', "\xef\xbb\xbf", true};
  return {',', '.', "", false};
}
constexpr std::string_view line_end = "\r\n";

void append_text(std::string& out, std::string_view text, const dialect& d) {
  append_csv_cell(out, text, d.separator, d.guards_formulas);
}

void append_number(std::string& out, double value, const dialect& d) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  std::string text(buffer.data(), end.ptr);
  std::ranges::replace(text, '.', d.decimal);
  out += text == "-0" ? "0" : text;
}

void append_value(std::string& out, const shown_table& t, std::size_t row, std::size_t column,
                  const dialect& d) {
  const auto m = t.mark_of(row, column);
  const auto& v = t.table().rows[row][column];
  if (m != mark::none && m != mark::preliminary) {
    out += name_of(m);
  } else if (const auto* n = v.count()) {
    out += std::to_string(*n);
  } else if (const auto* x = v.number()) {
    if (std::isfinite(*x))
      append_number(out, *x, d);
    else
      out += name_of(mark::undefined);
  } else if (const auto* text = v.text()) {
    append_text(out, *text, d);
  }
}

std::string preliminary_columns(const shown_table& t, std::size_t row) {
  std::string ids;
  for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
    if (t.mark_of(row, i) != mark::preliminary) continue;
    if (!ids.empty()) ids += ' ';
    ids += t.table().columns[i].id;
  }
  return ids;
}

std::string table_bytes(const shown_table& t, const dialect& d) {
  std::string out(d.beginning);
  for (const auto& column : t.table().columns) {
    append_text(out, column.id, d);
    out += d.separator;
  }
  out += "preliminary";
  out += line_end;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
      append_value(out, t, row, i, d);
      out += d.separator;
    }
    append_text(out, preliminary_columns(t, row), d);
    out += line_end;
  }
  return out;
}

std::string name_part(std::string_view text) {
  std::string part;
  for (const char c : text) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (c >= 'A' && c <= 'Z')
      part += static_cast<char>(c - 'A' + 'a');
    else
      part += kept ? c : '_';
  }
  return part;
}

// "03-retention-proportions-by-sex-unit"; the number only where there are several sections.
std::string base_name(std::size_t section_number, std::size_t sections,
                      const result_section& section, const result_table& table) {
  std::string name;
  if (sections > 1) {
    name = std::to_string(section_number);
    if (name.size() < 2) name.insert(0, "0");
    name += '-';
  }
  name += name_part(section.definition) + "-" + name_part(table.id);
  for (std::size_t i = 0; i < table.by.size(); ++i) {
    name += (i == 0 ? "-by-" : "-") + name_part(table.by[i]);
  }
  return name;
}

}  // namespace

std::vector<report_file> csv_files(const evaluation_result& result, csv_dialect chosen) {
  const auto d = rules_of(chosen);
  std::vector<report_file> files;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < result.sections.size(); ++i) {
    const auto& section = result.sections[i];
    for (const auto& table : section.tables) {
      const auto base = base_name(i + 1, result.sections.size(), section, table);
      auto name = base;
      for (int n = 2; !taken.insert(name).second; ++n) name = base + "-" + std::to_string(n);
      files.push_back(
          {name + ".csv", table_bytes(shown_table(section, table, language::english), d)});
    }
  }
  return files;
}

}  // namespace stegvis

#pragma once
// A result for people and for programs: a page with figures, tables for a terminal, CSV. Pure: the
// same result and language give the same bytes, for ever; no clock, no locale, no files.
//
// A value marked `suppressed` is never read, whatever it holds, and neither is a figure of a row
// in which a count it is computed from is suppressed. Texts are escaped wherever they stand.
#include <string>
#include <vector>

#include "api/labels.hpp"
#include "api/streams.hpp"
#include "projections/evaluations/result.hpp"

namespace stegvis {

// A whole HTML5 page without scripts or anything fetched from elsewhere: title, description,
// sections with figures (SVG) and the table behind each, marks, limits, and the box with all that
// is needed to run it again.
std::string html_report(const evaluation_result&, language);

// A figure of the page, as it stands there.
struct report_figure {
  std::string id{};                // "f3": the third of the page
  std::string section{}, table{};  // the definition of its section, and the table's id
  std::vector<std::string> by{};   // the table's dimensions
  std::string title{};
  std::string finding{};  // one sentence, also in the picture
  std::string svg{};      // the picture: an element that stands alone, too
};
// Those of html_report, in its order.
std::vector<report_figure> report_figures(const evaluation_result&, language);

// What the table is called in its page.
std::string table_title(const result_section&, const result_table&, language);

// Tables for a terminal, the most important first, cut at its width. Does not flush.
void print_result(const evaluation_result&, streams&, language);

enum class csv_dialect : std::uint8_t {
  rfc4180,       // comma, decimal point, CRLF, UTF-8: for programs
  swedish_excel  // semicolon, decimal comma, byte order mark; texts that look like formulas quoted
};

struct report_file {
  std::string name{};  // lower-case ASCII letters, digits, hyphens, underscores and ".csv"; unique
  std::string bytes{};
};

// One file for each table, in the order of the result. The header holds the column ids; what is
// hidden or missing reads as the name of its mark. The last column, `preliminary`, names the
// columns whose values are.
std::vector<report_file> csv_files(const evaluation_result&, csv_dialect);

}  // namespace stegvis

#pragma once
// Parts of the HTML page, each a piece of well-formed markup. Numbers of figures run through the
// whole page, so that ids are unique.
#include <string>
#include <string_view>
#include <vector>

#include "api/report/report.hpp"
#include "api/report/shown_table.hpp"

namespace stegvis {

// An element around escaped text, or around markup.
std::string element(std::string_view tag, std::string_view text);
std::string element_around(std::string_view tag, std::string_view markup);

// The style sheet, for screen and print.
std::string_view page_style();

// What runs through the page from section to section.
struct page_count {
  std::size_t sections = 0;
  std::vector<report_figure> figures{};
  shown_marks marks{};  // that need explaining
};
// One section: its cubes, each with figures and the tables behind them, and its notes. Without a
// heading it is the section's own title, with its description below.
std::string section_markup(const result_section&, std::string_view heading, page_count&, language);

// What stands behind the sections: signs, limits, the check list, and the box to run it again.
std::string marks_markup(const shown_marks&, language);
std::string limits_markup(const evaluation_result&, const shown_marks&, language);
std::string checklist_markup(const evaluation_result&, language);
std::string reproduction_markup(const evaluation_result&, language);

// A number of persons in the manifest: not told where it is under five and control is on.
std::string persons_text(std::int64_t, const result_manifest&, language);
// Units analysed and persons in the ledger, also hidden where the flow hides them.
std::string analysed_text(const evaluation_result&, language);
std::string subjects_text(const evaluation_result&, language);

// Whether disclosure control was on, a sentence or two.
std::string suppression_text(const result_manifest&, language);

}  // namespace stegvis

// Sections of the page: headings, figures, the tables behind them.
#include <algorithm>

#include "api/report/figure.hpp"
#include "api/report/findings.hpp"
#include "api/report/markup.hpp"
#include "api/report/numbers.hpp"
#include "api/report/page.hpp"
#include "api/report/text_grid.hpp"

namespace stegvis {
namespace {

constexpr std::size_t folded_rows = 16;  // longer tables without a picture are folded away

std::string table_markup(const text_grid& grid, std::string_view caption) {
  std::string out =
      "<table>\n<caption class=\"spoken\">" + escaped(caption) + "</caption>\n<thead><tr>";
  for (const auto& c : grid.columns) {
    out += c.number && !c.heads_row ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">";
    out += escaped(c.header) + "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : grid.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto& c = grid.columns[i];
      const auto text = escaped(row[i]);
      if (c.heads_row)
        out += "<th scope=\"row\">" + text + "</th>";
      else if (c.number)
        out += "<td class=\"number\">" + text + "</td>";
      else
        out += "<td>" + text + "</td>";
    }
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

// A wide table scrolls by itself, by keyboard too.
std::string scrolling(std::string_view table, std::string_view label) {
  return "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"" + escaped(label) +
         "\">\n" + std::string(table) + "</div>\n";
}

std::string folded(std::string_view table, std::string_view label, language l) {
  const auto rows = say(l, "Tabell: ", "Table: ");
  return "<details class=\"table\">" + element("summary", std::string(rows) + std::string(label)) +
         "\n" + scrolling(table, label) + "</details>\n";
}

std::string text_markup(const shown_table& t) {
  std::string out = "<ul>\n";
  for (std::size_t row = 0; row < t.rows(); ++row) {
    std::string line;
    for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
      const auto cell = t.cell(row, i);
      if (!cell.empty()) line += (line.empty() ? "" : ", ") + cell;
    }
    out += element("li", line) + "\n";
  }
  return out + "</ul>\n";
}

std::string title_of(const shown_table& t) {
  const auto by = t.words().breakdown(t.table());
  const auto title = t.words().table(t.table());
  return by.empty() ? title : title + ", " + by;
}

std::string result_markup(const shown_table& t, std::string_view section,
                          std::vector<report_figure>& figures) {
  if (t.table().form == table_form::text) return text_markup(t);
  const auto title = title_of(t);
  const auto finding = finding_of(t);
  const auto id = "f" + std::to_string(figures.size() + 1);
  const auto picture = draw_figure(t, {id, title, finding});
  const auto table = table_markup(grid_of(t), title);
  if (!t.tells()) {
    return element("p", t.words().say(
                            "Alla tal här är dolda (..), så att inget litet tal kan räknas ut.",
                            "All numbers here are hidden (..), so that no small number can be "
                            "worked out.")) +
           "\n" + folded(table, title, t.in());
  }
  if (!picture) {
    return t.rows() > folded_rows ? folded(table, title, t.in()) : scrolling(table, title);
  }
  figures.push_back(
      {id, std::string(section), t.table().id, t.table().by, title, finding, *picture});
  return "<figure>\n" + element("figcaption", finding) +
         "\n<div class=\"picture\" role=\"group\" tabindex=\"0\" aria-label=\"" + escaped(title) +
         "\">\n" + *picture + "</div>\n" + folded(table, title, t.in()) + "</figure>\n";
}

// Tables of one id, the cube's total first.
struct cube {
  std::string_view id;
  std::vector<const result_table*> tables;
};

// Pictures before the tables that read them, remarks last. How the group came about stands first in
// a report of one statistic, and behind the answers where there are many.
int rank_of(table_form form, bool alone) {
  using enum table_form;
  switch (form) {
    case flow:
      return alone ? 0 : 6;
    case baseline:
      return alone ? 1 : 7;
    case at_times:
    case summary:
      return 3;
    case tests:
    case costs:
    case measures:
      return 4;
    case sensitivity:
      return 5;
    case text:
      return 8;
    case curve:
    case incidence:
    case proportions:
    case differences:
    case funnel:
    case states:
    case transitions:
    case durations:
    case sequences:
    case cohort_ages:
    case counts:
    case stock:
    case latency:
    case units:
    case tally:
    case targets:
      return 2;
  }
  return 2;
}

std::vector<cube> cubes_of(const result_section& section, bool alone) {
  std::vector<cube> cubes;
  for (const auto& table : section.tables) {
    auto it = std::ranges::find(cubes, table.id, &cube::id);
    if (it == cubes.end()) it = cubes.insert(cubes.end(), {table.id, {}});
    it->tables.push_back(&table);
  }
  for (auto& c : cubes) {
    std::ranges::stable_sort(c.tables, {}, [](const result_table* t) { return t->by.size(); });
  }
  std::ranges::stable_sort(cubes, {},
                           [&](const cube& c) { return rank_of(c.tables.front()->form, alone); });
  return cubes;
}

std::string overlap_note(const shown_table& t) {
  if (t.table().overlapping.empty()) return "";
  return "<p class=\"notes\">" + escaped(t.words().note("overlapping")) + "</p>\n";
}

// The cube under a heading of the third degree, unless it is the only one.
std::string cube_markup(const result_section& section, const cube& c, bool only, page_count& count,
                        language l) {
  const auto title = wording(section, l).table(*c.tables.front());
  std::string out = only ? std::string() : element("h3", title) + "\n";
  for (const auto* table : c.tables) note_marks(shown_table(section, *table, l), count.marks);
  const auto merged = merged_baseline(section, c.tables, l);
  if (!merged.rows.empty()) return out + scrolling(table_markup(merged, title), title);
  for (const auto* table : c.tables) {
    const shown_table t(section, *table, l);
    if (!table->by.empty() && !only)
      out += element("h4", capitalised(t.words().breakdown(*table))) + "\n";
    out += result_markup(t, section.definition, count.figures) + overlap_note(t);
  }
  return out;
}

// How the group came about, folded away where there are many sections.
std::string folded_cube(const result_section& section, const cube& c, page_count& count,
                        language l) {
  const shown_table t(section, *c.tables.front(), l);
  auto summary = t.words().table(t.table());
  if (t.table().form == table_form::flow && t.tells()) summary += ": " + finding_of(t);
  return "<details class=\"table\">" + element("summary", summary) + "\n" +
         cube_markup(section, c, true, count, l) + "</details>\n";
}

}  // namespace

std::string element(std::string_view tag, std::string_view text) {
  return element_around(tag, escaped(text));
}

std::string element_around(std::string_view tag, std::string_view markup) {
  const std::string name(tag);
  return "<" + name + ">" + std::string(markup) + "</" + name + ">";
}

std::string section_markup(const result_section& section, std::string_view heading,
                           page_count& count, language l) {
  const wording words(section, l);
  ++count.sections;
  std::string out = "<section id=\"s" + std::to_string(count.sections) + "\">\n";
  if (heading.empty()) {
    const auto title = text_in(section.title, l);
    out += element("h2", title.empty() ? words.dimension(section.definition) : std::string(title)) +
           "\n";
    const auto description = text_in(section.description, l);
    if (!description.empty()) out += element("p", description) + "\n";
  } else {
    out += element("h2", heading) + "\n";
  }
  const bool alone = !heading.empty();
  const auto cubes = cubes_of(section, alone);
  const bool only = cubes.size() == 1 && cubes.front().tables.size() == 1;
  for (const auto& c : cubes) {
    const auto form = c.tables.front()->form;
    const bool folded = !alone && (form == table_form::flow || form == table_form::baseline);
    out += folded ? folded_cube(section, c, count, l) : cube_markup(section, c, only, count, l);
  }
  if (!section.notes.empty()) {
    out += "<ul class=\"notes\">\n";
    for (const auto& note : section.notes) out += element("li", words.note(note)) + "\n";
    out += "</ul>\n";
  }
  return out + "</section>\n";
}

std::string table_title(const result_section& section, const result_table& table, language l) {
  return title_of(shown_table(section, table, l));
}

}  // namespace stegvis

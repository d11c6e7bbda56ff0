// Results on a terminal: for each statistic the tables that answer its question, totals first.
#include <algorithm>

#include "api/report/markup.hpp"
#include "api/report/numbers.hpp"
#include "api/report/report.hpp"
#include "api/report/shown_table.hpp"
#include "api/report/text_grid.hpp"
#include "api/text_table.hpp"

namespace stegvis {
namespace {

constexpr std::size_t rows_max = 40;    // longer tables are left to the report
constexpr std::size_t columns_max = 8;  // times of a table of states

// What answers comes before how it was counted; curves and months are for the figures.
int rank_of(table_form form) {
  using enum table_form;
  switch (form) {
    case targets:
      return 0;
    case summary:
      return 1;
    case at_times:
      return 2;
    case proportions:
      return 3;
    case differences:
      return 4;
    case funnel:
      return 5;
    case counts:
      return 6;
    case stock:
      return 7;
    case cohort_ages:
      return 8;
    case tally:
      return 9;
    case latency:
      return 10;
    case units:
      return 11;
    case durations:
      return 12;
    case transitions:
      return 13;
    case measures:
      return 14;
    case sequences:
      return 15;
    case curve:
      return 16;
    case incidence:
      return 17;
    case states:
      return 18;
    case tests:
      return 19;
    case sensitivity:
      return 20;
    case baseline:
      return 21;
    case flow:
      return 22;
    case costs:
      return 23;
    case text:
      return 24;
  }
  return 25;
}

std::vector<const result_table*> in_order(const result_section& section) {
  std::vector<const result_table*> order;
  for (const auto& t : section.tables) order.push_back(&t);
  std::ranges::stable_sort(
      order, {}, [](const result_table* t) { return std::pair(rank_of(t->form), t->by.size()); });
  return order;
}

std::string right_aligned(std::string text, std::size_t width) {
  const auto own = width_of(text);
  return own < width ? std::string(width - own, ' ') + text : text;
}

void print_grid(text_grid grid, streams& io) {
  std::vector<std::string> header;
  for (std::size_t i = 0; i < grid.columns.size(); ++i) {
    auto& c = grid.columns[i];
    c.header = printable(c.header);
    std::size_t width = width_of(c.header);
    for (auto& row : grid.rows) row[i] = printable(row[i]);
    for (const auto& row : grid.rows) width = std::max(width, width_of(row[i]));
    header.push_back(c.number ? right_aligned(c.header, width) : c.header);
    if (!c.number) continue;
    for (auto& row : grid.rows) row[i] = right_aligned(row[i], width);
  }
  text_table table(std::move(header));
  for (auto& row : grid.rows) table.add(std::move(row));
  table.print(io);
}

// States as rows and a few times as columns: months as rows would fill the screen and more.
bool print_states(const shown_table& t, streams& io) {
  const auto time = t.find("time");
  const auto groups = t.groups();
  if (t.table().form != table_form::states || !time || groups.size() != 1) return false;
  std::vector<std::size_t> rows;
  const auto every = std::max<std::size_t>(1, (t.rows() + columns_max - 1) / columns_max);
  for (std::size_t row = 0; row < t.rows(); row += every) rows.push_back(row);
  std::vector<std::string> header = {std::string(t.words().say("Läge", "State"))};
  for (const auto row : rows) header.push_back(right_aligned(t.cell(row, *time), 7));
  text_table table(std::move(header));
  for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
    const std::string_view id = t.table().columns[i].id;
    if (!id.starts_with("share_")) continue;
    std::vector<std::string> cells = {printable(t.words().code("state", id.substr(6)))};
    for (const auto row : rows) cells.push_back(right_aligned(t.cell(row, i), 7));
    table.add(std::move(cells));
  }
  if (table.size() == 0) return false;
  table.print(io);
  return true;
}

void print_text(const shown_table& t, streams& io) {
  for (std::size_t row = 0; row < t.rows(); ++row) {
    for (std::size_t i = 0; i < t.table().columns.size(); ++i)
      io.out.put(i == 0 ? "" : "  ").put(t.cell(row, i));
    io.out.put("\n");
  }
}

void put_title(std::string_view title, streams& io) {
  io.out.put("\n").put(styled(printable(title), text_style::bold, io.colour)).put("\n");
}

void print_table(const shown_table& t, streams& io) {
  auto title = t.words().table(t.table());
  if (const auto by = t.words().breakdown(t.table()); !by.empty()) title += ", " + by;
  put_title(title, io);
  if (t.table().form == table_form::text) return print_text(t, io);
  if (!t.tells()) {
    io.out
        .put(styled(t.words().say("alla tal är dolda (..)", "all numbers are hidden (..)"),
                    text_style::dim, io.colour))
        .put("\n");
    return;
  }
  if (print_states(t, io)) return;
  if (t.rows() > rows_max) {
    const auto rows = integer_text(static_cast<std::int64_t>(t.rows()), t.in());
    io.out
        .put(styled(rows + std::string(t.words().say(" rader: se rapporten (--out MAPP)",
                                                     " rows: see the report (--out FOLDER)")),
                    text_style::dim, io.colour))
        .put("\n");
    return;
  }
  print_grid(grid_of(t), io);
}

// Baseline tables that only count stand in one, in the place of the first.
void print_tables(const result_section& section, language l, streams& io, shown_marks& marks) {
  const auto tables = in_order(section);
  std::vector<const result_table*> baseline;
  std::ranges::copy_if(tables, std::back_inserter(baseline),
                       [](const result_table* t) { return t->form == table_form::baseline; });
  auto merged = merged_baseline(section, baseline, l);
  const bool joined = !merged.rows.empty();
  for (const auto* table : tables) {
    const shown_table shown(section, *table, l);
    if (table->rows.size() <= rows_max) note_marks(shown, marks);
    if (!joined || table->form != table_form::baseline) {
      print_table(shown, io);
    } else if (table == baseline.front()) {
      put_title(shown.words().table(*table), io);
      print_grid(std::move(merged), io);
    }
  }
}

void print_marks(const shown_marks& marks, language l, streams& io) {
  std::string text;
  for (std::size_t i = 1; i < std::size(marks.of); ++i) {
    if (!marks.of[i]) continue;
    const auto m = static_cast<mark>(i);
    text += std::string(sign_of(m, l)) + "  " + std::string(meaning_of(m, l)) + "\n";
  }
  if (marks.small_base) {
    text += std::string(small_base_sign) + "  " +
            std::string(say(l, "andel av färre än 20 personer", "share of fewer than 20 persons")) +
            "\n";
  }
  if (text.empty()) return;
  io.out.put("\n").put(styled(text, text_style::dim, io.colour));
}

void print_manifest(const result_manifest& m, language l, streams& io) {
  std::string line = std::string(say(l, "liggare ", "ledger ")) + m.ledger +
                     std::string(say(l, ", position ", ", position ")) + std::to_string(m.cut) +
                     " (" + m.cut_recorded + "), " + std::string(say(l, "per ", "as of ")) +
                     m.as_of + ", " + m.definition + std::string(say(l, " version ", " version ")) +
                     std::to_string(m.version);
  line = printable(line);
  if (m.head_hash)
    line +=
        "\n" + printable(std::string(say(l, "liggarens hash där ", "head hash ")) + *m.head_hash);
  io.out.put("\n").put(styled(line, text_style::dim, io.colour)).put("\n");
  if (m.suppressed) return;
  io.out
      .put(styled(say(l, "OBS: röjandekontrollen är avstängd; små tal visas.",
                      "NOTE: disclosure control is off; small numbers are shown."),
                  text_style::bold, io.colour))
      .put("\n");
}

}  // namespace

void print_result(const evaluation_result& result, streams& io, language l) {
  shown_marks marks;
  for (const auto& section : result.sections) {
    if (&section != &result.sections.front()) io.out.put("\n");
    const auto title = text_in(section.title, l);
    io.out
        .put(styled(printable(title.empty() ? section.definition : title), text_style::bold,
                    io.colour))
        .put("\n");
    print_tables(section, l, io, marks);
  }
  print_marks(marks, l, io);
  print_manifest(result.manifest, l, io);
  io.out
      .put(styled(say(l, "Beskriver vad som hände; visar ingen effekt av insatsen.",
                      "It describes what happened; it proves no effect."),
                  text_style::dim, io.colour))
      .put("\n");
}

}  // namespace stegvis

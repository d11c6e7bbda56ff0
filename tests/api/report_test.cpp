// Goal: reports say what the result holds, in both languages, and nothing that is hidden.
// Method: hand-made results with a table of every form (report_samples.hpp) are rendered; pages are
// read back by a small checker of markup, and hidden cells are filled with other values, which must
// not change a byte.
#include "api/report/report.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <random>
#include <regex>
#include <set>

#include "api/report/ink.hpp"
#include "api/report/markup.hpp"
#include "api/report/numbers.hpp"
#include "api/report/words.hpp"
#include "api/text_table.hpp"
#include "markup_checker.hpp"
#include "report_samples.hpp"

namespace stegvis {
namespace {

using samples::every_form;
constexpr language both[] = {language::swedish, language::english};

std::string on_terminal(const evaluation_result& r, language l, int width = 0) {
  std::FILE* file = std::tmpfile();
  streams io(0, fileno(file), 2);
  io.width = width;
  io.colour = false;
  print_result(r, io, l);
  io.out.flush();
  std::string text(
      static_cast<std::size_t>(std::ftell(file) < 0 ? 0 : lseek(fileno(file), 0, SEEK_END)), ' ');
  lseek(fileno(file), 0, SEEK_SET);
  std::size_t read = 0;
  while (read < text.size()) {
    const auto n = ::read(fileno(file), text.data() + read, text.size() - read);
    if (n <= 0) break;
    read += static_cast<std::size_t>(n);
  }
  std::fclose(file);
  return text;
}

// Everything that anybody could read of a result.
std::string all_outputs(const evaluation_result& r) {
  std::string all;
  for (const auto l : both) all += html_report(r, l) + on_terminal(r, l);
  for (const auto d : {csv_dialect::rfc4180, csv_dialect::swedish_excel}) {
    for (const auto& file : csv_files(r, d)) all += file.name + file.bytes;
  }
  return all;
}

void expect_contains(const std::string& text, std::string_view part) {
  EXPECT_NE(text.find(part), text.npos) << part;
}
void expect_without(const std::string& text, std::string_view part) {
  EXPECT_EQ(text.find(part), text.npos) << part;
}

void each_cell(evaluation_result& r,
               const std::function<void(result_table&, result_row&, std::size_t)>& visit) {
  for (auto& section : r.sections) {
    for (auto& table : section.tables) {
      for (auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) visit(table, row, i);
      }
    }
  }
}

evaluation_result only(result_table table) {
  evaluation_result r;
  r.manifest = samples::manifest();
  r.sections = {samples::section("alone", "Ensam", "Alone", {std::move(table)})};
  return r;
}

TEST(Report, SaysWhatItIsInBothLanguages) {
  const auto sv = html_report(every_form(), language::swedish);
  expect_contains(sv, "<html lang=\"sv\">");
  expect_contains(sv, "Beskriver vad som hände; visar ingen effekt av insatsen.");
  expect_contains(sv, "31 december 2020");
  expect_contains(sv, "första halvåret 2017");
  expect_contains(sv, "76,3\u00a0% (72,8–79,8)");
  expect_contains(sv, "2\u00a0480");
  expect_contains(sv, "kvinnor");
  expect_contains(sv, "Anställning utan stöd");
  expect_contains(sv, "<dt>..</dt><dd>dolt: färre än fem personer");
  const auto en = html_report(every_form(), language::english);
  expect_contains(en, "<html lang=\"en\">");
  expect_contains(en, "It describes what happened; it proves no effect.");
  expect_contains(en, "31 December 2020");
  expect_contains(en, "first half of 2017");
  expect_contains(en, "2,480");
  expect_contains(en, "women");
  expect_contains(en, "Job, unsubsidised");
}

TEST(Report, TellsHowToRunItAgain) {
  const auto page = html_report(every_form(), language::english);
  expect_contains(page, "stegvis evaluate DIR four_years --as-recorded 184220 --as-of 2020-12-31");
  expect_contains(page, samples::manifest().table_hash);
  expect_contains(page, samples::manifest().definition_hash);
  expect_contains(page, *samples::manifest().head_hash);
  expect_contains(page, "stegvis verify DIR --result result.json");
  expect_contains(page, "2021-03-31T16:02:11.402118Z");
  expect_contains(page, "not filled in");
  auto several = every_form();
  several.manifest.ledger = "a,b";
  expect_contains(html_report(several, language::english), "stegvis evaluate merge FILE...");
  auto older = every_form();
  older.manifest.head_hash.reset();
  expect_without(html_report(older, language::english), "stegvis verify");
}

TEST(Report, FindingsAreComputedFromTheNumbers) {
  const auto page = html_report(every_form(), language::swedish);
  expect_contains(page, "Av 2\u00a0480 ingår 712 i analysen.");
  expect_contains(page, "Efter 12\u00a0månader hade 48\u00a0% (95 % konfidensintervall");
  expect_contains(page, "Målet nåddes i 3 av 7 perioder.");
  expect_contains(page, "Vanligaste bytet: från arbetslös till arbete (4,2\u00a0%).");
  expect_contains(page, "0 av 8 enheter ligger utanför 99,8 %-gränserna.");
  expect_contains(page, "På dagen: 3\u00a0månader 87\u00a0%");
}

TEST(Report, EveryFormStandsInATableAndMostInAPicture) {
  const auto r = every_form();
  std::set<table_form> forms;
  std::size_t tables = 0;
  for (const auto& section : r.sections) {
    for (const auto& table : section.tables) {
      forms.insert(table.form);
      if (table.form != table_form::text) ++tables;
    }
  }
  EXPECT_EQ(forms.size(), static_cast<std::size_t>(table_form::text) + 1);
  for (const auto l : both) {
    const auto page = read_markup(html_report(r, l));
    EXPECT_EQ(page.count("table"), tables + 1);  // and the check list
    EXPECT_EQ(page.count("caption"), tables + 1);
    EXPECT_GE(page.count("svg"), 20u);
    EXPECT_EQ(page.count("svg"), page.count("figcaption"));
  }
}

TEST(Report, MarkupIsWellFormedAndHeadingsAreInOrder) {
  for (const auto l : both) {
    const auto page = read_markup(html_report(every_form(), l));
    EXPECT_EQ(page.problem, "");
    int level = 0;
    for (const int heading : page.headings) {
      EXPECT_LE(heading, level + 1);
      level = heading;
    }
    EXPECT_EQ(std::count(page.headings.begin(), page.headings.end(), 1), 1);
    for (const auto& id : page.referenced) EXPECT_TRUE(page.ids.contains(id)) << id;
    EXPECT_EQ(page.count("script"), 0u);
  }
}

TEST(Report, FetchesNothing) {
  const auto page = html_report(every_form(), language::swedish);
  for (const auto part : {"<script", "<link", "<img", "@import", "src=", "javascript:"})
    expect_without(page, part);
  const std::regex address("https?://[^\"]*");
  for (std::sregex_iterator it(page.begin(), page.end(), address), end; it != end; ++it)
    EXPECT_EQ(it->str(), "http://www.w3.org/2000/svg");
}

TEST(Report, HostileTextStaysText) {
  auto r = every_form();
  const std::string hostile = "<script>alert(\"x\")</script> & 'q' \x1b[31m\x01 ]]>\xef\xbf\xbf";
  for (auto& section : r.sections) {
    section.title = section.description = {hostile, hostile};
    section.notes = {hostile};
    for (auto& [code, words] : section.labels) words = {hostile + code, hostile + code};
    for (auto& table : section.tables) {
      for (auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
          if (row[i].text() && table.columns[i].id == "unit") row[i] = text_value(hostile);
        }
      }
    }
  }
  r.manifest.definition_text = hostile;
  r.manifest.ledger = r.manifest.definition = hostile;
  r.manifest.head_hash = hostile;
  for (const auto l : both) {
    const auto page = html_report(r, l);
    EXPECT_EQ(read_markup(page).problem, "");
    expect_without(page, "<script");
    expect_without(page, "\x1b");
    expect_without(page, "\x01");
    const auto text = on_terminal(r, l);
    expect_without(text, "\x1b");
    expect_without(text, "\x01");
  }
}

TEST(Report, TheSameResultGivesTheSameBytes) {
  EXPECT_EQ(all_outputs(every_form()), all_outputs(every_form()));
}

TEST(Report, WhatIsNoNumberNeverShows) {
  const double odd[] = {std::nan(""),
                        std::numeric_limits<double>::infinity(),
                        -std::numeric_limits<double>::infinity(),
                        1e300,
                        -1e300,
                        1e-300,
                        -0.0};
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    auto r = every_form();
    each_cell(r, [&](result_table&, result_row& row, std::size_t i) {
      if (row[i].number() && random() % 3 == 0) row[i] = number_value(odd[random() % 7]);
    });
    const auto all = all_outputs(r);
    EXPECT_FALSE(std::regex_search(all, std::regex("[^a-z](nan|inf)[^a-z]", std::regex::icase)));
    EXPECT_EQ(read_markup(html_report(r, language::swedish)).problem, "");
  }
}

// Hides cells at random; what stands in a hidden cell, and in figures computed from hidden counts,
// must not show.
TEST(Report, WhatIsHiddenNeverShows) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    auto filled = every_form(), emptied = every_form();
    std::set<const result_value*> unused;
    std::vector<bool> hide;
    each_cell(filled, [&](result_table& table, result_row& row, std::size_t i) {
      const auto role = table.columns[i].role;
      const bool hides =
          (role == column_role::count || role == column_role::figure) && random() % (1 + seed) == 0;
      hide.push_back(hides);
      if (!hides) return;
      row[i].mark = mark::suppressed;
      if (row[i].count())
        row[i].value = std::int64_t{987654321};
      else if (row[i].number())
        row[i].value = 0.87654321;
      else
        row[i].value = std::string("SENTINEL");
    });
    std::size_t cell = 0;
    each_cell(emptied, [&](result_table&, result_row& row, std::size_t i) {
      if (hide[cell++]) row[i] = missing_value(mark::suppressed);
    });
    const auto shown = all_outputs(filled);
    EXPECT_EQ(shown, all_outputs(emptied)) << "seed " << seed;
    for (const auto part : {"987654321", "987\u00a0654", "987,654", "SENTINEL", "0.87654321"})
      expect_without(shown, part);
  }
}

TEST(Report, AFigureGoesWithTheCountsItIsComputedFrom) {
  auto one = only(samples::proportions(true)), other = one;
  for (auto* r : {&one, &other}) {
    auto& row = r->sections[0].tables[0].rows[0];
    row[3] = missing_value(mark::suppressed);  // yes
    row[6] = number_value(r == &one ? 0.11 : 0.99);
  }
  EXPECT_EQ(all_outputs(one), all_outputs(other));
}

TEST(Report, SmallNumbersOfTheManifestAreNotTold) {
  auto r = every_form();
  r.manifest.restricted = 3;
  r.manifest.erased = 4;
  auto page = html_report(r, language::english);
  expect_contains(page, "fewer than five persons under restriction");
  expect_without(page, "3 persons under restriction");
  r.manifest.suppressed = false;
  page = html_report(r, language::english);
  expect_contains(page, "3 persons under restriction");
}

TEST(Report, HowManyWereAnalysedGoesWithTheFlow) {
  auto r = only(samples::flow());
  auto& rows = r.sections[0].tables[0].rows;
  for (auto& row : rows) row[1] = row[2] = missing_value(mark::suppressed);
  expect_without(html_report(r, language::english), "712");
}

TEST(Report, WarnsWhereDisclosureControlIsOff) {
  auto r = every_form();
  expect_without(html_report(r, language::english), "class=\"warning\"");
  r.manifest.suppressed = false;
  expect_contains(html_report(r, language::english),
                  "<p class=\"warning\" role=\"note\">Disclosure control was switched off");
  expect_contains(on_terminal(r, language::swedish), "röjandekontrollen är avstängd");
}

TEST(Report, AFlowThatDoesNotAddUpSaysSo) {
  auto table = samples::flow();
  const std::string note = "NOTE: the steps do not add up.";
  expect_without(html_report(only(table), language::english), note);
  table.rows[2][2] = count_value(334);
  expect_contains(html_report(only(table), language::english), note);
}

TEST(Report, ACurveEndsWhereNobodyIsLeft) {
  auto table = samples::curve({{"", 200, 0.05}}, 20);
  const auto with = html_report(only(table), language::english);
  auto row = table.rows.back();
  row[0] = count_value(40);
  row[1] = count_value(0);
  table.rows.push_back(row);
  const auto behind = html_report(only(table), language::english);
  const auto line = [](const std::string& page) {
    const std::regex path("<path d=\"([^\"]*)\" fill=\"none\"");
    std::smatch found;
    return std::regex_search(page, found, path) ? found[1].str() : std::string();
  };
  EXPECT_FALSE(line(with).empty());
  EXPECT_EQ(line(with), line(behind));
}

TEST(Report, OutcomesDoNotNameTheSexes) {
  auto r = only(samples::proportions(true));
  r.sections[0].labels["other"] = {"Annat avslut", "Other exit"};
  for (auto& row : r.sections[0].tables[0].rows) row[0] = text_value("other");
  expect_without(html_report(r, language::swedish), "Annat avslut");
}

TEST(Csv, HoldsColumnIdsPlainNumbersAndMarks) {
  const auto files = csv_files(only(samples::counts()), csv_dialect::rfc4180);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].name, "alone-counts.csv");
  EXPECT_EQ(files[0].bytes,
            "period,n,target,preliminary\r\n2017H1,suppressed,50,\r\n2017H2,38,50,\r\n"
            "2018H1,52,50,\r\n2018H2,47,50,\r\n2019H1,61,50,\r\n2019H2,58,50,\r\n"
            "2020H1,33,50,\r\n2020H2,41,50,n\r\n");
}

TEST(Csv, SwedishExcelHasSemicolonsAndDecimalCommas) {
  auto table = samples::tally();
  table.rows.push_back({text_value("=1+1;\"x\""), number_value(-0.5)});
  const auto files = csv_files(only(table), csv_dialect::swedish_excel);
  EXPECT_EQ(files.at(0).bytes,
            "\xef\xbb\xbfmeasure;value;preliminary\r\nhours_freed;412,5;\r\n"
            "support_minutes;18240;\r\n\"'=1+1;\"\"x\"\"\";-0,5;\r\n");
}

TEST(Csv, NamesAreUniqueAndPlain) {
  auto r = every_form();
  r.sections.push_back(r.sections.front());
  r.sections.back().tables.push_back(r.sections.back().tables.front());
  r.sections.front().tables.front().id = "../Flöde";
  std::set<std::string> names;
  for (const auto& file : csv_files(r, csv_dialect::rfc4180)) {
    EXPECT_TRUE(names.insert(file.name).second) << file.name;
    EXPECT_TRUE(std::regex_match(file.name, std::regex("[a-z0-9_-]+\\.csv"))) << file.name;
  }
}

TEST(Terminal, StaysWithinItsWidth) {
  for (const auto l : both) {
    auto text = on_terminal(every_form(), l, 72);
    text.resize(text.find("\n..  "));  // what the signs mean is in sentences
    std::size_t from = 0;
    while (from < text.size()) {
      const auto end = std::min(text.find('\n', from), text.size());
      const auto line = std::string_view(text).substr(from, end - from);
      // Titles are sentences; rows are cut.
      const bool row = line.find("  ") != line.npos;
      EXPECT_TRUE(!row || width_of(line) <= 72) << line;
      from = end + 1;
    }
  }
}

TEST(Terminal, WhatAnswersComesFirst) {
  const auto text = on_terminal(every_form(), language::english);
  EXPECT_LT(text.find("Median time"), text.find("How the group was selected"));
  expect_contains(text, "15 (13–18)");
  expect_contains(text, "not reached");
  expect_contains(text, "..  hidden: fewer than five persons");
}

TEST(Numbers, AreWrittenAsPeopleWriteThem) {
  EXPECT_EQ(integer_text(-1234567, language::swedish), "\u22121\u00a0234\u00a0567");
  EXPECT_EQ(integer_text(1234567, language::english), "1,234,567");
  EXPECT_EQ(decimal_text(1234.5, 2, language::swedish), "1\u00a0234,50");
  EXPECT_EQ(decimal_text(-0.0001, 2, language::english), "0.00");
  EXPECT_EQ(percent_text(0.123, 1, language::swedish), "12,3\u00a0%");
  EXPECT_EQ(percent_text(0.123, 1, language::english), "12.3%");
  EXPECT_EQ(percent_range(0.1, 0.2, 0, language::english), "10–20%");
  EXPECT_EQ(points_text(-0.065, 1, language::swedish), "\u22126,5");
  EXPECT_EQ(points_text(0.0271, 1, language::english), "+2.7");
  EXPECT_EQ(points_text(0, 1, language::english), "0.0");
  EXPECT_EQ(decimal_text(std::nan(""), 1, language::english), "\u2013");
  EXPECT_EQ(day_in_words("2013-12-03", language::swedish), "3 december 2013");
  EXPECT_EQ(month_in_words("2017-03", language::english), "March 2017");
  EXPECT_EQ(coordinate(-0.001), "0");
  EXPECT_EQ(coordinate(12.5), "12.5");
}

TEST(Words, SectionLabelsComeFirstThenOurs) {
  result_section section;
  section.labels["job"] = {"Eget ord", "Own word"};
  const wording w(section, language::swedish);
  EXPECT_EQ(w.code("outcome", "job"), "Eget ord");
  EXPECT_EQ(w.code("sex", "woman"), "kvinnor");
  EXPECT_EQ(w.code("sex", "man + other + unknown"), "män, annat, okänt");
  EXPECT_EQ(w.code("half_year", "2017H2"), "andra halvåret 2017");
  EXPECT_EQ(w.code("quarter", "2017Q3"), "kvartal 3 2017");
  EXPECT_EQ(w.code("age", "18-24"), "18–24");
  EXPECT_EQ(w.code("age", "<18"), "under 18");
  EXPECT_EQ(w.code("age", "55+"), "55 eller mer");
  EXPECT_EQ(w.code("state", "employed_regular"), "Anställning utan stöd");
  EXPECT_EQ(w.code("sequence", "(job,3)-(employed_regular,12)"),
            "Eget ord (3) → anställning utan stöd (12)");
  EXPECT_EQ(w.code("free", "no_such_code"), "no such code");
  EXPECT_EQ(w.step("condition_2"), "Uppfyller villkor 2");
}

TEST(Words, EveryFormAndMarkHasThem) {
  for (int f = 0; f <= static_cast<int>(table_form::text); ++f)
    EXPECT_NE(find_words(word_family::table, name_of(static_cast<table_form>(f))), nullptr)
        << name_of(static_cast<table_form>(f));
  for (int m = 1; m <= static_cast<int>(mark::not_reached); ++m) {
    for (const auto l : both) {
      EXPECT_FALSE(sign_of(static_cast<mark>(m), l).empty());
      EXPECT_FALSE(meaning_of(static_cast<mark>(m), l).empty());
    }
  }
}

double luminance(std::string_view hex) {
  double l = 0;
  const double weights[] = {0.2126, 0.7152, 0.0722};
  for (std::size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(std::string(hex.substr(1 + 2 * i, 2)), nullptr, 16) / 255.0;
    l += weights[i] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return l;
}
double contrast(std::string_view a, std::string_view b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

TEST(Ink, CanBeSeen) {
  for (const auto colour : {ink::text, ink::quiet, ink::accent, ink::target}) {
    EXPECT_GE(contrast(colour, ink::paper), 4.5) << colour;
    EXPECT_GE(contrast(colour, ink::faint), 4.5) << colour;
  }
  for (const auto& style : ink::lines) EXPECT_GE(contrast(style.colour, ink::paper), 4.5);
  for (const auto& style : ink::areas) EXPECT_GE(contrast(style.colour, ink::paper), 3.0);
  EXPECT_GE(contrast(ink::frame, ink::paper), 3.0);
  EXPECT_GE(contrast(ink::faded, ink::paper), 3.0);
}

// Letters in the cells of a matrix, on whatever shade the cell has.
TEST(Ink, LettersInCellsStandOut) {
  const auto page = html_report(every_form(), language::english);
  const std::regex cell(
      "<rect [^>]*fill=\"(#[0-9a-f]{6})\" stroke=[^>]*/>\n<text [^>]*text-anchor=\"middle\"[^>]*"
      "fill=\"(#[0-9a-f]{6})\"");
  int seen = 0;
  for (std::sregex_iterator it(page.begin(), page.end(), cell), end; it != end; ++it, ++seen)
    EXPECT_GE(contrast((*it)[1].str(), (*it)[2].str()), 4.5) << it->str();
  EXPECT_GT(seen, 60);
}

}  // namespace
}  // namespace stegvis

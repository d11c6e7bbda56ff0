// Goal: names are compared as people read them, and no cell of CSV is run as a formula. Method:
// tables of cases.
#include <gtest/gtest.h>

#include "api/csv_cell.hpp"
#include "api/person_names.hpp"

namespace stegvis {
namespace {

using texts = std::vector<std::string>;

TEST(NameWords, AreFoldedAsPeopleReadThem) {
  const std::pair<const char*, texts> cases[] = {
      {"Åsa Öberg", {"åsa", "öberg"}},
      {"A\u030asa O\u0308berg", {"åsa", "öberg"}},  // the same letters, composed of two
      {"ÅSA", {"åsa"}},
      {"Asa", {"asa"}},
      {"André-Müller", {"andre", "muller"}},
      {"  O'Brien,\tJr. ", {"o", "brien", "jr"}},
      {"Straße", {"strasse"}},
      {"ﬁnn", {"finn"}},
      {"Đặng Thị", {"đang", "thi"}},
      {"Σωκράτης", {"σωκρατησ"}},
      {"محمد", {"محمد"}},
      {"李 小龍", {"李", "小龍"}},
      {"Anna 2", {"anna", "2"}},
      {"<b>&amp;", {"b", "amp"}},
      {"", {}},
      {"-- '", {}},
      {"\xff\xfe", {}},  // no UTF-8
  };
  for (const auto& [name, words] : cases) EXPECT_EQ(name_words(name), words) << name;
}

TEST(CsvCell, IsReadBackAndNeverRun) {
  const std::pair<const char*, const char*> cases[] = {
      {"plain", "plain"},
      {"", ""},
      {"a,b", "\"a,b\""},
      {"say \"so\"", "\"say \"\"so\"\"\""},
      {"two\nlines", "\"two\nlines\""},
      {"=1+1", "'=1+1"},
      {"+46 70", "'+46 70"},
      {"-2", "'-2"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"\t=1", "'\t=1"},
      {"\r=1", "\"'\r=1\""},
      {"=\"a\",b", "\"'=\"\"a\"\",b\""},
      {"a=1", "a=1"},
  };
  for (const auto& [text, cell] : cases) {
    std::string out = "x,";
    append_csv_cell(out, text);
    EXPECT_EQ(out, "x," + std::string(cell)) << text;
  }
  std::string bare;
  append_csv_cell(bare, "=1;2", ';', false);
  EXPECT_EQ(bare, "\"=1;2\"");
}

}  // namespace
}  // namespace stegvis

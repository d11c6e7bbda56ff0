// Goal: tables come out of delimited text exactly as they were written, or with a code and a line.
// Method: small texts, one property each, and tables of cases; the sample of the encoding's
// detection is overrun on purpose.
#include "ingest/csv.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace stegvis {
namespace {

using rows = std::vector<std::vector<std::string>>;

struct table {
  rows cells;
  std::vector<std::uint64_t> lines;
  std::optional<problem> failed;
};

table read_all(const std::string& text, csv_options options = {}) {
  std::istringstream in(text);
  auto reader = csv_reader::open(in, options);
  table out;
  if (!reader) {
    out.failed = reader.error();
    return out;
  }
  out.cells.push_back(reader->header());
  for (;;) {
    auto row = reader->next();
    if (!row) {
      out.failed = row.error();
      return out;
    }
    if (!*row) return out;
    out.cells.push_back((*row)->cells);
    out.lines.push_back((*row)->line);
  }
}

TEST(Csv, QuotesSeparatorsAndLineBreaksInsideCells) {
  const table t = read_all("a,b\r\n\"x, \"\"y\"\"\",\"1\r\n2\"\r\n,z");
  ASSERT_FALSE(t.failed) << to_string(*t.failed);
  EXPECT_EQ(t.cells, (rows{{"a", "b"}, {"x, \"y\"", "1\r\n2"}, {"", "z"}}));
  EXPECT_EQ(t.lines, (std::vector<std::uint64_t>{2, 4}));
}

TEST(Csv, TheHeaderTellsTheSeparator) {
  EXPECT_EQ(read_all("a;b\n1,5;2\n").cells, (rows{{"a", "b"}, {"1,5", "2"}}));
  EXPECT_EQ(read_all("a\tb\n1\t2\n").cells, (rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(read_all("\"a,b,c\";d\n1;2\n").cells, (rows{{"a,b,c", "d"}, {"1", "2"}}));
  EXPECT_EQ(read_all("only\n1\n").cells, (rows{{"only"}, {"1"}}));
}

TEST(Csv, ADeclaredSeparatorWins) {
  csv_options options;
  options.separator = ',';
  EXPECT_EQ(read_all("a;b;c,d\n1,2\n", options).cells, (rows{{"a;b;c", "d"}, {"1", "2"}}));
}

TEST(Csv, LinesAboveTheHeaderAndBlankLinesAreSkipped) {
  csv_options options;
  options.header_row = 3;
  const table t = read_all("Report \"2018\"\n\na;b\n\n1;2\n\n", options);
  ASSERT_FALSE(t.failed) << to_string(*t.failed);
  EXPECT_EQ(t.cells, (rows{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(t.lines, std::vector<std::uint64_t>{5});
}

TEST(Csv, Windows1252IsDetectedAndDecoded) {
  const table t = read_all("namn;pris\n\xC5sa;5 \x80\n");
  ASSERT_FALSE(t.failed) << to_string(*t.failed);
  EXPECT_EQ(t.cells, (rows{{"namn", "pris"}, {"Åsa", "5 €"}}));
}

TEST(Csv, AByteOrderMarkIsNoPartOfTheHeader) {
  EXPECT_EQ(read_all("\xEF\xBB\xBFå;b\n1;2\n").cells, (rows{{"å", "b"}, {"1", "2"}}));
}

TEST(Csv, ASequenceCutByTheSampleIsStillUtf8) {
  std::string text = "a\n";
  while (text.size() < encoding_sample_bytes - 1) text += text.size() % 100 == 0 ? '\n' : 'x';
  text += "å\n";
  const table t = read_all(text);
  ASSERT_FALSE(t.failed) << to_string(*t.failed);
  EXPECT_TRUE(t.cells.back().front().ends_with("å"));
}

TEST(Csv, BadBytesBehindTheSampleAreRefusedWithTheirLine) {
  std::string text = "a\n";
  std::uint64_t line = 2;
  while (text.size() <= encoding_sample_bytes) {
    text += std::string(99, 'x') + "\n";
    ++line;
  }
  const table t = read_all(text + "\xE5\n");
  ASSERT_TRUE(t.failed);
  EXPECT_EQ(t.failed->code, errc::bad_encoding);
  EXPECT_EQ(t.failed->line, line);
}

struct refusal {
  std::string text;
  errc code;
  std::uint64_t line;
};

TEST(Csv, RefusesWithCodeAndLine) {
  const std::vector<refusal> cases = {
      {"", errc::bad_table, 1},
      {"\n", errc::bad_table, 1},
      {"a;a\n", errc::bad_table, 1},
      {"a;b,c\n", errc::bad_table, 1},
      {"a;b\n1;2\n3\n", errc::bad_table, 3},
      {"a;b\n1;2;3\n", errc::bad_table, 2},
      {"a;b\n1;\"2\n3\n", errc::bad_table, 2},
      {"a;b\n1;2\"3\n", errc::bad_table, 2},
      {"a;b\n1;\"2\"3\n", errc::bad_table, 2},
      {"a;b\n1;2\r3;4\n", errc::bad_table, 2},
      {"a;b\n1;\xC5\x81\n", errc::bad_table, 0},  // valid UTF-8: not refused
      {"a;b\n1;\xE5\x81\n", errc::bad_encoding, 2},
      {std::string("a;b\n1;\0\n", 8), errc::bad_encoding, 2},
      {"\xFF\xFE"
       "a",
       errc::bad_encoding, 1},
      {"a\n" + std::string(cell_bytes_max + 1, 'x'), errc::bad_table, 2},
      {"a\n\"" + std::string(cell_bytes_max + 1, 'x'), errc::bad_table, 2},
      {std::string(table_columns_max, ';'), errc::bad_table, 1},
  };
  for (const refusal& c : cases) {
    const table t = read_all(c.text);
    const std::string shown = c.text.substr(0, 40);
    if (c.line == 0) {
      EXPECT_FALSE(t.failed) << shown;
      continue;
    }
    ASSERT_TRUE(t.failed) << shown;
    EXPECT_EQ(t.failed->code, c.code) << shown << " " << to_string(*t.failed);
    EXPECT_EQ(t.failed->line, c.line) << shown << " " << to_string(*t.failed);
  }
}

TEST(Csv, ARowOfMoreThanOneMebibyteIsRefused) {
  std::string header = "c0", row(60'000, 'x');
  for (int i = 1; i < 20; ++i) {
    header += ";c" + std::to_string(i);
    row += ";" + std::string(60'000, 'x');
  }
  const table t = read_all(header + "\n" + row + "\n");
  ASSERT_TRUE(t.failed);
  EXPECT_EQ(t.failed->code, errc::bad_table);
}

TEST(Csv, DeclaredEncodingsAreHeldTo) {
  csv_options utf8, latin;
  utf8.encoding = text_encoding::utf8;
  latin.encoding = text_encoding::windows_1252;
  EXPECT_EQ(read_all("a\n\xE5\n", utf8).failed.value().code, errc::bad_encoding);
  EXPECT_EQ(read_all("a\n\xC3\xA5\n", latin).cells.back().front(), "Ã¥");
  EXPECT_EQ(read_all("a\n\x9D\n", latin).failed.value().code, errc::bad_encoding);
  EXPECT_EQ(read_all("\xEF\xBB\xBF"
                     "a\n",
                     latin)
                .failed.value()
                .code,
            errc::bad_encoding);
}

TEST(Csv, GoesOnBehindARaggedRowButNotBehindABrokenOne) {
  std::istringstream ragged("a;b\n1\n2;3\n");
  auto reader = csv_reader::open(ragged);
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->next());
  EXPECT_FALSE(reader->broken());
  const auto row = reader->next();
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->line, 3u);

  std::istringstream broken("a;b\n1;\"x\" y\n2;3\n");
  auto other = csv_reader::open(broken);
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->next());
  EXPECT_TRUE(other->broken());
  EXPECT_FALSE(other->next());
}

TEST(Encoding, FindsWhatIsNoUtf8) {
  constexpr auto none = std::string_view::npos;
  EXPECT_EQ(find_bad_utf8("aå€😀"), none);
  EXPECT_EQ(find_bad_utf8("a\xC0\x80"), 1u);           // overlong
  EXPECT_EQ(find_bad_utf8("\xED\xA0\x80"), 0u);        // surrogate
  EXPECT_EQ(find_bad_utf8("ab\xF4\x90\x80\x80"), 2u);  // beyond U+10FFFF
  EXPECT_EQ(find_bad_utf8("a\xE2\x82"), 1u);
  EXPECT_EQ(find_bad_utf8("a\xE2\x82", true), none);
  EXPECT_EQ(find_bad_utf8("a\x80", true), 1u);
}

}  // namespace
}  // namespace stegvis

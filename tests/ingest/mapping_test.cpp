// Goal: a wrong mapping is refused with the line, the key and the nearest right name, a right one
// says what it says. Method: a table of mappings, each wrong in one place; dates and numbers as
// cells have them; mvad.toml as shipped.
#include "ingest/mapping.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "events/nearest.hpp"
#include "ingest/cell.hpp"

namespace stegvis {
namespace {

const std::string head = "source = \"/s\"\nrow_key = \"nr\"\nsubject = \"unit/{nr}\"\n";
const std::string timed = head + "time = { date = \"2018-01-01\" }\n";
const std::string person = "[person]\ncolumn = \"nr\"\nscheme = \"interim\"\n";
const std::string paused = "[[event]]\ntype = \"enrolment_paused\"\n";

struct wrong {
  std::string text;
  std::uint64_t line;
  std::string key, says;
};

void expect_refused(const std::vector<wrong>& cases) {
  for (const wrong& c : cases) {
    const auto m = parse_mapping(c.text);
    ASSERT_FALSE(m) << c.text;
    const std::string shown = c.text + to_string(m.error());
    EXPECT_EQ(m.error().code, errc::bad_mapping) << shown;
    EXPECT_EQ(m.error().field, c.key) << shown;
    EXPECT_EQ(m.error().line, c.line) << shown;
    EXPECT_NE(m.error().message.find(c.says), std::string::npos) << shown;
  }
}

TEST(Mapping, RefusesWrongKeysTypesAndValuesAtTheTop) {
  expect_refused({
      {"source = ", 1, "", "not TOML"},
      {"source = \"x\"\n[[ . ]]\n", 0, "", "not TOML"},
      {"source = \"x\"\nå = 1\n", 2, "", "stand in quotes"},
      {"source = \"x\"\ny = \"\"\"\nå\"\"\"\n", 2, "", "stand in quotes"},
      {"source = \"x\"\nseparator = \"\xE5\"\n", 2, "", "not UTF-8"},
      {"sourse = \"x\"\n", 1, "sourse", "did you mean source?"},
      {"row_key = \"nr\"\n", 1, "source", "required"},
      {"source = 3\n", 1, "source", "expected a text, found an integer"},
      {"source = \"\"\n", 1, "source", "empty"},
      {"source = \"a b\"\n", 1, "source", "without spaces"},
      {"source = \"x\"\nencoding = \"utf8\"\n", 2, "encoding", "did you mean utf-8?"},
      {"source = \"x\"\nseparator = \"|\"\n", 2, "separator", "unknown value"},
      {"source = \"x\"\nheader_row = 0\n", 2, "header_row", "expected 1 to"},
      {"source = \"x\"\nheader_row = \"1\"\n", 2, "header_row", "expected an integer"},
      {"source = \"x\"\ntwo_digit_years = 100\n", 2, "two_digit_years", "expected 0 to 99"},
      {"source = \"x\"\ndecimal_comma = 1\n", 2, "decimal_comma", "expected true or false"},
      {"source = \"x\"\n", 1, "row_key", "required"},
      {"source = \"x\"\nrow_key = []\n", 2, "row_key", "empty list"},
      {"source = \"x\"\nrow_key = [1]\n", 2, "row_key", "list of texts"},
      {head, 1, "event", "no rules"},
      {head + "event = 3\n", 4, "event", "a list of tables"},
      {head + "time = { date = \"1 May\" }\n", 4, "time.date", "expected a date"},
      {head + "time = { column = \"x\", last_day = \"y\" }\n", 4, "time", "exactly one"},
      {head + "subject = \"{\"\n", 4, "", "not TOML"},
  });
}

TEST(Mapping, RefusesWrongSubjects) {
  const std::string rule = paused + "data = { enrolment = \"e\", until = \"2018-02-01\" }\n";
  const std::string bare = "source = \"/s\"\nrow_key = \"nr\"\ntime = { date = \"2018-01-01\" }\n";
  expect_refused({
      {bare + rule, 1, "person", "is needed"},
      {timed + person + rule, 3, "subject", "either [person] or subject"},
      {bare + "subject = \"unit/{\"\n" + rule, 4, "subject", "without a column"},
      {bare + "subject = \"unit/}\"\n" + rule, 4, "subject", "closing brace"},
      {bare + "[person]\ncolumn = \"nr\"\n", 4, "person.scheme", "required"},
      {bare + "[person]\ncolumn = \"nr\"\nscheme = \"personnumer\"\n", 6, "person.scheme",
       "did you mean personnummer?"},
      {bare + "[person]\ncolumn = \"nr\"\nscheme = \"local\"\n", 4, "person.issuer", "issuer"},
      {bare + "[person]\nscheme = \"interim\"\n", 4, "person.column", "required"},
      {bare + person + "data = { nickname = \"x\" }\n", 7, "person.data.nickname",
       "unknown field of person_registered"},
  });
}

TEST(Mapping, RefusesWrongRules) {
  const std::string data = "data = { enrolment = ";
  expect_refused({
      {timed + "[[event]]\n", 5, "event[1].type", "required"},
      {timed + "[[event]]\ntype = \"enrolment_pausd\"\n", 6, "event[1].type",
       "did you mean enrolment_paused?"},
      {timed + paused + "data = { enrollment = \"e\" }\n", 7, "event[1].data.enrollment",
       "did you mean enrolment?"},
      {timed + paused, 5, "event[1].data", "needs the field enrolment"},
      {head + paused + data + "\"e\" }\n", 4, "event[1].time", "a time is needed"},
      {timed + paused + "time = \"2018\"\n", 7, "event[1].time", "expected a table"},
      {timed + paused + "time = { column = \"d\", format = \"isoo\" }\n", 7, "event[1].time.format",
       "did you mean iso?"},
      {timed + paused + "time = { column = \"d\", format = \"yymmdd\" }\n", 7,
       "event[1].time.format", "two_digit_years"},
      {timed + paused + "time = { column = \"d\", plus = 3 }\n", 7, "event[1].time.unit",
       "needs a unit"},
      {timed + paused + "time = { column = \"d\", unit = \"days\" }\n", 7, "event[1].time.unit",
       "without plus"},
      {timed + paused + "time = { date = \"2018-01\", plus = 3, unit = \"days\" }\n", 7,
       "event[1].time.plus", "not known"},
      {timed + paused + "when = [ { column = \"a\" } ]\n", 7, "event[1].when[1]", "exactly one"},
      {timed + paused + "when = [ { column = \"a\", equal = \"b\" } ]\n", 7,
       "event[1].when[1].equal", "did you mean equals?"},
      {timed + paused + data + "{ colum = \"a\" } }\n", 7, "event[1].data.enrolment",
       "exactly one"},
      {timed + paused + data + "{ column = \"a\", as = \"int\" } }\n", 7,
       "event[1].data.enrolment.as", "unknown value"},
      {timed + paused + data + "{ column = \"a\", default = \"x\" } }\n", 7,
       "event[1].data.enrolment.default", "only with a map"},
      {timed + paused + data + "{ column = \"a\", map = { b = 1.5 } } }\n", 7,
       "event[1].data.enrolment.map.b", "expected a text"},
      {timed + paused + data + "1.5 }\n", 7, "event[1].data.enrolment", "expected a constant"},
      {timed + paused + data + "{ template = \"x\", split = \",\" } }\n", 7,
       "event[1].data.enrolment.split", "unknown key"},
      {timed + paused + data + "\"e\" }\n" + paused + data + "\"f\" }\n", 8, "event[2].name",
       "its own"},
  });
}

TEST(Mapping, RefusesWrongAttributesAndSequences) {
  const std::string sequence = "[sequence]\nfrom = \"a\"\nto = \"b\"\n";
  expect_refused({
      {timed + "[[attribute]]\nname = \"x\"\n", 5, "attribute[1]", "exactly one"},
      {timed + "[[attribute]]\ncolumn = \"a\"\nclass = \"secret\"\n", 7, "attribute[1].class",
       "there are value, background, health"},
      {timed + "[[attribute]]\ncolumns = [\"a\", \"b\"]\nname = \"x\"\n", 7, "attribute[1].name",
       "only with one column"},
      {timed + "[[attribute]]\ncolumns = [\"a\", \"a\"]\n", 5, "attribute[1].name", "its own"},
      {timed + sequence, 5, "sequence.start", "required"},
      {timed + sequence + "start = \"2018-01\"\n", 5, "sequence.step", "required"},
      {timed + sequence + "start = \"2018-01\"\nstep = \"week\"\n", 9, "sequence.step",
       "not known"},
      {timed + sequence + "start = \"2018-01\"\nstep = \"months\"\n", 9, "sequence.step",
       "did you mean month?"},
      {timed + sequence + "start = \"2018-01\"\nstep = \"month\"\n", 5, "sequence.source",
       "required"},
      {timed + sequence + "start = \"2018-01\"\nstep = \"month\"\nsource = \"registry\"\n", 10,
       "sequence.source", "did you mean register?"},
      {timed + sequence + "start = 2018-01-01\nstep = \"day\"\nsource = \"survey\"\nmap = {a=1}\n",
       11, "sequence.map", "texts"},
  });
}

TEST(Mapping, TheShippedMvadMappingIsRight) {
  std::ifstream in(STEGVIS_SOURCE_DIR "/ingest/mappings/mvad.toml");
  std::ostringstream text;
  text << in.rdbuf();
  const auto m = parse_mapping(text.str());
  ASSERT_TRUE(m) << to_string(m.error());
  EXPECT_EQ(m->source, "/mvad");
  EXPECT_EQ(m->events.size(), 13u);
  ASSERT_TRUE(m->sequence);
  EXPECT_EQ(m->sequence->start.precision, precision::month);
}

TEST(Mapping, TheExampleInTheReadmeIsRight) {
  std::ifstream in(STEGVIS_SOURCE_DIR "/ingest/mappings/README.md");
  std::ostringstream whole;
  whole << in.rdbuf();
  const std::string text = whole.str(), fence = "```toml\n";
  const auto begin = text.find(fence);
  ASSERT_NE(begin, std::string::npos);
  const auto example = text.substr(begin + fence.size());
  const auto m = parse_mapping(example.substr(0, example.find("```")));
  ASSERT_TRUE(m) << to_string(m.error());
  EXPECT_EQ(m->events.size(), 2u);
}

std::string as_text(std::string_view cell, date_format format, std::optional<int> pivot = {}) {
  const auto t = parse_cell_time(cell, {format, pivot});
  return t ? to_string(valid_time_of(*t)) : "none";
}

TEST(Cell, DatesInEveryForm) {
  EXPECT_EQ(as_text("2018-03-01", date_format::iso), "2018-03-01T00:00:00+01:00");
  EXPECT_EQ(as_text("20180701", date_format::iso), "2018-07-01T00:00:00+02:00");
  EXPECT_EQ(as_text("1993-07", date_format::iso), "1993-07-01T00:00:00+02:00");
  EXPECT_EQ(as_text("2018", date_format::iso), "2018-01-01T00:00:00+01:00");
  EXPECT_EQ(as_text("2018-03-01 08:30", date_format::iso), "2018-03-01T08:30:00+01:00");
  EXPECT_EQ(as_text("2018-03-01T08:30:00Z", date_format::iso), "2018-03-01T09:30:00+01:00");
  EXPECT_EQ(as_text("2018-03-25 02:30", date_format::iso), "2018-03-25T03:30:00+02:00");
  EXPECT_EQ(as_text("2018-10-28 02:30", date_format::iso), "2018-10-28T02:30:00+02:00");
  EXPECT_EQ(as_text("2018-10-28 03:30", date_format::iso), "2018-10-28T03:30:00+01:00");
  EXPECT_EQ(as_text("1", date_format::excel), "1900-01-01T00:00:00+01:00");
  EXPECT_EQ(as_text("60", date_format::excel), "none");
  EXPECT_EQ(as_text("61", date_format::excel), "1900-03-01T00:00:00+01:00");
  EXPECT_EQ(as_text("43160.5", date_format::excel), "2018-03-01T12:00:00+01:00");
  EXPECT_EQ(as_text("180301", date_format::yymmdd, 30), "2018-03-01T00:00:00+01:00");
  EXPECT_EQ(as_text("31-03-01", date_format::yymmdd, 30), "1931-03-01T00:00:00+01:00");
  EXPECT_EQ(as_text("180301", date_format::yymmdd), "none");
  for (const std::string_view bad : {"2018-02-29", "2018-3-1", "01/02/2018", "180301", "x", "",
                                     "2018-03-01T25:00", "2018-13", "43160"})
    EXPECT_EQ(as_text(bad, date_format::iso), "none") << bad;
  for (const std::string_view bad : {"0", "-1", "nan", "1e300", "43160x", "109574"})
    EXPECT_EQ(as_text(bad, date_format::excel), "none") << bad;
}

TEST(Cell, MovesDatesByWholeUnits) {
  const auto moved = [](std::string_view from, std::int64_t n, duration_unit unit) {
    const auto t = plus(*parse_cell_time(from, {}), n, unit);
    return t ? to_string(t->date) : "none";
  };
  EXPECT_EQ(moved("2018-08-31", 6, duration_unit::months), "2019-02-28");
  EXPECT_EQ(moved("2018-12-30", 1, duration_unit::weeks), "2019-01-06");
  EXPECT_EQ(moved("2020-02-29", 1, duration_unit::years), "2021-02-28");
  EXPECT_EQ(moved("2018-01-01", -1, duration_unit::days), "2017-12-31");
  EXPECT_EQ(moved("2018-01", 1, duration_unit::days), "none");
  EXPECT_EQ(moved("2199-12-31", 1, duration_unit::days), "none");
  EXPECT_EQ(to_string(after_last(*parse_cell_time("2018-02-28", {}))->date), "2018-03-01");
  EXPECT_EQ(to_string(after_last(*parse_cell_time("2018-12", {}))->date), "2019-01-01");
}

TEST(Cell, NumbersAndTruthValues) {
  EXPECT_EQ(parse_cell_decimal("37,5", true), "37.5");
  EXPECT_FALSE(parse_cell_decimal("37,5", false));
  EXPECT_FALSE(parse_cell_decimal("1.000,5", true));
  EXPECT_EQ(parse_cell_integer("-12"), -12);
  EXPECT_FALSE(parse_cell_integer("9007199254740992"));
  EXPECT_FALSE(parse_cell_integer("1.0"));
  EXPECT_EQ(parse_cell_boolean("JA"), true);
  EXPECT_EQ(parse_cell_boolean("nej"), false);
  EXPECT_FALSE(parse_cell_boolean("kanske"));
  EXPECT_EQ(trimmed(" \xC2\xA0 a b\t"), "a b");
}

}  // namespace
}  // namespace stegvis

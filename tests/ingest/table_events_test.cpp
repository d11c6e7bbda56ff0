// Goal: rows become the events that the mapping says, the same at every import, and no cell's value
// is in an error. Method: small tables and mappings with expected JSON; mvad as shipped, its spells
// counted from the file itself and compared with the published number.
#include "ingest/table_events.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "events/json.hpp"
#include "ingest/csv.hpp"

namespace stegvis {
namespace {

// Stands for the ledger: subjects by order of appearance, ids that show what they are made of.
table_events_options small_ledger() {
  auto people = std::make_shared<std::map<std::string, std::string>>();
  table_events_options options;
  options.person_subject = [people](std::string_view, std::string_view,
                                    std::string_view value) -> result<std::string> {
    if (value == "refused") return problem{errc::personal_number, "not a valid number"};
    const auto id = "participant/p-" + std::to_string(people->size() + 1);
    return people->emplace(std::string(value), id).first->second;
  };
  options.event_id = [](std::string_view text) {
    std::string id(text);
    for (char& c : id)
      if (c == '\x1f' || c == ' ') c = '|';
    return id;
  };
  return options;
}

struct imported {
  std::vector<table_event> events;
  std::vector<problem> problems;
};

imported run(const std::string& toml, const std::string& csv) {
  imported out;
  auto m = parse_mapping(toml);
  std::istringstream in(csv);
  auto reader = csv_reader::open(in);
  if (!m || !reader) {
    out.problems.push_back(m ? reader.error() : m.error());
    return out;
  }
  auto events = table_events::make(*m, reader->header(), small_ledger());
  if (!events) {
    out.problems.push_back(events.error());
    return out;
  }
  for (;;) {
    const auto row = reader->next();
    if (!row.value()) return out;
    auto got = events->read(**row);
    if (!got)
      out.problems.push_back(got.error());
    else
      out.events.insert(out.events.end(), got->begin(), got->end());
  }
}

// The data of each event, in order.
std::vector<std::string> data_of(const imported& i) {
  std::vector<std::string> out;
  for (const auto& e : i.events) out.push_back(e.json.substr(e.json.find("\"data\":") + 7));
  for (std::string& d : out) d.pop_back();
  for (const problem& p : i.problems) out.push_back(to_string(p));
  return out;
}

std::string attribute_of(const std::string& json, const std::string& name) {
  const auto at = json.find("\"" + name + "\":\"");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 4;
  return json.substr(begin, json.find('"', begin) - begin);
}

const std::string by_number =
    "source = \"/ame\"\nrow_key = \"nr\"\n[person]\ncolumn = \"nr\"\n"
    "scheme = \"local\"\nissuer = \"ame\"\n";
const std::string by_unit = "source = \"/ame\"\nrow_key = \"nr\"\nsubject = \"unit/{nr}\"\n";

// The data that one `fields` line makes of one row with columns nr and a.
std::vector<std::string> fields(const std::string& rules, const std::string& cell) {
  const std::string top = "decimal_comma = true\ntime = { date = \"2018-01-01\" }\n";
  return data_of(
      run(top + by_unit + "[[event]]\ntype = \"note_recorded\"\ndata = { " + rules + " }\n",
          "nr;a\n7;" + cell + "\n"));
}

using texts = std::vector<std::string>;

TEST(TableEvents, ANewPersonIsRegisteredOnceBeforeTheFirstEvent) {
  const imported i = run(by_number +
                             "[[event]]\ntype = \"participant_exited\"\n"
                             "time = { last_day = \"slut\" }\n"
                             "data = { enrolment = \"e\", destination = \"employed\" }\n",
                         "nr;slut\nA1;2018-02-28\nA1;2018-03-31\n");
  ASSERT_TRUE(i.problems.empty()) << to_string(i.problems.front());
  ASSERT_EQ(i.events.size(), 4u);
  EXPECT_EQ(
      i.events[0].json,
      R"({"specversion":"1.0","id":"/ame|participant/p-1||person:registered","source":"/ame",)"
      R"("type":"stegvis.person_registered","subject":"participant/p-1",)"
      R"("time":"2018-03-01T00:00:00+01:00","timeprecision":"day","data":{}})");
  EXPECT_EQ(data_of(i)[1], R"({"scheme":"local","issuer":"ame","identifier":"A1"})");
  EXPECT_EQ(attribute_of(i.events[2].json, "type"), "stegvis.participant_exited");
  EXPECT_EQ(attribute_of(i.events[3].json, "time"), "2018-04-01T00:00:00+02:00");
  EXPECT_EQ(i.events[3].line, 3u);
}

TEST(TableEvents, EveryKindOfValue) {
  EXPECT_EQ(fields("text = { column = \"a\" }", " x "), texts{R"({"text":"x"})"});
  EXPECT_EQ(fields("text = { column = \"a\" }", "\"å \"\"b\"\"\nc\""),
            texts{R"({"text":"å \"b\"\nc"})"});
  EXPECT_EQ(fields("text = { column = \"a\" }", ""), texts{"{}"});
  EXPECT_EQ(fields("text = { column = \"a\", if_empty = \"none\" }", ""),
            texts{R"({"text":"none"})"});
  EXPECT_EQ(fields("text = \"c\"", "x"), texts{R"({"text":"c"})"});
  EXPECT_EQ(fields("text = 5", "x"), texts{R"({"text":5})"});
  EXPECT_EQ(fields("text = { template = \"{nr}-{a}{{}}\" }", "x"), texts{R"({"text":"7-x{}"})"});
  EXPECT_EQ(fields("text = { template = \"{nr}-{a}\" }", ""), texts{"{}"});
  EXPECT_EQ(fields("text = { column = \"a\", map = { K = \"k\" } }", "K"),
            texts{R"({"text":"k"})"});
  EXPECT_EQ(fields("text = { column = \"a\", map = { K = \"k\" }, default = \"o\" }", "X"),
            texts{R"({"text":"o"})"});
  EXPECT_EQ(fields("text = { column = \"a\", split = \",\" }", "x, ,y"),
            texts{R"({"text":["x","y"]})"});
  EXPECT_EQ(fields("text = { column = \"a\", as = \"integer\" }", "-4"), texts{R"({"text":-4})"});
  EXPECT_EQ(fields("text = { column = \"a\", as = \"decimal\" }", "37,5"),
            texts{R"({"text":"37.5"})"});
  EXPECT_EQ(fields("text = { column = \"a\", as = \"boolean\" }", "Ja"), texts{R"({"text":true})"});
  EXPECT_EQ(fields("text = { column = \"a\", as = \"date\", format = \"excel\" }", "43160"),
            texts{R"({"text":"2018-03-01"})"});
  EXPECT_EQ(fields("text = { object = { x = { column = \"a\" }, y = \"c\" } }", "1"),
            texts{R"({"text":{"x":"1","y":"c"}})"});
  EXPECT_EQ(fields("text = { list = [ { column = \"a\" }, \"c\" ] }", ""),
            texts{R"({"text":["c"]})"});
}

TEST(TableEvents, AMalformedCellIsNamedWithoutItsValue) {
  const std::string cell = "19121212-1212";
  for (const std::string rule : {"as = \"integer\"", "as = \"decimal\"", "as = \"boolean\"",
                                 "as = \"date\"", "map = { x = \"y\" }"}) {
    const imported i = run("time = { date = \"2018-01-01\" }\n" + by_unit +
                               "[[event]]\ntype = \"note_recorded\"\ndata = { text = { "
                               "column = \"a\", " +
                               rule + " } }\n",
                           "nr;a\n7;" + cell + "\n");
    ASSERT_EQ(i.problems.size(), 1u) << rule;
    EXPECT_TRUE(i.events.empty());
    EXPECT_EQ(i.problems[0].code, errc::bad_cell) << rule;
    EXPECT_EQ(i.problems[0].line, 2u);
    EXPECT_EQ(i.problems[0].field, "a");
    EXPECT_EQ(to_string(i.problems[0]).find(cell), std::string::npos);
  }
}

TEST(TableEvents, BadTimesNumbersAndIdentifiersNameTheirColumn) {
  const std::string rule =
      "[[event]]\ntype = \"note_recorded\"\ntime = { column = \"d\", "
      "plus_column = \"n\", unit = \"weeks\" }\ndata = { text = \"x\" }\n";
  const std::vector<std::tuple<std::string, errc, std::string>> cases = {
      {"1;;1", errc::bad_cell, "d"},
      {"1;2018-02-30;1", errc::bad_cell, "d"},
      {"1;2018-01-01;x", errc::bad_cell, "n"},
      {"1;2018-01-01;", errc::bad_cell, "n"},
      {"1;2018-01;1", errc::bad_cell, "n"},
      {";2018-01-01;1", errc::bad_cell, "nr"},
      {"refused;2018-01-01;1", errc::personal_number, "nr"}};
  for (const auto& [row, code, column] : cases) {
    const imported i = run(by_number + rule, "nr;d;n\n" + row + "\n");
    ASSERT_EQ(i.problems.size(), 1u) << row;
    EXPECT_EQ(i.problems[0].code, code) << row;
    EXPECT_EQ(i.problems[0].field, column) << row;
    EXPECT_EQ(i.problems[0].line, 2u) << row;
  }
  const imported good = run(by_number + rule, "nr;d;n\n1;2018-01-01;2\n");
  EXPECT_EQ(attribute_of(good.events.at(2).json, "time"), "2018-01-15T00:00:00+01:00");
}

TEST(TableEvents, ConditionsChooseTheRules) {
  const auto chosen = [](const std::string& condition, const std::string& cell) {
    return run("time = { date = \"2018-01-01\" }\n" + by_unit +
                   "[[event]]\ntype = \"note_recorded\"\nwhen = [ { column = \"a\", " + condition +
                   " } ]\ndata = { text = \"x\" }\n",
               "nr;a\n7;" + cell + "\n")
               .events.size() == 1;
  };
  EXPECT_TRUE(chosen("equals = \"x\"", "x"));
  EXPECT_FALSE(chosen("equals = \"x\"", "y"));
  EXPECT_FALSE(chosen("not = \"x\"", "x"));
  EXPECT_TRUE(chosen("not = \"x\"", ""));
  EXPECT_TRUE(chosen("in = [\"x\", \"y\"]", "y"));
  EXPECT_TRUE(chosen("not_in = [\"x\", \"y\"]", "z"));
  EXPECT_TRUE(chosen("empty = true", " "));
  EXPECT_FALSE(chosen("empty = true", "x"));
  EXPECT_TRUE(chosen("empty = false", "x"));
}

TEST(TableEvents, OpeningBalancesAreMarkedInTheSource) {
  const imported i = run("time = { date = \"2018-01-01\" }\n" + by_unit +
                             "[[attribute]]\ncolumn = \"a\"\nopening_balance = true\n"
                             "[[attribute]]\ncolumn = \"b\"\nclass = \"health\"\n",
                         "nr;a;b\n7;x;y\n");
  ASSERT_EQ(i.events.size(), 2u);
  EXPECT_EQ(attribute_of(i.events[0].json, "source"), "/ame/opening");
  EXPECT_EQ(attribute_of(i.events[1].json, "source"), "/ame");
  EXPECT_EQ(data_of(i),
            (texts{R"({"attribute":"a","value":"x"})", R"({"attribute":"b","health":"y"})"}));
}

TEST(TableEvents, ASequenceGivesAnEventAtEachChange) {
  const std::string sequence = by_unit +
                               "[sequence]\nfrom = \"w1\"\nto = \"w4\"\n"
                               "start = 2018-12-31\nstep = \"week\"\nsource = \"survey\"\n";
  const std::string csv = "nr;w1;w2;w3;w4\n1;A;A;B;A\n2;;B;;B\n";
  const imported refused = run(sequence, csv);
  ASSERT_EQ(refused.events.size(), 3u);
  EXPECT_EQ(attribute_of(refused.events[1].json, "time"), "2019-01-14T00:00:00+01:00");
  ASSERT_EQ(refused.problems.size(), 1u);
  EXPECT_EQ(refused.problems[0].field, "w1");
  EXPECT_EQ(run(sequence + "carry_empty = true\n", csv).events.size(), 3u + 1u);
  EXPECT_EQ(run(sequence + "if_empty = \"unknown\"\n", csv).events.size(), 3u + 4u);
}

TEST(TableEvents, MissingColumnsAndSequencesInTheWrongOrderAreRefused) {
  const std::string sequence = by_unit +
                               "[sequence]\nfrom = \"b\"\nto = \"a\"\n"
                               "start = 2018-01-01\nstep = \"day\"\nsource = \"survey\"\n";
  EXPECT_EQ(run(sequence, "nr;a;b\n").problems.at(0).code, errc::bad_mapping);
  const imported missing = run(sequence, "nr;a\n");
  EXPECT_EQ(missing.problems.at(0).code, errc::missing_column);
  EXPECT_EQ(missing.problems.at(0).field, "b");
}

TEST(TableEvents, ImportingTwiceGivesTheSameBytes) {
  const std::string toml = by_number + "[[attribute]]\ncolumn = \"a\"\ntime = { column = \"d\" }\n";
  const std::string csv = "nr;a;d\n1;x;2018-01\n2;y;2018\n1;z;2018-03-01T10:00\n";
  const imported first = run(toml, csv), second = run(toml, csv);
  ASSERT_EQ(first.events.size(), 7u);
  for (std::size_t i = 0; i < first.events.size(); ++i)
    EXPECT_EQ(first.events[i].json, second.events[i].json);
  std::set<std::string> parsed;
  json_parser parser;
  for (const auto& e : first.events) EXPECT_TRUE(parser.parse(e.json)) << e.json;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string shared_folder() {
  const char* given = std::getenv("STEGVIS_SHARED");
  return given != nullptr ? given : STEGVIS_SOURCE_DIR "/../shared";
}

// Spells in the columns from `first` to the last, read from the text without the reader.
std::size_t spells_in(const std::string& csv, std::size_t first) {
  std::istringstream in(csv);
  std::string line, cell;
  std::getline(in, line);
  std::size_t spells = 0;
  while (std::getline(in, line)) {
    std::istringstream cells(line);
    std::string before;
    for (std::size_t i = 0; std::getline(cells, cell, ','); ++i) {
      if (i >= first && cell != before) ++spells;
      if (i >= first) before = cell;
    }
  }
  return spells;
}

TEST(TableEvents, MvadComesInWithAllItsSpells) {
  const auto csv = read_file(shared_folder() + "/data/mvad.csv");
  if (!csv && std::getenv("CI") != nullptr) FAIL() << "mvad.csv is missing in " << shared_folder();
  if (!csv) GTEST_SKIP() << "mvad.csv is not in " << shared_folder() << "; set STEGVIS_SHARED";
  const auto toml = read_file(STEGVIS_SOURCE_DIR "/ingest/mappings/mvad.toml");
  ASSERT_TRUE(toml);
  const imported all = run(*toml, *csv);
  ASSERT_TRUE(all.problems.empty()) << to_string(all.problems.front());
  std::map<std::string, std::size_t> types;
  for (const auto& e : all.events) ++types[attribute_of(e.json, "type")];
  EXPECT_EQ(types["stegvis.person_registered"], 712u);
  EXPECT_EQ(types["stegvis.identifier_recorded"], 712u);
  EXPECT_EQ(types["stegvis.attribute_recorded"], 712u * 13);
  EXPECT_EQ(types["stegvis.situation_recorded"], spells_in(*csv, 14));

  std::string from_september = *toml;
  const auto at = from_september.find("Jul.93");
  from_september.replace(at, 6, "Sep.93");
  const imported golden = run(from_september, *csv);
  std::size_t spells = 0;
  for (const auto& e : golden.events)
    spells += attribute_of(e.json, "type") == "stegvis.situation_recorded";
  EXPECT_EQ(spells, 2205u);
  EXPECT_EQ(spells, spells_in(*csv, 16));
}

}  // namespace
}  // namespace stegvis

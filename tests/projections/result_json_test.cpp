// Goal: a result's JSON is the same bytes for ever, reads back equal, and nothing damaged is taken.
// Method: golden text; random results from a printed seed (STEGVIS_SEED replays one, STEGVIS_ROUNDS
// asks for more) written and read; a table of texts that are refused.
#include "projections/evaluations/result_json.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>
#include <set>

#include "events/json.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {
evaluation_result small_result() {
  result_table t{.id = "share",
                 .form = table_form::proportions,
                 .by = {"sex"},
                 .columns = {{"sex", column_role::level, value_form::code},
                             {"n", column_role::count},
                             {"yes", column_role::count},
                             {"no", column_role::count},
                             {"share", column_role::figure, value_form::share, {"n", "yes"}}},
                 .sums = {{"n", {"yes", "no"}}}};
  t.rows.push_back(
      {text_value("man"), count_value(20), count_value(10), count_value(10), number_value(0.5)});
  t.rows.push_back({text_value("woman"), count_value(7), missing_value(mark::suppressed),
                    missing_value(mark::suppressed), missing_value(mark::suppressed)});
  t.rows.push_back(
      {text_value(""), count_value(0), {}, count_value(-1), number_value(-0.0, mark::preliminary)});
  evaluation_result r;
  r.sections.push_back({.definition = "employed_now",
                        .statistic = "proportion",
                        .title = {"Andel i arbete", "Share at \"work\""},
                        .labels = {{"man", {"män", "men"}}},
                        .notes = {"wilson"},
                        .tables = {t}});
  r.manifest.ledger = "l-1";
  r.manifest.cut = 17;
  r.manifest.head_hash = "6e34";
  r.manifest.versions = {{"disclosure", 1}, {"proportion", 2}};
  r.manifest.build = "0.4.0";
  return r;
}

constexpr std::string_view golden_sections =
    R"([{"axis_unit":"","definition":"employed_now","description":{"en":"","sv":""},)"
    R"("labels":{"man":{"en":"men","sv":"män"}},"notes":["wilson"],"statistic":"proportion",)"
    R"("tables":[{"by":["sex"],"columns":[{"form":"code","id":"sex","of":[],"role":"level"},)"
    R"({"form":"integer","id":"n","of":[],"role":"count"},)"
    R"({"form":"integer","id":"yes","of":[],"role":"count"},)"
    R"({"form":"integer","id":"no","of":[],"role":"count"},)"
    R"({"form":"share","id":"share","of":["n","yes"],"role":"figure"}],)"
    R"("form":"proportions","id":"share","overlapping":[],"rows":[["man",20,10,10,0.5],)"
    R"(["woman",7,{"mark":"suppressed"},{"mark":"suppressed"},{"mark":"suppressed"}],)"
    R"(["",0,null,-1,{"mark":"preliminary","value":0.0}]],)"
    R"("sums":[{"parts":["yes","no"],"whole":"n"}]}],)"
    R"("title":{"en":"Share at \"work\"","sv":"Andel i arbete"},"version":1}])";
constexpr std::string_view golden_hash =
    "81636274e1ff419c6a4e39e58ad77b56dc4ef64385b07ab4bad55c2f0442f208";

std::string golden_text() {
  return R"({"build":"0.4.0","manifest":{"as_of":"","censored_at":"","cut":17,"cut_recorded":"",)"
         R"("definition":"","definition_hash":"","definition_text":"","erased":0,)"
         R"("erased_until":0,"exclusions_hash":"","head_hash":"6e34","ledger":"l-1",)"
         R"("needs_keys":false,)"
         R"("reports_compared":0,"reports_until":0,"restricted":0,"subjects_in":0,)"
         R"("suppressed":true,"table_hash":")" +
         std::string(golden_hash) +
         R"(","units_out":0,"version":1,"versions":{"disclosure":1,"proportion":2}},"sections":)" +
         std::string(golden_sections) + "}\n";
}

TEST(ResultJson, IsTheGoldenText) {
  std::string sections;
  append_sections_json(small_result().sections, sections);
  EXPECT_EQ(sections, golden_sections);
  EXPECT_EQ(hex(sha256(sections)), golden_hash);
  EXPECT_EQ(to_json(small_result()), golden_text());
}

TEST(ResultJson, EveryCodeHasItsOwnName) {
  const auto all_differ = [](auto last) {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(last); ++i) {
      names.insert(name_of(static_cast<decltype(last)>(i)));
    }
    return names.size() == static_cast<std::size_t>(last) + 1;
  };
  EXPECT_TRUE(all_differ(mark::not_reached));
  EXPECT_TRUE(all_differ(column_role::plain));
  EXPECT_TRUE(all_differ(value_form::time));
  EXPECT_TRUE(all_differ(table_form::text));
  EXPECT_EQ(name_of(mark::suppressed), "suppressed");
  EXPECT_EQ(name_of(column_role::figure), "figure");
  EXPECT_EQ(name_of(value_form::points), "points");
  EXPECT_EQ(name_of(table_form::cohort_ages), "cohort_ages");
}

TEST(ResultJson, FindsColumns) {
  const auto t = small_result().sections[0].tables[0];
  EXPECT_EQ(t.find_column("sex"), 0U);
  EXPECT_EQ(t.find_column("share"), 4U);
  EXPECT_EQ(t.find_column("sha"), std::nullopt);
}

TEST(ResultJson, NumbersAreTheShortestThatReadBack) {
  const struct {
    double number;
    std::string_view text;
  } cases[] = {{0.1, "0.1"},         {1.0 / 3, "0.3333333333333333"},
               {5, "5.0"},           {-0.0, "0.0"},
               {-2, "-2.0"},         {1e5, "1e+05"},
               {123456, "123456.0"}, {1e22, "1e+22"},
               {5e-324, "5e-324"},   {0.1 + 0.2, "0.30000000000000004"}};
  for (const auto& c : cases) {
    evaluation_result r;
    r.sections.resize(1);
    r.sections[0].tables.push_back(
        {.id = "t", .columns = {{"x", column_role::plain}}, .rows = {{number_value(c.number)}}});
    const auto text = to_json(r);
    EXPECT_NE(text.find("[[" + std::string(c.text) + "]]"), text.npos) << c.text << " in " << text;
    const auto read = result_from_json(text);
    ASSERT_TRUE(read) << to_string(read.error());
    const auto* x = read->sections[0].tables[0].rows[0][0].number();
    ASSERT_NE(x, nullptr) << c.text;
    EXPECT_EQ(*x, c.number);
  }
}

TEST(ResultJson, ParserGivesReals) {
  json_parser parser;
  const auto document = parser.parse(R"([0.5,-1e3,18446744073709551615])");
  std::vector<double> numbers;
  document->each_element([&](json_value v) {
    EXPECT_EQ(v.type(), json_type::number);
    numbers.push_back(v.number());
    return true;
  });
  EXPECT_EQ(numbers, (std::vector<double>{0.5, -1000, 18446744073709551615.0}));
}

TEST(ResultJson, RealsThatAreNoNumbersAreAFault) {
  evaluation_result r;
  r.sections.resize(1);
  r.sections[0].tables.push_back({.id = "t", .columns = {{"x"}}, .rows = {{number_value(NAN)}}});
  EXPECT_DEATH(to_json(r), "isfinite");
}

// Builds before head hashes wrote results without one.
TEST(ResultJson, MayTellNoHeadHash) {
  auto older = golden_text();
  const std::string_view member = R"("head_hash":"6e34",)";
  older.erase(older.find(member), member.size());
  const auto read = result_from_json(older).value();
  EXPECT_EQ(read.manifest.head_hash, std::nullopt);
  EXPECT_EQ(to_json(read), older);
}

// Random results: every member differs from its default now and then.
class results {
 public:
  explicit results(std::uint64_t seed) : random_(seed) {}

  evaluation_result make() {
    evaluation_result r;
    auto& m = r.manifest;
    for (auto* text : {&m.ledger, &m.cut_recorded, &m.as_of, &m.censored_at, &m.definition,
                       &m.definition_hash, &m.definition_text, &m.exclusions_hash, &m.build}) {
      *text = any_text();
    }
    for (auto* n : {&m.version, &m.restricted, &m.erased, &m.reports_compared, &m.subjects_in,
                    &m.units_out}) {
      *n = any_count();
    }
    for (auto* at : {&m.cut, &m.erased_until, &m.reports_until}) *at = random_() >> 1;
    m.suppressed = below(2) == 0;
    m.needs_keys = below(2) == 0;
    if (below(2) == 0) m.head_hash = any_text();
    for (auto i = below(4); i > 0; --i) m.versions[any_text()] = any_count();
    for (auto i = below(4); i > 0; --i) r.sections.push_back(any_section());
    return r;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  template <class E>
  E any_code(E last) {
    return static_cast<E>(below(static_cast<std::uint64_t>(last) + 1));
  }
  std::int64_t any_count() {
    return static_cast<std::int64_t>(below(8) == 0 ? random_() : below(50));
  }
  std::string any_text() {
    static constexpr std::string_view pieces[] = {"a",  "Å",    "\"", "\\", "\n",
                                                  "~/", "\x01", "€",  "0"};
    std::string text;
    for (auto i = below(6); i > 0; --i) text += pieces[below(std::size(pieces))];
    return text;
  }
  std::vector<std::string> any_texts() {
    std::vector<std::string> list(below(3));
    for (auto& text : list) text = any_text();
    return list;
  }
  double any_real() {
    const auto x = std::bit_cast<double>(random_());
    return std::isfinite(x) && below(2) == 0 ? x : static_cast<double>(below(1'000)) / 8;
  }
  result_value any_value() {
    result_value v;
    if (const auto kind = below(4); kind == 1) {
      v.value = any_count();
    } else if (kind == 2) {
      v.value = any_real();
    } else if (kind == 3) {
      v.value = any_text();
    }
    if (below(3) == 0) v.mark = any_code(mark::not_reached);
    return v;
  }
  result_table any_table() {
    result_table t{.id = any_text(),
                   .form = any_code(table_form::text),
                   .by = any_texts(),
                   .overlapping = any_texts()};
    const auto width = below(5);
    for (std::uint64_t i = 0; i < width; ++i) {
      result_column c{any_text() + std::to_string(i), any_code(column_role::plain),
                      any_code(value_form::time)};
      if (i > 0) c.of = {t.columns[below(i)].id};
      t.columns.push_back(c);
    }
    if (width > 1) t.sums.push_back({t.columns[0].id, {t.columns[1].id}});
    t.rows.resize(below(4), result_row(width));
    for (auto& row : t.rows) {
      for (auto& v : row) v = any_value();
    }
    return t;
  }
  result_section any_section() {
    result_section s{.definition = any_text(), .version = any_count(), .statistic = any_text()};
    s.title = {any_text(), any_text()};
    s.description = {any_text(), any_text()};
    s.axis_unit = any_text();
    for (auto i = below(3); i > 0; --i) s.labels[any_text()] = {any_text(), any_text()};
    s.notes = any_texts();
    for (auto i = below(4); i > 0; --i) s.tables.push_back(any_table());
    return s;
  }

  std::mt19937_64 random_;
};

TEST(ResultJson, ReadingGivesWhatWasWritten) {
  const auto from = [](const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? std::uint64_t{0} : std::strtoull(text, nullptr, 10);
  };
  const std::uint64_t one = from("STEGVIS_SEED");
  const std::uint64_t last = one != 0 ? one : std::max<std::uint64_t>(300, from("STEGVIS_ROUNDS"));
  for (std::uint64_t seed = one != 0 ? one : 1; seed <= last && !HasFailure(); ++seed) {
    SCOPED_TRACE("STEGVIS_SEED=" + std::to_string(seed));
    auto r = results(seed).make();
    const auto text = to_json(r);
    const auto read = result_from_json(text);
    ASSERT_TRUE(read) << to_string(read.error()) << '\n' << text;
    EXPECT_EQ(read->manifest.table_hash.size(), 64U);
    r.manifest.table_hash = read->manifest.table_hash;
    EXPECT_TRUE(*read == r) << text;
    EXPECT_EQ(to_json(*read), text);
  }
}

std::string with(std::string_view from, std::string_view to) {
  auto text = golden_text();
  const auto at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ResultJson, AnyOrderAndSpacesWillDo) {
  const auto text = with(R"({"en":"men","sv":"män"})", "{ \"sv\": \"män\",\n \"en\": \"men\" }");
  const auto read = result_from_json(text);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(to_json(*read), golden_text());
}

TEST(ResultJson, DamagedTablesAreCorrupt) {
  for (const auto& text : {with(R"("man",20)", R"("man",21)"), with("wilson", "wilsom"),
                           with(R"("table_hash":")", R"("table_hash":"0)"),
                           with(R"("of":["n","yes"])", R"("of":["n"])")}) {
    const auto read = result_from_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, errc::corrupt);
    EXPECT_EQ(read.error().field, "/manifest/table_hash");
  }
}

TEST(ResultJson, WhatIsRefused) {
  const std::string table = "/sections/0/tables/0";
  const struct {
    std::string text;
    errc code;
    std::string field, message;
  } cases[] = {
      {"", errc::bad_json, "", ""},
      {golden_text().substr(0, 100), errc::bad_json, "", ""},
      {golden_text() + "{}", errc::bad_json, "", ""},
      {with("20,10", "NaN,10"), errc::bad_json, "", ""},
      {with("20,10", "1e400,10"), errc::bad_json, "", ""},
      {"[]", errc::bad_field, "", "an object"},
      {"{}", errc::bad_field, "/build", "missing"},
      {with(R"("cut":17,)", ""), errc::bad_field, "/manifest/cut", "missing"},
      {with(R"("cut":17)", R"("cut":-1)"), errc::bad_field, "/manifest/cut", "position"},
      {with(R"("cut":17)", R"("cut":1.5)"), errc::bad_field, "/manifest/cut", "an integer"},
      {with(R"("head_hash":"6e34")", R"("head_hash":1)"), errc::bad_field, "/manifest/head_hash",
       "a text"},
      {with(R"("cut":17)", R"("cut":17,"cut":17)"), errc::bad_field, "/manifest/cut", "twice"},
      {with(R"("cut":17)", R"("cut":17,"cuts":17)"), errc::bad_field, "/manifest/cuts", "unknown"},
      {with(R"("proportion":2)", R"("proportion":"2")"), errc::bad_field,
       "/manifest/versions/proportion", "an integer"},
      {with(R"("suppressed":true)", R"("suppressed":1)"), errc::bad_field, "/manifest/suppressed",
       "true or false"},
      {with(R"("notes":["wilson"])", R"("notes":"wilson")"), errc::bad_field, "/sections/0/notes",
       "an array"},
      {with(R"("notes":["wilson"])", R"("notes":[1])"), errc::bad_field, "/sections/0/notes/0",
       "a text"},
      {with(R"("form":"proportions")", R"("form":"pie")"), errc::bad_field, table + "/form",
       "unknown code \"pie\""},
      {with(R"("man",20)", R"("man",true)"), errc::bad_field, table + "/rows/0/1", "null"},
      {with(R"("man",20)", R"("man",[20])"), errc::bad_field, table + "/rows/0/1", "null"},
      {with(R"({"mark":"suppressed"})", R"({"mark":"none"})"), errc::bad_field, table + "/rows/1/2",
       "other than none"},
      {with(R"({"mark":"suppressed"})", R"({"value":1})"), errc::bad_field, table + "/rows/1/2",
       "other than none"},
      {with(R"({"mark":"suppressed"})", R"({"mark":"suppressed","value":null})"), errc::bad_field,
       table + "/rows/1/2/value", "a number or a text"},
      {with(R"({"mark":"suppressed"})", R"({"mark":"hidden"})"), errc::bad_field,
       table + "/rows/1/2/mark", "unknown code"},
      {with(R"({"mark":"suppressed"})", R"({"mark":"suppressed","by":1})"), errc::bad_field,
       table + "/rows/1/2/by", "unknown"},
      {with(R"("man",20)", "20"), errc::bad_field, table, "wide"},
      {with(R"("id":"n")", R"("id":"sex")"), errc::bad_field, table, "column sex"},
      {with(R"("of":["n","yes"])", R"("of":["n","yeah"])"), errc::bad_field, table, "column yeah"},
      {with(R"("whole":"n")", R"("whole":"m")"), errc::bad_field, table, "column m"},
      {with(R"("parts":["yes","no"])", R"("parts":["yes","nay"])"), errc::bad_field, table,
       "column nay"},
  };
  for (const auto& c : cases) {
    const auto read = result_from_json(c.text);
    ASSERT_FALSE(read) << c.text;
    EXPECT_EQ(read.error().code, c.code) << to_string(read.error());
    EXPECT_EQ(read.error().field, c.field) << to_string(read.error());
    EXPECT_NE(read.error().message.find(c.message), std::string::npos) << read.error().message;
  }
}
}  // namespace
}  // namespace stegvis

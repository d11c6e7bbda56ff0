// Goal: few of one level cost no other level its counts, and joining loses nobody.
// Method: partials written down, a table of cases; the joined table against the one it came from.
#include "projections/evaluations/level_joins.hpp"

#include <gtest/gtest.h>

#include <random>

#include "rounds.hpp"

namespace stegvis {
namespace {
using units = std::vector<std::pair<std::string, std::uint64_t>>;
using names = std::map<std::string, std::string>;

scan_plan plan_by(const std::string& by, const std::string& more = "") {
  const auto d = parse_definition(R"(
name = "by"
version = 1
statistic = "proportion"
needs_keys = true
by = [)" + by + R"(]
[title]
sv = "Prov"
en = "Test"
[cohort]
entry = { event = "participant_enrolled" }
[[outcome]]
name = "job"
title = { sv = "Jobb", en = "Job" }
when = { episode = "job" }
within = { until = "12m" }
)" + more,
                                  "by.toml");
  EXPECT_TRUE(d) << (d ? "" : d.error().message);
  return plan_of(*d);
}

void count(partial& p, std::uint16_t breakdown, const std::string& levels, std::uint64_t n) {
  const auto what = static_cast<std::uint16_t>(block::strata);
  if (n > 0) p.add({what, breakdown, p.stratum(levels), 0, 0, 0}, n);
}

partial counted(const units& levels) {
  partial p;
  for (const auto& [level, n] : levels) count(p, 1, level, n);
  return p;
}

TEST(LevelJoins, Cases) {
  const std::string pair = "woman + man", rest = "man + other + unknown";
  const struct {
    const char* what;
    std::string by;
    units levels;
    names joined;
  } cases[] = {
      {"enough of each", "\"sex\"", {{"woman", 20}, {"man", 20}, {"unknown", 20}}, {}},
      {"few of the last join those before them until they are enough",
       "\"sex\"",
       {{"woman", 942}, {"man", 908}, {"other", 7}, {"unknown", 12}},
       {{"man", rest}, {"other", rest}, {"unknown", rest}}},
      {"two that are enough together",
       "\"sex\"",
       {{"woman", 942}, {"man", 908}, {"other", 7}, {"unknown", 13}},
       {{"other", "other + unknown"}, {"unknown", "other + unknown"}}},
      {"few of the first join the one behind them",
       "\"sex\"",
       {{"woman", 5}, {"man", 50}},
       {{"woman", pair}, {"man", pair}}},
      {"few of all", "\"sex\"", {{"woman", 5}, {"man", 5}}, {{"woman", pair}, {"man", pair}}},
      {"one level alone", "\"sex\"", {{"woman", 3}}, {}},
      {"nobody", "\"sex\"", {}, {}},
      {"bands by their numbers",
       "{ dimension = \"age\", bands = [9, 25, 55] }",
       {{"<9", 30}, {"9-24", 40}, {"25-54", 3}, {"55+", 30}},
       {{"9-24", "9-24 + 25-54"}, {"25-54", "9-24 + 25-54"}}},
      {"in the order that the definition gives",
       "{ dimension = \"subproject\", levels = [\"c\", \"a\", \"b\"] }",
       {{"a", 3}, {"b", 30}, {"c", 30}},
       {{"a", "c + a"}, {"c", "c + a"}}},
      {"levels that overlap", "\"target_group\"", {{"parent", 3}, {"youth", 30}}, {}},
  };
  for (const auto& c : cases) {
    const auto plan = plan_by(c.by);
    const auto joins = joins_of(plan, counted(c.levels));
    const auto found = joins.find(label_of(plan.breakdowns[1][0]));
    EXPECT_EQ(found == joins.end() ? names{} : found->second, c.joined) << c.what;
  }
}

TEST(LevelJoins, NotWhereGivenWeightsNameTheLevels) {
  const auto plan = plan_by("\"sex\"", R"([standardise]
by = [{ dimension = "sex", levels = ["woman", "man"] }]
weights = [1, 1]
)");
  EXPECT_TRUE(joins_of(plan, counted({{"woman", 30}, {"man", 3}})).empty());
}

TEST(LevelJoins, CrossedLevelsJoinAsEachDoesAlone) {
  const auto plan = plan_by("[\"sex\", \"target_group\"], \"sex\"");
  partial p;
  for (const auto* group : {"parent", "youth"}) {
    count(p, 1, std::string("woman") + level_separator + group, 30);
    count(p, 1, std::string("unknown") + level_separator + group, 12);  // the same twelve
  }
  count(p, 2, "woman", 30);
  count(p, 2, "unknown", 12);
  const std::string both = "woman + unknown";
  EXPECT_EQ(joins_of(plan, p).at("sex"), (names{{"woman", both}, {"unknown", both}}));
  const auto section = finish_joined(plan, p, joins_of(plan, p));
  EXPECT_EQ(section.notes, std::vector<std::string>{"levels_joined"});
}

const result_table& analysed(const result_section& s, std::string_view by) {
  return *std::ranges::find_if(s.tables, [&](const result_table& t) {
    return t.id == "analysed" && t.by.size() == 1 && t.by[0] == by;
  });
}

TEST(LevelJoins, RowsAreThoseOfTheirLevelsAddedUp) {
  std::mt19937_64 random(7);
  const auto plan = plan_by("\"sex\"");
  const auto rounds = static_cast<int>(testing::environment("STEGVIS_ROUNDS", 200));
  for (int round = 0; round < rounds; ++round) {
    units levels;
    for (const auto* level : {"woman", "man", "other", "unknown", "erased"})
      levels.emplace_back(level, random() % (random() % 2 == 0 ? 8 : 60));
    const auto p = counted(levels);
    const auto joins = joins_of(plan, p);
    std::map<std::string, std::int64_t> sums, rows;
    for (const auto& [level, n] : levels) {
      const auto& joined = joins.at("sex");
      const auto name = joined.find(level);
      if (n > 0) sums[name == joined.end() ? level : name->second] += static_cast<int>(n);
    }
    const auto section = finish_joined(plan, p, joins);
    for (const auto& row : analysed(section, "sex").rows) rows[*row[0].text()] = *row[1].count();
    EXPECT_EQ(rows, sums) << "round " << round;
    for (const auto& [name, n] : rows)
      EXPECT_TRUE(n >= static_cast<std::int64_t>(level_units_min) || rows.size() == 1) << name;
  }
}
}  // namespace
}  // namespace stegvis

// Goal: attacks by name, and tables of which it is told exactly what is hidden.
#include <gtest/gtest.h>

#include "projections/evaluations/disclosure.hpp"
#include "tests/projections/disclosure_tables.hpp"

namespace stegvis {
namespace {
using namespace stegvis::testing;

TEST(Disclosure, NothingIsHiddenWithoutNeed) {
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 60, 40)}),
                       share_table({"sex"}, {shares({text("man")}, 35, 15),
                                             shares({text("woman")}, 25, 25)})}),
            (lines{"100 60 40 x", "man 50 35 15 x | woman 50 25 25 x"}));
}

// One small cell in sex by answer takes the three that close the square, and no total.
TEST(Disclosure, AMarginDoesNotTellASmallCell) {
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 60, 40)}),
                       share_table({"sex"}, {shares({text("man")}, 35, 37),
                                             shares({text("woman")}, 25, 3)})}),
            (lines{"100 60 40 x", "man 72 . . . | woman 28 . . ."}));
}

TEST(Disclosure, StoppedItLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  sections s(1);
  s[0].tables = {share_table({}, {shares({}, 60, 3)})};
  suppress(s, {}, stop.get_token());
  EXPECT_TRUE(s.empty());
}

// In sex by unit with one small cell: the same square, with the smallest other unit.
TEST(Disclosure, OneSmallCellOfATwoWayTableTakesThreeMore) {
  const auto n = [](std::vector<std::string> by, std::vector<result_row> rows) {
    return table("members", table_form::baseline, std::move(by), {count("n")}, {}, std::move(rows));
  };
  EXPECT_EQ(
      hidden_in(
          {n({}, {{number(131)}}),
           n({"sex"}, {{text("man"), number(75)}, {text("woman"), number(56)}}),
           n({"unit"}, {{text("a"), number(33)}, {text("b"), number(38)}, {text("c"), number(60)}}),
           n({"sex", "unit"}, {{text("man"), text("a"), number(30)},
                               {text("man"), text("b"), number(20)},
                               {text("man"), text("c"), number(25)},
                               {text("woman"), text("a"), number(3)},
                               {text("woman"), text("b"), number(18)},
                               {text("woman"), text("c"), number(35)}})}),
      (lines{"131", "man 75 | woman 56", "a 33 | b 38 | c 60",
             "man a . | man b . | man c 25 | woman a . | woman b . | woman c 35"}));
}

// Two hidden groups of two would be known to be four together.
TEST(Disclosure, TwoSmallCellsTakeAThird) {
  EXPECT_EQ(hidden_in({table("t", table_form::counts, {}, {count("n")}, {}, {{number(44)}}),
                       table("t", table_form::counts, {"unit"}, {count("n")}, {},
                             {{text("a"), number(2)},
                              {text("b"), number(2)},
                              {text("c"), number(10)},
                              {text("d"), number(30)}})}),
            (lines{"44", "a . | b . | c . | d 30"}));
}

// Zeros are shown, so of five in two hidden levels both are known to be small.
TEST(Disclosure, FiveInTwoLevelsHideTheirTotal) {
  EXPECT_EQ(hidden_in({table("t", table_form::counts, {}, {count("n")}, {}, {{number(5)}}),
                       table("t", table_form::counts, {"sex"}, {count("n")}, {},
                             {{text("man"), number(2)}, {text("woman"), number(3)}})}),
            (lines{".", "man . | woman ."}));
}

TEST(Disclosure, ASmallBaseHidesItsRowAndZerosElsewhereStay) {
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 30, 0)})}), (lines{"30 30 0 x"}));
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 0, 3)})}), (lines{". . . ."}));
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 0, 0)})}), (lines{"0 0 0 x"}));
}

// 18 of 20: two did not, though no column says so.
TEST(Disclosure, AComplementIsASmallGroup) {
  const auto yes_of = [](std::int64_t yes, std::int64_t n) {
    return table("t", table_form::cohort_ages, {},
                 {count("n"), count("yes"), share("share", {"n", "yes"})}, {},
                 {{number(n), number(yes), figure}});
  };
  EXPECT_EQ(hidden_in({yes_of(18, 20)}), (lines{"20 . ."}));
  EXPECT_EQ(hidden_in({yes_of(15, 20)}), (lines{"20 15 x"}));
  EXPECT_EQ(hidden_in({yes_of(20, 20)}), (lines{"20 20 x"}));
}

// All but three of the newcomers' target group: the total less the level.
TEST(Disclosure, AnOverlappingLevelIsASmallComplement) {
  auto levels = table("t", table_form::baseline, {"target_group"}, {count("n")}, {},
                      {{text("newcomer"), number(47)}, {text("young"), number(20)}});
  levels.overlapping = {"target_group"};
  EXPECT_EQ(
      hidden_in({table("t", table_form::baseline, {}, {count("n")}, {}, {{number(50)}}), levels}),
      (lines{"50", "newcomer . | young 20"}));
}

TEST(Disclosure, AFlowDoesNotTellWhoWasLeftOut) {
  const auto flow = [](std::vector<std::int64_t> n) {
    std::vector<result_row> rows;
    for (std::size_t i = 0; i < n.size(); ++i) {
      rows.push_back({text_value("step_" + std::to_string(i)), number(n[i]),
                      i == 0 ? result_value{} : number(n[i - 1] - n[i])});
    }
    return table("flow", table_form::flow, {}, {key("step"), count("n"), count("left_out")}, {},
                 rows);
  };
  EXPECT_EQ(hidden_in({flow({100, 80, 60})}),
            (lines{"step_0 100 none | step_1 80 20 | step_2 60 20"}));
  EXPECT_EQ(hidden_in({flow({100, 97, 60})}),
            (lines{"step_0 . none | step_1 97 . | step_2 60 37"}));
}

// -- Two releases -----------------------------------------------------------------------------

sections as_published(std::vector<result_table> tables) {
  sections s(1);
  s[0].definition = "d";
  s[0].tables = std::move(tables);
  return s;
}

TEST(Disclosure, TwoCutsADayApartDoNotTellWhoCame) {
  const auto tables = [](std::int64_t man, std::int64_t woman) {
    const auto n = [](std::vector<std::string> by, std::vector<result_row> rows) {
      return table("t", table_form::baseline, std::move(by), {count("n")}, {}, std::move(rows));
    };
    return std::vector<result_table>{
        n({}, {{number(man + woman)}}),
        n({"sex"}, {{text("man"), number(man)}, {text("woman"), number(woman)}})};
  };
  const std::vector<sections> yesterday{as_published(tables(30, 20))};
  EXPECT_EQ(hidden_in(tables(30, 20), yesterday), (lines{"50", "man 30 | woman 20"}));
  // Somebody came: the total would tell it, and so would the women.
  EXPECT_EQ(hidden_in(tables(30, 21), yesterday), (lines{".", "man 30 | woman ."}));
  // Seven came, three of them women: neither sex, for the total tells the other.
  EXPECT_EQ(hidden_in(tables(34, 23), yesterday)[1], "man . | woman .");
  EXPECT_EQ(hidden_in(tables(40, 30), yesterday), (lines{"70", "man 40 | woman 30"}));
}

// What was hidden then tells nothing now; what was shown before that still does.
TEST(Disclosure, OnlyWhatWasShownIsComparedWith) {
  const auto n = [](std::int64_t count_of_rows) {
    return std::vector<result_table>{
        table("t", table_form::counts, {}, {count("n")}, {}, {{number(count_of_rows)}})};
  };
  std::vector<sections> published{as_published(n(4))};
  EXPECT_EQ(hidden_in(n(5), published), (lines{"5"}));
  published = {as_published(n(20)), as_published(n(22))};
  EXPECT_EQ(hidden_in(n(26), published), (lines{"26"}));
  EXPECT_EQ(hidden_in(n(24), published), (lines{"."}));
}

TEST(Disclosure, OtherDefinitionsAreNotCompared) {
  const auto n = [](std::int64_t count_of_rows) {
    return std::vector<result_table>{
        table("t", table_form::counts, {}, {count("n")}, {}, {{number(count_of_rows)}})};
  };
  auto other = as_published(n(20));
  other[0].definition = "e";
  EXPECT_EQ(hidden_in(n(21), {other}), (lines{"21"}));
}

// -- The same persons in several tables -------------------------------------------------------

TEST(Disclosure, AnotherTableDoesNotShowWhatOneHides) {
  // Seven others are hidden with the three men, so the summary hides them as well.
  const auto shown = hidden_in(
      {table("analysed", table_form::baseline, {}, {count("n")}, {}, {{number(110)}}),
       table("analysed", table_form::baseline, {"sex"}, {count("n")}, {},
             {{text("man"), number(3)}, {text("other"), number(7)}, {text("woman"), number(100)}}),
       table("summary", table_form::summary, {"sex"},
             {count("n"), {"median", column_role::figure, value_form::time, {"n"}}}, {},
             {{text("man"), number(3), figure},
              {text("other"), number(7), figure},
              {text("woman"), number(100), figure}})});
  EXPECT_EQ(shown,
            (lines{"110", "man . | other . | woman 100", "man . . | other . . | woman 100 x"}));
}

TEST(Disclosure, UnitsAndDifferencesGoWithTheShares) {
  const std::vector<result_column> columns{key("indicator"), count("n"),
                                           count("yes"),     count("no"),
                                           count("unknown"), share("share", {"n", "yes", "no"})};
  const std::vector<sum_relation> sums{{"n", {"yes", "no", "unknown"}}};
  const auto row = [](std::vector<result_value> levels, std::int64_t yes, std::int64_t no,
                      std::int64_t unknown) {
    levels.push_back(text("job"));
    for (const auto n : {yes + no + unknown, yes, no, unknown}) levels.push_back(number(n));
    levels.push_back(figure);
    return levels;
  };
  const auto shown = hidden_in(
      {table("shares", table_form::proportions, {}, columns, sums, {row({}, 33, 77, 20)}),
       table("shares", table_form::proportions, {"sex"}, columns, sums,
             {row({text("man")}, 30, 20, 10), row({text("woman")}, 3, 57, 10)}),
       table("differences_sex", table_form::differences, {},
             {key("indicator"),
              key("level"),
              key("reference"),
              count("yes"),
              count("n"),
              count("reference_yes"),
              count("reference_n"),
              {"difference",
               column_role::figure,
               value_form::points,
               {"yes", "n", "reference_yes", "reference_n"}}},
             {},
             {{text("job"), text("woman"), text("man"), number(3), number(60), number(30),
               number(50), figure}}),
       table("units", table_form::units, {"unit"},
             {key("indicator"), count("n"), count("yes"), share("share", {"n", "yes"})}, {},
             {{text("a"), text("job"), number(80), number(20), figure},
              {text("b"), text("job"), number(30), number(13), figure}})});
  // The men's 30 are hidden with the three women, here and there.
  EXPECT_EQ(shown, (lines{"job 130 33 77 20 x", "man job 60 . . 10 . | woman job 70 . . 10 .",
                          "job woman man . 60 . 50 .", "a job 80 20 x | b job 30 13 x"}));
}

TEST(Disclosure, AShareTellsItsBase) {
  // 12 and 8 of 20, by another variable 17 and 3: 3 and 17 are hidden, and their shares.
  const auto row = [](const char* variable, const char* value, std::int64_t n) {
    return result_row{text(variable), text(value), number(n),
                      number_value(static_cast<double>(n) / 20)};
  };
  const auto variables =
      table("b", table_form::baseline, {},
            {key("variable"), key("value"), count("n"), share("share", {"n"})}, {},
            {row("sex", "man", 12), row("sex", "woman", 8), row("age", "old", 17),
             row("age", "young", 3)});
  EXPECT_EQ(hidden_in({variables}),
            (lines{"sex man 12 x | sex woman 8 x | age old . . | age young . ."}));
  // Yesterday they were 18: the shares would tell the 20 that the flow hides.
  const auto flow = [](std::int64_t n) {
    return table("analysed", table_form::baseline, {}, {count("n")}, {}, {{number(n)}});
  };
  const auto shown = hidden_in({variables, flow(20)}, {as_published({flow(18)})});
  EXPECT_EQ(shown[1], ".");
  EXPECT_EQ(shown[0].find(" x"), std::string::npos) << shown[0];
}

TEST(Disclosure, FiguresWithoutCountsGoWithTheirGroup) {
  const auto figures =
      table("costs", table_form::costs, {"sex"},
            {key("state"), {"cost", column_role::figure, value_form::number}}, {},
            {{text("man"), text("job"), figure}, {text("woman"), text("job"), figure}});
  const auto group = [](std::int64_t man) {
    return table("analysed", table_form::baseline, {"sex"}, {count("n")}, {},
                 {{text("man"), number(man)}, {text("woman"), number(70)}});
  };
  EXPECT_EQ(hidden_in({figures, group(50)})[0], "man job x | woman job x");
  EXPECT_EQ(hidden_in({figures, group(3)})[0], "man job . | woman job x");
  const auto mean = table("measures", table_form::measures, {},
                          {key("measure"), count("n"), {"mean", column_role::figure}}, {},
                          {{text("a"), number(3), figure}, {text("b"), number(30), figure}});
  EXPECT_EQ(hidden_in({mean}), (lines{"a . . | b 30 x"}));
}

TEST(Disclosure, ImmatureStaysImmature) {
  auto t = share_table({}, {shares({}, 0, 3)});
  for (auto& v : t.rows[0]) v = missing_value(mark::immature);
  EXPECT_EQ(hidden_in({t}), (lines{"immature immature immature immature"}));
  t.rows[0][0] = number(3);
  EXPECT_EQ(hidden_in({t}), (lines{". immature immature immature"}));
}

TEST(Disclosure, UnitsAddUpToTheShares) {
  const std::vector<result_column> columns{key("indicator"), count("n"), count("yes"), count("no")};
  const auto shown = hidden_in(
      {table("shares", table_form::proportions, {}, columns, share_sums,
             {{text("job"), number(110), number(33), number(77)}}),
       table("units", table_form::units, {"unit"},
             {key("indicator"), count("n"), count("yes"), share("share", {"n", "yes"})}, {},
             {{text("a"), text("job"), number(50), number(20), figure},
              {text("b"), text("job"), number(30), number(3), figure},
              {text("c"), text("job"), number(30), number(10), figure}})});
  EXPECT_EQ(shown, (lines{"job 110 33 77", "a job 50 20 x | b job 30 . . | c job 30 . ."}));
}

// 50 were analysed, 48 could be asked: two could not.
TEST(Disclosure, TheGroupLessTheBaseIsASmallGroup) {
  const auto shown = hidden_in(
      {table("analysed", table_form::baseline, {}, {count("n")}, {}, {{number(50)}}),
       table("shares", table_form::proportions, {},
             {key("indicator"), count("n"), count("immature")}, {},
             {{text("job"), number(48), number(2)}, {text("home"), number(40), number(10)}})});
  EXPECT_EQ(shown, (lines{"50", "job . . | home 40 10"}));
}

TEST(Disclosure, PeriodsAddUpToTheGroup) {
  const auto shown =
      hidden_in({table("analysed", table_form::baseline, {}, {count("n")}, {}, {{number(50)}}),
                 table("periods", table_form::counts, {}, {key("period"), count("n")}, {},
                       {{text("2016H1"), number(3)},
                        {text("2016H2"), number(20)},
                        {text("2017H1"), number(27)}})});
  EXPECT_EQ(shown, (lines{"50", "2016H1 . | 2016H2 . | 2017H1 27"}));
}

// 2 less a cost is the rate of a hidden transition, if nobody goes the other way.
TEST(Disclosure, ACostDoesNotTellATransition) {
  sections s(1);
  s[0].tables = {table("transitions", table_form::transitions, {"sex"},
                       {key("from"), count("base"), count("to_a"), count("to_b"), count("to_c"),
                        share("rate_a", {"base", "to_a"}), share("rate_b", {"base", "to_b"}),
                        share("rate_c", {"base", "to_c"})},
                       {{"base", {"to_a", "to_b", "to_c"}}},
                       {{text("man"), text("a"), number(60), number(50), number(2), number(8),
                         figure, figure, figure},
                        {text("man"), text("b"), number(60), number(0), number(60), number(0),
                         figure, figure, figure},
                        {text("man"), text("c"), number(60), number(9), number(11), number(40),
                         figure, figure, figure}}),
                 table("costs", table_form::costs, {"sex"},
                       {key("state"),
                        {"cost_a", column_role::plain},
                        {"cost_b", column_role::plain},
                        {"cost_c", column_role::plain}},
                       {},
                       {{text("man"), text("a"), figure, figure, figure},
                        {text("man"), text("b"), figure, figure, figure},
                        {text("man"), text("c"), figure, figure, figure}})};
  suppress(s, {});
  EXPECT_EQ(line_of(s[0].tables[0]),
            "man a 60 50 . . x . . | man b 60 0 60 0 x x x | man c 60 9 11 40 x x x");
  hide_derived(s);
  EXPECT_EQ(line_of(s[0].tables[1]), "man a x . . | man b . x x | man c . x x");
}

// With all its digits, a mean times the number of persons is the sum that it was made of.
TEST(Disclosure, AMeanTimeDoesNotTellItsSum) {
  const auto blurred = [](std::int64_t n) {
    sections s(1);
    s[0].tables = {table("mean_time", table_form::durations, {},
                         {key("state"), count("n"), {"mean", column_role::figure}}, {},
                         {{text("job"), number(n), number_value(7.123456)}})};
    hide_derived(s);
    const auto* x = s[0].tables[0].rows[0][2].number();
    return x == nullptr ? -1 : *x;
  };
  EXPECT_EQ(blurred(12'000), 7.123);
  EXPECT_EQ(blurred(1'000), 7.12);
  EXPECT_EQ(blurred(999), 7.1);
  EXPECT_EQ(blurred(20), 7);
  EXPECT_EQ(blurred(19), -1);
}
}  // namespace
}  // namespace stegvis

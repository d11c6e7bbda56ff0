// Goal: a right definition is read as it says, with what it leaves out; overrides and variants are
// the definition with their keys. Method: the shipped ones, and the examples of the README.
#include <algorithm>
#include <set>

#include "projections/definition_texts.hpp"

namespace stegvis {
namespace {

TEST(Definition, EveryShippedOneIsRight) {
  const std::set<std::string_view> promised{"closer_to_work",
                                            "data_latency",
                                            "employed_now",
                                            "esf_2014_2020",
                                            "esf_plus",
                                            "four_years",
                                            "gap_to_region",
                                            "kolada_ame",
                                            "ladder_funnel",
                                            "match_to_placement",
                                            "outcomes",
                                            "ready_newcomers",
                                            "retention",
                                            "return_24_months",
                                            "self_support",
                                            "survey_waves",
                                            "time_to_first_placement"};
  const auto names = shipped_definitions();
  EXPECT_TRUE(std::ranges::is_sorted(names));
  for (const auto name : promised) EXPECT_TRUE(std::ranges::count(names, name)) << name;
  for (const auto name : names) {
    const std::string text = shipped(name);
    EXPECT_EQ(text, read_file("projections/definitions/" + std::string(name) + ".toml"));
    const definition d = parsed(text);
    EXPECT_EQ(d.name, name);
    EXPECT_FALSE(d.description.sv.empty() || d.description.en.empty()) << name;
    EXPECT_NE(d.description.sv, d.description.en) << name;
    EXPECT_EQ(d.text, text);
  }
  EXPECT_FALSE(shipped_definition("no_such"));
}

TEST(Definition, SaysWhatTheFileSays) {
  const definition d = parsed(shipped("return_24_months"));
  EXPECT_EQ(d.statistic, statistic_kind::proportion);
  EXPECT_EQ(d.landmark, (duration{14, time_unit::day}));
  EXPECT_EQ(d.cohort.unit, unit_of_analysis::enrolment);
  EXPECT_EQ(d.cohort.pick, pick::any);
  EXPECT_EQ(d.cohort.entry.at, edge::end);
  const condition& quiet = d.cohort.conditions.at(0);
  EXPECT_EQ(quiet.kind, condition_kind::none);
  EXPECT_EQ(quiet.parts.at(0).within, (window{duration{}, duration{14, time_unit::day}}));
  EXPECT_EQ(d.outcomes.at(1).when.within, (window{duration{1}, duration{716}}));
  EXPECT_EQ(label_of(d.breakdowns.at(0).at(0)), "sex");
  EXPECT_EQ(label_of(dimension{"attribute", "gcse5eq", {}, {}}), "gcse5eq");
}

TEST(Definition, WindowsHaveTheirDefaultsWrittenOut) {
  const duration origin{};
  const auto first = [](std::string_view condition) {
    return parsed(with_conditions(condition)).cohort.conditions.at(0);
  };
  EXPECT_EQ(first("{ event = 'plan_agreed' }").within, (window{std::nullopt, origin}));
  EXPECT_EQ(first("{ episode = 'job' }").within, (window{origin, origin}));
  EXPECT_EQ(first("{ state = 'paused' }").within, (window{origin, origin}));
  EXPECT_EQ(first("{ episode = 'job', at = 'end' }").within, (window{std::nullopt, origin}));
  const duration year{-12, time_unit::month};
  EXPECT_EQ(first("{ episode = 'job', within = { from = '-12m' } }").within,
            (window{year, origin}));
  const auto any = first(
      "{ any = [ { episode = 'job' }, { event = 'plan_agreed' } ], "
      "within = { from = '-12m' } }");
  for (const condition& part : any.parts) EXPECT_EQ(part.within, (window{year, origin}));
  const definition outcomes = parsed(shipped("outcomes"));
  for (const outcome_definition& o : outcomes.outcomes)
    EXPECT_EQ(o.when.within, (window{origin, std::nullopt})) << o.name;
  EXPECT_EQ(parsed(share).outcomes.at(0).when.within,
            (window{origin, duration{6, time_unit::month}}));
}

TEST(Definition, DurationsMoveDaysByWholeUnits) {
  const day end_of_august = make_day(2018, 8, 31);
  EXPECT_EQ(to_string(after(end_of_august, {6, time_unit::month})), "2019-02-28");
  EXPECT_EQ(to_string(after(end_of_august, {-6, time_unit::month})), "2018-02-28");
  EXPECT_EQ(to_string(after(end_of_august, {4, time_unit::week})), "2018-09-28");
  EXPECT_EQ(to_string(after(end_of_august, {-1, time_unit::day})), "2018-08-30");
}

definition changed(std::string_view name, std::string_view overrides) {
  const auto d = with_overrides(parsed(shipped(name)), overrides);
  EXPECT_TRUE(d) << to_string(d.error());
  return d ? *d : definition{};
}

TEST(Overrides, MergeTablesAndReplaceConditionsAndListsWhole) {
  const definition d = changed("outcomes",
                               "by = ['unit']\n[cohort]\nperiod = { from = 2018-01-01 }\n"
                               "entry = { episode = 'enrolment', at = 'end' }\n"
                               "[parameters]\ntimes = [6]\n");
  EXPECT_EQ(d.cohort.pick, pick::first);  // kept
  EXPECT_EQ(d.cohort.from, make_day(2018, 1, 1));
  EXPECT_EQ(d.cohort.entry.kind, condition_kind::episode);
  EXPECT_EQ(d.parameters.times, std::vector<int>{6});
  EXPECT_EQ(d.breakdowns.size(), 1u);
  EXPECT_EQ(d.breakdowns[0][0].name, "unit");
  EXPECT_EQ(d.sensitivity.size(), 2u);
  const definition again = parsed(d.text);
  EXPECT_EQ(definition_hash(again), definition_hash(d));
  const definition both = changed("outcomes", "[cohort.period]\nfrom = 2018-01-01\n");
  const auto later = with_overrides(both, "[cohort.period]\nuntil = 2019-12-31\n");
  ASSERT_TRUE(later);
  EXPECT_EQ(later->cohort.from, make_day(2018, 1, 1));
  EXPECT_EQ(later->cohort.until, make_day(2019, 12, 31));
}

TEST(Overrides, ThatChangeNothingKeepTheHash) {
  for (const auto name : shipped_definitions()) {
    const definition d = parsed(shipped(name));
    if (d.statistic == statistic_kind::report) continue;
    EXPECT_EQ(definition_hash(changed(name, "")), definition_hash(d)) << name;
  }
}

TEST(Variants, AreTheDefinitionWithTheirKeys) {
  const definition d = parsed(shipped("retention"));
  ASSERT_EQ(d.sensitivity.size(), 3u);
  const definition no_gap = variant_of(d, d.sensitivity[0]);
  EXPECT_EQ(no_gap.parameters.gap_days, 0);
  EXPECT_EQ(no_gap.parameters.times, d.parameters.times);
  EXPECT_TRUE(no_gap.sensitivity.empty());
  EXPECT_EQ(d.sensitivity[0].title.en, "No breaks allowed");
}

TEST(Reports, HoldTheDefinitionsTheyUse) {
  const definition d = parsed(shipped("four_years"));
  for (const section_reference& s : d.sections) {
    ASSERT_EQ(s.what.size(), 1u) << s.use;
    EXPECT_EQ(s.what[0].name, s.use);
  }
  const auto calendar = std::ranges::count_if(
      d.sections, [](const auto& s) { return s.what[0].parameters.calendar; });
  EXPECT_EQ(calendar, 1);
  const std::string mine = replaced(report, "'retention'", "'mine'");
  EXPECT_FALSE(parse_definition(mine, "test.toml"));
  const auto with_file = parse_definition(mine, "test.toml", [](std::string_view name) {
    return name == "mine" ? std::optional(survival) : std::nullopt;
  });
  ASSERT_TRUE(with_file);
  EXPECT_EQ(with_file->sections.at(0).what.at(0).statistic, statistic_kind::survival);
}

TEST(Definition, TheExamplesInTheReadmeAreRight) {
  const std::string text = read_file("projections/definitions/README.md"), fence = "```toml\n";
  int examples = 0;
  for (auto at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
    const std::string example = text.substr(at + fence.size());
    parsed(example.substr(0, example.find("```")));
    ++examples;
  }
  EXPECT_GE(examples, 2);
}

}  // namespace
}  // namespace stegvis

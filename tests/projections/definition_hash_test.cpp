// Goal: a definition keeps its hash through every rewriting that changes no number, and loses it
// with every one that does. Method: the shipped ones, rewritten; a definition changed member by
// member.
#include <functional>
#include <regex>
#include <set>

#include "events/toml_section.hpp"
#include "projections/definition_texts.hpp"

namespace stegvis {
namespace {

std::string hash_of(std::string_view toml) {
  return definition_hash(parsed(toml));
}

// The file written anew by toml++: keys sorted, tables nested another way, no comments.
std::string rewritten(std::string_view toml) {
  const auto document = toml_document::parse(toml, errc::bad_definition);
  EXPECT_TRUE(document);
  return document->root().document();
}

TEST(DefinitionHash, StaysWithFormKeyOrderCommentsAndTitles) {
  for (const auto name : shipped_definitions()) {
    const std::string text = shipped(name), hash = hash_of(text);
    EXPECT_EQ(hash.size(), 64u);
    EXPECT_EQ(hash_of(rewritten(text)), hash) << rewritten(text);
    EXPECT_EQ(hash_of(std::regex_replace(text, std::regex("sv = \""), "sv = \"Ny: ")), hash)
        << name;
    EXPECT_EQ(hash_of(std::regex_replace(text, std::regex("\n"), "  # och\n\n")), hash) << name;
  }
}

TEST(DefinitionHash, IsAnotherForEachShippedOne) {
  std::set<std::string> seen;
  for (const auto name : shipped_definitions())
    EXPECT_TRUE(seen.insert(hash_of(shipped(name))).second) << name;
}

struct key_change {
  std::string_view name, from, to;
};
const std::vector<key_change> key_changes{
    {"outcomes", "version = 1", "version = 2"},
    {"outcomes", "\"I09\"", "\"I08\""},
    {"outcomes", "by = [\"sex\"]", "by = [\"unit\"]"},
    {"outcomes", "by = [\"sex\"]", "by = [[\"sex\", \"unit\"]]"},
    {"outcomes", "by = [\"sex\"]", "by = [{ dimension = \"sex\", levels = [\"man\"] }]"},
    {"outcomes", "by = [\"sex\"]", "by = [{ attribute = \"sex\" }]"},
    {"outcomes", "by = [\"sex\"]", "by = [\"sex\"]\nneeds_keys = true"},
    {"outcomes", "by = [\"sex\"]", "by = [\"sex\"]\nlandmark = \"6m\""},
    {"outcomes", "by = [\"sex\"]", "by = [\"sex\"]\nweight = { attribute = \"w\" }"},
    {"outcomes", "pick = \"first\"", "pick = \"last\""},
    {"outcomes", "unit = \"person\"", "unit = \"enrolment\""},
    {"outcomes", "pick = \"first\"", "origin = 2018-01-01"},
    {"outcomes", "pick = \"first\"", "shift = \"-1d\""},
    {"outcomes", "pick = \"first\"", "period = { from = 2018-01-01 }"},
    {"outcomes", "pick = \"first\"", "period = { until = 2018-01-01 }"},
    {"outcomes", "pick = \"first\"", "period = { from = 2018-01-01 }\nprevalent = \"late_entry\""},
    {"outcomes", "pick = \"first\"", "conditions = [ { dimension = \"age\", low = 20 } ]"},
    {"outcomes", "pick = \"first\"", "conditions = [ { dimension = \"age\", high = 20 } ]"},
    {"outcomes", "\"participant_enrolled\"", "\"participant_exited\""},
    {"outcomes", "destination = \"employed\"", "destination = \"other\""},
    {"outcomes", "{ episode = \"job\" }", "{ episode = \"job\", at = \"start\" }"},
    {"outcomes", "{ episode = \"job\" }", "{ episode = \"job\", min_duration = \"1m\" }"},
    {"outcomes", "{ episode = \"job\" }", "{ episode = \"job\", within = { from = \"1d\" } }"},
    {"outcomes", "{ episode = \"job\" }", "{ episode = \"job\", where = { reserved = true } }"},
    {"outcomes", "name = \"studies\"", "name = \"study\""},
    {"outcomes", "unit = \"month\"", "unit = \"week\""},
    {"outcomes", "unit = \"month\"", "first = 1"},
    {"outcomes", "until = 48", "until = 60"},
    {"outcomes", "times = [3, 6, 12, 24, 36, 48]", "times = [3]"},
    {"outcomes", "times = [3, 6, 12, 24, 36, 48]", "tests = [\"gray\"]"},
    {"outcomes", "times = [3, 6, 12, 24, 36, 48]", "tests = [\"gray\"]\np_values = true"},
    {"outcomes", "times = [3, 6, 12, 24, 36, 48]", "interval = \"log\""},
    {"outcomes", "variance_aalen = true", "variance_aalen = false"},
    {"outcomes", "[axis]", "[censoring]\nat = [ { event = \"death_recorded\" } ]\n[axis]"},
    {"retention", "gap_days = 7", "gap_days = 8"},
    {"retention", "open = \"censor_at_confirmed\"", "open = \"carry\""},
    {"retention", "gap_days = 30", "gap_days = 31"},
    {"retention", "gap_days = 7", "spell = { episode = \"education\" }"},
    {"ladder_funnel", "steps = 4", "steps = 3"},
    {"ladder_funnel", "steps = 4", "ladder = \"ladder/industri\""},
    {"ready_newcomers", "\"half_year\"", "\"year\""},
    {"ready_newcomers", "target = \"50\"", "target = \"60\""},
    {"employed_now", "[parameters]", "[parameters]\nstock_from = 2018-01-01"},
    {"employed_now", "open = \"carry\"", "open = \"censor_at_confirmed\""},
    {"self_support", "pick = \"last\" }", "pick = \"first\" }"},
    {"self_support", "known_by_default = false", "known_by_default = true"},
    {"match_to_placement", "own = true", "own = false"},
    {"closer_to_work", "lower_is_better = true", "lower_is_better = false"},
    {"closer_to_work", "improved = \"distance\"", "improved = \"language\""},
    {"closer_to_work", "\"distance\",", "\"distance\", scheme = \"distance_5\","},
    {"esf_plus", "valued_at = \"first_enrolment\"", "valued_at = \"origin\""},
    {"esf_plus", "is = \"inactive\"", "is = \"unemployed\""},
    {"esf_plus", "bands = [18, 30, 55]", "bands = [18, 30]"},
    {"esf_plus", "by = ", "standardise = { by = [\"sex\"] }\nby = "},
    {"esf_plus", "[cohort]", "[parameters]\nunits = \"unit\"\n[cohort]"},
    {"states_by_month", "sequences_shown = 10", "sequences_shown = 11"},
    {"states_by_month", "sequences_shown = 10", "calendar = true"},
    {"states_by_month", "name = \"left\"", "name = \"gone\""},
    {"states_by_month", "\"none\", \"applied\"", "\"applied\""},
    {"survey_waves", "[parameters]", "[parameters]\nitems = [\"health\"]"},
    {"survey_waves", "\"staff/\"", "\"participant/\""},
    {"data_latency", "late_days = 30", "late_days = 31"},
    {"gap_to_region", "\"unemployment_rate\"", "\"employment_rate\""},
    {"gap_to_region", "\"landskrona\"", "\"lund\""},
    {"gap_to_region", "\"skane\"", "\"riket\""},
    {"programme_in_numbers", "sum = \"places\"\n", ""},
    {"programme_in_numbers", "group = \"workplace_registered.unit\"\n", ""},
    {"programme_in_numbers", "per = \"departments\"\n", ""},
    {"programme_in_numbers", "latest = true\n", "where = { ref = \"x\" }\n"},
    {"programme_in_numbers", "also = [\"funding_amended\"]\n", ""},
    {"programme_in_numbers", "without = \"unit_left_programme\"\n", ""},
    {"programme_in_numbers", "after = \"programme_ended\"\n", ""},
    {"programme_in_numbers", "indicator = \"I27\"\n", ""},
    {"programme_in_numbers", "min_duration = \"6m\"", "min_duration = \"7m\""},
    {"programme_in_numbers", "kind = \"department\"", "kind = \"unit\""},
    {"four_years", "calendar = true", "calendar = false"},
    {"four_years", "until = 2020-12-31", "until = 2021-12-31"},
    {"four_years", "[[section]]\nuse = \"gap_to_region\"\n", ""},
};

TEST(DefinitionHash, ChangesWithEveryKeyThatChangesNumbers) {
  std::set<std::string> seen;
  for (const key_change& c : key_changes) {
    const std::string text = shipped(c.name);
    std::string changed = replaced(text, c.from, c.to);
    if (c.from.starts_with("latest"))
      changed = replaced(changed,
                         "where = { funder = \"Staten\" }\nsum = \"amount_ore\"\n"
                         "distinct = \"grant\"\n",
                         "sum = \"amount_ore\"\n");
    const std::string hash = hash_of(changed);
    EXPECT_NE(hash, hash_of(text)) << c.name << ": " << c.from << " -> " << c.to;
    EXPECT_TRUE(seen.insert(hash).second) << c.name << ": " << c.from << " -> " << c.to;
  }
}

// Every member of the structs, one at a time, whether or not a statistic uses it.
using member_change = std::function<void(definition&)>;
const std::vector<member_change> member_changes{
    [](auto& d) { d.name = "other"; },
    [](auto& d) { d.version = 2; },
    [](auto& d) { d.indicator = "I01"; },
    [](auto& d) { d.statistic = statistic_kind::count; },
    [](auto& d) { d.needs_keys = true; },
    [](auto& d) { d.cohort.unit = unit_of_analysis::placement; },
    [](auto& d) { d.cohort.entry.name = "x"; },
    [](auto& d) { d.cohort.pick = pick::last; },
    [](auto& d) { d.cohort.from = day{1}; },
    [](auto& d) { d.cohort.until = day{1}; },
    [](auto& d) { d.cohort.conditions.emplace_back(); },
    [](auto& d) { d.cohort.prevalent = prevalent_rule::late_entry; },
    [](auto& d) { d.cohort.origin = day{1}; },
    [](auto& d) { d.cohort.shift = duration{-1}; },
    [](auto& d) { d.cohort.valued_at = valued_rule::first_enrolment; },
    [](auto& d) { d.cohort.subjects = "staff/"; },
    [](auto& d) { d.cohort.entry.kind = condition_kind::state; },
    [](auto& d) { d.cohort.entry.parts.emplace_back(); },
    [](auto& d) { d.cohort.entry.scheme = "x"; },
    [](auto& d) { d.cohort.entry.values = {"x"}; },
    [](auto& d) {
      d.cohort.entry.where = {{"a", {"b"}}};
    },
    [](auto& d) { d.cohort.entry.pick = pick::last; },
    [](auto& d) { d.cohort.entry.low = 1; },
    [](auto& d) { d.cohort.entry.high = 1; },
    [](auto& d) { d.cohort.entry.at = edge::end; },
    [](auto& d) { d.cohort.entry.own = true; },
    [](auto& d) { d.cohort.entry.lower_is_better = false; },
    [](auto& d) { d.cohort.entry.min_duration = duration{1}; },
    [](auto& d) { d.cohort.entry.within.from = duration{1}; },
    [](auto& d) { d.cohort.entry.within.until = duration{1}; },
    [](auto& d) {
      d.cohort.entry.within.until = duration{1, time_unit::week};
    },
    [](auto& d) { d.outcomes.pop_back(); },
    [](auto& d) { d.outcomes[0].name = "x"; },
    [](auto& d) { d.outcomes[0].when.name = "x"; },
    [](auto& d) { d.outcomes[0].base.emplace_back(); },
    [](auto& d) { d.outcomes[0].known_by_default = false; },
    [](auto& d) { d.censoring.emplace_back(); },
    [](auto& d) { d.axis.unit = time_unit::week; },
    [](auto& d) { d.axis.first = 1; },
    [](auto& d) { d.axis.until = 1; },
    [](auto& d) { d.landmark = duration{1}; },
    [](auto& d) { d.breakdowns.clear(); },
    [](auto& d) { d.breakdowns[0][0].field = "x"; },
    [](auto& d) { d.breakdowns[0][0].health = true; },
    [](auto& d) { d.breakdowns[0][0].bands = {1}; },
    [](auto& d) { d.breakdowns[0][0].levels = {"x"}; },
    [](auto& d) { d.breakdowns.push_back(d.breakdowns[0]); },
    [](auto& d) { d.breakdowns[0].push_back(d.breakdowns[0][0]); },
    [](auto& d) {
      d.weight = dimension{"sex", {}, {}, {}};
    },
    [](auto& d) { d.parameters.times = {1}; },
    [](auto& d) { d.parameters.interval = interval_kind::plain; },
    [](auto& d) { d.parameters.variance_aalen = true; },
    [](auto& d) { d.parameters.tests = {test_kind::gray}; },
    [](auto& d) { d.parameters.p_values = true; },
    [](auto& d) { d.parameters.test_strata.emplace_back(); },
    [](auto& d) { d.parameters.gap_days = 1; },
    [](auto& d) { d.parameters.open = open_rule::carry; },
    [](auto& d) { d.parameters.spell.name = "x"; },
    [](auto& d) { d.parameters.from_status = false; },
    [](auto& d) { d.parameters.scheme = "x"; },
    [](auto& d) {
      d.parameters.states = {{"g", {}, {"paused"}}};
    },
    [](auto& d) {
      d.parameters.states = {{"g", {}, {"exited"}}};
    },
    [](auto& d) { d.parameters.calendar = true; },
    [](auto& d) { d.parameters.sequences_shown = 1; },
    [](auto& d) { d.parameters.steps = 1; },
    [](auto& d) { d.parameters.ladder = "x"; },
    [](auto& d) { d.parameters.period = "year"; },
    [](auto& d) { d.parameters.stock_from = day{1}; },
    [](auto& d) { d.parameters.target = "1"; },
    [](auto& d) { d.parameters.late_days = 1; },
    [](auto& d) { d.parameters.items = {"x"}; },
    [](auto& d) { d.parameters.series = "x"; },
    [](auto& d) { d.parameters.area = "x"; },
    [](auto& d) { d.parameters.reference_area = "x"; },
    [](auto& d) { d.parameters.units.emplace(); },
    [](auto& d) { d.measures[0].name = "x"; },
    [](auto& d) { d.measures[0].indicator = "x"; },
    [](auto& d) { d.measures[0].event = "x"; },
    [](auto& d) { d.measures[0].also = {"x"}; },
    [](auto& d) {
      d.measures[0].where = {{"a", {"b"}}};
    },
    [](auto& d) { d.measures[0].persons.emplace(); },
    [](auto& d) { d.measures[0].without = "x"; },
    [](auto& d) { d.measures[0].after = "x"; },
    [](auto& d) { d.measures[0].sum = "x"; },
    [](auto& d) { d.measures[0].distinct = "x"; },
    [](auto& d) { d.measures[0].group = "x"; },
    [](auto& d) { d.measures[0].per = "x"; },
    [](auto& d) { d.measures[0].latest = true; },
    [](auto& d) { d.standardise->by.emplace_back(); },
    [](auto& d) { d.standardise->weights = {0.1}; },
    [](auto& d) { d.standardise->weights = {0.25}; },
    [](auto& d) { d.sections[0].use = "x"; },
    [](auto& d) { d.sections[0].what.push_back(parsed(survival)); },
    [](auto& d) {
      d.sensitivity = {{"v", {}, "landmark = \"6m\"\n"}};
    },
    [](auto& d) {
      d.sensitivity = {{"v", {}, "landmark = \"7m\"\n"}};
    },
    [](auto& d) {
      d.comparisons = {{"v", {}, "landmark = \"6m\"\n"}};
    },
};

TEST(DefinitionHash, ChangesWithEveryMember) {
  definition base = parsed(shipped("outcomes"));
  base.measures.emplace_back();
  base.standardise.emplace();
  base.sections.emplace_back();
  base.sensitivity.clear();
  std::set<std::string> seen{definition_hash(base)};
  for (std::size_t i = 0; i < member_changes.size(); ++i) {
    definition d = base;
    member_changes[i](d);
    EXPECT_TRUE(seen.insert(definition_hash(d)).second) << "change " << i;
  }
  definition titled = base;
  titled.title.sv = titled.description.en = titled.outcomes[0].title.en = titled.text = "other";
  titled.text = base.text + "# other\n";
  EXPECT_EQ(definition_hash(titled), definition_hash(base));
}

TEST(DefinitionHash, CanonicalJsonStaysAsItWas) {
  EXPECT_EQ(canonical_json(parsed(shipped("time_to_first_placement"))) + "\n",
            read_file("tests/golden/time_to_first_placement.json"));
}

}  // namespace
}  // namespace stegvis

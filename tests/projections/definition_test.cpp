// Goal: a wrong definition is refused with the line, the key and the nearest right name; a right
// one keeps its hash through every rewriting that changes no number, and loses it with every one
// that does. Method: tables of definitions, each wrong in one place; the shipped ones, rewritten;
// a definition changed member by member.
#include "projections/evaluations/definition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <regex>
#include <set>
#include <sstream>

#include "events/toml_section.hpp"
#include "events/types.hpp"

namespace stegvis {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(STEGVIS_SOURCE_DIR + ("/" + path));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

definition parsed(std::string_view toml) {
  auto d = parse_definition(toml, "test.toml");
  EXPECT_TRUE(d) << to_string(d.error()) << "\n" << toml;
  return d ? *d : definition{};
}
std::string hash_of(std::string_view toml) {
  return definition_hash(parsed(toml));
}
std::string shipped(std::string_view name) {
  const auto text = shipped_definition(name);
  EXPECT_TRUE(text) << name;
  return std::string(text.value_or(""));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << "\n" << text;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// Lines 1 to 4 of every definition below.
std::string head(std::string_view statistic) {
  return "name = 'x'\nversion = 1\nstatistic = '" + std::string(statistic) +
         "'\ntitle = { sv = 'å', en = 'a' }\n";
}
const std::string cohort = "[cohort]\nentry = { event = 'participant_enrolled' }\n";  // 5, 6
const std::string outcome =                                                           // from 7
    "[[outcome]]\nname = 'job'\ntitle = { sv = 'Jobb', en = 'Job' }\n"
    "when = { episode = 'job' }\n";
const std::string survival = head("survival") + cohort + outcome;  // 10 lines
const std::string share = head("proportion") + cohort + outcome + "within = { until = '6m' }\n";
const std::string measure =  // lines 5 to 8
    "[[measure]]\nname = 'm'\ntitle = { sv = 'å', en = 'a' }\nevent = 'place_offered'\n";
const std::string tally = head("tally") + measure;
const std::string gap =
    head("gap") + "[parameters]\nseries = 's'\narea = 'a'\nreference_area = 'b'\n";
const std::string retention = head("retention") + cohort + "[parameters]\ntimes = [3]\n";
const std::string report = head("report") + "[[section]]\nuse = 'retention'\n";
std::string with_conditions(std::string_view conditions) {  // line 7
  return head("count") + cohort + "conditions = [ " + std::string(conditions) + " ]\n";
}
std::string when(std::string_view condition) {  // line 10
  return replaced(survival, "{ episode = 'job' }", condition);
}
std::string with_set(std::string_view set) {  // lines 11 to 14
  return survival +
         "[[sensitivity]]\nname = 'v'\ntitle = { sv = 'å', en = 'a' }\nset = " + std::string(set) +
         "\n";
}

struct wrong {
  std::string text;
  std::uint64_t line;
  std::string key, says;
};

void expect_refused(const std::vector<wrong>& cases) {
  for (const wrong& c : cases) {
    const auto d = parse_definition(c.text, "test.toml");
    ASSERT_FALSE(d) << c.text;
    const std::string shown = c.text + to_string(d.error());
    EXPECT_EQ(d.error().code, errc::bad_definition) << shown;
    EXPECT_EQ(d.error().file, "test.toml") << shown;
    EXPECT_EQ(d.error().field, c.key) << shown;
    EXPECT_EQ(d.error().line, c.line) << shown;
    EXPECT_NE(d.error().message.find(c.says), std::string::npos) << shown;
  }
}

TEST(Definition, WhatTheTablesBelowChangeIsRight) {
  for (const auto& text : {survival, share, tally, gap, retention, report,
                           with_set("{ landmark = '6m' }"), with_conditions("{ episode = 'job' }"),
                           when("{ any = [ { episode = 'job' }, { state = 'education' } ] }")})
    parsed(text);
}

TEST(Definition, RefusesWrongKeysAndValuesAtTheTop) {
  expect_refused({
      {"name = ", 1, "", "not TOML"},
      {"name = 'x'\n[[ . ]]\n", 0, "", "not TOML"},
      {"name = 'x'\nå = 1\n", 2, "", "stand in quotes"},
      {std::string(toml_bytes_max + 1, ' '), 0, "", "more than 1 MiB"},
      {replaced(survival, "name = 'x'\n", ""), 1, "name", "required"},
      {replaced(survival, "'x'", "'X y'"), 1, "name", "a-z, 0-9 and underscores"},
      {replaced(survival, "version = 1\n", ""), 1, "version", "required"},
      {replaced(survival, "version = 1", "version = 0"), 2, "version", "expected 1 to"},
      {replaced(survival, "version = 1", "version = '1'"), 2, "version",
       "expected an integer, found a text"},
      {replaced(survival, "'survival'", "'survivel'"), 3, "statistic", "did you mean survival?"},
      {replaced(survival, ", en = 'a'", ""), 4, "title.en", "required"},
      {replaced(survival, "title = { sv = 'å', en = 'a' }\n", ""), 1, "title", "required"},
      {replaced(survival, "[cohort]", "colour = 1\n[cohort]"), 5, "colour", "unknown key"},
      {replaced(survival, "[cohort]", "landmarc = '6m'\n[cohort]"), 5, "landmarc",
       "did you mean landmark?"},
      {replaced(survival, "[cohort]", "standardise = { by = ['sex'] }\n[cohort]"), 5, "standardise",
       "survival does not use this key"},
      {replaced(survival, "[cohort]", "landmark = '6 months'\n[cohort]"), 5, "landmark",
       "expected so many days"},
      {replaced(survival, "[cohort]", "landmark = '0d'\n[cohort]"), 5, "landmark",
       "after the origin"},
      {survival + "[axis]\nunit = 'year'\n", 12, "axis.unit", "there are day, week, month"},
      {survival + "[axis]\nunit = 'day'\n", 11, "axis.until", "required unless"},
      {survival + "[axis]\nfirst = 1\nuntil = 1\n", 13, "axis.until", "expected 2 to"},
  });
}

TEST(Definition, RefusesWrongBreakdownsAndWeights) {
  const auto by = [](std::string_view list) {
    return replaced(survival, "[cohort]", "by = " + std::string(list) + "\n[cohort]");
  };
  const std::string standard = share + "[standardise]\nby = ['sex']\n";
  expect_refused({
      {by("'sex'"), 5, "by", "a list of breakdowns"},
      {by("['sexx']"), 5, "by", "did you mean sex?"},
      {by("[[]]"), 5, "by", "empty list"},
      {by("['sex', 'sex']"), 5, "by", "the same breakdown twice"},
      {by("[['sex', 'unit'], ['unit', 'sex']]"), 5, "by", "the same breakdown twice"},
      {by("[['sex', 'sex']]"), 5, "by", "the same dimension twice"},
      {by("['age']"), 5, "by", "a number needs bands"},
      {by("[{ dimension = 'age', bands = [55, 25] }]"), 5, "by.bands", "more than the one before"},
      {by("[{ dimension = 'sex', bands = [1] }]"), 5, "by.bands", "no number"},
      {by("[{ dimension = 'sex', levels = ['man', 'women'] }]"), 5, "by.levels",
       "did you mean woman?"},
      {by("['entry']"), 5, "by", "a field of participant_enrolled is needed"},
      {by("[{ dimension = 'entry', field = 'subprojekt' }]"), 5, "by.field",
       "did you mean subproject?"},
      {by("['kind']"), 5, "by", "no event with a kind"},
      {by("['type']"), 5, "by", "only of the statistic latency"},
      {by("['target_group']"), 5, "by", "say needs_keys = true"},
      {by("[{ attribute = 'icd', health = true }]"), 5, "by.attribute", "say needs_keys = true"},
      {by("[3]"), 5, "by", "the name of a dimension or a table"},
      {by("[{ dimension = 'sex', field = 'x' }]"), 5, "by.field", "only of the dimension entry"},
      {by("['attribute']"), 5, "by", "the attribute's name is needed"},
      {by("[{ dimension = 'attribute', field = 'x' }]"), 5, "by.dimension", "write attribute"},
      {by("[{ dimension = 'sex', health = true }]"), 5, "by.health",
       "only of a recorded attribute"},
      {by("[{ dimension = 'age', bands = [18], levels = ['18'] }]"), 5, "by.levels",
       "bands say the levels"},
      {by("[{ dimension = 'age', bands = ['18'] }]"), 5, "by.bands", "found a text"},
      {by("[{ dimension = 'age', bands = [18, 10000000000] }]"), 5, "by.bands", "expected -1"},
      {replaced(survival, "[cohort]", "weight = 'sex'\n[cohort]"), 5, "weight", "attribute"},
      {share + "[standardise]\nby = ['sex', 'sex']\n", 13, "standardise.by",
       "the same dimension twice"},
      {share + "[standardise]\nweights = [1]\n", 12, "standardise.by", "required"},
      {standard + "weights = [1]\n", 14, "standardise.weights", "give levels or bands"},
      {share + "[standardise]\nby = [{ dimension = 'age', bands = [30] }]\nweights = [1]\n", 14,
       "standardise.weights", "expected 2, one for each"},
      {share + "[standardise]\nby = [{ dimension = 'age', bands = [30] }]\nweights = [0, 0]\n", 14,
       "standardise.weights", "all are 0"},
  });
}

TEST(Definition, RefusesWrongCohorts) {
  const auto line = [](std::string_view text) {
    return replaced(survival, "[[outcome]]", std::string(text) + "\n[[outcome]]");
  };
  const auto entry = [](std::string_view condition) {
    return replaced(survival, "{ event = 'participant_enrolled' }", condition);
  };
  expect_refused({
      {replaced(survival, cohort, ""), 1, "cohort", "who is counted"},
      {replaced(survival, "entry = { event = 'participant_enrolled' }\n", ""), 5, "cohort.entry",
       "required"},
      {entry("{ event = 'participant_enroled' }"), 6, "cohort.entry.event",
       "did you mean participant_enrolled?"},
      {entry("{ event = 'place_offered' }"), 6, "cohort.entry.event", "never about participant/"},
      {entry("{ event = 'event_voided' }"), 6, "cohort.entry.event", "before anything is counted"},
      {entry("{ event = 'record_viewed' }"), 6, "cohort.entry.event", "access log"},
      {entry("{ evnt = 'participant_enrolled' }"), 6, "cohort.entry", "exactly one of these keys"},
      {entry("{ dimension = 'sex', is = 'man' }"), 6, "cohort.entry", "an entry is an event"},
      {entry("{ episode = 'job', at = 'running' }"), 6, "cohort.entry.at", "give period.from"},
      {entry("{ episode = 'jobb' }"), 6, "cohort.entry.episode", "did you mean job?"},
      {entry("{ episode = 'job', min_duration = '1m' }"), 6, "cohort.entry.min_duration",
       "immortal time"},
      {entry("{ event = 'participant_enrolled', within = { until = '0d' } }"), 6,
       "cohort.entry.within", "no window"},
      {entry("{ episode = 'job', own = true }"), 6, "cohort.entry.own", "no unit is known"},
      {entry("{ event = 'participant_exited', where = { destination = 'moved' }, pick = 'last' }"),
       6, "cohort.entry.pick", "of which window"},
      {line("shift = '-1d'\norigin = 2018-01-01"), 7, "cohort.shift", "of a fixed origin"},
      {line("unit = 'persons'"), 7, "cohort.unit", "did you mean person?"},
      {line("unit = 'placement'"), 7, "cohort.unit", "the entry is no placement"},
      {replaced(line("unit = 'enrolment'"), "participant_enrolled", "contact_made"), 7,
       "cohort.unit", "names no enrolment"},
      {line("pick = 'any'"), 7, "cohort.pick", "counts once"},
      {line("period = { from = 2020-01-01, until = 2019-01-01 }"), 7, "cohort.period.until",
       "ends before it begins"},
      {line("period = { from = '1 May' }"), 7, "cohort.period.from", "expected a date"},
      {line("period = {}"), 7, "cohort.period", "from, until or both"},
      {line("prevalent = 'late_entry'"), 7, "cohort.prevalent", "give period.from"},
      {line("subjects = 'participants/'"), 7, "cohort.subjects", "did you mean participant/?"},
      {line("shift = '1d'"), 7, "cohort.shift", "only backwards"},
      {line("valued_at = 'first_enrolment'"), 7, "cohort.valued_at", "immortal time"},
      {replaced(tally, "[[measure]]", "[cohort]\npick = 'last'\n[[measure]]"), 6, "cohort.pick",
       "tally does not use this key"},
  });
}

TEST(Definition, RefusesWrongConditions) {
  expect_refused({
      {with_conditions(""), 7, "cohort.conditions", "an empty list"},
      {with_conditions("{ event = 'participant_exited', episode = 'job' }"), 7,
       "cohort.conditions[1]", "exactly one"},
      {with_conditions("{ event = 'participant_exited', were = {} }"), 7,
       "cohort.conditions[1].were", "did you mean where?"},
      {with_conditions("{ event = 'participant_exited', where = {} }"), 7,
       "cohort.conditions[1].where", "an empty table"},
      {with_conditions("{ event = 'participant_exited', where = { destinatoin = 'moved' } }"), 7,
       "cohort.conditions[1].where.destinatoin", "did you mean destination?"},
      {with_conditions("{ event = 'participant_exited', where = { destination = 'move' } }"), 7,
       "cohort.conditions[1].where.destination", "did you mean moved?"},
      {with_conditions("{ event = 'step_started', where = { step = '1' } }"), 7,
       "cohort.conditions[1].where.step", "expected an integer, found a text"},
      {with_conditions("{ event = 'placement_started', where = { subsidised = 'no' } }"), 7,
       "cohort.conditions[1].where.subsidised", "expected true or false"},
      {with_conditions("{ event = 'step_started', where = { ladder = 'industri' } }"), 7,
       "cohort.conditions[1].where.ladder", "ladder/..."},
      {with_conditions("{ event = 'step_started', where = { step = [1, 1] } }"), 7,
       "cohort.conditions[1].where.step", "twice the same"},
      {with_conditions("{ event = 'person_registered', where = { name = 'x' } }"), 7,
       "cohort.conditions[1].where.name", "class identity, which no evaluation reads"},
      {with_conditions("{ event = 'person_registered', where = { phone = 'x' } }"), 7,
       "cohort.conditions[1].where.phone", "class contact"},
      {with_conditions("{ event = 'note_recorded', where = { text = 'x' } }"), 7,
       "cohort.conditions[1].where.text", "class freetext"},
      {with_conditions("{ event = 'placement_ended', where = { reason = 'x' } }"), 7,
       "cohort.conditions[1].where.reason", "say needs_keys = true"},
      {with_conditions("{ event = 'person_registered', where = { education = 'x' } }"), 7,
       "cohort.conditions[1].where.education", "a list or a table"},
      {with_conditions("{ event = 'step_started', pick = 'last' }"), 7, "cohort.conditions[1].pick",
       "only with where"},
  });
}

TEST(Definition, RefusesWrongEpisodesStatesAndDimensions) {
  expect_refused({
      {with_conditions("{ episode = 'education', where = { subsidised = true } }"), 7,
       "cohort.conditions[1].where.subsidised", "only of jobs"},
      {with_conditions("{ episode = 'job', where = { detail = 'simple_jobs' } }"), 7,
       "cohort.conditions[1].where.detail", "did you mean simple_job?"},
      {with_conditions("{ episode = 'job', where = { unit = 'ame' } }"), 7,
       "cohort.conditions[1].where.unit", "unit/..."},
      {with_conditions("{ state = 'employed' }"), 7, "cohort.conditions[1].state", "unknown state"},
      {with_conditions("{ situation = 'working' }"), 7, "cohort.conditions[1].situation",
       "there are employed, education"},
      {with_conditions("{ dimension = 'sex', is = 'female' }"), 7, "cohort.conditions[1].is",
       "unknown value"},
      {with_conditions("{ dimension = 'age', is = '30' }"), 7, "cohort.conditions[1].is",
       "low, high or both"},
      {with_conditions("{ dimension = 'age', low = 30, high = 20 }"), 7,
       "cohort.conditions[1].high", "less than low"},
      {with_conditions("{ dimension = 'sex', low = 1 }"), 7, "cohort.conditions[1].dimension",
       "no number"},
      {with_conditions("{ dimension = 'sex' }"), 7, "cohort.conditions[1].dimension",
       "either `is`"},
      {with_conditions("{ dimension = 'target_group', is = 'parent' }"), 7,
       "cohort.conditions[1].dimension", "say needs_keys = true"},
      {with_conditions("{ improved = 'distanse' }"), 7, "cohort.conditions[1].improved",
       "did you mean distance?"},
      {with_conditions("{ listed = true }"), 7, "cohort.conditions[1].listed", "ssyk"},
      {with_conditions("{ episode = 'enrolment', where = { detail = 'x' } }"), 7,
       "cohort.conditions[1].where.detail", "has no detail"},
      {with_conditions("{ episode = 'job', where = { ended_by = 'end' } }"), 7,
       "cohort.conditions[1].where.ended_by", "did you mean ended?"},
      {with_conditions("{ episode = 'job', at = 'end', min_duration = '0d' }"), 7,
       "cohort.conditions[1].min_duration", "more than 0"},
      {with_conditions("{ event = 'placement_started', where = { hours_week = true } }"), 7,
       "cohort.conditions[1].where.hours_week", "expected a text"},
      {replaced(with_conditions("{ listed = false }"), "participant_enrolled", "ready_to_apply"), 7,
       "cohort.conditions[1].listed", "only true"},
      {with_conditions(
           "{ any = [ { all = [ { any = [ { all = [ { any = [ { all = [ { any = [ { all "
           "= [ { any = [ { state = 'exited' } ] } ] } ] } ] } ] } ] } ] } ] } ] }"),
       7, "cohort.conditions[1].any[1].all[1].any[1].all[1].any[1].all[1].any[1].all[1].any",
       "more than 8 deep"},
      {with_conditions("{ any = [] }"), 7, "cohort.conditions[1].any", "an empty list"},
      {with_conditions("{ any = [ { state = 'workin' } ] }"), 7,
       "cohort.conditions[1].any[1].state", "unknown state"},
      {with_conditions("{ episode = 'job', own = true }"), 7, "cohort.conditions[1].own",
       "unit is person"},
  });
}

TEST(Definition, RefusesWindowsThatMakeImmortalTime) {
  const auto within = [](std::string_view w) {
    return with_conditions("{ episode = 'job', within = " + std::string(w) + " }");
  };
  const auto at_landmark = [](std::string_view w) {
    return replaced(
        replaced(survival, "[cohort]", "landmark = '6m'\n[cohort]"), "[[outcome]]",
        "conditions = [ { event = 'plan_agreed', within = " + std::string(w) + " } ]\n[[outcome]]");
  };
  const std::string key = "cohort.conditions[1].within";
  expect_refused({
      {within("{ until = '1d' }"), 7, key, "immortal time"},
      {within("{ from = '1d' }"), 7, key, "give a landmark"},
      {within("{ from = '2m', until = '1m' }"), 7, key + ".until", "ends before it begins"},
      {within("{ from = '6x' }"), 7, key + ".from", "such as 28d, 4w or 6m"},
      {within("{}"), 7, key, "from, until or both"},
      {at_landmark("{ until = '7m' }"), 8, key, "after the landmark"},
      {at_landmark("{ until = '190d' }"), 8, key, "after the landmark"},
      {with_conditions("{ any = [ { episode = 'job', within = { until = '4w' } } ] }"), 7,
       "cohort.conditions[1].any[1].within", "immortal time"},
      {with_conditions("{ episode = 'job', min_duration = '1m' }"), 7,
       "cohort.conditions[1].min_duration", "immortal time"},
      {share + "base = [ { event = 'plan_agreed', within = { until = '6m' } } ]\n", 12,
       "outcome[1].base[1].within", "immortal time"},
  });
  parsed(within("{ from = '-6m' }"));
  parsed(at_landmark("{ until = '6m' }"));
  parsed(at_landmark("{ from = '1d', until = '181d' }"));
}

TEST(Definition, RefusesWrongOutcomes) {
  const std::string second = replaced(outcome, "'job'", "'studies'");
  const std::string competing = head("competing") + cohort + outcome;
  expect_refused({
      {replaced(survival, outcome, ""), 1, "outcome", "exactly one [[outcome]]"},
      {survival + second, 7, "outcome", "exactly one [[outcome]]"},
      {competing, 7, "outcome", "at least 2"},
      {competing + outcome, 12, "outcome[2].name", "two have this name"},
      {replaced(survival, "when = { episode = 'job' }\n", ""), 7, "outcome[1].when", "required"},
      {replaced(survival, "title = { sv = 'Jobb', en = 'Job' }\n", ""), 7, "outcome[1].title",
       "required"},
      {survival + "base = [ { episode = 'job' } ]\n", 11, "outcome[1].base", "only a proportion"},
      {survival + "within = { from = '-1m' }\n", 11, "outcome[1].within", "nobody at risk"},
      {replaced(share, "within = { until = '6m' }\n", ""), 10, "outcome[1].when",
       "the end of a window"},
      {replaced(share, "{ episode = 'job' }", "{ episode = 'job', within = { until = '6m' } }"), 11,
       "outcome[1].within", "given in `when`, too"},
      {replaced(replaced(survival, "'job'", "'other'"), "[cohort]", "by = ['sex']\n[cohort]"), 8,
       "outcome", "other is a level of sex, too"},
      {when("{ dimension = 'sex', is = 'man' }"), 10, "outcome[1].when", "no first day"},
      {when("{ none = [ { episode = 'job' } ] }"), 10, "outcome[1].when", "no first day"},
      {when("{ event = 'livelihood_recorded', where = { source = 'work' }, pick = 'last' }"), 10,
       "outcome[1].when", "no first day"},
      {survival + "[censoring]\nat = [ { improved = 'distance' } ]\n", 12, "censoring.at[1]",
       "no first day"},
      {survival + "[censoring]\n", 11, "censoring.at", "required"},
      {head("stock") + cohort + outcome + "within = { until = '1d' }\n", 11, "outcome[1].within",
       "no window"},
      {replaced(head("stock") + cohort + outcome, "'job' }", "'job', at = 'end' }"), 10,
       "outcome[1].when.at", "has no edge"},
      {head("cohort_ages") + cohort + "[parameters]\ntimes = [3]\n" + outcome +
           "within = { until = '1m' }\n",
       13, "outcome[1].within", "end the window"},
      {survival + "[censoring]\nfrom = []\n", 12, "censoring.from", "unknown key"},
      {replaced(head("stock") + cohort + outcome, "{ episode = 'job' }",
                "{ event = 'plan_agreed' }"),
       10, "outcome[1].when.event", "does not hold on a day"},
  });
}

TEST(Definition, RefusesWrongParameters) {
  const std::string with = survival + "[parameters]\n";                       // line 12 follows
  const std::string sequence = head("sequence") + cohort + "[parameters]\n";  // line 8 follows
  const std::string group = "{ name = 'g', title = { sv = 'å', en = 'a' }, of = ";
  expect_refused({
      {with + "tims = [3]\n", 12, "parameters.tims", "did you mean times?"},
      {with + "gap_days = 400\n", 12, "parameters.gap_days", "expected 0 to 365"},
      {with + "target = 50\n", 12, "parameters.target", "survival does not use this key"},
      {with + "times = [12, 6]\n", 12, "parameters.times", "more than the one before"},
      {with + "times = [12, 60]\n", 12, "parameters.times", "the axis goes from 0 to 48"},
      {with + "times = 3\n", 12, "parameters.times", "a list of integers"},
      {with + "interval = 'loglog'\n", 12, "parameters.interval", "did you mean log_log?"},
      {with + "tests = ['gray']\n", 12, "parameters.tests", "there are log_rank, peto_peto"},
      {with + "tests = ['log_rank']\n", 12, "parameters.tests", "give `by`"},
      {with + "p_values = true\n", 12, "parameters.p_values", "of no tests"},
      {with + "open = 'closed'\n", 12, "parameters.open", "unknown value"},
      {replaced(retention, "times = [3]", "gap_days = 7"), 7, "parameters.times", "months"},
      {retention + "spell = { event = 'plan_agreed' }\n", 9, "parameters.spell.event",
       "does not go on"},
      {head("funnel") + cohort + "[parameters]\nladder = 'industri'\n", 8, "parameters.ladder",
       "ladder/..."},
      {head("count") + cohort + "[parameters]\nperiod = 'week'\n", 8, "parameters.period",
       "half_year"},
      {head("count") + cohort + "[parameters]\ntarget = 'many'\n", 8, "parameters.target",
       "decimal"},
      {sequence + "scheme = 'mvad'\n", 8, "parameters.scheme", "from_status = false"},
      {sequence + "states = [" + group + "'employed' }]\n", 8, "parameters.states[1].of",
       "unknown state"},
      {sequence + "states = [" + group + "'paused' }, " + group + "'exited' }]\n", 8,
       "parameters.states[2].name", "two have this name"},
      {sequence + "states = [" + group + "['paused', 'paused'] }]\n", 8, "parameters.states[1].of",
       "twice the same"},
      {sequence + "states = [" + group + "'paused' }, " + replaced(group, "'g'", "'h'") +
           "['exited', 'paused'] }]\n",
       8, "parameters.states[2].of", "paused is in a group already"},
      {sequence + "states = [{ name = 'g', title = { sv = 'å', en = 'a' } }]\n", 8,
       "parameters.states[1].of", "required"},
      {sequence + "from_status = false\nstates = [" + group + "'EM' }]\n", 9,
       "parameters.states[1].of", "unknown situation"},
      {sequence + "states = []\n", 8, "parameters.states", "an empty list"},
      {retention + "spell = { episode = 'job', at = 'end' }\n", 9, "parameters.spell.at",
       "has no edge"},
      {with + "test_strata = ['sex']\n", 12, "parameters.test_strata", "of no tests"},
      {replaced(gap, "series = 's'\n", ""), 5, "parameters.series", "required"},
      {replaced(gap, "'b'", "'a'"), 8, "parameters.reference_area", "the same as area"},
      {head("gap"), 1, "parameters", "series, area and reference_area"},
  });
}

TEST(Definition, RefusesWrongMeasures) {
  expect_refused({
      {head("tally"), 1, "measure", "what is counted"},
      {tally + "sum = 'place'\n", 9, "measure[1].sum", "did you mean places?"},
      {replaced(tally, "place_offered", "task_redistributed") + "sum = 'task'\n", 9,
       "measure[1].sum", "no number"},
      {tally + "latest = true\n", 9, "measure[1].latest", "give distinct"},
      {tally + "sum = 'places'\ndistinct = 'subject'\n", 9, "measure[1].sum", "only with latest"},
      {tally + "group = 'workplace_registered.units'\n", 9, "measure[1].group",
       "did you mean unit?"},
      {tally + "group = 'workplace.unit'\n", 9, "measure[1].group", "unknown event type"},
      {tally + "per = 'n'\n", 9, "measure[1].per", "unknown measure"},
      {tally + "per = 'm'\n", 9, "measure[1].per", "divided by itself"},
      {tally + "also = 'place_withdrawnn'\n", 9, "measure[1].also",
       "did you mean place_withdrawn?"},
      {tally + "also = 'partner_invited'\nsum = 'places'\n", 9, "measure[1].also",
       "partner_invited has no field places"},
      {tally + "group = 'subject'\n" + replaced(measure, "'m'", "'n'") + "per = 'm'\n", 14,
       "measure[2].per", "itself grouped"},
      {tally + "persons = { episode = 'job' }\n", 5, "measure[1]", "exactly one"},
      {replaced(tally, "event = 'place_offered'", "persons = { episode = 'job' }\ngroup = 'unit'"),
       9, "measure[1].group", "unknown key"},
      {replaced(tally, "place_offered", "placement_started") + "group = 'supervisor'\n", 9,
       "measure[1].group", "class identity"},
  });
}

TEST(Definition, RefusesWrongVariantsAndSections) {
  const std::string set = "[section.set]\n";  // line 7
  expect_refused({
      {with_set("{}"), 14, "sensitivity[1].set", "an empty table"},
      {with_set("{ axis = { untl = 3 } }"), 14, "sensitivity[1].set",
       "axis.untl: unknown key; did you mean until?"},
      {with_set("{ name = 'y' }"), 14, "sensitivity[1].set.name", "another definition"},
      {with_set("{ title = { sv = 'å', en = 'a' } }"), 14, "sensitivity[1].set.title",
       "does not set this key"},
      {with_set("{ cohort = { entry = { episode = 'jub' } } }"), 14, "sensitivity[1].set",
       "cohort.entry.episode: unknown kind of episode; did you mean job?"},
      {with_set("{ by = ['target_group'] }"), 14, "sensitivity[1].set", "needs_keys = true"},
      {replaced(with_set("{ landmark = '6m' }"), "name = 'v'", "name = 'V'"), 12,
       "sensitivity[1].name", "a-z"},
      {replaced(with_set("{ landmark = '6m' }"), "sensitivity", "comparisons"), 11, "comparisons",
       "did you mean comparison?"},
      {head("report"), 1, "section", "which definitions"},
      {replaced(report, "'retention'", "'retension'"), 6, "section[1].use",
       "did you mean retention?"},
      {replaced(report, "'retention'", "'four_years'"), 6, "section[1].use", "no reports"},
      {replaced(report, "'retention'", "'ready_newcomers'"), 6, "section[1].use",
       "say needs_keys = true"},
      {report + set + "axis = { until = 'x' }\n", 7, "section[1].set", "axis.until: expected"},
      {report + set + "by = ['target_group']\n", 7, "section[1].set", "needs_keys"},
      {report + set + "statistic = 'count'\n", 8, "section[1].set.statistic", "another definition"},
      {report + "by = ['sex']\n", 7, "section[1].by", "unknown key"},
  });
}

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
    {"states_by_month", "of = [\"exited\", \"none\"]", "of = [\"exited\"]"},
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

TEST(Overrides, AreRefusedWithTheirOwnLines) {
  const definition d = parsed(shipped("outcomes"));
  const std::vector<wrong> cases{
      {"by = ", 1, "", "not TOML"},
      {"name = 'y'\n", 1, "name", "another definition"},
      {"\n\naxes = { until = 3 }\n", 3, "axes", "did you mean axis?"},
      {"\n[axis]\nuntil = 0\n", 3, "axis.until", "expected 1 to"},
      {"[parameters]\ntimes = [3, 60]\n", 2, "parameters.times", "the axis goes from 0 to 48"},
  };
  for (const wrong& c : cases) {
    const auto got = with_overrides(d, c.text);
    ASSERT_FALSE(got) << c.text;
    EXPECT_EQ(got.error().code, errc::bad_definition);
    EXPECT_EQ(got.error().line, c.line) << c.text;
    EXPECT_EQ(got.error().field, c.key) << c.text;
    EXPECT_NE(got.error().message.find(c.says), std::string::npos) << to_string(got.error());
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

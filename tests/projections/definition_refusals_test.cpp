// Goal: a wrong definition is refused with the line, the key and the nearest right name. Method:
// tables of definitions, each wrong in one place.
#include "events/toml_section.hpp"
#include "projections/definition_texts.hpp"

namespace stegvis {
namespace {

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

}  // namespace
}  // namespace stegvis

// Goal: a compiled definition counts exactly what folding every journey counts, whatever was
// corrected, voided, merged, restricted or recorded late; and what cannot be compiled is not.
// Method: random journeys and random definitions from a printed seed (STEGVIS_SEED replays one,
// STEGVIS_ROUNDS asks for more) at random cuts and days; partials compared cell by cell, for
// chunks of any size and for one thread and several.
#include "projections/evaluations/kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "projections/columns/journey_columns.hpp"
#include "projections/evaluations/evaluate.hpp"
#include "projections/evaluations/federated.hpp"
#include "projections/evaluations/result_json.hpp"
#include "projections/evaluations/shared_question.hpp"
#include "tests/projections/memory_columns.hpp"
#include "tests/rounds.hpp"
#include "tests/vocabulary.hpp"

namespace stegvis::test {
namespace {
using namespace stegvis::testing;

class chance {
 public:
  explicit chance(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class T>
  T of(std::initializer_list<T> all) {
    return *(all.begin() + below(all.size()));
  }

 private:
  std::mt19937_64 random_;
};

std::string numbered(const char* name, std::size_t n) {
  return name + std::to_string(n);
}

// Journeys of a few people, dense in what definitions ask for and in what goes wrong with it; days
// are five apart, so that the edges of windows and breaks are met.
class random_journeys {
 public:
  explicit random_journeys(std::uint64_t seed) : chance_(seed) {}

  std::vector<event> tell(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      recorded_ = recorded_ + static_cast<int>(chance_.below(4) * 5);
      event e = !log_.empty() && chance_.one_in(5) ? amendment() : original();
      e.source = "/test";
      e.id = numbered("a-", i);
      e.recorded = noon(recorded_, static_cast<std::int64_t>(i));
      e.position = {i + 1};
      log_.push_back(std::move(e));
    }
    return log_;
  }

 private:
  event original() {
    event e;
    const bool staff = chance_.one_in(12);
    e.subject = numbered(staff ? "staff/s-" : "participant/p-", chance_.below(staff ? 2 : 12));
    e.time = start_of(recorded_ + (static_cast<int>(chance_.below(40) * 5) - 150));
    e.data = data();
    return e;
  }

  event_data data() {
    const std::string enrolment = numbered("e", chance_.below(3));
    const std::string placement = numbered("pl-", chance_.below(4));
    if (chance_.one_in(3)) return running(enrolment);
    switch (chance_.below(40)) {
      case 0:
        return event_data(death_recorded{});
      case 1:
        return chance_.one_in(4) ? event_data(merged("participant/p-1"))
                                 : event_data(contact_made{});
      case 2:
        return event_data(registered_as("unemployed"));
      default:
        break;
    }
    switch (chance_.below(6)) {
      case 0: {
        auto e = enrolled(enrolment, chance_.of({"", "unit/a", "unit/b"}));
        if (!chance_.one_in(4)) e.subproject = numbered("sub-", chance_.below(3));
        return event_data(e);
      }
      case 1:
        return event_data(
            exited(enrolment, chance_.of({exit_destination::moved, exit_destination::employed,
                                          exit_destination::retired})));
      case 2:
        return event_data(placed(placement, enrolment));
      case 3: {
        if (chance_.one_in(3)) return event_data(plan(enrolment));
        placement_changed change = changed(placement, chance_.one_in(2), chance_.one_in(2));
        if (chance_.one_in(2))
          change.kind = chance_.of({placement_kind::employment, placement_kind::practice});
        return event_data(change);
      }
      case 4:
        return event_data(job_ended(placement));
      default:
        return event_data(activity(numbered("ac-", chance_.below(3))));
    }
  }

  // What states hang on beside placements.
  event_data running(const std::string& enrolment) {
    const std::string own = chance_.one_in(3) ? "" : enrolment;
    const std::string id = numbered("r-", chance_.below(3));
    switch (chance_.below(12)) {
      case 0:
        return event_data(applied(id));
      case 1:
        return event_data(application_closed(id));
      case 2:
        return event_data(enrolled(enrolment, "unit/a", id));
      case 3:
      case 4:
        return event_data(paused(enrolment));
      case 5:
        return event_data(resumed(enrolment));
      case 6:
        return event_data(step(id, own));
      case 7:
        if (chance_.one_in(2)) return event_data(about(&step_interrupted::step_run, id));
        return event_data(step_done(id));
      case 8:
        return event_data(track(id, own));
      case 9:
        if (chance_.one_in(2)) return event_data(about(&job_track_interrupted::job_track, id));
        return event_data(about(&job_track_completed::job_track, id));
      case 10:
        return event_data(
            activity(id, chance_.of({activity_kind::studies, activity_kind::guidance}), own));
      default:
        return event_data(chance_.one_in(3) ? event_data(plan(own))
                                            : event_data(activity_done(id)));
    }
  }

  placement_started placed(const std::string& id, const std::string& enrolment) {
    job_terms terms;
    terms.kind = chance_.of({placement_kind::simple_job, placement_kind::employment,
                             placement_kind::employment, placement_kind::practice});
    terms.subsidised = chance_.one_in(2);
    terms.reserved = chance_.one_in(3);
    terms.enrolment = chance_.one_in(3) ? "" : enrolment;
    return job(id, terms);
  }

  event amendment() {
    const event& target = log_[chance_.below(log_.size())];
    event e;
    e.subject = target.subject;
    e.time = start_of(recorded_);
    const bool amends = target.type().id <= 2;
    if (amends || chance_.one_in(4)) {
      e.data = event_data(voided(target.name()));
      return e;
    }
    const day to = day_of(target.time) + (static_cast<int>(chance_.below(24) * 5) - 60);
    auto c = moved(target.name(), to_string(to));
    if (chance_.one_in(2)) {
      c.data.emplace().data() = replacement_for(target);
      if (chance_.one_in(2)) c.time.reset();
    }
    e.data = event_data(std::move(c));
    return e;
  }

  event_data replacement_for(const event& target) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      auto other = data();
      if (&other.type() == &target.type()) return other;
    }
    return target.data;
  }

  chance chance_;
  day recorded_ = on("2017-01-01");
  std::vector<event> log_;
};

// Definitions among those that compile, as TOML.
class random_definition {
 public:
  explicit random_definition(std::uint64_t seed) : chance_(seed) {}

  std::string text() {
    const std::string statistic = chance_.of({"survival", "survival", "competing", "proportion",
                                              "count", "cohort_ages", "sequence", "sequence"});
    const bool states = statistic == "sequence";
    const bool curve = statistic == "survival" || statistic == "competing";
    const bool ages = statistic == "cohort_ages";
    const std::string entry = plain_event();
    std::string t = "name = \"random\"\nversion = 1\nstatistic = \"" + statistic + "\"\n";
    t += "by = [" + breakdowns(entry.find("_started") != entry.npos) + "]\n";
    t += "[title]\nsv = \"x\"\nen = \"x\"\n" + cohort(entry);
    const std::size_t outcomes = statistic == "count" || states ? 0
                                 : statistic == "competing"     ? 2
                                                                : 1;
    for (std::size_t i = 0; i < outcomes; ++i)
      t += statistic == "proportion" ? share(i) : outcome(i, ages ? "" : window());
    if (curve && chance_.one_in(2))
      t += "[censoring]\nat = [" + dated(window()) + ", {event = \"death_recorded\"}]\n";
    if (curve || states)
      t += "[axis]\nunit = \"" + std::string(chance_.of({"month", "week", "day"})) +
           "\"\nfirst = " + chance_.of({"0", "1"}) +
           "\nuntil = " + chance_.of({"12", "30", "130"}) + "\n";
    t += "[parameters]\n";
    if (curve || ages)
      t += "times = [3, 6, 12]\ngap_days = " + std::string(chance_.of({"0", "5", "30"})) + "\n";
    if (states) t += alphabet();
    if (statistic == "count")
      t += "period = \"" + std::string(chance_.of({"half_year", "quarter", "year", "month"})) +
           "\"\n";
    return t;
  }

 private:
  std::string alphabet() {
    const std::string calendar = chance_.one_in(3) ? "calendar = true\n" : "";
    if (chance_.one_in(3)) return calendar;
    return calendar +
           "states = [{ name = \"job\", title = { sv = \"x\", en = \"x\" }, of = "
           "[\"employed_regular\", \"employed_reserved\"] }, { name = \"here\", title = { sv = "
           "\"x\", en = \"x\" }, of = [\"assessment\", \"enrolled_idle\", \"paused\"] }]\n";
  }
  std::string breakdowns(bool kinds) {
    std::vector<std::string> names{"subproject", "unit", "half_year", "quarter", "month", "year"};
    if (kinds) names.emplace_back("kind");
    std::string all;
    // More levels than could all be laid out.
    if (chance_.one_in(6)) all = R"(["month", "unit", "quarter", "subproject", "year"])";
    for (const std::string& name : names) {
      if (chance_.below(3) != 0) continue;
      const std::string& other = names[chance_.below(2)];
      if (!all.empty()) all += ", ";
      all += "[\"" + name + (other == name || chance_.one_in(2) ? "" : "\", \"" + other) + "\"]";
    }
    return all;
  }

  std::string plain_event() {
    return chance_.of({
        "event = \"participant_enrolled\"",
        "event = \"participant_enrolled\", where = { unit = \"unit/a\" }",
        "event = \"participant_exited\"",
        "event = \"participant_exited\", where = { destination = [\"moved\", \"retired\"] }",
        "event = \"placement_started\", where = { kind = [\"simple_job\"], subsidised = false }",
        "event = \"placement_started\"",
        "event = \"activity_started\"",
    });
  }
  std::string window() {
    return chance_.of({"", "", ", within = { from = \"1d\" }", ", within = { until = \"6m\" }",
                       ", within = { from = \"1m\", until = \"40w\" }"});
  }
  // What has a first day.
  std::string dated(const std::string& window) {
    if (chance_.one_in(2)) return "{ " + plain_event() + window + " }";
    if (chance_.one_in(3)) return "{ any = [" + dated(window) + ", " + dated("") + "] }";
    const std::string where = chance_.of(
        {"", "", ", where = { reserved = false }", ", where = { detail = [\"employment\"] }"});
    const std::string at = chance_.of({"", "", ", at = \"start\"", ", at = \"end\""});
    return "{ episode = \"job\"" + where + at + window + " }";
  }
  std::string held(int depth, const std::string& window) {
    if (depth > 0 && chance_.one_in(3)) {
      return "{ " + std::string(chance_.of({"any", "all", "none"})) + " = [" +
             held(depth - 1, window) + ", " + held(depth - 1, "") + "]" + window + " }";
    }
    return "{ " + plain_event() + window + " }";
  }

  std::string cohort(const std::string& entry) {
    std::string t = "[cohort]\nentry = { " + entry + " }\npick = \"" +
                    std::string(chance_.of({"first", "last"})) + "\"\n";
    if (chance_.one_in(3)) t += "period = { from = 2017-03-01, until = 2018-09-30 }\n";
    if (chance_.one_in(8))
      t += "origin = 2017-10-31\n";
    else if (chance_.one_in(6))
      t += "shift = \"-" + std::string(chance_.of({"1d", "1m"})) + "\"\n";
    if (entry.find("exited") != entry.npos && chance_.one_in(3))
      t += "valued_at = \"first_enrolment\"\n";
    if (chance_.one_in(8)) t += "subjects = \"staff/\"\n";
    const std::string window = chance_.of({"", ", within = { from = \"-6m\" }"});
    if (chance_.one_in(2)) t += "conditions = [" + held(2, window) + "]\n";
    return t;
  }
  static std::string named(std::size_t i) {
    return "[[outcome]]\nname = \"o" + std::to_string(i) +
           "\"\ntitle = { sv = \"x\", en = \"x\" }\n";
  }
  std::string outcome(std::size_t i, const std::string& window) {
    return named(i) + "when = " + dated(window) + "\n";
  }
  std::string share(std::size_t i) {
    std::string t = named(i) + "when = " + held(2, "") + "\nwithin = { until = \"" +
                    chance_.of({"30d", "6m", "50w"}) + "\" }\n";
    if (chance_.one_in(2)) t += "base = [" + held(1, "") + "]\n";
    return t;
  }

  chance chance_;
};

evaluation_facts facts_of(const column_set& set, const std::vector<event>& log) {
  evaluation_facts facts;
  facts.set = {std::shared_ptr<void>(), &set};
  facts.recorded_at = [&log](position at) { return log[at.value - 1].recorded; };
  facts.head_hash = [](position at) { return std::to_string(at.value); };
  return facts;
}

// Everything that two partials may differ in.
std::string text_of(const partial& p) {
  std::string text;
  for (const auto& s : p.sorted_strata()) text += '"' + s + "\" ";
  for (const auto& [k, n] : p.sorted()) {
    text += '\n';
    for (const std::int64_t x :
         {std::int64_t{k.block}, std::int64_t{k.breakdown}, std::int64_t{k.stratum},
          std::int64_t{k.a}, std::int64_t{k.b}, std::int64_t{k.c}, static_cast<std::int64_t>(n)})
      text += std::to_string(x) + ' ';
  }
  return text;
}

// The set with its chunks joined or cut, as another block size would have them. Some cannot be
// grouped by type.
column_set with_chunks_of(const column_set& set, std::size_t rows, chance& random) {
  column_set other{set.checkpoint, set.dictionary, {}};
  std::vector<chunk_maker> makers(1);
  for (const auto& c : set.chunks) {
    for (const auto& j : c->journeys) {
      if (makers.back().rows() >= rows) makers.emplace_back();
      const std::string_view no_ids;
      makers.back().copy(*c, {&j, 1}, {&no_ids, 1});
      makers.back().settle();
    }
  }
  for (auto& maker : makers) {
    auto chunk = std::make_shared<column_chunk>(maker.take());
    if (!random.one_in(5)) chunk->by_type = group_by_type(*chunk, set.dictionary);
    other.chunks.push_back(std::move(chunk));
  }
  return other;
}

struct round {
  std::vector<event> log;
  column_set set;
  evaluation_question question;
  exclusions excluded;
};

round random_round(std::uint64_t seed) {
  chance random(seed);
  round r;
  r.log = random_journeys(seed).tell(60 + random.below(300));
  memory_columns columns(r.log);
  columns.fold_all(1 + random.below(r.log.size()));
  r.set = columns.set;
  r.question.cut = {1 + random.below(r.log.size())};
  const day cut_day = stockholm_day(r.log[r.question.cut.value - 1].recorded);
  r.question.as_of = cut_day + -static_cast<int>(random.one_in(2) ? 0 : random.below(400));
  if (random.one_in(3)) r.excluded.restricted = {"participant/p-2", "participant/p-7"};
  return r;
}

void expect_the_same(const round& r, const scan_plan& plan, chance& random) {
  auto folded = r.question;
  folded.compiled = false;
  folded.threads = 1;
  const auto want = text_of(scan_all(plan, facts_of(r.set, r.log), folded, r.excluded));
  auto compiled = r.question;
  compiled.threads = static_cast<unsigned>(1 + random.below(3));
  EXPECT_EQ(text_of(scan_all(plan, facts_of(r.set, r.log), compiled, r.excluded)), want);
  const auto other = with_chunks_of(r.set, 1 + random.below(60), random);
  EXPECT_EQ(text_of(scan_all(plan, facts_of(other, r.log), compiled, r.excluded)), want);
}

TEST(Kernel, CountsWhatFoldingCounts) {
  const auto first_seed = environment("STEGVIS_SEED", 1'000);
  const auto rounds = environment("STEGVIS_ROUNDS", 100);
  std::uint64_t refused = 0, compiled = 0, units = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    const round r = random_round(seed);
    for (std::uint64_t i = 0; i < 10; ++i) {
      chance random(seed * 10 + i);
      const std::string text = random_definition(seed * 10 + i).text();
      SCOPED_TRACE("STEGVIS_SEED=" + std::to_string(seed) + '\n' + text);
      const auto d = parse_definition(text, "random.toml");
      if (!d) {
        ++refused;
        continue;
      }
      const auto plan = plan_of(*d);
      compiled += compile(plan, r.set) ? 1 : 0;
      expect_the_same(r, plan, random);
      if (HasFailure()) return;
      const auto counts = scan_all(plan, facts_of(r.set, r.log), r.question, r.excluded);
      for (const auto& [key, n] : counts.sorted())
        if (key.block == static_cast<std::uint16_t>(block::strata) && key.breakdown == 0)
          units += n;
    }
  }
  EXPECT_EQ(compiled + refused, rounds * 10);
  EXPECT_LT(refused, rounds);
  EXPECT_GT(units, rounds * 10);  // otherwise it would say little
}

// Every day of every journey: a sequence looks at few.
TEST(JourneyStates, AreThoseOfTheTimelineOnEveryDay) {
  const auto first_seed = environment("STEGVIS_SEED", 5'000);
  const auto rounds = 10 * environment("STEGVIS_ROUNDS", 100);
  std::set<state> seen;
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    SCOPED_TRACE("STEGVIS_SEED=" + std::to_string(seed));
    const round r = random_round(seed);
    const day cut_day = stockholm_day(r.log[r.question.cut.value - 1].recorded);
    const auto facts = state_facts_of(r.set);
    journey_states states(facts, r.question.cut, r.question.as_of);
    std::vector<std::int32_t> days;
    for (day d = on("2016-06-01"); d < cut_day + 200; d = d + 1) days.push_back(d.count);
    std::vector<state> found;
    known_journey known;
    for (const auto& chunk : r.set.chunks) {
      for (const auto& j : chunk->journeys) {
        read_journey(r.set, *chunk, j, r.question.cut, r.question.as_of, known);
        const auto h = history_of(known.standing, {r.question.cut, cut_day}, known.known);
        if (!h.merged_into.empty()) continue;
        states.read(*chunk, j);
        states.find(days, found);
        const auto timeline = resolved_timeline(h);
        std::size_t piece = 0;
        for (std::size_t i = 0; i < days.size(); ++i) {
          while (!timeline[piece].on({days[i]})) ++piece;
          ASSERT_EQ(name_of(found[i]), name_of(timeline[piece].state))
              << j.subject << " on " << to_string(day{days[i]});
          seen.insert(found[i]);
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), state_count - 1);  // nobody is merged
}

// The journeys of one part of the subjects up to the cut, as a worker has them.
std::shared_ptr<const column_set> part_of(const round& r, std::size_t part, std::size_t parts) {
  std::map<std::string, std::vector<event>> journeys;
  for (const event& e : r.log)
    if (e.position <= r.question.cut && std::hash<std::string>()(e.subject) % parts == part)
      journeys[e.subject].push_back(e);
  journey_columns made;
  for (auto& [subject, journey] : journeys) made.add(std::move(journey)).value();
  return made.finish(r.question.cut);
}

partition_counts through_a_file(const partition_counts& counts) {
  const auto text = to_json(counts);
  const auto read = partition_counts_from_json(text, "part.json").value();
  EXPECT_EQ(to_json(read), text);
  return read;
}

// Part of the journeys is no answer, nor are counts that were not hidden.
TEST(Evaluate, StoppedItGivesNothing) {
  round r = random_round(1);
  std::stop_source stop;
  stop.request_stop();
  r.question.stop = stop.get_token();
  const auto d = parse_definition(random_definition(1).text(), "random.toml").value();
  for (const bool suppress : {true, false}) {
    r.question.suppress = suppress;
    const auto whole = evaluate(d, facts_of(r.set, r.log), r.question);
    ASSERT_FALSE(whole);
    EXPECT_EQ(whole.error().code, errc::cancelled);
    const auto counted = count_scans(d, facts_of(r.set, r.log), r.question, r.excluded);
    ASSERT_FALSE(counted);
    EXPECT_EQ(counted.error().code, errc::cancelled);
  }
}

// The counts so far, masked and sent, could not be taken back.
TEST(Evaluate, StoppedItGivesNoPartial) {
  const auto d = parse_definition(R"(
name = "n"
version = 1
statistic = "count"
by = ["sex"]
[title]
sv = "Antal"
en = "Number"
[cohort]
entry = { event = "participant_enrolled" }
period = { from = 2017-01-01, until = 2020-12-31 }
)",
                                  "n.toml")
                     .value();
  round r = random_round(1);
  r.question.as_of = make_day(2000, 1, 1);  // not behind the cut
  auto facts = facts_of(r.set, r.log);
  facts.open = [](std::string_view, const sealed_value&) { return std::optional<std::string>(); };
  ASSERT_TRUE(exact_partial(d, facts, r.question, {}));
  std::stop_source stop;
  stop.request_stop();
  r.question.stop = stop.get_token();
  const auto stopped = exact_partial(d, facts, r.question, {});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, errc::cancelled);
}

TEST(SharedQuestion, CountsOfPartsFinishAsTheWholeDoes) {
  const auto first_seed = environment("STEGVIS_SEED", 5'000);
  const auto rounds = environment("STEGVIS_ROUNDS", 30);
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    chance random(seed);
    round r = random_round(seed);
    r.excluded = {};  // all is sealed that would tell; nothing is here
    const std::string text = random_definition(seed).text();
    SCOPED_TRACE("STEGVIS_SEED=" + std::to_string(seed) + '\n' + text);
    const auto d = parse_definition(text, "random.toml");
    if (!d) continue;
    r.question.suppress = random.one_in(2);
    const auto whole = evaluate(*d, facts_of(r.set, r.log), r.question);
    ASSERT_TRUE(whole) << to_string(whole.error());
    shared_question shared;
    shared.cut = r.question.cut.value;
    const std::size_t parts = 1 + random.below(5);
    std::vector<partition_counts> counts;
    std::vector<std::string> files;
    for (std::size_t part = 0; part < parts; ++part) {
      auto facts = facts_of(r.set, r.log);
      facts.set = part_of(r, part, parts);
      const auto scans = count_scans(*d, facts, r.question, r.excluded).value();
      counts.push_back(through_a_file({hash_of(shared), part, parts, scans}));
      files.push_back(std::to_string(part));
    }
    std::shuffle(counts.begin(), counts.end(), std::mt19937_64(seed));
    const auto sums = add_partitions(counts, files, shared, parts).value();
    auto nobody = facts_of(r.set, r.log);
    nobody.set = std::make_shared<column_set>();
    const auto summed = evaluate_with(*d, nobody, r.question, r.excluded, sums);
    ASSERT_TRUE(summed) << to_string(summed.error());
    ASSERT_EQ(to_json(*summed), to_json(*whole));
  }
}

TEST(SharedQuestion, IsReadBackAndItsFilesAreChecked) {
  shared_question q{"0.1.0",
                    "id",
                    "topics",
                    "name = \"x\"\n",
                    {{"a", "b"}},
                    7,
                    9,
                    "6e34",
                    "2018-01-31",
                    {{7, "2018-02-01T10:00:00.000001Z"}},
                    {"participant/p-1"},
                    2,
                    5};
  const auto text = to_json(q);
  EXPECT_EQ(question_from_json(text, "q.json").value(), q);
  struct {
    std::string was, is;
    const char* field;
    errc code;
  } const cases[] = {{"\"cut\":7", "\"cut\":-7", "/cut", errc::bad_file},
                     {"\"cut\":7,", "", "/cut", errc::bad_file},
                     {"\"cut\":7,", "\"cut\":7,\"more\":1,", "/more", errc::bad_file},
                     {"10:00:00.000001Z", "ten", "/recorded/7", errc::bad_file},
                     {"\"7\"", "\"x\"", "/recorded/x", errc::bad_file},
                     {"\"format\":1", "\"format\":2", "/format", errc::newer_version}};
  for (const auto& c : cases) {
    auto wrong = text;
    wrong.replace(wrong.find(c.was), c.was.size(), c.is);
    const auto read = question_from_json(wrong, "q.json");
    ASSERT_FALSE(read) << c.is;
    EXPECT_EQ(read.error().code, c.code) << c.is;
    EXPECT_EQ(read.error().field, c.field) << c.is;
  }
  counted_scan scan;
  scan.counts.add({1, 0, scan.counts.stratum("woman"), 2, -3, 4}, 5);
  const auto counts = to_json(partition_counts{"q", 0, 2, {scan}});
  EXPECT_TRUE(partition_counts_from_json(counts, "c.json"));
  for (const auto& [was, is] :
       std::vector<std::pair<std::string, std::string>>{{"\"partition\":0", "\"partition\":2"},
                                                        {"\"cells\":\"", "\"cells\":\"AAAA"},
                                                        {"[\"woman\"]", "[]"}}) {
    auto wrong = counts;
    wrong.replace(wrong.find(was), was.size(), is);
    const auto read = partition_counts_from_json(wrong, "c.json");
    ASSERT_FALSE(read) << is;
    EXPECT_EQ(read.error().code, errc::bad_partial) << is;
  }
}

// Random breaks are seldom as long as the longest that is bridged.
TEST(Kernel, BridgesTheBreaksBetweenJobsThatFoldingBridges) {
  story s;
  s.tell("02-01", job("pl-1"))
      .tell("03-01", job_ended("pl-1"))
      .tell("03-04", enrolled("e1"))
      .tell("03-08", job("pl-2"))
      .tell("05-01", job_ended("pl-2"))
      .tell("12-01", contact_made{});
  round r{s.events(), {}, {}, {}};
  memory_columns columns(r.log);
  columns.fold_all(r.log.size());
  r.set = columns.set;
  r.question.cut = r.log.back().position;
  r.question.as_of = on("12-01");
  std::set<std::string> answers;
  for (const std::string gap : {"6", "7"}) {
    for (const std::string at : {"running", "start", "end"}) {
      const auto d = parse_definition(
          "name = \"x\"\nversion = 1\nstatistic = \"survival\"\n[title]\nsv = \"x\"\nen = \"x\"\n"
          "[cohort]\nentry = { event = \"participant_enrolled\" }\n[[outcome]]\nname = \"o\"\n"
          "title = { sv = \"x\", en = \"x\" }\nwhen = { episode = \"job\", at = \"" +
              at +
              "\" }\n"
              "[axis]\nunit = \"day\"\nuntil = 400\n[parameters]\ntimes = [30]\ngap_days = " +
              gap + "\n",
          "x.toml");
      ASSERT_TRUE(d) << to_string(d.error());
      const auto plan = plan_of(*d);
      ASSERT_TRUE(compile(plan, r.set));
      chance random(1);
      expect_the_same(r, plan, random);
      answers.insert(text_of(scan_all(plan, facts_of(r.set, r.log), r.question, r.excluded)));
    }
  }
  // At once or after the break; after the break or never; at the end, bridged or not.
  EXPECT_EQ(answers.size(), 4u);
}

TEST(Kernel, IsNotMadeOfWhatHasToBeFolded) {
  const auto log = random_journeys(1).tell(50);
  memory_columns columns(log);
  columns.fold_all(log.size());
  for (const char* name :
       {"employed_now", "retention", "outcomes", "closer_to_work", "match_to_placement"}) {
    const auto d = parse_definition(*shipped_definition(name), name).value();
    EXPECT_FALSE(compile(plan_of(d), columns.set)) << name;
  }
  // What is sealed is opened for each person.
  const auto by_sex = parse_definition(*shipped_definition("time_to_first_placement"), "x").value();
  EXPECT_FALSE(compile(plan_of(by_sex), columns.set));
}

TEST(RowsByType, HoldEveryRowOnceInOrder) {
  const auto log = random_journeys(7).tell(400);
  memory_columns columns(log);
  columns.fold_all(90);
  for (const auto& c : columns.set.chunks) {
    ASSERT_TRUE(c->by_type);
    const rows_by_type& r = *c->by_type;
    std::vector<bool> seen(c->content.size());
    for (const auto& run : r.runs) {
      for (std::uint32_t i = run.first; i < run.end; ++i) {
        const std::uint32_t row = r.row[i];
        seen[row] = true;
        EXPECT_EQ(columns.set.dictionary[r.content[i]]->type, run.type);
        EXPECT_EQ(r.known_from[i] + r.base, c->known_from[row]);
        if (c->known_to[row] != still_known) {
          EXPECT_EQ(r.known_to[i] + r.base, c->known_to[row]);
        }
        if (i > run.first) {
          EXPECT_LT(r.row[i - 1], row);
        }
      }
    }
    EXPECT_EQ(std::ranges::count(seen, true), std::ssize(c->content));
  }
}

}  // namespace
}  // namespace stegvis::test

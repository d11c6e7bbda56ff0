// Goal: the rows of a journey, filtered by a cut, are what resolve() says stands there, however the
// events came in; and no stored bytes, whole or damaged, break the reader.
// Method: random events of every type from a printed seed (STEGVIS_SEED replays one), with
// corrections, voids, voids of corrections and targets that nobody knows, folded in steps without
// a ledger; chunks with bytes flipped and cut off.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "events/generated_events.hpp"
#include "projections/episodes.hpp"
#include "tests/projections/memory_columns.hpp"
#include "tests/rounds.hpp"
#include "tests/vocabulary.hpp"

namespace stegvis::test {
namespace {
using namespace stegvis::testing;

// A log of random events about a few people, every type among them.
class random_log {
 public:
  explicit random_log(std::uint64_t seed)
      : random_(seed),
        generator_({.seed = seed, .sealed = true, .every_field = false}),
        recorded_(on("2018-01-01")) {
    for (const auto* t : all_types())
      if (t->group == subject_group::person && t->id > 2) types_.push_back(t);
  }
  std::vector<event> tell(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      recorded_ = recorded_ + static_cast<int>(pick(3));
      const bool amends = pick(4) == 0 && !log_.empty();
      event e = amends ? amendment() : original(*types_[pick(types_.size())]);
      e.source = pick(4) == 0 ? "/other" : pick(6) == 0 ? "/test/opening" : "/test";
      e.id = "a-" + std::to_string(i);
      e.recorded = noon(recorded_, static_cast<std::int64_t>(i));
      e.position = {i + 1};
      log_.push_back(std::move(e));
    }
    return log_;
  }

 private:
  std::size_t pick(std::size_t n) { return random_() % n; }
  std::string subject() { return "participant/p-" + std::to_string(pick(4)); }
  valid_time time() { return start_of(recorded_ + (static_cast<int>(pick(30)) - 20)); }

  event original(const type_description& t) {
    event e = recorded_event(generator_.line(t, static_cast<unsigned>(pick(3))));
    e.subject = subject();
    e.time = time();
    if (pick(5) != 0) e.copiedfrom.clear();
    return e;
  }
  event amendment() {
    const event& target = log_[pick(log_.size())];
    event e;
    e.subject = target.subject;
    e.time = time();
    std::string name = target.name();
    if (pick(10) == 0) name = "/nobody a-1";
    // Somebody else's event, though never as the first that is said of a person.
    if (pick(20) == 0) e.subject = log_[0].subject;
    const bool amends = target.type().id <= 2;
    if (amends || pick(3) == 0) {
      e.data = event_data(voided(name));
      return e;
    }
    auto c = moved(name, to_string(day_of(target.time) + (static_cast<int>(pick(20)) - 10)));
    if (pick(3) == 0) c.time.reset();
    if (pick(3) != 0) c.data.emplace().data() = replacement_for(target);
    e.data = event_data(std::move(c));
    return e;
  }
  // Now and then what already stands there.
  event_data replacement_for(const event& target) {
    return pick(4) == 0 ? target.data : original(target.type()).data;
  }

  std::mt19937_64 random_;
  event_generator generator_;
  day recorded_;
  std::vector<const type_description*> types_;
  std::vector<event> log_;
};

journey journey_of(const std::vector<event>& log, std::string_view subject) {
  journey j;
  for (const event& e : log)
    if (e.subject == subject) apply(j, e);
  return j;
}

// Ids have numbers in the columns: the same text always has the same number, and back.
class id_pairs {
 public:
  bool same(const std::string& text, const std::string& number) {
    if (text.empty() || number.empty()) return text.empty() && number.empty();
    return numbers_.try_emplace(text, number).first->second == number &&
           texts_.try_emplace(number, text).first->second == text;
  }

 private:
  std::map<std::string, std::string> numbers_, texts_;
};

bool same_content(const fact_content& folded, const fact_content& read, id_pairs& ids) {
  fact_content other = read;
  other.key = folded.key;
  other.enrolment = folded.enrolment;
  if (other != folded || !ids.same(folded.enrolment, read.enrolment)) return false;
  // The one key that is no id.
  if (folded.kind == fact_kind::situation_recorded) return folded.key == read.key;
  return ids.same(folded.key, read.key);
}

// Every cut of one journey.
void expect_resolved(const memory_columns& columns, const std::vector<event>& log,
                     const std::string& subject) {
  const journey j = journey_of(log, subject);
  const auto [chunk, rows] = columns.find_journey(subject);
  if (chunk == nullptr) {
    ASSERT_TRUE(resolve(j, log.back().position).empty());
    return;
  }
  id_pairs ids;
  known_journey read;
  for (std::uint64_t k = 0; k <= log.size() + 1; ++k) {
    SCOPED_TRACE(subject + " at " + std::to_string(k));
    const auto standing = resolve(j, {k});
    read_journey(columns.set, *chunk, *rows, {k}, open_end, read);
    ASSERT_EQ(read.standing.size(), standing.size());
    ASSERT_EQ(read.rows.size(), standing.size());
    ASSERT_TRUE(read.known || standing.empty());
    for (std::size_t i = 0; i < standing.size(); ++i) {
      const auto &want = standing[i], &got = read.standing[i];
      ASSERT_EQ(got.order(), want.order());
      ASSERT_EQ(got.valid, want.valid);
      ASSERT_EQ(got.dated_on, want.dated_on);
      ASSERT_EQ(got.original->recorded_day, want.original->recorded_day);
      ASSERT_EQ(got.original->valid, want.original->valid);
      ASSERT_EQ(got.original->copied, want.original->copied);
      ASSERT_EQ(is_opening_source(unnamed_sources()[got.original->source]),
                is_opening_source(j.sources[want.original->source]));
      ASSERT_TRUE(same_content(*want.content, *got.content, ids));
    }
  }
}

// The stored forms of the journeys, which hold everything but the numbers of entries.
std::map<std::string, std::string> journeys_of(const memory_columns& columns) {
  std::map<std::string, std::string> all;
  for (std::size_t number = 0; number < columns.stored.size(); ++number) {
    const auto& c = *columns.set.chunks[number];
    const auto ids = stored_ids(columns.stored[number]);
    for (std::size_t i = 0; i < c.journeys.size(); ++i) {
      const auto& j = c.journeys[i];
      std::string text(ids[i]);
      for (std::uint32_t r = j.first; r < j.first + j.count; ++r) {
        const auto& said = *columns.set.dictionary[c.content[r]];
        text += '\n' + std::string(said.type->name);
        for (const auto& v : said.values) text += '|' + v;
        for (const std::uint64_t n : {c.order[r], c.known_from[r], c.known_to[r]})
          text += ' ' + std::to_string(n);
        for (const std::int32_t n : {c.valid[r], c.recorded_day[r], c.dated_on[r], c.until[r]})
          text += ' ' + std::to_string(n);
        for (const std::uint32_t n : {c.key[r], c.enrolment[r], c.link[r]})
          text += ' ' + std::to_string(n);
        text += ' ' + std::to_string(c.flags[r]);
      }
      for (std::uint32_t s = 0; s < j.sealed_count; ++s) {
        const auto& v = c.sealed[j.first_sealed + s];
        text += '\n' + std::to_string(v.row) + ' ' + std::string(v.name) + ' ';
        text += std::string(v.field_name) + ' ' + std::string(v.bytes);
      }
      all[j.subject] = text;
    }
  }
  return all;
}

TEST(ColumnRows, AtACutAreWhatResolveSaysStands) {
  const auto first_seed = environment("STEGVIS_SEED", 1'000);
  const auto rounds = environment("STEGVIS_ROUNDS", 60);
  int whole_journeys = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    SCOPED_TRACE("STEGVIS_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto log = random_log(seed).tell(40 + random() % 120);
    memory_columns at_once(log), stepwise(log);
    at_once.fold_all(log.size());
    stepwise.fold_all(1 + random() % 25);
    whole_journeys += stepwise.whole_journeys;
    for (const std::string n : {"0", "1", "2", "3"}) {
      expect_resolved(stepwise, log, "participant/p-" + n);
      if (HasFatalFailure()) return;
    }
    EXPECT_EQ(journeys_of(at_once), journeys_of(stepwise));
  }
  EXPECT_GT(whole_journeys, 20);
}

// The ledger refuses a target that comes later; a whole journey is right about it all the same.
TEST(ColumnRows, OfAWholeJourneyKnowTargetsThatComeLater) {
  story s;
  s.tell("01-02", corrected("a-2", enrolled("e2")))
      .tell("01-03", enrolled("e1"))
      .tell("01-04", voided("a-4"))
      .tell("01-05", plan("e1"))
      .tell("01-06", voided("a-1"));
  const auto log = s.events();
  memory_columns columns(log);
  columns.fold_all(log.size());
  EXPECT_EQ(columns.whole_journeys, 1);
  expect_resolved(columns, log, std::string(s.subject()));
}

TEST(ColumnRows, CountIdsInOrderOfFirstUse) {
  story s;
  auto offered = job("pl-1", {.enrolment = "e1"});
  offered.match = match_id{"m-1"};
  s.tell("01-02", enrolled("e1", "unit/a", "i-1"))
      .tell("01-10", about(&match_accepted::match, "m-1"))
      .tell("01-12", offered)
      .tell("01-20", job_ended("pl-1"))
      .tell("01-21", contact_made{});
  const auto log = s.events();
  memory_columns columns(log);
  columns.fold_all(1);
  const auto& c = *columns.set.chunks.at(0);
  EXPECT_EQ(c.key, (std::vector<std::uint32_t>{1, 3, 4, 4, 0}));
  EXPECT_EQ(c.enrolment, (std::vector<std::uint32_t>{2, 0, 2, 0, 0}));
  EXPECT_EQ(c.link, (std::vector<std::uint32_t>{0, 0, 3, 0, 0}));
}

TEST(ColumnRows, SayWhatTheEventSaidButForIdsItsDayAndSecrets) {
  auto placed = job("pl-1", {placement_kind::simple_job, true, false, "2019-02-28", "e1"});
  placed.employment_form = "l\"ag\n\x1f\\\xc3\xa5";
  placed.hours_week = decimal{"37.5", true};
  placed.unit = unit_ref{"unit/a"};
  job_spec_published spec{};
  spec.tasks = {"a", "b\\c"};
  spec.permanent = true;
  entry_situation_recorded entry{};
  entry.unemployed_since = on("2017-05-01");
  entry.household.emplace().bytes = "sealed";
  situation_recorded studies = registered_as("EM");
  studies.scheme = "mvad";
  story s;
  worklist_deferred deferred{};
  deferred.until = on("2018-06-01");
  s.tell("01-02", placed).tell("01-03", spec).tell("01-04", entry).tell("01-05", studies);
  s.tell("01-06", deferred);
  const auto log = s.events();
  memory_columns columns(log);
  columns.fold_all(log.size());
  const auto& dictionary = columns.set.dictionary;
  const auto value = [&](std::size_t row, std::string_view field) {
    return dictionary[columns.set.chunks[0]->content[row]]->value(field);
  };
  EXPECT_EQ(value(0, "kind"), "simple_job");
  EXPECT_EQ(value(0, "subsidised"), "true");
  EXPECT_EQ(value(0, "employment_form"), "l\"ag\n\x1f\\\xc3\xa5");
  EXPECT_EQ(value(0, "hours_week"), "37.5");
  EXPECT_EQ(value(0, "unit"), "unit/a");
  for (const auto* left_out : {"placement", "enrolment", "planned_end", "job_spec", "nothing"})
    EXPECT_EQ(value(0, left_out), "");
  EXPECT_EQ(columns.set.chunks[0]->until[0], on("2019-02-28").count);
  EXPECT_EQ(dictionary[columns.set.chunks[0]->content[0]]->base.until, std::nullopt);
  EXPECT_EQ(columns.set.chunks[0]->until[4], on("2018-06-01").count);
  EXPECT_EQ(dictionary[columns.set.chunks[0]->content[4]]->base.until, std::nullopt);
  EXPECT_EQ(value(4, "until"), "");
  EXPECT_EQ(value(1, "tasks"), R"(["a","b\\c"])");
  EXPECT_EQ(value(2, "unemployed_since"), "2017-05-01");
  EXPECT_EQ(value(2, "household"), "");
  EXPECT_EQ(value(3, "scheme"), "mvad");
  EXPECT_EQ(dictionary[columns.set.chunks[0]->content[3]]->base.key, "mvad");
  ASSERT_EQ(columns.set.chunks[0]->sealed.size(), 1u);
  EXPECT_EQ(columns.set.chunks[0]->sealed[0].bytes, "sealed");
  EXPECT_EQ(columns.set.chunks[0]->sealed[0].row, 2u);
}

// One entry of the dictionary for what many say.
TEST(ColumnRows, ShareWhatTheySay) {
  std::vector<event> log;
  for (int i = 0; i < 100; ++i) {
    story s("participant/p-" + std::to_string(i));
    s.tell("01-02", enrolled("e" + std::to_string(i), "unit/a"));
    log.push_back(s.events()[0]);
    log.back().position = {log.size()};
  }
  memory_columns columns(log);
  columns.fold_all(7);
  EXPECT_EQ(columns.set.dictionary.size(), 1u);
  EXPECT_EQ(columns.set.rows(), 100u);
}

// Grows past two chunks' size, so that it is split; every journey stays whole and findable.
TEST(ColumnRows, AreSplitIntoChunksOfWholeJourneys) {
  std::vector<event> log;
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < 700; ++i) {
      event e;
      e.source = "/test";
      e.id = std::to_string(log.size());
      e.subject = "participant/p-" + std::to_string(i);
      e.time = start_of(on("2018-01-02") + round);
      e.data = event_data(contact_made{});
      e.position = {log.size() + 1};
      log.push_back(std::move(e));
    }
  }
  memory_columns columns(log);
  columns.fold_all(5'000);
  EXPECT_EQ(columns.set.rows(), log.size());
  EXPECT_GE(columns.set.chunks.size(), 3u);
  for (const auto& c : columns.set.chunks) {
    EXPECT_LE(c->content.size(), 2 * chunk_rows);
    EXPECT_GE(c->content.size(), chunk_rows / 2);
  }
  for (const std::string i : {"0", "350", "699"})
    EXPECT_EQ(columns.find_journey("participant/p-" + i).second->count, 30u);
}

std::string content_bytes(const column_chunk& c) {
  std::string out;
  for (const auto& j : c.journeys) out += j.subject + ' ' + std::to_string(j.count) + ' ';
  for (const auto v : c.order) out += std::to_string(v) + ' ';
  for (const auto v : c.known_to) out += std::to_string(v) + ' ';
  for (const auto v : c.until) out += std::to_string(v) + ' ';
  for (const auto& s : c.sealed) out += std::string(s.name) + std::string(s.bytes);
  return out;
}

TEST(StoredChunk, ReadsBackAndDamageIsFoundOrHarmless) {
  const auto log = random_log(5).tell(300);
  memory_columns columns(log);
  columns.fold_all(100);
  const chunk_limits limits{columns.set.dictionary, columns.set.checkpoint};
  const std::string& stored = columns.stored.at(0);
  const auto read = read_chunk(stored, limits);
  ASSERT_TRUE(read);
  EXPECT_EQ(content_bytes(*read), content_bytes(*columns.set.chunks[0]));
  // Whatever still decodes can be asked; sanitizers watch.
  const auto ask = [&](const std::string& bytes) {
    const auto c = read_chunk(bytes, limits);
    if (!c) return false;
    known_journey known;
    journey_draft draft;
    const column_set set{columns.set.checkpoint, columns.set.dictionary, {}};
    const auto ids = stored_ids(bytes);
    for (std::size_t i = 0; i < c->journeys.size(); ++i) {
      read_journey(set, *c, c->journeys[i], set.checkpoint, open_end, known);
      read_draft(*c, c->journeys[i], ids.at(i), draft);
    }
    return true;
  };
  EXPECT_TRUE(ask(stored));
  EXPECT_FALSE(ask(stored + 'x'));
  std::mt19937_64 random(7);
  for (std::size_t i = 0; i < 20'000; ++i) {
    std::string damaged = stored;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    ask(damaged);
  }
  for (std::size_t cut = 0; cut < stored.size(); cut += 1 + cut / 50)
    EXPECT_FALSE(ask(stored.substr(0, cut)));
  std::string newer = stored;
  newer[0] = 2;
  EXPECT_EQ(read_chunk(newer, limits).error().code, errc::newer_version);
}

TEST(StoredEntry, ReadsBackAndDamageIsFoundOrHarmless) {
  const auto log = random_log(9).tell(400);
  memory_columns columns(log);
  columns.fold_all(100);
  column_dictionary again;
  for (const auto& bytes : columns.dictionary.unwritten()) {
    EXPECT_TRUE(again.add_stored(bytes));
    EXPECT_FALSE(again.add_stored(bytes));
  }
  ASSERT_EQ(again.size(), columns.dictionary.size());
  for (std::uint32_t i = 0; i < again.size(); ++i)
    EXPECT_EQ(*again.entries()[i], *columns.dictionary.entries()[i]);
  EXPECT_TRUE(again.unwritten().empty());
  std::mt19937_64 random(7);
  for (std::size_t i = 0; i < 20'000; ++i) {
    std::string bytes = columns.dictionary.unwritten()[random() % again.size()];
    bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    column_dictionary damaged;
    damaged.add_stored(bytes);
  }
}

}  // namespace
}  // namespace stegvis::test

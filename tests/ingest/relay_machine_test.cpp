// Goal: whatever comes of a commit, each event ends in its partition, in order, and a reader that
// keeps the rule applies it exactly once.
// Method: the machine relays to a model of the topics that fails, commits in part, commits late and
// crashes at random (STEGVIS_SEED replays, STEGVIS_ROUNDS asks for more); tables of single steps.
#include "ingest/kafka/relay_machine.hpp"

#include <gtest/gtest.h>

#include <random>

#include "ingest/kafka/chain.hpp"
#include "ingest/kafka/merge.hpp"
#include "tests/rounds.hpp"

namespace stegvis {
namespace {
using kind = relay_step::kind;
constexpr std::size_t partitions = 4;

struct model_record {
  std::uint64_t sequence = 0;  // 0: a checkpoint
  std::uint64_t prev = 0, complete = 0;
  std::uint32_t epoch = 1;
  read_marks marks() const {
    read_marks m;
    m.marks = {"ledger", epoch, {prev}, {complete}};
    if (sequence > 0) m.sequence = position{sequence};
    return m;
  }
};

// Topics, and a relay in front of them.
class model {
 public:
  explicit model(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  void append(std::uint64_t events) { synced_ += events; }
  std::uint64_t synced() const { return synced_; }
  // Where an event goes, fixed for ever.
  static std::size_t home(std::uint64_t position) {
    return (position * 2654435761U >> 7) % 11 == 0 ? 3 : position * 40503U % 3;
  }

  // Runs a relay until it has caught up or the chances run out.
  void relay(int chances) {
    relay_machine machine(1, partitions, note_, true);
    for (int i = 0; i < 500; ++i) {
      const auto step = machine.next(now_ += relay_time{50}, {synced_});
      if (step.what == kind::stop) {
        ASSERT_FALSE(step.why) << step.why->message;
        return;
      }
      take(machine, step, chances);
      if (chances > 0 && below(40) == 0) return;  // killed
    }
  }

  void expect_exactly_once() const {
    std::uint64_t applied = 0;
    for (std::size_t p = 0; p < partitions; ++p) {
      partition_chain chain;
      for (const auto& r : topics_[p]) {
        const auto link = chain.take(r.marks());
        ASSERT_NE(link, chain_link::lost) << "partition " << p << " at " << r.sequence;
        ASSERT_NE(link, chain_link::dead);
        applied += link == chain_link::next ? 1U : 0U;
      }
      EXPECT_EQ(chain.complete().value, synced_) << "partition " << p;
    }
    EXPECT_EQ(applied, synced_);
  }

  // A follower finds the ledger again, in whatever order the partitions are read.
  void expect_followed() {
    position_merge merge({}, std::vector<lane_start>(partitions));
    std::vector<std::size_t> read(partitions);
    for (std::uint64_t left = 1; left > 0;) {
      left = 0;
      const auto p = below(partitions);
      if (read[p] < topics_[p].size()) {
        const auto& r = topics_[p][read[p]];
        ASSERT_TRUE(merge.add(p, r.marks(), static_cast<std::int64_t>(read[p]++), "x"));
      }
      while (merge.take()) {
      }
      ASSERT_TRUE(merge.check_complete()) << merge.check_complete().error().message;
      for (std::size_t i = 0; i < partitions; ++i) left += topics_[i].size() - read[i];
    }
    EXPECT_EQ(merge.last().value, synced_);
    EXPECT_TRUE(merge.is_empty());
  }

 private:
  using records = std::vector<std::vector<model_record>>;

  void take(relay_machine& machine, const relay_step& step, int& chances) {
    switch (step.what) {
      case kind::connect:
        if (unlucky(chances)) return machine.failed(kafka_failure::retry, "down", now_);
        return machine.connected();
      case kind::read_tails:
        if (unlucky(chances)) return machine.failed(kafka_failure::retry, "down", now_);
        return machine.tails_read(tails(), {synced_}, std::nullopt);
      case kind::send:
      case kind::checkpoint:
        return write(machine, step, chances);
      case kind::wait:
        now_ += step.wait;
        return;
      case kind::stop:
        return;
    }
  }

  void write(relay_machine& machine, const relay_step& step, int& chances) {
    auto lasts = machine.lasts();
    const auto batch = batch_of(machine, step, lasts);
    if (!unlucky(chances)) {
      add(batch, partitions);
      machine.committed(step, lasts, now_);
      note_ = {machine.sent(), machine.lasts()};
      return;
    }
    switch (below(3)) {
      case 0:  // nothing of it is there
        break;
      case 1:  // all of it is, but nobody said so
        add(batch, partitions);
        break;
      default:  // a delayed commit: what some partitions had received counts, in part
        add(batch, below(partitions));
    }
    machine.failed(kafka_failure::retry, "in doubt", now_);
  }

  records batch_of(const relay_machine& machine, const relay_step& step,
                   std::vector<position>& lasts) const {
    records batch(partitions);
    if (step.what == kind::checkpoint) {
      for (const auto p : step.partitions) batch[p].push_back({0, 0, machine.sent().value, 1});
      return batch;
    }
    for (auto at = step.from.value; at <= step.to.value; ++at) {
      const auto p = home(at);
      if (at <= lasts[p].value) continue;
      batch[p].push_back({at, lasts[p].value, machine.sent().value, 1});
      lasts[p] = {at};
    }
    for (auto& lane : batch) {
      if (!lane.empty()) lane.back().complete = step.to.value;
    }
    return batch;
  }

  // The first `whole` partitions have all of theirs, the next one a part.
  void add(const records& batch, std::size_t whole) {
    for (std::size_t p = 0; p < partitions && p <= whole; ++p) {
      const auto n = p < whole ? batch[p].size() : below(batch[p].size() + 1);
      topics_[p].insert(topics_[p].end(), batch[p].begin(),
                        batch[p].begin() + static_cast<std::ptrdiff_t>(n));
    }
  }

  std::vector<partition_tail> tails() const {
    std::vector<partition_tail> found(partitions);
    for (std::size_t p = 0; p < partitions; ++p) {
      for (const auto& r : topics_[p]) {
        if (r.sequence > 0) found[p].last = {r.sequence};
        found[p].complete = std::max(found[p].complete, position{r.complete});
      }
    }
    return found;
  }

  bool unlucky(int& chances) {
    if (chances == 0 || below(3) != 0) return false;
    --chances;
    return true;
  }

  std::mt19937_64 random_;
  std::uint64_t synced_ = 0;
  relay_time now_{0};
  relay_note note_;
  records topics_{partitions};
};

TEST(RelayMachine, WhateverFailsEachEventIsThereAndAppliedOnce) {
  const auto one = testing::environment("STEGVIS_SEED", 0);
  const auto rounds = std::max<std::uint64_t>(300, testing::environment("STEGVIS_ROUNDS", 0));
  for (auto seed = one != 0 ? one : 1; seed <= (one != 0 ? one : rounds); ++seed) {
    SCOPED_TRACE("STEGVIS_SEED=" + std::to_string(seed));
    model m(seed);
    for (int run = 0; run < 6; ++run) {
      m.append(m.below(3000));
      m.relay(static_cast<int>(m.below(6)));
    }
    m.relay(0);
    m.expect_exactly_once();
    m.expect_followed();
    if (::testing::Test::HasFailure()) return;
  }
}

relay_machine relaying(std::vector<position> lasts, position synced, position complete) {
  relay_machine m(1, lasts.size(), {}, false);
  m.connected();
  std::vector<partition_tail> tails;
  for (const auto p : lasts) tails.push_back({p, complete, 1});
  m.tails_read(tails, synced, std::nullopt);
  return m;
}

TEST(RelayMachine, ASmallBatchWaitsATenthOfASecond) {
  auto m = relaying({{5}, {5}}, {5}, {5});
  auto step = m.next(relay_time{0}, {6});
  EXPECT_EQ(step.what, kind::wait);
  EXPECT_EQ(step.wait, relay_time{100});
  step = m.next(relay_time{100}, {8});
  EXPECT_EQ(step.what, kind::send);
  EXPECT_EQ(step.from.value, 6U);
  EXPECT_EQ(step.to.value, 8U);
}

TEST(RelayMachine, ALargeBatchGoesAtOnceAndIsBounded) {
  auto m = relaying({{5}, {5}}, {5}, {5});
  auto step = m.next(relay_time{0}, {1005});
  EXPECT_EQ(step.what, kind::send);
  EXPECT_EQ(m.next(relay_time{0}, {1'000'000}).to.value, 20'005U);
}

TEST(RelayMachine, CheckpointsGoToThoseBehindOnceAMinute) {
  auto m = relaying({{5}, {4}}, {5}, {5});
  relay_step batch{};
  batch.what = kind::send;
  batch.to = {9};
  m.committed(batch, {{9}, {4}}, relay_time{1000});
  EXPECT_EQ(m.next(relay_time{1500}, {9}).what, kind::wait);
  auto step = m.next(relay_time{2500}, {9});
  ASSERT_EQ(step.what, kind::checkpoint);
  EXPECT_EQ(step.partitions, std::vector<std::size_t>{1});
  m.committed(step, m.lasts(), relay_time{2500});
  EXPECT_EQ(m.next(relay_time{9000}, {9}).what, kind::wait) << "none when idle";
  batch.to = {12};
  m.committed(batch, {{12}, {4}}, relay_time{10'000});
  EXPECT_EQ(m.next(relay_time{12'000}, {12}).what, kind::wait) << "rests for a minute";
  EXPECT_EQ(m.next(relay_time{62'500}, {12}).what, kind::checkpoint);
}

TEST(RelayMachine, EndsWhereTheTopicsAreNotItsOwn) {
  struct {
    const char* what;
    partition_tail tail;
    errc code;
  } const cases[] = {{"a newer epoch", {{3}, {3}, 2}, errc::fenced},
                     {"ahead of the ledger", {{30}, {30}, 1}, errc::bad_topic}};
  for (const auto& c : cases) {
    relay_machine m(1, 1, {}, false);
    m.connected();
    m.tails_read({c.tail}, {5}, std::nullopt);
    const auto step = m.next(relay_time{0}, {5});
    EXPECT_EQ(step.what, kind::stop) << c.what;
    ASSERT_TRUE(step.why) << c.what;
    EXPECT_EQ(step.why->code, c.code) << c.what;
  }
}

TEST(RelayMachine, FailuresPauseLongerEachTimeAndAFenceEnds) {
  auto m = relaying({{0}}, {0}, {0});
  relay_time now{0};
  for (const int expected : {100, 200, 400, 800}) {
    m.failed(kafka_failure::retry, "down", now);
    const auto step = m.next(now, {9});
    EXPECT_EQ(step.what, kind::wait);
    EXPECT_EQ(step.wait.count(), expected);
    now += step.wait;
    EXPECT_EQ(m.next(now, {9}).what, kind::connect);
  }
  m.failed(kafka_failure::fenced, "another", now);
  EXPECT_EQ(m.next(now, {9}).why->code, errc::fenced);
}

TEST(RelayMachine, WhoWantsToCatchUpGivesUpAMinuteAfterTheFirstFailureInARow) {
  for (const bool until_caught_up : {true, false}) {
    relay_machine m(1, 1, {}, until_caught_up);
    m.connected();
    m.tails_read({{}}, {9}, std::nullopt);
    m.failed(kafka_failure::retry, "down", relay_time{1'000});
    m.failed(kafka_failure::retry, "down", relay_time{60'999});
    EXPECT_NE(m.next(relay_time{100'000}, {9}).what, kind::stop);
    relay_step batch{};
    batch.what = kind::send;
    batch.to = {9};
    m.committed(batch, {{9}}, relay_time{61'000});
    m.failed(kafka_failure::retry, "down", relay_time{62'000});
    EXPECT_NE(m.next(relay_time{100'000}, {12}).what, kind::stop) << "it went well between";
    m.failed(kafka_failure::retry, "down", relay_time{122'000});
    const auto step = m.next(relay_time{200'000}, {12});
    ASSERT_EQ(until_caught_up, step.what == kind::stop);
    if (until_caught_up) {
      EXPECT_EQ(step.why->code, errc::broker);
    }
  }
}

TEST(RelayMachine, ATopicMadeAnewIsFilledFromTheStart) {
  relay_machine m(1, 2, {{100}, {{100}, {99}}}, true);
  m.connected();
  m.tails_read({{}, {}}, {100}, std::nullopt);
  const auto step = m.next(relay_time{0}, {100});
  EXPECT_EQ(step.what, kind::send);
  EXPECT_EQ(step.from.value, 1U);
}

TEST(PositionMerge, TellsALossOnlyWhenEveryPartitionIsBeyondIt) {
  position_merge m({}, std::vector<lane_start>(2));
  ASSERT_TRUE(m.add(0, model_record{2, 0, 2, 1}.marks(), 0, "b"));
  EXPECT_FALSE(m.take());
  EXPECT_TRUE(m.check_complete()) << "partition 1 may still have it";
  ASSERT_TRUE(m.add(1, model_record{0, 0, 2, 1}.marks(), 0, ""));
  EXPECT_FALSE(m.check_complete());
  EXPECT_EQ(m.check_complete().error().code, errc::event_lost);
}

TEST(PositionMerge, RefusesABrokenChainAndADeadEpoch) {
  position_merge m({}, std::vector<lane_start>(1));
  ASSERT_TRUE(m.add(0, model_record{1, 0, 1, 2}.marks(), 0, "a"));
  EXPECT_EQ(m.add(0, model_record{5, 3, 5, 2}.marks(), 1, "e").error().code, errc::event_lost);
  EXPECT_EQ(m.add(0, model_record{6, 5, 6, 1}.marks(), 2, "f").error().code, errc::event_lost);
}

TEST(PositionMerge, ReadsOnBehindWhatWasTaken) {
  position_merge m({}, {{7, {}}, {9, {}}});
  ASSERT_TRUE(m.add(0, model_record{1, 0, 3, 1}.marks(), 7, "a"));
  ASSERT_TRUE(m.add(0, model_record{3, 1, 3, 1}.marks(), 8, "c"));
  ASSERT_TRUE(m.take());
  EXPECT_EQ(m.resume_at(0).offset, 8);
  EXPECT_EQ(m.resume_at(0).last.value, 1U);
  EXPECT_EQ(m.resume_at(1).offset, 9);
}

}  // namespace
}  // namespace stegvis

// Goal: the index of names and journeys answers like a plain map, whatever was written as a run,
// was still in memory, or had to be added again after reopening.
// Method: seeded operations against a model; one journey across a real run of 500,000 events;
// damaged files; readers beside the writer. A failure prints its seed.
#include "events/name_index.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "events/error.hpp"
#include "events/ledger_vocabulary.hpp"

namespace stegvis::test {
namespace {
namespace fs = std::filesystem;

// Cheap names: what SHA-256 gives is not what is tested here.
name_hash name_at(std::uint64_t n) {
  std::mt19937_64 mixed(n);
  const auto high = mixed();
  return {high, mixed()};
}

struct entry {
  std::string subject;
  bool forgets = false;
};

// What the index must answer: entry i is the event at position i + 1.
struct model {
  std::vector<entry> events;

  std::vector<position> stream(std::string_view subject) const {
    std::vector<position> found;
    for (std::size_t i = 0; i < events.size(); ++i)
      if (events[i].subject == subject) found.push_back({i + 1});
    return found;
  }
  std::vector<std::string> subjects(std::string_view prefix) const {
    std::set<std::string> found;
    for (const entry& e : events)
      if (e.subject.starts_with(prefix)) found.insert(e.subject);
    return {found.begin(), found.end()};
  }
  std::vector<std::string> forgotten() const {
    std::set<std::string> found;
    for (const entry& e : events)
      if (e.forgets) found.insert(e.subject);
    return {found.begin(), found.end()};
  }
};

void expect_equal(const name_index& index, const model& m) {
  ASSERT_EQ(index.last().value, m.events.size());
  ASSERT_LE(index.covered(), index.last());
  for (std::uint64_t p = 1; p <= m.events.size(); p += 1 + m.events.size() / 500)
    ASSERT_EQ(index.find(name_at(p)), position{p});
  ASSERT_EQ(index.find(name_at(m.events.size() + 1)), std::nullopt);
  for (const char* prefix : {"", "participant/", "unit/", "participant/p-1", "zone/"})
    ASSERT_EQ(index.subjects(prefix), m.subjects(prefix)) << prefix;
  for (const std::string& s : m.subjects("")) {
    ASSERT_EQ(index.stream(s), m.stream(s)) << s;
    ASSERT_EQ(index.version(s).value, m.stream(s).size()) << s;
  }
  ASSERT_TRUE(index.stream("participant/nobody").empty());
  ASSERT_EQ(index.forgotten(), m.forgotten());
  for (const std::string& s : m.forgotten()) ASSERT_TRUE(index.is_forgotten(s)) << s;
  ASSERT_FALSE(index.is_forgotten("participant/nobody"));
}

// Events behind `last` of the model, in one call.
void add_from(name_index& index, const model& m, std::uint64_t last) {
  std::vector<indexed_event> batch;
  for (std::uint64_t p = last + 1; p <= m.events.size(); ++p)
    batch.push_back({name_at(p), m.events[p - 1].subject, m.events[p - 1].forgets});
  index.add({last + 1}, batch);
}

// Adds what is not covered again, as the ledger does after opening.
void catch_up(name_index& index, const model& m) {
  if (index.last().value < m.events.size()) add_from(index, m, index.last().value);
}

void append(name_index& index, model& m, const std::vector<entry>& batch) {
  const std::uint64_t last = m.events.size();
  m.events.insert(m.events.end(), batch.begin(), batch.end());
  add_from(index, m, last);
}

entry drawn(std::mt19937_64& random) {
  const char* kinds[] = {"participant/p-", "staff/s-", "unit/u-"};
  return {kinds[random() % 3] + std::to_string(random() % 20), random() % 40 == 0};
}

struct NameIndex : ::testing::Test {
  std::string folder() const { return (scratch.path() / "names").string(); }
  scratch_folder scratch;
};

void random_walk(const std::string& folder, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  model m;
  auto index = std::make_unique<name_index>(folder);
  for (int step = 0; step < 8; ++step) {
    for (auto batches = random() % 20; batches > 0; --batches) {
      std::vector<entry> batch;
      for (auto n = 1 + random() % 20; n > 0; --n) batch.push_back(drawn(random));
      append(*index, m, batch);
    }
    expect_equal(*index, m);
    if (::testing::Test::HasFatalFailure()) return;
    if (random() % 2 == 0) index->close();
    index.reset();
    index = std::make_unique<name_index>(folder);
    catch_up(*index, m);
  }
  expect_equal(*index, m);
}

TEST_F(NameIndex, AnswersLikeAMapAcrossReopening) {
  const char* rounds = std::getenv("STEGVIS_ROUNDS");
  const std::uint64_t seeds = rounds != nullptr ? std::strtoull(rounds, nullptr, 10) : 5;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    fs::remove_all(folder());
    random_walk(folder(), seed);
    if (HasFatalFailure()) return;
  }
}

TEST_F(NameIndex, JoinsJourneysAcrossARunAndWhatIsInMemory) {
  model m;
  auto index = std::make_unique<name_index>(folder());
  const auto grow_to = [&](std::uint64_t events) {
    while (m.events.size() < events) {
      std::vector<entry> batch;
      while (batch.size() < 1'000 && m.events.size() + batch.size() < events) {
        const std::uint64_t p = m.events.size() + batch.size() + 1;
        batch.push_back({"participant/p-" + std::to_string(p % 7), p == 1'000 || p == events});
      }
      append(*index, m, batch);
    }
  };
  grow_to(name_index::run_events - 1);
  EXPECT_EQ(index->covered().value, 0u);
  grow_to(name_index::run_events + 1'000);
  expect_equal(*index, m);
  index->close();
  index.reset();
  index = std::make_unique<name_index>(folder());
  EXPECT_EQ(index->covered().value, name_index::run_events);
  catch_up(*index, m);
  expect_equal(*index, m);
}

TEST_F(NameIndex, WritesALargeRestAtACleanClose) {
  model m;
  auto index = std::make_unique<name_index>(folder());
  std::vector<entry> all;
  for (std::uint64_t p = 1; p <= name_index::reopen_events + 1; ++p)
    all.push_back({"unit/u-" + std::to_string(p % 3)});
  append(*index, m, all);
  index->close();
  index.reset();
  index = std::make_unique<name_index>(folder());
  EXPECT_EQ(index->covered().value, name_index::reopen_events + 1);
  expect_equal(*index, m);
}

TEST_F(NameIndex, LosesOnlyWhatIsAddedAgainWithoutACleanClose) {
  model m;
  auto index = std::make_unique<name_index>(folder());
  append(*index, m, std::vector<entry>(50, {"unit/u"}));
  index.reset();
  index = std::make_unique<name_index>(folder());
  EXPECT_LE(index->last().value, m.events.size());
  catch_up(*index, m);
  expect_equal(*index, m);
}

TEST_F(NameIndex, KeepsSubjectsApartOfWhichOneBeginsTheOther) {
  model m;
  name_index index(folder());
  append(index, m, {{"unit/a"}, {"unit/ab"}, {"unit/a"}, {"unit/a-b"}, {"unit/a.b"}});
  expect_equal(index, m);
  EXPECT_EQ(index.version("unit/a").value, 2u);
}

// Every file of the folder, cut to `bytes`.
void cut_files(const std::string& folder, const std::string& prefix, std::uintmax_t bytes) {
  for (const auto& file : fs::directory_iterator(folder))
    if (file.path().filename().string().starts_with(prefix)) fs::resize_file(file, bytes);
}

TEST(NameIndexBound, CountsOnlyWhatAnybodyMaySee) {
  const scratch_folder scratch;
  name_index index((scratch.path() / "names").string());
  const std::vector<indexed_event> events{{name_at(1), "participant/a", false},
                                          {name_at(2), "participant/a", false},
                                          {name_at(3), "participant/b", false}};
  index.add({1}, events);
  EXPECT_EQ(index.version("participant/a", {1}).value, 1u);
  EXPECT_EQ(index.version("participant/a").value, 2u);
  EXPECT_EQ(index.subjects("participant/", {2}), std::vector<std::string>{"participant/a"});
  EXPECT_EQ(index.subjects("participant/").size(), 2u);
}

TEST_F(NameIndex, RefusesADamagedFolder) {
  { name_index(folder()).close(); }
  cut_files(folder(), "MANIFEST", 3);
  EXPECT_THROW(name_index{folder()}, world_error);
}

TEST_F(NameIndex, RefusesAFolderThatLacksARun) {
  {
    name_index index(folder());
    model m;
    append(index, m, std::vector<entry>(name_index::reopen_events + 1, {"unit/u"}));
    index.close();
  }
  for (const auto& file : fs::directory_iterator(folder()))
    if (file.path().extension() == ".sst") fs::remove(file);
  EXPECT_THROW(name_index{folder()}, world_error);
}

TEST_F(NameIndex, RemovesARunThatACrashLeftHalfWritten) {
  { name_index(folder()).close(); }
  std::ofstream(fs::path(folder()) / "1.ids.run") << "half";
  const name_index index(folder());
  EXPECT_FALSE(fs::exists(fs::path(folder()) / "1.ids.run"));
  EXPECT_EQ(index.last().value, 0u);
}

}  // namespace
}  // namespace stegvis::test

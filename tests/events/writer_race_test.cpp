// Goal: any number of threads may append, read and ask at once; under ThreadSanitizer this finds
// data races between the writer, the index's checkpoints and readers.
// Method: a ledger with clients, readers and forgetting; an index with readers across a run.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

#include "events/ledger_vocabulary.hpp"
#include "events/name_index.hpp"

#if defined(__SANITIZE_THREAD__)
// Debian's RocksDB is not instrumented: the sanitizer sees its memory but not its locks. Its
// threads also copy the paths of their options, by a function of libstdc++ that hides the caller.
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:librocksdb.so\nrace:librocksdb.so\n"
         "race:std::__cxx11::basic_string*::_M_assign\n";
}
#endif

namespace stegvis::test {
namespace {

struct WriterRace : ledger_fixture {
  // Appends batches of 1 to 4 events until the count is reached; gives their positions.
  std::vector<std::uint64_t> work(ledger& l, int client, int batches) {
    std::vector<std::uint64_t> got;
    const std::string who = "participant/p" + std::to_string(client);
    for (int b = 0; b < batches; ++b) {
      std::vector<std::string> lines;
      for (int i = 0; i <= b % 4; ++i) {
        const std::string id = std::to_string(client) + "-" + std::to_string(b * 4 + i);
        lines.push_back(i == 0 ? named(id, who, "Testperson") : enrolled(id, who));
      }
      append_options how;
      how.atomic = b % 2 == 0;
      for (const auto& one : l.append(drafts(lines), how).value())
        got.push_back(one.value().position.value);
    }
    return got;
  }

  // What a reader may rely on at any moment.
  void expect_consistent(ledger& l, std::mt19937_64& random) {
    const position head = l.head();
    if (head.value == 0) return;
    const position at{1 + random() % head.value};
    event e = l.read(at).value();
    EXPECT_EQ(e.position, at);
    EXPECT_EQ(l.find(e.source, e.id), at);
    l.unseal(e);
    const auto journey = l.journey(e.subject, {1}, head).value();
    EXPECT_LE(journey.size(), l.version(e.subject).value);
    EXPECT_EQ(l.resolve_cut(std::to_string(head.value)).value(), head);
    std::uint64_t seen = 0;
    l.scan({1}, head, [&](const event& one) {
      EXPECT_EQ(one.position.value, ++seen);
      return seen < 50;
    }).value();
    EXPECT_FALSE(l.subjects("participant/").empty());
  }
};

TEST_F(WriterRace, ClientsAndReadersAtOnce) {
  constexpr int clients = 4, batches = 40;
  ledger& l = opened();
  std::vector<std::vector<std::uint64_t>> got(clients);
  std::atomic<bool> done{false};
  {
    std::vector<std::jthread> readers, writers;
    for (unsigned r = 0; r < 3; ++r)
      readers.emplace_back([&, r] {
        for (std::mt19937_64 random(r); !done;) expect_consistent(l, random);
      });
    for (int c = 0; c < clients; ++c)
      writers.emplace_back([&, c] { got[static_cast<std::size_t>(c)] = work(l, c, batches); });
    writers.clear();
    done = true;
  }
  std::set<std::uint64_t> all;
  for (const auto& positions : got) {
    EXPECT_TRUE(std::ranges::is_sorted(positions));
    all.insert(positions.begin(), positions.end());
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(clients * batches / 4 * 10));
  EXPECT_EQ(*all.begin(), 1u);
  EXPECT_EQ(*all.rbegin(), l.head().value);
  EXPECT_EQ(all.size(), l.head().value);
}

TEST_F(WriterRace, TheSameNamesFromAllClientsAreRecordedOnce) {
  ledger& l = opened();
  std::atomic<int> first{0};
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < 4; ++c)
      clients.emplace_back([&] {
        for (int i = 0; i < 60; ++i) {
          const auto line = enrolled(std::to_string(i), "participant/a");
          const auto one = l.append(drafts({line}), append_options{}).value().front().value();
          first += one.existed ? 0 : 1;
        }
      });
  }
  EXPECT_EQ(first, 60);
  EXPECT_EQ(l.head().value, 60u);
}

TEST_F(WriterRace, ForgettingBesideAppendsLeavesTheOthersReadable) {
  ledger& l = opened();
  l.append(drafts({named("f", "participant/gone", "Testperson")}), append_options{}).value();
  {
    std::jthread writer([&] { work(l, 1, 30); });
    std::jthread reader([&] {
      for (int i = 0; i < 30; ++i) static_cast<void>(l.is_forgotten("participant/gone"));
    });
    l.forget("participant/gone",
             parsed(of_type("person_forgotten", "g", "participant/gone", "{}"))).value();
  }
  EXPECT_TRUE(l.is_forgotten("participant/gone"));
  for (const event& one : l.journey("participant/p1", {1}, l.head()).value()) {
    event e = one;
    l.unseal(e);
    std::string data;
    write_fields(e.type(), e.data.object(), data);
    EXPECT_EQ(data.find("erased"), std::string::npos);
  }
}

TEST(IndexRace, ReadersAcrossACheckpoint) {
  const scratch_folder scratch;
  name_index index((scratch.path() / "names").string());
  std::atomic<bool> done{false};
  const auto name_at = [](std::uint64_t p) { return name_hash{p * 0x9e3779b97f4a7c15u, p}; };
  const auto read = [&](unsigned seed) {
    for (std::mt19937_64 random(seed); !done;) {
      const std::uint64_t last = index.last().value;
      if (last == 0) continue;
      const std::uint64_t p = 1 + random() % last;
      EXPECT_EQ(index.find(name_at(p)), position{p});
      EXPECT_LE(index.covered().value, index.last().value);
      EXPECT_LE(index.forgotten().size(), 1u);
      if (p % 100 == 0) {
        const auto positions = index.stream("unit/" + std::to_string(p % 5'000));
        EXPECT_TRUE(std::ranges::is_sorted(positions));
        EXPECT_NE(std::ranges::find(positions, position{p}), positions.end());
      }
    }
  };
  {
    std::vector<std::jthread> readers;
    for (unsigned r = 1; r <= 2; ++r) readers.emplace_back(read, r);
    const std::uint64_t end = name_index::run_events + 20'000;
    for (std::uint64_t first = 1; first <= end; first += 10'000) {
      std::vector<std::string> subjects;
      std::vector<indexed_event> batch;
      for (std::uint64_t p = first; p < first + 10'000; ++p)
        subjects.push_back("unit/" + std::to_string(p % 5'000));
      for (std::uint64_t p = first; p < first + 10'000; ++p)
        batch.push_back({name_at(p), subjects[p - first], p == 17});
      index.add({first}, batch);
    }
    done = true;
  }
  EXPECT_EQ(index.last().value, name_index::run_events + 20'000);
  EXPECT_TRUE(index.is_forgotten("unit/17"));
}

}  // namespace
}  // namespace stegvis::test

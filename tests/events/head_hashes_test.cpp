// Goal: the kept head hashes are those of the whole log, whatever was asked in which order, and
// whatever became of the file they are kept in.
// Method: a tree over every event is the oracle; the file is damaged in each way that disks,
// crashes and people have, and must be cut back to what is whole and made again, byte for byte.
#include "events/head_hashes.hpp"

#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "events/ledger_vocabulary.hpp"
#include "rounds.hpp"

namespace stegvis {
namespace {

constexpr std::uint64_t whole = head_hashes::subtree_events;
constexpr std::size_t head_bytes = 32, record_bytes = 36;

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class HeadHashes : public test::ledger_fixture {
 protected:
  // Appends events until the ledger ends at `head`.
  void grow_to(std::uint64_t head) {
    while (opened().head().value < head) {
      std::vector<std::string> lines;
      for (auto at = opened().head().value; at < head && lines.size() < 2'000;)
        lines.push_back(test::enrolled(prefix + std::to_string(++at), "participant/p-1"));
      append(lines).value();
    }
    oracle(head);
  }
  // The root over the first `at` events.
  digest oracle(std::uint64_t at) {
    if (roots.empty()) roots.push_back(tree.root());
    if (at < roots.size()) return roots[at];
    opened()
        .scan({roots.size()}, {at},
              [&](const event& e) {
                std::string canonical;
                append_canonical(e, canonical);
                tree.add(canonical);
                roots.push_back(tree.root());
                return true;
              })
        .value();
    return roots.at(at);
  }
  // The same ledger in another folder with the first of the lines, and nothing kept.
  void put_back(const std::string& exported_lines, std::uint64_t count) {
    const ledger_identity same{opened().id(), 1};
    close();
    options.folder = scratch.path() / "copy";
    ledger::create(options, same).value();
    std::vector<std::string> lines;
    std::istringstream all(exported_lines);
    for (std::string line; lines.size() < count && std::getline(all, line);) lines.push_back(line);
    append_options how;
    how.keep_recorded = true;
    append(lines, how).value();
    std::filesystem::create_directories(file().parent_path());
  }
  std::filesystem::path file() const { return options.folder / "index" / "tree"; }

  std::string prefix = "e-";
  merkle_tree tree;
  std::vector<digest> roots;
};

TEST_F(HeadHashes, AnEmptyLedgerHasTheEmptyTree) {
  head_hashes hashes(opened());
  EXPECT_EQ(hashes.at({}).value(), sha256(""));
  EXPECT_EQ(hashes.covered(), position{});
}

TEST_F(HeadHashes, AreTheWholeLogsInAnyOrder) {
  std::mt19937_64 random(7);
  const auto near = [&](std::uint64_t at) {
    return at + random() % 5 - std::min<std::uint64_t>(2, at);
  };
  for (int round = 0; round < 6; ++round) {
    grow_to(near((round + 1) * whole * (round % 2 == 0 ? 1 : 3) / 2));
    head_hashes hashes(opened());
    for (int question = 0; question < 40; ++question) {
      const auto head = opened().head().value;
      const auto at =
          std::min(head, question % 2 == 0 ? random() % (head + 1) : near(random() % 6 * whole));
      ASSERT_EQ(hashes.at({at}).value(), oracle(at)) << at << " of " << head;
      ASSERT_GE(hashes.covered().value, at / whole * whole);
    }
    ASSERT_EQ(hashes.at(opened().head()).value(), oracle(opened().head().value));
    if (random() % 2 == 0) close();
  }
}

TEST_F(HeadHashes, CatchUpKeepsWholeSubtreesOnly) {
  grow_to(2 * whole + 5);
  {
    head_hashes hashes(opened());
    hashes.catch_up({2 * whole - 1}).value();
    EXPECT_EQ(hashes.covered().value, whole);
    hashes.catch_up({~std::uint64_t{0}}).value();
    EXPECT_EQ(hashes.covered().value, 2 * whole);
  }
  EXPECT_EQ(read_bytes(file()).size(), head_bytes + 2 * record_bytes);
  EXPECT_EQ(head_hashes(opened()).covered().value, 2 * whole);
}

TEST_F(HeadHashes, DamageIsCutBackAndMadeAgain) {
  grow_to(3 * whole + 17);
  head_hashes(opened()).catch_up(opened().head()).value();
  const auto sound = read_bytes(file());
  ASSERT_EQ(sound.size(), head_bytes + 3 * record_bytes);
  const auto flipped = [&](std::size_t at) {
    auto bytes = sound;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    return bytes;
  };
  const struct {
    const char* what;
    std::string bytes;
    std::uint64_t kept;
  } cases[] = {
      {"a hash", flipped(head_bytes + record_bytes + 3), 1},
      {"a checksum", flipped(head_bytes + 3 * record_bytes - 1), 2},
      {"the first hash", flipped(head_bytes), 0},
      {"two records in each other's place",
       sound.substr(0, head_bytes) + sound.substr(head_bytes + record_bytes, record_bytes) +
           sound.substr(head_bytes, record_bytes) + sound.substr(head_bytes + 2 * record_bytes),
       0},
      {"a torn record", sound.substr(0, sound.size() - 7), 2},
      {"no record", sound.substr(0, head_bytes), 0},
      {"a torn head", sound.substr(0, head_bytes - 1), 0},
      {"nothing", "", 0},
      {"a tail of zeros", sound + std::string(5 * record_bytes, '\0'), 3},
      {"zeros where a record was",
       sound.substr(0, head_bytes + 2 * record_bytes) + std::string(record_bytes, '\0'), 2},
      {"the magic", flipped(0), 0},
      {"the version", flipped(8), 0},
      {"the ledger's id", flipped(12), 0},
      {"the head's checksum", flipped(31), 0}};
  for (const auto& c : cases) {
    write_bytes(file(), c.bytes);
    head_hashes hashes(opened());
    EXPECT_EQ(hashes.covered().value, c.kept * whole) << c.what;
    EXPECT_EQ(hashes.at({whole + 9}).value(), oracle(whole + 9)) << c.what;
    EXPECT_EQ(hashes.at(opened().head()).value(), oracle(opened().head().value)) << c.what;
    EXPECT_EQ(read_bytes(file()), sound) << c.what;
  }
}

TEST_F(HeadHashes, MayBeDeletedWhileNobodyOwnsTheLedger) {
  grow_to(2 * whole);
  head_hashes(opened()).catch_up(opened().head()).value();
  close();
  std::filesystem::remove_all(options.folder / "index");
  EXPECT_EQ(head_hashes(opened()).at({2 * whole}).value(), oracle(2 * whole));
}

TEST_F(HeadHashes, AreClearedAndMadeAgain) {
  grow_to(2 * whole);
  head_hashes hashes(opened());
  hashes.catch_up(opened().head()).value();
  hashes.clear();
  EXPECT_EQ(hashes.covered(), position{});
  EXPECT_EQ(read_bytes(file()).size(), head_bytes);
  EXPECT_EQ(hashes.at({whole + 1}).value(), oracle(whole + 1));
}

// A log that was put back from a copy, beside an index that was not.
TEST_F(HeadHashes, OfALogThatIsShorterNowAreCutBack) {
  grow_to(3 * whole);
  head_hashes(opened()).catch_up(opened().head()).value();
  const auto kept = read_bytes(file());
  put_back(exported(), 2 * whole + 1);
  write_bytes(file(), kept);
  head_hashes hashes(opened());
  EXPECT_EQ(hashes.covered().value, 2 * whole);
  EXPECT_EQ(hashes.at(opened().head()).value(), roots[2 * whole + 1]);
}

TEST_F(HeadHashes, OfALogThatWentAnotherWayAreMadeAnew) {
  grow_to(3 * whole);
  head_hashes(opened()).catch_up(opened().head()).value();
  const auto kept = read_bytes(file());
  put_back(exported(), whole + 5);
  write_bytes(file(), kept);
  prefix = "other-";
  tree = {};
  roots.clear();
  grow_to(4 * whole);
  head_hashes hashes(opened());
  EXPECT_EQ(hashes.covered().value, 0U);
  EXPECT_EQ(hashes.at(opened().head()).value(), oracle(opened().head().value));
}

TEST_F(HeadHashes, ManyMayAskWhileTheLedgerGrows) {
  grow_to(4 * whole);
  const auto expected = roots;
  head_hashes hashes(opened());
  std::vector<std::jthread> threads;
  std::atomic<int> wrong{0}, asked{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      for (int i = 0; i < 40; ++i, ++asked) {
        const auto at = random() % expected.size();
        if (hashes.at({at}).value() != expected[at]) ++wrong;
      }
    });
  }
  // What is kept goes away beneath them.
  std::jthread clears([&] {
    while (asked < 160) {
      hashes.clear();
      std::this_thread::yield();
    }
  });
  std::vector<std::string> lines;
  for (int i = 0; i < 1'500; ++i)
    lines.push_back(test::enrolled("later-" + std::to_string(i), "participant/p-2"));
  append(lines).value();
  threads.clear();
  clears.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(hashes.at(opened().head()).value(), oracle(opened().head().value));
}

}  // namespace
}  // namespace stegvis

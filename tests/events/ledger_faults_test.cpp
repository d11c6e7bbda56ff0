// Goal: what was acknowledged is there, at its position, whatever the disk does; damage is named
// and nothing is made worse.
// Method: a real ledger on a disk that loses power, fails to sync or is full on demand, and on
// files that are changed while nobody has them open. Random loops print their seed.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "events/faulty_env.hpp"
#include "events/ledger_vocabulary.hpp"
#include "events/name_index.hpp"

namespace stegvis::test {
namespace {
namespace fs = std::filesystem;

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spill(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// Every file below a folder with its bytes.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      all[fs::relative(entry.path(), folder).string()] = slurp(entry.path());
  return all;
}

std::uint64_t rounds() {
  const char* given = std::getenv("STEGVIS_ROUNDS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 15;
}

errc refusal(const result<std::vector<result<appended>>>& r) {
  if (r) throw world_error("nothing was refused");
  return r.error().code;
}

// A ledger on a disk that fails on demand, and what it has acknowledged.
class faulty_ledger {
 public:
  faulty_ledger() {
    options.folder = scratch_.path() / "ledger";
    options.clock = [this] { return recorded_time{clock_us_.fetch_add(1)}; };
    ledger::create(options).value();
    options.env = &disk;
    open();
  }
  void open() { ledger_ = std::move(ledger::open(options).value()); }
  // Nobody has it open; from now on the disk works.
  void repair() {
    ledger_.reset();
    options.env = nullptr;
  }
  void close() { ledger_.reset(); }
  ledger& book() { return *ledger_; }
  fs::path folder() const { return options.folder; }

  // An atomic batch of so many events of one person, the first with a sealed name.
  result<std::vector<result<appended>>> append(std::size_t events) {
    const std::string who = "participant/p" + std::to_string(names_ % 5);
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < events; ++i) {
      const std::string id = "n-" + std::to_string(++names_);
      lines.push_back(i == 0 ? named(id, who, "Testperson " + id) : enrolled(id, who));
    }
    auto answers = ledger_->append(drafts(lines), {});
    if (!answers) return answers;
    for (std::size_t i = 0; i < events; ++i)
      acknowledged["n-" + std::to_string(names_ - events + i + 1)] = (*answers)[i]->position;
    return answers;
  }
  // Each acknowledged event at its position, no gap, whole batches only, names and journeys right.
  void expect_all_there() {
    const position head = book().head();
    EXPECT_GE(head.value, acknowledged.size());
    std::uint64_t seen = 0;
    recorded_time before{};
    book().scan({1}, head, [&](const event& e) {
      EXPECT_EQ(e.position.value, ++seen);
      EXPECT_LE(before, e.recorded);
      before = e.recorded;
      EXPECT_EQ(book().find(e.source, e.id), e.position);
      return true;
    }).value();
    EXPECT_EQ(seen, head.value);
    for (const auto& [id, at] : acknowledged) {
      EXPECT_EQ(book().read(at).value().id, id);
      EXPECT_EQ(book().find("/test", id), at);
    }
  }

  faulty_env disk;
  ledger_options options;
  std::map<std::string, position> acknowledged;

 private:
  scratch_folder scratch_;
  std::atomic<std::int64_t> clock_us_{at("2018-06-01T10:00:00Z").us};
  std::unique_ptr<ledger> ledger_;
  std::size_t names_ = 0;
};

void lose_power_once(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  faulty_ledger l;
  const auto cut = random();
  l.disk.lose_power_at_wal_sync(1 + static_cast<int>(random() % 12), [cut](std::string bytes) {
    bytes.resize(cut % (bytes.size() + 1));
    return bytes;
  });
  std::size_t last_batch = 0;
  for (bool alive = true; alive;) {
    last_batch = 1 + random() % 6;
    const auto answers = l.append(last_batch);
    alive = answers.has_value();
    if (!alive) {
      EXPECT_EQ(answers.error().code, errc::poisoned);
    }
  }
  l.repair();
  l.open();
  const auto left = l.book().head().value - l.acknowledged.size();
  EXPECT_TRUE(left == 0 || left == last_batch) << "a torn batch: " << left << " of " << last_batch;
  l.expect_all_there();
  l.append(2).value();
  l.expect_all_there();
}

TEST(LedgerFaults, PowerLossKeepsEveryAcknowledgedEvent) {
  for (std::uint64_t seed = 1; seed <= rounds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    lose_power_once(seed);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(LedgerFaults, AFailedSyncPoisonsAndReadingGoesOn) {
  faulty_ledger l;
  l.append(3).value();
  l.disk.fail_wal_sync(1);
  EXPECT_EQ(refusal(l.append(2)), errc::poisoned);
  EXPECT_EQ(refusal(l.append(1)), errc::poisoned);  // though the disk works again
  EXPECT_EQ(l.book().head().value, 3u);
  l.expect_all_there();
  EXPECT_EQ(l.book().journey("participant/p0", {1}, {99}).value().size(), 3u);
  EXPECT_EQ(l.book().resolve_cut("3").value().value, 3u);
  l.close();
  l.open();
  l.expect_all_there();
  EXPECT_TRUE(l.append(1).has_value());
  l.expect_all_there();
}

TEST(LedgerFaults, ARetryAfterAFailedSyncIsRecordedOnce) {
  faulty_ledger l;
  l.append(1).value();
  const std::string line = enrolled("retried", "participant/p9");
  l.disk.fail_wal_sync(1);
  EXPECT_EQ(refusal(l.book().append(drafts({line}), {})), errc::poisoned);
  l.close();
  l.open();
  const auto at = l.book().append(drafts({line}), {}).value().front().value();
  EXPECT_EQ(at.position, l.book().head());
  EXPECT_TRUE(l.book().append(drafts({line}), {}).value().front()->existed);
  EXPECT_EQ(l.book().version("participant/p9").value, 1u);
}

TEST(LedgerFaults, AFullDiskPoisonsAndWhatWasAcknowledgedStays) {
  faulty_ledger l;
  l.append(4).value();
  l.disk.disk_full = true;
  EXPECT_EQ(refusal(l.append(1)), errc::poisoned);
  l.expect_all_there();
  l.close();
  l.disk.disk_full = false;
  l.open();
  l.expect_all_there();
  l.append(2).value();
  l.expect_all_there();
}

TEST(LedgerFaults, AFullDiskAtCloseLosesNothing) {
  faulty_ledger l;
  l.append(4).value();
  l.disk.disk_full = true;
  l.close();
  l.disk.disk_full = false;
  l.open();
  l.expect_all_there();
}

TEST(LedgerFaults, OfManyClientsAllLearnOfAFailedSync) {
  faulty_ledger l;
  std::mutex mutex;
  std::map<std::string, position> acknowledged;
  std::atomic<int> refused{0};
  l.disk.fail_wal_sync(10);
  const auto client = [&](int c) {
    for (int i = 0;; ++i) {
      const std::string id = std::to_string(c) + "-" + std::to_string(i);
      const auto answers = l.book().append(drafts({enrolled(id, "participant/a")}), {});
      if (!answers) {
        refused += answers.error().code == errc::poisoned ? 1 : 0;
        return;
      }
      const std::lock_guard lock(mutex);
      acknowledged[id] = answers->front()->position;
    }
  };
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < 6; ++c) clients.emplace_back(client, c);
  }
  EXPECT_EQ(refused, 6);
  l.acknowledged = acknowledged;
  l.close();
  l.open();
  l.expect_all_there();
}

// A ledger that ended without a clean close, so that its events stand in the write-ahead log alone.
class LedgerDamage : public ::testing::Test {
 protected:
  LedgerDamage() {
    for (int i = 0; i < 60; ++i) l.append(1).value();
    l.disk.fail_wal_sync(1);
    static_cast<void>(l.append(1));
    l.repair();
    for (const auto& file : fs::directory_iterator(l.folder() / "log"))
      if (file.path().extension() == ".log" && file.file_size() > bytes.size()) {
        wal = file.path();
        bytes = slurp(wal);
      }
  }
  // Opening finds `damaged` in place of the log's bytes, names a position, changes nothing; with
  // the right bytes everything is there again.
  void expect_found(const std::string& damaged) {
    spill(wal, damaged);
    const auto before = contents(l.folder());
    const auto opened = ledger::open(l.options);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, errc::corrupt);
    EXPECT_NE(opened.error().message.find("position"), std::string::npos)
        << opened.error().message;
    EXPECT_TRUE(contents(l.folder()) == before);
    spill(wal, bytes);
    l.open();
    l.expect_all_there();
  }

  faulty_ledger l;
  fs::path wal;
  std::string bytes;
};

TEST_F(LedgerDamage, AFlippedByteInTheMiddleIsNamedAndNothingChanged) {
  ASSERT_GT(bytes.size(), 4'000u);
  std::string damaged = bytes;
  damaged[bytes.size() / 2] = static_cast<char>(damaged[bytes.size() / 2] ^ 4);
  expect_found(damaged);
}

TEST_F(LedgerDamage, AZeroedPageIsNamedAndNothingChanged) {
  std::string damaged = bytes;
  damaged.replace(2'000, 4'096, 4'096, '\0');
  expect_found(damaged);
}

TEST_F(LedgerDamage, ATruncatedLogIsNamedAndNothingChanged) {
  expect_found(bytes.substr(0, bytes.size() / 2));
}

TEST_F(LedgerDamage, ALogThatVanishedIsFound) {
  fs::remove_all(l.folder() / "log");
  const auto before = contents(l.folder());
  EXPECT_EQ(ledger::open(l.options).error().code, errc::corrupt);
  EXPECT_TRUE(contents(l.folder()) == before);
}

TEST_F(LedgerDamage, ADamagedHeadIsFound) {
  const fs::path head = l.folder() / "head";
  const std::string good = slurp(head);
  spill(head, good.substr(0, good.size() / 2));
  EXPECT_EQ(ledger::open(l.options).error().code, errc::corrupt);
  spill(head, good);
  l.open();
  l.expect_all_there();
}

TEST_F(LedgerDamage, AHeadBehindTheLogIsMovedForward) {
  l.open();
  const std::string early = slurp(l.folder() / "head");
  l.append(5).value();
  l.close();
  spill(l.folder() / "head", early);
  l.open();
  EXPECT_EQ(l.book().head().value, 65u);
  l.expect_all_there();
}


// As many events as the index writes to a file at a clean close.
std::vector<draft> enough_for_a_run() {
  std::vector<draft> all(name_index::reopen_events, parsed(enrolled("0", "participant/a")));
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].event.id = "r-" + std::to_string(i);
    all[i].event.subject = "participant/r" + std::to_string(i % 1'000);
  }
  return all;
}

// Of the names alone: what the index reads when it opens is smaller.
void damage_data_of_runs(const fs::path& index) {
  for (const auto& file : fs::directory_iterator(index)) {
    if (file.path().extension() != ".sst" || file.file_size() < 1'000'000) continue;
    std::string bytes = slurp(file.path());
    for (std::size_t i = 0; i < bytes.size() / 2; ++i) bytes[i] = static_cast<char>(~bytes[i]);
    spill(file.path(), bytes);
  }
}

TEST(LedgerFaults, AnIndexThatFailsCostsARebuildAndNothingElse) {
  faulty_ledger l;
  append_options each;
  each.atomic = false;
  l.book().append(enough_for_a_run(), each).value();
  l.close();
  const fs::path index = l.folder() / "index" / "names";
  damage_data_of_runs(index);
  l.open();
  auto known = enough_for_a_run();
  known.resize(20);  // in the damaged half of the file and in the other
  EXPECT_THROW(static_cast<void>(l.book().append(known, each)), world_error);
  EXPECT_TRUE(l.append(2));  // not poisoned: nothing was written
  l.close();
  l.open();
  EXPECT_TRUE(l.book().append(known, each)->back()->existed);
  EXPECT_EQ(l.book().version("participant/r7").value, 100u);
  fs::remove_all(index);  // the run cannot be written at the close
  l.close();
  l.open();
  EXPECT_TRUE(l.book().append(known, each)->back()->existed);
  l.append(1).value();
  l.expect_all_there();
}

}  // namespace
}  // namespace stegvis::test

// Goal: what the block log acknowledged is there, once and in order, or opening it says what is
// missing and changes nothing. Method: a real database in a temporary folder, files damaged by
// hand, a disk that fails on demand (faulty_env.hpp), and random runs against a vector.
#include "events/block_log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "tests/events/faulty_env.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;
using sizes = std::vector<std::uint32_t>;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void overwrite(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A record whose payload can be found again in a file.
std::string marker(std::uint64_t p) {
  return "<record " + std::to_string(p) + ">";
}
std::string record_at(std::uint64_t p, std::size_t filling) {
  const std::string payload = marker(p) + std::string(filling, static_cast<char>('a' + p % 26));
  std::string record(record_header_bytes, '\0');
  const auto length = static_cast<std::uint32_t>(payload.size());
  std::memcpy(record.data(), &length, sizeof length);
  record += payload;
  stamp_record(record.data(), {static_cast<std::int64_t>(p)});
  return record;
}

class BlockLog : public testing::Test {
 protected:
  BlockLog() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("stegvis-log-" + std::to_string(getpid()) + "-" + test->name());
    start();
  }
  ~BlockLog() override {
    log_.reset();
    fs::remove_all(folder_);
  }

  // An empty log on a healthy disk.
  void start() {
    log_.reset();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    env_ = std::make_unique<faulty_env>();
    model_.clear();
    log_ = block_log::open({.path = path(), .env = env_.get(), .create = true}).value();
  }
  std::string path() const { return folder_ / "log"; }
  position head() const { return {model_.size()}; }

  // One block for each count, in one write; in the model once it is acknowledged.
  void append(const sizes& counts, std::size_t filling = 80) {
    std::vector<std::string> blocks, records;
    for (const auto count : counts) {
      blocks.emplace_back();
      for (std::uint32_t i = 0; i < count; ++i) {
        records.push_back(record_at(model_.size() + records.size() + 1, filling));
        blocks.back() += records.back();
      }
    }
    const std::vector<std::string_view> views(blocks.begin(), blocks.end());
    log_->append({model_.size() + 1}, views, counts);
    model_.insert(model_.end(), records.begin(), records.end());
  }
  void append_times(int times, std::uint32_t count) {
    for (int i = 0; i < times; ++i) append({count});
  }

  // As kill -9 leaves it: what was written is in the write-ahead log.
  void kill() { log_.reset(); }
  void close() {
    log_->flush();
    log_.reset();
  }
  void open() { log_ = block_log::open({.path = path(), .head = head()}).value(); }
  problem refusal() { return block_log::open({.path = path(), .head = head()}).error(); }

  std::map<std::string, std::string> snapshot() const {
    std::map<std::string, std::string> files;
    for (const auto& file : fs::directory_iterator(path()))
      files[file.path().filename()] = bytes_of(file.path());
    return files;
  }
  fs::path only_file(const std::string& extension) const {
    fs::path found;
    for (const auto& file : fs::directory_iterator(path())) {
      if (file.path().extension() != extension || file.file_size() == 0) continue;
      EXPECT_TRUE(found.empty()) << "more than one " << extension;
      found = file.path();
    }
    return found;
  }
  fs::path wal() const { return only_file(".log"); }

  // Corrupt, naming this position, with every byte of the folder as it was; and again so.
  void expect_missing(position p) {
    const auto before = snapshot();
    for (int again = 0; again < 2; ++again) {
      const auto refused = refusal();
      EXPECT_EQ(refused.code, errc::corrupt);
      EXPECT_NE(refused.message.find("position " + std::to_string(p.value) + " is missing"),
                std::string::npos)
          << refused.message;
      EXPECT_TRUE(snapshot() == before);
    }
  }
  void expect_equals_model() {
    ASSERT_EQ(log_->last(), head());
    block_log::cursor all(*log_, {1});
    record_view record;
    position at;
    for (std::uint64_t p = 1; p <= model_.size(); ++p) {
      ASSERT_TRUE(all.next(record, at)) << (all.damage() ? all.damage()->message : "ended");
      ASSERT_EQ(at.value, p);
      const auto* end = record.payload.data() + record.payload.size();
      ASSERT_EQ(std::string_view(end - record.bytes, record.bytes), model_[p - 1]);
    }
    EXPECT_FALSE(all.next(record, at));
    EXPECT_FALSE(all.damage());
  }

  fs::path folder_;
  std::unique_ptr<faulty_env> env_;
  std::unique_ptr<block_log> log_;
  std::vector<std::string> model_;
};

TEST_F(BlockLog, StartsEmpty) {
  EXPECT_EQ(log_->last(), position{0});
  kill();
  open();
  expect_equals_model();
}

TEST_F(BlockLog, ReadsBackOneManyAndAll) {
  append({1});
  append({256, 3, 1});
  append({20});
  expect_equals_model();
  for (std::uint64_t p = 1; p <= model_.size(); ++p)
    EXPECT_EQ(log_->read_record_bytes({p}).value(), model_[p - 1]);
  const std::vector<position> wanted{{1}, {2}, {2}, {17}, {257}, {258}, {260}, {261}, {281}};
  const auto read = log_->read_many(wanted).value();
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_EQ(read[i], model_[wanted[i].value - 1]) << wanted[i].value;
  EXPECT_TRUE(log_->read_many({})->empty());
}

TEST_F(BlockLog, CursorKeepsToItsBounds) {
  append({100, 100, 100});
  block_log::cursor some(*log_, {150}, {230});
  append({100});  // Behind the cursor's bound, and after it was made.
  record_view record;
  position at;
  for (std::uint64_t p = 150; p <= 230; ++p) {
    ASSERT_TRUE(some.next(record, at));
    EXPECT_EQ(at.value, p);
  }
  EXPECT_FALSE(some.next(record, at));
  EXPECT_FALSE(some.damage());
  block_log::cursor none(*log_, {401});
  EXPECT_FALSE(none.next(record, at));
  EXPECT_FALSE(none.damage());
}

TEST_F(BlockLog, CursorSeesOnlyWhatWasThereWhenItWasMade) {
  append({10});
  block_log::cursor early(*log_, {1});
  append({10});
  record_view record;
  position at;
  while (early.next(record, at)) {
  }
  EXPECT_EQ(at, position{10});
  EXPECT_FALSE(early.damage());
}

TEST_F(BlockLog, SurvivesKillAndCleanClose) {
  append({5, 256});
  kill();
  open();
  expect_equals_model();
  append({7});
  close();
  EXPECT_TRUE(wal().empty());
  open();
  expect_equals_model();
}

TEST_F(BlockLog, CreateNeverOverwritesAndAMissingLogIsCorrupt) {
  append({5});
  kill();
  EXPECT_EQ(block_log::open({.path = path(), .create = true}).error().code, errc::already_exists);
  open();
  expect_equals_model();
  kill();
  fs::remove_all(path());
  EXPECT_EQ(refusal().code, errc::corrupt);
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(BlockLog, FilesAreNeverRewritten) {
  for (int i = 0; i < 40; ++i) {
    append({256, 256}, 300);
    log_->flush();
  }
  kill();
  int tables = 0;
  for (const auto& file : fs::directory_iterator(path()))
    tables += file.path().extension() == ".sst";
  EXPECT_EQ(tables, 40);
  EXPECT_EQ(env_->tables_created(), 40);
  open();
  expect_equals_model();
  EXPECT_GT(log_->disk_bytes(), 0u);
}

TEST_F(BlockLog, ReadersRunBesideTheWriter) {
  append({64});
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&] {
      while (!done) {
        const auto last = log_->last();
        EXPECT_EQ(log_->read_record_bytes(last).value(), record_at(last.value, 80));
        record_view record;
        position at;
        block_log::cursor all(*log_, {1});
        while (all.next(record, at)) {
        }
        EXPECT_FALSE(all.damage());
        EXPECT_GE(at, last);
      }
    });
  }
  for (int i = 0; i < 100; ++i) append({3, 256});
  done = true;
  for (auto& reader : readers) reader.join();
}

// Each block is ten records and a write of its own, so a damaged one begins at 10 n + 1.
position block_of(std::uint64_t p) {
  return {(p - 1) / 10 * 10 + 1};
}

TEST_F(BlockLog, AFlippedByteInMidWalIsNamedAndNothingChanged) {
  append_times(100, 10);
  kill();
  const auto file = wal();
  const auto whole = bytes_of(file);
  for (const std::uint64_t p : {1u, 15u, 500u, 995u}) {
    auto damaged = whole;
    damaged.at(damaged.find(marker(p)) + 3) ^= 1;
    overwrite(file, damaged);
    expect_missing(block_of(p));
  }
  overwrite(file, whole);
  open();
  expect_equals_model();
}

// Power loss may bring an old head back, so that alone does not tell damage from a torn write.
TEST_F(BlockLog, DamageWithWholeWritesBehindItIsNeverTakenForATornOne) {
  append_times(100, 10);
  kill();
  const auto file = wal();
  const auto whole = bytes_of(file);
  const auto damaged_at = [&](std::uint64_t p) {
    auto damaged = whole;
    damaged.at(damaged.find(marker(p)) + 3) ^= 1;
    overwrite(file, damaged);
  };
  damaged_at(500);
  const auto before = snapshot();
  const auto refused = block_log::open({.path = path(), .head = {20}}).error();
  EXPECT_EQ(refused.code, errc::corrupt);
  EXPECT_NE(refused.message.find("position 491 is missing"), std::string::npos) << refused.message;
  EXPECT_TRUE(snapshot() == before);

  damaged_at(995);
  model_.resize(990);
  open();
  expect_equals_model();
}

TEST_F(BlockLog, AnyFlippedByteOfTheWalIsFound) {
  append_times(30, 10);
  kill();
  const auto file = wal();
  const auto whole = bytes_of(file);
  std::mt19937_64 random(number_from("STEGVIS_SEED", 1));
  for (int i = 0; i < 60; ++i) {
    const auto at = random() % whole.size();
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    overwrite(file, damaged);
    const auto before = snapshot();
    const auto opened = block_log::open({.path = path(), .head = head()});
    ASSERT_FALSE(opened.has_value()) << "byte " << at;
    EXPECT_EQ(opened.error().code, errc::corrupt);
    EXPECT_NE(opened.error().message.find("is missing"), std::string::npos);
    ASSERT_TRUE(snapshot() == before) << "byte " << at;
  }
}

TEST_F(BlockLog, AZeroedPageInMidWalIsNamed) {
  append_times(300, 10);
  kill();
  const auto file = wal();
  auto damaged = bytes_of(file);
  const std::size_t page = damaged.size() / 2 / 4096 * 4096;
  // The first record whose marker is behind the page's start is in the damaged block or its
  // neighbour.
  std::uint64_t p = 1;
  while (damaged.find(marker(p)) < page) ++p;
  const auto last_whole = damaged.rfind("<record ", page);
  const auto damaged_block = block_of(std::stoull(damaged.substr(last_whole + 8, 8)));
  damaged.replace(page, 4096, 4096, '\0');
  overwrite(file, damaged);
  const auto refused = refusal();
  const bool named =
      refused.message.find("position " + std::to_string(damaged_block.value) + " is missing") !=
          std::string::npos ||
      refused.message.find("position " + std::to_string(block_of(p).value) + " is missing") !=
          std::string::npos;
  EXPECT_TRUE(named) << refused.message;
  expect_missing(
      refused.message.ends_with("position " + std::to_string(block_of(p).value) + " is missing")
          ? block_of(p)
          : damaged_block);
}

// Zeroes from a record's header to the end of a 32 KiB block look like room set aside.
TEST_F(BlockLog, ZeroesThatLookLikeRoomSetAsideAreNamed) {
  append_times(300, 10);
  kill();
  const auto file = wal();
  auto damaged = bytes_of(file);
  constexpr std::size_t wal_block = 32 * 1024, header = 7, footer = 4;
  const std::size_t batch = damaged.find(marker(101)) - record_header_bytes;
  const std::size_t from = damaged.find(record_at(100, 80)) + record_at(100, 80).size() + footer;
  ASSERT_LT(from + header, batch);
  ASSERT_EQ(from / wal_block, batch / wal_block);
  damaged.replace(from, wal_block - from % wal_block, wal_block - from % wal_block, '\0');
  overwrite(file, damaged);
  expect_missing({101});
  model_.resize(50);  // As if power loss had brought an old head back.
  expect_missing({101});
}

TEST_F(BlockLog, ATruncatedWalIsNamedAndNothingChanged) {
  append_times(50, 10);
  kill();
  const auto file = wal();
  const auto whole = bytes_of(file);
  for (const std::uint64_t p : {1u, 33u, 250u, 491u, 500u}) {
    overwrite(file, whole.substr(0, whole.find(marker(p)) + 5));
    expect_missing(block_of(p));
  }
  overwrite(file, "");
  expect_missing({1});
  fs::remove(file);
  expect_missing({1});
}

TEST_F(BlockLog, AMissingTailBehindACleanCloseIsNamed) {
  append_times(5, 10);
  close();
  model_.resize(60, "acknowledged, but gone");
  expect_missing({51});
}

TEST_F(BlockLog, ADamagedTableBlockIsNamedWhenReadAndTheRestIsReadable) {
  append({256, 256, 256}, 400);
  close();
  const auto file = only_file(".sst");
  auto damaged = bytes_of(file);
  damaged.at(100) ^= 1;
  overwrite(file, damaged);
  open();
  const auto refused = log_->read_record_bytes({17});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, errc::corrupt);
  EXPECT_NE(refused.error().message.find("position 17 "), std::string::npos);
  EXPECT_EQ(log_->read_record_bytes({257}).value(), model_[256]);

  block_log::cursor all(*log_, {1});
  record_view record;
  position at;
  EXPECT_FALSE(all.next(record, at));
  ASSERT_TRUE(all.damage());
  EXPECT_NE(all.damage()->message.find("position 1 "), std::string::npos);
}

TEST_F(BlockLog, AMissingOrCutTableIsCorruptAndNothingChanged) {
  append({256});
  close();
  const auto file = only_file(".sst");
  const auto whole = bytes_of(file);
  overwrite(file, whole.substr(0, whole.size() - 1));
  auto before = snapshot();
  EXPECT_EQ(refusal().code, errc::corrupt);
  EXPECT_TRUE(snapshot() == before);
  fs::remove(file);
  before = snapshot();
  EXPECT_EQ(refusal().code, errc::corrupt);
  EXPECT_TRUE(snapshot() == before);
}

TEST_F(BlockLog, AFailedSyncThrowsAndNothingIsTakenAfterIt) {
  append_times(3, 10);
  env_->fail_wal_sync(1);
  EXPECT_THROW(append({10}), world_error);
  try {
    append({10});
    ADD_FAILURE() << "taken";
  } catch (const world_error& refused) {
    EXPECT_STREQ(refused.what(), "the log takes nothing more: an earlier write failed");
  }
  EXPECT_THROW(log_->flush(), world_error);
  EXPECT_EQ(log_->last(), head());
  kill();
  open();
  expect_equals_model();
  append({10});
  expect_equals_model();
}

TEST_F(BlockLog, AFullDiskThrowsAndWhatWasAcknowledgedStays) {
  append_times(3, 10);
  env_->disk_full = true;
  EXPECT_THROW(append({10}), world_error);
  env_->disk_full = false;
  EXPECT_THROW(append({10}), world_error);
  kill();
  open();
  expect_equals_model();
}

TEST_F(BlockLog, AFullDiskDuringFlushThrowsAndWhatWasAcknowledgedStays) {
  append_times(3, 10);
  env_->disk_full = true;
  EXPECT_THROW(log_->flush(), world_error);
  EXPECT_THROW(append({10}), world_error);
  env_->disk_full = false;
  kill();
  open();
  expect_equals_model();
}

// What a disk without power may keep of bytes that were never synced.
std::string torn(std::string bytes, std::mt19937_64& random) {
  constexpr std::size_t sector = 512;
  const std::size_t at = bytes.empty() ? 0 : random() % bytes.size();
  switch (random() % 5) {
    case 0:
      return {};
    case 1:
      return bytes;
    case 2:
      return bytes.substr(0, at);
    case 3:
      return bytes.replace(at, sector, std::min(sector, bytes.size() - at), '\0');
    default:
      return bytes.replace(at, sector, std::min(sector, bytes.size() - at), '#');
  }
}

class BlockLogRounds : public BlockLog {
 protected:
  // Runs the round with seeds of its own; a failure says how to repeat it.
  template <class Round>
  void run_rounds(std::uint64_t otherwise, Round round) {
    const auto first = number_from("STEGVIS_SEED", 1);
    const auto rounds = number_from("STEGVIS_ROUNDS", otherwise);
    for (auto seed = first; seed < first + rounds && !HasFailure(); ++seed) {
      SCOPED_TRACE("repeat: STEGVIS_ROUNDS=1 STEGVIS_SEED=" + std::to_string(seed));
      start();
      std::mt19937_64 random(seed);
      round(random);
    }
  }
  sizes random_counts(std::mt19937_64& random) {
    sizes counts(1 + random() % 3);
    for (auto& count : counts) count = 1 + random() % (random() % 3 == 0 ? 256 : 12);
    return counts;
  }
};

TEST_F(BlockLogRounds, PowerLossLosesNothingAcknowledgedAndTearsNothing) {
  run_rounds(40, [&](auto& random) {
    append_times(static_cast<int>(random() % 20), 5);
    if (random() % 2 == 0) log_->flush();
    env_->lose_power_at_wal_sync(static_cast<int>(1 + random() % 20),
                                 [&](std::string bytes) { return torn(bytes, random); });
    sizes counts;
    while (!env_->power_lost()) {
      counts = random_counts(random);
      try {
        append(counts);
      } catch (const world_error&) {
      }
    }
    kill();
    const auto acknowledged = head();
    log_ = block_log::open({.path = path(), .head = acknowledged}).value();
    // The write in which power was lost was never acknowledged: it is there whole or not at all.
    if (log_->last() != acknowledged) {
      std::uint64_t more = 0;
      for (const auto count : counts) more += count;
      for (; more != 0; --more) model_.push_back(record_at(model_.size() + 1, 80));
    }
    expect_equals_model();
    append({3});
    expect_equals_model();
  });
}

TEST_F(BlockLogRounds, AnyRunEqualsAVector) {
  run_rounds(10, [&](auto& random) {
    for (int step = 0; step < 60 && !HasFailure(); ++step) {
      switch (random() % 8) {
        case 0:
          kill();
          open();
          break;
        case 1:
          close();
          open();
          break;
        case 2:
          log_->flush();
          break;
        case 3: {
          if (model_.empty()) break;
          std::vector<position> wanted(random() % 14);
          for (auto& p : wanted) p = {1 + random() % model_.size()};
          std::sort(wanted.begin(), wanted.end());
          const auto read = log_->read_many(wanted).value();
          for (std::size_t i = 0; i < wanted.size(); ++i)
            ASSERT_EQ(read[i], model_[wanted[i].value - 1]);
          break;
        }
        case 4: {
          if (model_.empty()) break;
          const position first{1 + random() % model_.size()};
          const position last{first.value + random() % 300};
          block_log::cursor some(*log_, first, last);
          record_view record;
          position at, expected = first;
          for (; some.next(record, at); ++expected.value) ASSERT_EQ(at, expected);
          ASSERT_FALSE(some.damage());
          ASSERT_EQ(expected.value, std::min<std::uint64_t>(last.value, model_.size()) + 1);
          break;
        }
        default:
          append(random_counts(random), random() % 400);
      }
    }
    expect_equals_model();
  });
}

}  // namespace
}  // namespace stegvis

// Goal: keys and identifiers last until they are forgotten, and then no file holds what they were
// wrapped in. Method: stores in temporary folders, closed and opened again; files searched for the
// old bytes; for crashes this program runs itself and ends without notice after each step.
#include "events/keys.hpp"

#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "events/key_cache.hpp"
#include "events/key_database.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

constexpr const char* anna = "participant/p-anna";
constexpr const char* bert = "participant/p-bert";
constexpr person_identifier anna_number{"personnummer", "", "821105-9954"};
constexpr person_identifier bert_number{"local", "study", "17"};

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

// A ledger's keys in a folder of their own.
class KeyStore : public testing::Test {
 protected:
  KeyStore() {
    auto pattern = (fs::temp_directory_path() / "stegvis-keys-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~KeyStore() override { fs::remove_all(root_); }

  static key_store_options options_in(const fs::path& root) {
    return {.folder = root / "keys", .kek_file = root / "ledger.kek", .today = [] {
              return std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
            }};
  }
  key_store_options options() const { return options_in(root_); }
  key_store created() const { return key_store::create(options()).value(); }
  key_store opened() const { return key_store::open(options()).value(); }
  errc refused() const { return key_store::open(options()).error().code; }

  // Anna and Bert with a key and an identifier each.
  key_store with_two_people() const {
    auto keys = created();
    for (const auto* subject : {anna, bert}) {
      keys.find_or_create(subject, privacy::identity);
      keys.find_or_create(subject, privacy::health);
    }
    EXPECT_TRUE(keys.link_person(anna_number, anna));
    EXPECT_TRUE(keys.link_person(bert_number, bert));
    keys.sync();
    return keys;
  }

  // Every wrapped value in the folder now, and the wrapped generation key.
  std::vector<std::string> wrapped_bytes() const {
    std::vector<std::string> all{read(root_ / "keys/generation").substr(16, 72)};
    for (const auto& found : fs::directory_iterator(root_ / "keys")) {
      if (!found.is_directory()) continue;
      const auto db = key_database::open(found.path()).value();
      db.for_each("", [&](std::string_view, std::string_view value) { all.emplace_back(value); });
    }
    return all;
  }

  std::vector<std::string> files_with(std::string_view bytes) const {
    std::vector<std::string> found;
    for (const auto& file : fs::recursive_directory_iterator(root_ / "keys")) {
      if (!file.is_regular_file() || read(file).find(bytes) == std::string::npos) continue;
      found.push_back(file.path().filename());
    }
    return found;
  }

  fs::path root_;
};

raw_key raw(const std::optional<data_key>& key) {
  return key.value().key();
}

TEST_F(KeyStore, KeysLastAndDifferBySubjectAndClass) {
  std::optional<raw_key> identity, health, other;
  {
    auto keys = with_two_people();
    identity = raw(keys.find(anna, privacy::identity));
    health = raw(keys.find(anna, privacy::health));
    other = raw(keys.find(bert, privacy::identity));
  }
  EXPECT_FALSE(*identity == *health);
  EXPECT_FALSE(*identity == *other);
  auto keys = opened();
  EXPECT_TRUE(raw(keys.find(anna, privacy::identity)) == *identity);
  EXPECT_TRUE(raw(keys.find_or_create(bert, privacy::identity)) == *other);
  EXPECT_FALSE(keys.find(anna, privacy::contact));
}

TEST_F(KeyStore, WhatWasNotSyncedIsGone) {
  { created().find_or_create(anna, privacy::identity); }
  EXPECT_FALSE(opened().find(anna, privacy::identity));
}

TEST_F(KeyStore, TheKeyFileIsMadeOnceAndForItsOwnerOnly) {
  { auto keys = created(); }
  const auto text = read(root_ / "ledger.kek");
  EXPECT_EQ(text.size(), 65U);
  EXPECT_EQ(fs::status(root_ / "ledger.kek").permissions(), fs::perms(0600));
  fs::remove_all(root_ / "keys");
  { auto keys = created(); }
  EXPECT_EQ(read(root_ / "ledger.kek"), text);
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 2);
}

TEST_F(KeyStore, CreateNeverOverwrites) {
  { auto keys = with_two_people(); }
  EXPECT_EQ(key_store::create(options()).error().code, errc::already_exists);
  EXPECT_TRUE(opened().find(anna, privacy::identity));
}

TEST_F(KeyStore, OpeningNamesWhatIsWrong) {
  EXPECT_EQ(refused(), errc::bad_key);  // no keys at all
  { auto keys = with_two_people(); }
  const auto kek = read(root_ / "ledger.kek");
  const auto generation = read(root_ / "keys/generation");

  write(root_ / "ledger.kek", std::string(64, 'a') + "\n");
  EXPECT_EQ(refused(), errc::bad_key);
  write(root_ / "ledger.kek", kek.substr(1));
  EXPECT_EQ(refused(), errc::bad_key);
  fs::remove(root_ / "ledger.kek");
  EXPECT_EQ(refused(), errc::bad_key);
  write(root_ / "ledger.kek", kek);

  auto changed = generation;
  changed[40] = static_cast<char>(changed[40] ^ 1);
  write(root_ / "keys/generation", changed);
  EXPECT_EQ(refused(), errc::corrupt);
  changed = generation;
  changed[7] = 2;
  write(root_ / "keys/generation", changed);
  EXPECT_EQ(refused(), errc::newer_format);
  write(root_ / "keys/generation", generation);

  fs::rename(root_ / "keys/db-1", root_ / "db");
  EXPECT_EQ(refused(), errc::corrupt);
  fs::rename(root_ / "db", root_ / "keys/db-1");
  EXPECT_TRUE(opened().find(anna, privacy::identity));
}

TEST_F(KeyStore, OneProcessAtATime) {
  auto keys = created();
  EXPECT_EQ(refused(), errc::locked);
}

TEST_F(KeyStore, ThreadsAgreeOnEachKey) {
  constexpr int subjects = 500, threads = 4;
  auto keys = created();
  std::vector<std::vector<raw_key>> seen(threads);
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        for (int s = 0; s < subjects; ++s) {
          const auto subject = "participant/" + std::to_string(s);
          seen[t].push_back(keys.find_or_create(subject, privacy::freetext).key());
          if (s % 100 == t) keys.sync();
        }
        keys.sync();
      });
    }
  }
  for (int t = 1; t < threads; ++t) EXPECT_TRUE(seen[t] == seen[0]);
}

TEST(KeyCache, AnUnsettledKeyIsNeverMadeTwice) {
  key_cache cache;
  const auto nowhere = [] { return std::optional<data_key>(); };
  const auto first = cache.find_or_make("first", nowhere);
  for (int i = 0; i < 700'000; ++i) {
    const auto same = [&] { return std::optional(first); };
    ASSERT_TRUE(cache.find(std::to_string(i), same));
  }
  EXPECT_TRUE(cache.find_or_make("first", nowhere).key() == first.key());
  EXPECT_EQ(cache.unsettled_count(), 1U);
  cache.settle(cache.unsettled());
  EXPECT_EQ(cache.unsettled_count(), 0U);
  EXPECT_TRUE(cache.find("first", nowhere));
}

TEST_F(KeyStore, IdentifiersFindTheirPerson) {
  std::string subject;
  {
    auto keys = created();
    EXPECT_EQ(keys.find_person(anna_number).value(), std::nullopt);
    subject = keys.find_or_create_person(anna_number).value();
    EXPECT_EQ(subject.size(), std::string_view("participant/p-").size() + 16);
    keys.sync();
  }
  auto keys = opened();
  for (const auto* form : {"821105-9954", "198211059954", " 19821105-9954"}) {
    EXPECT_EQ(keys.find_person({"personnummer", "", form}).value(), subject);
    EXPECT_EQ(keys.find_or_create_person({"samordningsnummer", "x", form}).value(), subject);
  }
  EXPECT_NE(keys.find_or_create_person({"local", "a", "17"}).value(),
            keys.find_or_create_person({"local", "b", "17"}).value());
  EXPECT_EQ(keys.find_or_create_person({"local", "a", " 17"}).value(),
            keys.find_person({"local", "a", "17 "}).value());
}

TEST_F(KeyStore, ABadIdentifierIsRefusedWithoutItsValue) {
  auto keys = created();
  for (const auto& id : {person_identifier{"personnummer", "", "821105-9955"},
                         person_identifier{"local", "x", "  "}}) {
    const auto refusal = keys.find_or_create_person(id).error();
    EXPECT_EQ(refusal.code, errc::bad_field);
    EXPECT_EQ(to_string(refusal).find("9955"), std::string::npos);
  }
}

TEST_F(KeyStore, LinkingAnewTellsWhomTheIdentifierMeant) {
  auto keys = with_two_people();
  EXPECT_EQ(keys.link_person(anna_number, anna).value(), std::nullopt);
  EXPECT_EQ(keys.link_person(anna_number, bert).value(), anna);
  keys.sync();
  EXPECT_EQ(keys.find_person(anna_number).value(), bert);
}

TEST_F(KeyStore, KeyedHashesLastAndDifferByLedger) {
  std::string hash;
  {
    auto keys = created();
    hash = keys.keyed_hash("row 1");
    EXPECT_EQ(hash.size(), 32U);
    EXPECT_NE(hash, keys.keyed_hash("row 2"));
    keys.forget(anna);
    EXPECT_EQ(hash, keys.keyed_hash("row 1"));
  }
  EXPECT_EQ(hash, opened().keyed_hash("row 1"));
  fs::remove_all(root_ / "keys");
  EXPECT_NE(hash, created().keyed_hash("row 1"));
}

TEST_F(KeyStore, KeyedHashesNeverHoldADigit) {
  auto keys = created();
  for (int i = 0; i < 100; ++i) {
    const auto hash = keys.keyed_hash("row " + std::to_string(i));
    EXPECT_EQ(hash.find_first_not_of("abcdefghijklmnop"), std::string::npos) << hash;
  }
}

TEST_F(KeyStore, BoxesForThePublicKeyOpen) {
  std::string boxed(4 + crypto_box_SEALBYTES, '\0');
  {
    auto keys = created();
    const auto to = keys.public_key();
    crypto_box_seal(reinterpret_cast<unsigned char*>(boxed.data()),
                    reinterpret_cast<const unsigned char*>("text"), 4, to.data());
    keys.forget(anna);
  }
  const auto keys = opened();
  EXPECT_EQ(keys.open_box(boxed), "text");
  boxed.back() = static_cast<char>(boxed.back() ^ 1);
  EXPECT_FALSE(keys.open_box(boxed));
  EXPECT_FALSE(keys.open_box("short"));
}

TEST_F(KeyStore, ForgettingTakesOnePersonOnly) {
  std::optional<raw_key> kept;
  {
    auto keys = with_two_people();
    kept = raw(keys.find(bert, privacy::health));
    keys.find_or_create(anna, privacy::freetext);  // not synced yet
    const auto removed = keys.forget(anna);
    EXPECT_EQ(removed.keys, 2U);
    EXPECT_EQ(removed.identifiers, 1U);
    EXPECT_FALSE(keys.find(anna, privacy::identity));
    EXPECT_FALSE(keys.find(anna, privacy::freetext));
    EXPECT_EQ(keys.find_person(anna_number).value(), std::nullopt);
    EXPECT_TRUE(raw(keys.find(bert, privacy::health)) == *kept);
    EXPECT_EQ(keys.find_person(bert_number).value(), bert);
    EXPECT_EQ(keys.forget(anna).keys, 0U);
  }
  auto keys = opened();
  EXPECT_FALSE(keys.find(anna, privacy::identity));
  EXPECT_EQ(keys.find_person(anna_number).value(), std::nullopt);
  EXPECT_TRUE(raw(keys.find(bert, privacy::health)) == *kept);
  EXPECT_EQ(keys.find_person(bert_number).value(), bert);
}

TEST_F(KeyStore, ForgettingLeavesNoOldByteInAnyFile) {
  { auto keys = with_two_people(); }
  const auto old = wrapped_bytes();
  ASSERT_EQ(old.size(), 1 + 4 + 2 + 2U);
  for (const auto& bytes : old) ASSERT_FALSE(files_with(bytes).empty());
  auto keys = opened();
  keys.forget(anna);
  for (const auto& bytes : old) EXPECT_EQ(files_with(bytes), std::vector<std::string>());
  EXPECT_TRUE(files_with(anna).empty());
  EXPECT_FALSE(files_with(bert).empty());
}

TEST_F(KeyStore, ForgettingOverwritesTheOldGenerationInPlace) {
  { auto keys = with_two_people(); }
  fs::create_hard_link(root_ / "keys/generation", root_ / "witness");
  opened().forget(anna);
  EXPECT_EQ(read(root_ / "witness"), std::string(120, '\0'));
}

TEST_F(KeyStore, AnOldCopyIsDeadUnderTheNewGeneration) {
  { auto keys = with_two_people(); }
  fs::copy(root_ / "keys", root_ / "copy", fs::copy_options::recursive);
  opened().forget(anna);
  fs::remove(root_ / "copy/generation");
  fs::copy(root_ / "keys/generation", root_ / "copy/generation");
  fs::rename(root_ / "copy/db-1", root_ / "copy/db-2");
  auto with_copy = options();
  with_copy.folder = root_ / "copy";
  EXPECT_EQ(key_store::open(with_copy).error().code, errc::corrupt);
}

// Runs the test of this name again in a process of its own, which ends itself after the step.
int run_again(const fs::path& root, std::string_view step) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const auto filter = std::string("--gtest_filter=") + test->test_suite_name() + "." + test->name();
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("STEGVIS_TEST_ROOT", root.c_str(), 1);
    ::setenv("STEGVIS_TEST_STEP", std::string(step).c_str(), 1);
    ::execl("/proc/self/exe", "keys_test", filter.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr int crashed = 42;

key_store_options crashing_after(key_store_options options, const std::string& step) {
  options.at_step = [step](std::string_view reached) {
    if (reached == step) ::_exit(crashed);
  };
  return options;
}

TEST_F(KeyStore, ForgettingIsFinishedAfterACrashAtEachStep) {
  if (const char* root = std::getenv("STEGVIS_TEST_ROOT")) {
    const auto options = crashing_after(options_in(root), std::getenv("STEGVIS_TEST_STEP"));
    key_store::open(options).value().forget(anna);
    ::_exit(0);
  }
  for (const auto* step :
       {"marked", "copied", "generation_written", "generation_linked", "generation_switched",
        "generation_overwritten", "generation_removed", "database_removed"}) {
    SCOPED_TRACE(step);
    fs::remove_all(root_ / "keys");
    std::optional<raw_key> kept;
    {
      auto keys = with_two_people();
      kept = raw(keys.find(bert, privacy::health));
    }
    const auto old = wrapped_bytes();
    ASSERT_EQ(run_again(root_, step), crashed);
    {
      // A second crash at the same place while the first is being mended changes nothing.
      const auto second = run_again(root_, step);
      EXPECT_TRUE(second == crashed || second == 0);
    }
    auto keys = opened();
    EXPECT_FALSE(keys.find(anna, privacy::identity));
    EXPECT_EQ(keys.find_person(anna_number).value(), std::nullopt);
    EXPECT_TRUE(raw(keys.find(bert, privacy::health)) == *kept);
    EXPECT_EQ(keys.find_person(bert_number).value(), bert);
    for (const auto& bytes : old) EXPECT_EQ(files_with(bytes), std::vector<std::string>());
    EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "keys"), {}), 2);
  }
}

TEST_F(KeyStore, AFailedForgettingEndsTheUseOfTheStore) {
  { auto keys = with_two_people(); }
  auto failing = options();
  failing.at_step = [](std::string_view step) {
    if (step == "copied") throw world_error("no space left");
  };
  {
    auto keys = key_store::open(failing).value();
    EXPECT_THROW(keys.forget(anna), world_error);
    EXPECT_THROW((void)keys.find(anna, privacy::identity), world_error);
    EXPECT_THROW(keys.sync(), world_error);
  }
  EXPECT_FALSE(opened().find(anna, privacy::identity));
}

TEST_F(KeyStore, RotatingTakesTheNewKeyFileFromThenOn) {
  {
    auto keys = with_two_people();
    ASSERT_TRUE(keys.rotate_kek(root_ / "new.kek"));
    EXPECT_EQ(keys.rotate_kek(root_ / "new.kek").error().code, errc::bad_argument);
    keys.forget(anna);
  }
  EXPECT_EQ(refused(), errc::bad_key);
  auto with_new = options();
  with_new.kek_file = root_ / "new.kek";
  EXPECT_TRUE(key_store::open(with_new).value().find(bert, privacy::health));
}

TEST_F(KeyStore, RotatingSurvivesACrashAtEachStep) {
  if (const char* root = std::getenv("STEGVIS_TEST_ROOT")) {
    const auto options = crashing_after(options_in(root), std::getenv("STEGVIS_TEST_STEP"));
    EXPECT_TRUE(key_store::open(options).value().rotate_kek(fs::path(root) / "new.kek"));
    ::_exit(0);
  }
  for (const auto& [step, switched] : {std::pair("generation_written", false),
                                       {"generation_linked", false},
                                       {"generation_switched", true},
                                       {"generation_overwritten", true}}) {
    SCOPED_TRACE(step);
    fs::remove_all(root_ / "keys");
    { auto keys = with_two_people(); }
    ASSERT_EQ(run_again(root_, step), crashed);
    auto which = options();
    if (switched) which.kek_file = root_ / "new.kek";
    EXPECT_TRUE(key_store::open(which).value().find(anna, privacy::identity));
    EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "keys"), {}), 2);
  }
}

// A second ledger beside the first one.
class KeyTransfer : public KeyStore {
 protected:
  key_store_options other() const {
    auto there = options();
    there.folder = root_ / "other";
    there.kek_file = root_ / "other.kek";
    return there;
  }
  fs::path file() const { return root_ / "keys.export"; }
  fs::path transfer_key() const { return root_ / "transfer.key"; }
};

TEST_F(KeyTransfer, AnEmptyLedgerTakesOverEverything) {
  auto keys = with_two_people();
  const auto written = keys.export_keys(file(), transfer_key()).value();
  EXPECT_EQ(written.keys, 4U);
  EXPECT_EQ(written.identifiers, 2U);
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms(0600));
  EXPECT_EQ(fs::status(transfer_key()).permissions(), fs::perms(0600));
  EXPECT_EQ(keys.export_keys(file(), transfer_key()).error().code, errc::already_exists);
  {
    auto there = key_store::create(other()).value();
    EXPECT_EQ(there.import_keys(file(), transfer_key()).value().keys, 4U);
    EXPECT_EQ(there.keyed_hash("row 1"), keys.keyed_hash("row 1"));
    EXPECT_EQ(there.import_keys(file(), transfer_key()).value().keys, 0U);
  }
  const auto there = key_store::open(other()).value();
  EXPECT_TRUE(raw(there.find(anna, privacy::health)) == raw(keys.find(anna, privacy::health)));
  EXPECT_EQ(there.find_person(anna_number).value(), anna);
  EXPECT_EQ(there.keyed_hash("row 1"), keys.keyed_hash("row 1"));
  EXPECT_EQ(there.public_key(), keys.public_key());
}

TEST_F(KeyTransfer, ACompatibleLedgerTakesWhatIsNew) {
  auto keys = with_two_people();
  ASSERT_TRUE(keys.export_keys(file(), transfer_key()));
  auto there = key_store::create(other()).value();
  ASSERT_TRUE(there.import_keys(file(), transfer_key()));
  keys.find_or_create("participant/p-new", privacy::contact);
  ASSERT_TRUE(keys.export_keys(root_ / "second", transfer_key()));
  EXPECT_EQ(there.import_keys(root_ / "second", transfer_key()).value().keys, 1U);
  EXPECT_TRUE(there.find("participant/p-new", privacy::contact));
}

TEST_F(KeyTransfer, AnotherKeyForTheSameIsRefusedAndNothingIsWritten) {
  auto keys = with_two_people();
  ASSERT_TRUE(keys.export_keys(file(), transfer_key()));
  auto there = key_store::create(other()).value();
  ASSERT_TRUE(there.import_keys(file(), transfer_key(),
                                [](std::string_view subject) { return subject == bert; }));
  EXPECT_FALSE(there.find(bert, privacy::health));
  const auto own = there.find_or_create(bert, privacy::identity).key();
  EXPECT_EQ(there.import_keys(file(), transfer_key()).error().code, errc::key_conflict);
  EXPECT_FALSE(there.find(bert, privacy::health));
  EXPECT_TRUE(raw(there.find(bert, privacy::identity)) == own);
}

TEST_F(KeyTransfer, ALedgerThatHashesOtherwiseIsRefused) {
  auto keys = with_two_people();
  ASSERT_TRUE(keys.export_keys(file(), transfer_key()));
  auto there = key_store::create(other()).value();
  there.find_or_create("participant/p-other", privacy::contact);
  EXPECT_EQ(there.import_keys(file(), transfer_key()).error().code, errc::key_conflict);
}

TEST_F(KeyTransfer, DamagedFilesAreRefusedAndNothingIsWritten) {
  auto keys = with_two_people();
  ASSERT_TRUE(keys.export_keys(file(), transfer_key()));
  auto there = key_store::create(other()).value();
  const auto hash = there.keyed_hash("row 1");
  const auto bytes = read(file());
  const auto code = [&](std::string_view changed) {
    write(file(), changed);
    return there.import_keys(file(), transfer_key()).error().code;
  };
  EXPECT_EQ(code(bytes.substr(0, bytes.size() - 1)), errc::corrupt);
  EXPECT_EQ(code(bytes + "x"), errc::corrupt);
  EXPECT_EQ(code("SGK"), errc::bad_file);
  auto newer = bytes;
  newer[7] = 9;
  EXPECT_EQ(code(newer), errc::newer_format);
  auto flipped = bytes;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  EXPECT_EQ(code(flipped), errc::bad_key);
  write(file(), bytes);
  write(transfer_key(), std::string(64, 'b') + "\n");
  EXPECT_EQ(there.import_keys(file(), transfer_key()).error().code, errc::bad_key);
  fs::remove(file());
  EXPECT_EQ(there.import_keys(file(), transfer_key()).error().code, errc::bad_file);
  EXPECT_EQ(there.keyed_hash("row 1"), hash);
  EXPECT_FALSE(there.find(anna, privacy::identity));
}

TEST(KekFile, LiesBesideTheLedgerUnlessNamed) {
  ::unsetenv("STEGVIS_KEK_FILE");
  EXPECT_EQ(kek_file_for("/srv/ledger"), "/srv/ledger.kek");
  EXPECT_EQ(kek_file_for("/srv/ledger/"), "/srv/ledger.kek");
  EXPECT_EQ(kek_file_for("/srv/x/../ledger/."), "/srv/ledger.kek");
  ::setenv("STEGVIS_KEK_FILE", "/run/kek", 1);
  EXPECT_EQ(kek_file_for("/srv/ledger"), "/run/kek");
  ::unsetenv("STEGVIS_KEK_FILE");
}

}  // namespace
}  // namespace stegvis

// Goal: the head file gives back what was stored, survives a torn write of either copy, and refuses
// what it cannot trust. Method: a real file in a temporary folder, with bytes flipped by hand; a
// second opening stands for a second process.
#include "events/head.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "events/crc32c.hpp"

namespace stegvis {
namespace {

class Head : public testing::Test {
 protected:
  Head() {
    folder_ = std::filesystem::temp_directory_path() / ("stegvis-head-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "head";
  }
  ~Head() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<head_file> opened() { return head_file::open(path_).value(); }
  errc refusal() { return head_file::open(path_).error().code; }
  std::string bytes() {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void overwrite(const std::string& all) { std::ofstream(path_, std::ios::binary) << all; }
  void flip(std::size_t at) {
    auto all = bytes();
    all.at(at) = static_cast<char>(all.at(at) ^ 0x10);
    overwrite(all);
  }

  std::filesystem::path folder_;
  std::string path_;
};

constexpr std::size_t slot_a = 4096, slot_b = 8192;

TEST_F(Head, StartsAtZeroWithAnIdThatStays) {
  const auto made = head_file::create(path_).value();
  EXPECT_EQ(made->load(), position{0});
  EXPECT_EQ(made->epoch(), 1u);
  EXPECT_EQ(made->id().size(), 32u);
  EXPECT_EQ(opened()->id(), made->id());
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(Head, IdsDiffer) {
  const auto a = head_file::create(path_).value(), b = head_file::create(path_ + "2").value();
  EXPECT_NE(a->id(), b->id());
}

TEST_F(Head, CreateNeverOverwrites) {
  head_file::create(path_).value()->store({7});
  EXPECT_EQ(head_file::create(path_).error().code, errc::already_exists);
  EXPECT_EQ(opened()->load(), position{7});
}

TEST_F(Head, StoredIsSeenByTheNextOpeningWithoutASync) {
  const auto writer = head_file::create(path_).value();
  const auto reader = opened();
  for (std::uint64_t p = 1; p <= 9; ++p) {
    writer->store({p});
    EXPECT_EQ(reader->load(), position{p});
    EXPECT_EQ(opened()->load(), position{p});
  }
}

TEST_F(Head, EpochAndPositionDoNotDisturbEachOther) {
  const auto head = head_file::create(path_).value();
  head->store({5});
  head->store_epoch(3);
  EXPECT_EQ(head->load(), position{5});
  head->store({6});
  head->sync();
  EXPECT_EQ(opened()->epoch(), 3u);
  EXPECT_EQ(opened()->load(), position{6});
}

TEST_F(Head, ATornWriteOfEitherCopyLeavesTheOther) {
  const auto head = head_file::create(path_).value();
  head->store({10});
  head->store({20});
  const auto whole = bytes();
  for (std::size_t byte = 0; byte < 24; ++byte) {
    flip(slot_a + byte);
    const auto left_b = opened()->load();
    overwrite(whole);
    flip(slot_b + byte);
    const auto left_a = opened()->load();
    overwrite(whole);
    EXPECT_EQ(std::min(left_a, left_b), position{10}) << byte;
    EXPECT_EQ(std::max(left_a, left_b), position{20}) << byte;
  }
}

TEST_F(Head, AfterATornWriteStoringGoesOn) {
  head_file::create(path_).value()->store({10});
  opened()->store({20});
  flip(opened()->load() == position{20} ? slot_a : slot_b);
  const auto head = opened();
  const auto before = head->load();
  head->store({before.value + 15});
  EXPECT_EQ(opened()->load(), position{before.value + 15});
}

TEST_F(Head, DamageOfBothCopiesIsCorrupt) {
  head_file::create(path_).value()->store({10});
  flip(slot_a);
  flip(slot_b);
  EXPECT_EQ(refusal(), errc::corrupt);
}

TEST_F(Head, DamageOfTheIdentityIsCorrupt) {
  static_cast<void>(head_file::create(path_).value());
  const auto whole = bytes();
  for (std::size_t byte = 0; byte < 32; ++byte) {
    flip(byte);
    EXPECT_EQ(refusal(), errc::corrupt) << byte;
    overwrite(whole);
  }
}

TEST_F(Head, AnyOtherLengthIsCorrupt) {
  static_cast<void>(head_file::create(path_).value());
  const auto whole = bytes();
  for (const std::size_t size : {0u, 10u, 4096u, 12287u}) {
    overwrite(whole.substr(0, size));
    EXPECT_EQ(refusal(), errc::corrupt) << size;
  }
}

TEST_F(Head, ANewerFormatIsNamedAndRefused) {
  static_cast<void>(head_file::create(path_).value());
  auto all = bytes();
  const std::uint32_t newer = ledger_format + 1;
  std::memcpy(all.data() + 8, &newer, sizeof newer);
  const auto sum = crc32c({all.data(), 28});
  std::memcpy(all.data() + 28, &sum, sizeof sum);
  overwrite(all);
  const auto refused = head_file::open(path_).error();
  EXPECT_EQ(refused.code, errc::newer_format);
  EXPECT_NE(refused.message.find("format " + std::to_string(newer)), std::string::npos);
}

TEST_F(Head, NoFileIsNoLedger) {
  EXPECT_EQ(refusal(), errc::no_ledger);
  EXPECT_EQ(head_file::open(path_ + "/x").error().code, errc::no_ledger);
}

TEST_F(Head, HasOneOwnerAtATime) {
  auto first = head_file::create(path_).value();
  const auto second = opened();
  EXPECT_TRUE(first->try_lock());
  EXPECT_FALSE(second->try_lock());
  first.reset();
  EXPECT_TRUE(second->try_lock());
}

TEST_F(Head, OpeningAndLockingChangeNothing) {
  head_file::create(path_).value()->store({3});
  const auto before = bytes();
  {
    const auto head = opened();
    EXPECT_TRUE(head->try_lock());
    EXPECT_EQ(head->load(), position{3});
  }
  EXPECT_EQ(bytes(), before);
}

}  // namespace
}  // namespace stegvis

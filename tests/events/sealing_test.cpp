// Goal: a sealed field opens only for its key, event and field, its length tells little, and
// sealing the same again gives the same bytes. Method: round trips, one byte flipped at a time.
#include "events/sealing.hpp"

#include <gtest/gtest.h>

#include "events/key_wrapping.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

raw_key key_of(std::uint8_t first) {
  std::array<std::uint8_t, 32> bytes{};
  for (auto& byte : bytes) byte = first++;
  return raw_key(bytes);
}

const data_key key(key_of(1));
constexpr std::string_view event = "/landskrona/ame a-17";

TEST(Sealing, OpensToWhatWasSealed) {
  for (const std::size_t length : {0, 1, 63, 64, 65, 1000, 65'535}) {
    const std::string plain(length, 'x');
    const auto bytes = seal(key, event, "workplace", plain);
    EXPECT_EQ(bytes.size(), sealed_size(length));
    EXPECT_EQ(open(key, event, "workplace", bytes), plain);
  }
}

TEST(Sealing, IsTheSameForTheSameAndDiffersForAllElse) {
  const auto bytes = seal(key, event, "name", "Testperson 1");
  EXPECT_EQ(bytes, seal(key, event, "name", "Testperson 1"));
  const auto nonce = bytes.substr(0, 24);
  EXPECT_NE(nonce, seal(key, event, "name", "Testperson 2").substr(0, 24));
  EXPECT_NE(nonce, seal(key, event, "phone", "Testperson 1").substr(0, 24));
  EXPECT_NE(nonce, seal(key, "/landskrona/ame a-18", "name", "Testperson 1").substr(0, 24));
  EXPECT_NE(nonce, seal(data_key::random(), event, "name", "Testperson 1").substr(0, 24));
  EXPECT_NE(seal(key, "ab", "c", "d").substr(0, 24), seal(key, "a", "bc", "d").substr(0, 24));
}

TEST(Sealing, HidesTheLengthWithin64Bytes) {
  EXPECT_EQ(sealed_size(0), sealed_size(63));
  EXPECT_EQ(sealed_size(64), sealed_size(127));
  EXPECT_NE(sealed_size(63), sealed_size(64));
}

TEST(Sealing, OpensForNoOtherKeyEventOrField) {
  const auto bytes = seal(key, event, "name", "Testperson 1");
  EXPECT_FALSE(open(data_key::random(), event, "name", bytes));
  EXPECT_FALSE(open(key, "/landskrona/ame a-18", "name", bytes));
  EXPECT_FALSE(open(key, event, "phone", bytes));
}

TEST(Sealing, NoticesEveryFlippedOrMissingByte) {
  const auto bytes = seal(key, event, "name", "Testperson 1");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open(key, event, "name", changed)) << i;
    EXPECT_FALSE(open(key, event, "name", bytes.substr(0, i))) << i;
  }
}

// Frozen: ledgers hold such bytes.
TEST(Sealing, BytesStayAsTheyAre) {
  EXPECT_EQ(hex(sha256(seal(key, event, "name", "Testperson 1"))),
            "01d2cc1d638e7671a44a499f11ce77e6290432e224b6df69a2e12f86aff7f181");
}

TEST(Wrapping, OpensOnlyUnderItsKeyAndName) {
  const auto secret_key = key_of(7);
  const auto bytes = wrap(key_of(1), "name", secret_key);
  EXPECT_EQ(bytes.size(), wrapped_key_bytes);
  EXPECT_TRUE(unwrap_key(key_of(1), "name", bytes) == secret_key);
  EXPECT_FALSE(unwrap_key(key_of(2), "name", bytes));
  EXPECT_FALSE(unwrap_key(key_of(1), "names", bytes));
  EXPECT_FALSE(unwrap_key(key_of(1), "name", bytes.substr(1)));
  EXPECT_NE(bytes, wrap(key_of(1), "name", secret_key));
  EXPECT_EQ(unwrap(key_of(1), "x", wrap(key_of(1), "x", "text")), "text");
  EXPECT_FALSE(unwrap(key_of(1), "x", "short"));
}

}  // namespace
}  // namespace stegvis

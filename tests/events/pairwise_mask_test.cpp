// Goal: both sides of a pair compute the same mask, it is the one of the contract, and nothing but
// this pair in this context has it. Method: words frozen from a program written from the contract
// in another language; the contract once more here, straight from the primitives; weak keys.
#include "events/pairwise_mask.hpp"

#include <gtest/gtest.h>
#include <sodium.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <numeric>
#include <set>

#include "events/keys.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;
using words = std::vector<std::uint64_t>;

struct side {
  raw_key secret;
  public_key_bytes key{};
};

side side_of(const raw_key& secret) {
  side s{secret, {}};
  crypto_scalarmult_base(s.key.data(), secret.bytes().data());
  return s;
}
side counting_from(std::uint8_t first) {
  public_key_bytes bytes{};
  std::iota(bytes.begin(), bytes.end(), first);
  return side_of(raw_key(bytes));
}
side random_side() { return side_of(raw_key::random()); }

words masked(words numbers, const side& own, const side& peer, std::string_view context) {
  EXPECT_TRUE(add_pairwise_mask(numbers, own.secret, peer.key, context));
  return numbers;
}
words mask_of(std::size_t size, const side& own, const side& peer, std::string_view context) {
  return masked(words(size), own, peer, context);
}

void append_part(std::string& to, std::string_view part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  for (const int shift : {24, 16, 8, 0}) to += static_cast<char>(size >> shift & 255);
  to += part;
}

// What the contract says, in one stream and with the hash in one piece.
words by_contract(std::size_t size, const side& own, const side& peer, std::string_view context) {
  std::array<std::uint8_t, 32> secret, key;
  EXPECT_EQ(crypto_scalarmult(secret.data(), own.secret.bytes().data(), peer.key.data()), 0);
  const bool adds = std::memcmp(own.key.data(), peer.key.data(), 32) < 0;
  std::string input;
  append_part(input, "stegvis pairwise mask v1");
  append_part(input, as_text(adds ? own.key : peer.key));
  append_part(input, as_text(adds ? peer.key : own.key));
  append_part(input, context);
  crypto_generichash(key.data(), 32, reinterpret_cast<const std::uint8_t*>(input.data()),
                     input.size(), secret.data(), 32);
  const std::array<std::uint8_t, 24> nonce{};
  std::vector<std::uint8_t> stream(8 * size + 1);  // never empty
  crypto_stream_xchacha20(stream.data(), 8 * size, nonce.data(), key.data());
  words mask(size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t b = 8; b-- > 0;) mask[i] = mask[i] << 8 | stream[8 * i + b];
    if (!adds) mask[i] = 0 - mask[i];
  }
  return mask;
}

std::string little_endian(const words& numbers) {
  std::string bytes;
  for (const auto n : numbers) {
    for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(n >> shift & 255);
  }
  return bytes;
}

// Partials of one run may come from different versions of the program: never change these.
TEST(PairwiseMask, WordsStayAsTheyAre) {
  const auto a = counting_from(1), b = counting_from(101);
  words numbers(1200);
  std::iota(numbers.begin(), numbers.end(), 0);
  const auto sent = masked(numbers, a, b, "2021-q1");
  EXPECT_EQ(sent[0], 0x8f0f635e8c5d2bceU);
  EXPECT_EQ(sent[1] - 1, 0x5dd83f6a18845522U);
  EXPECT_EQ(sent[512] - 512, 0xdad3145e86cf1ab4U);
  EXPECT_EQ(sent[1199] - 1199, 0xdb6c302c53d50f99U);
  EXPECT_EQ(hex(sha256(little_endian(sent))),
            "708edbde81dc09e99292ae7d3b17784cffffe7f9477214f2cf4d1364442de204");
}

TEST(PairwiseMask, IsThatOfTheContractForEverySizeAndSide) {
  for (const std::size_t size : {0, 1, 7, 8, 511, 512, 513, 1024, 3001}) {
    const auto a = random_side(), b = random_side();
    const auto context = "run " + std::to_string(size);
    EXPECT_EQ(mask_of(size, a, b, context), by_contract(size, a, b, context)) << size;
    EXPECT_EQ(mask_of(size, b, a, context), by_contract(size, b, a, context)) << size;
  }
}

TEST(PairwiseMask, TheOtherSideTakesItOff) {
  const auto a = random_side(), b = random_side();
  const words numbers{0, 1, 5, ~std::uint64_t{0}, 1ULL << 63};
  const auto sent = masked(numbers, a, b, "run");
  EXPECT_EQ(masked(sent, b, a, "run"), numbers);
  EXPECT_NE(masked(sent, a, b, "run"), numbers);
}

TEST(PairwiseMask, PairAndContextChangeEveryWord) {
  const auto a = random_side(), b = random_side(), c = random_side();
  std::set<std::uint64_t> seen;
  std::size_t drawn = 0;
  const auto take = [&](const words& mask) {
    seen.insert(mask.begin(), mask.end());
    drawn += mask.size();
  };
  for (const std::string_view context : {"", "run", "run ", "Run", "rum"}) {
    take(mask_of(700, a, b, context));
  }
  take(mask_of(700, a, b, std::string_view("run\0", 4)));
  take(mask_of(700, a, c, "run"));
  take(mask_of(700, b, c, "run"));
  EXPECT_EQ(seen.size(), drawn);
  EXPECT_EQ(mask_of(700, a, b, "run"), mask_of(700, a, b, "run"));
}

void expect_refused(const side& own, const public_key_bytes& peer, const char* which) {
  words numbers{1, 2, 3};
  const auto r = add_pairwise_mask(numbers, own.secret, peer, "run");
  ASSERT_FALSE(r) << which;
  EXPECT_EQ(r.error().code, errc::bad_public_key) << which;
  EXPECT_EQ(numbers, (words{1, 2, 3})) << which;
}

// Points of small order and their other encodings: with each the shared secret would be zero.
TEST(PairwiseMask, WeakKeysAreRefused) {
  const auto own = random_side();
  const auto filled = [](std::uint8_t first, std::uint8_t middle, std::uint8_t last) {
    public_key_bytes key;
    key.fill(middle);
    key.front() = first;
    key.back() = last;
    return key;
  };
  expect_refused(own, filled(0, 0, 0), "0");
  expect_refused(own, filled(1, 0, 0), "1");
  expect_refused(own, filled(0, 0, 0x80), "0, high bit set");
  expect_refused(own, filled(0xec, 0xff, 0x7f), "p - 1");
  expect_refused(own, filled(0xed, 0xff, 0x7f), "p");
  expect_refused(own, filled(0xee, 0xff, 0x7f), "p + 1");
  for (const char* order_8 : {"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                              "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"}) {
    const auto bytes = hex_decode(order_8).value();
    public_key_bytes key;
    std::copy(bytes.begin(), bytes.end(), key.begin());
    expect_refused(own, key, order_8);
  }
  expect_refused(own, own.key, "own");
}

TEST(PairwiseMask, AKeyStoreMasksWithItsOwnKeyPair) {
  auto pattern = (fs::temp_directory_path() / "stegvis-mask-XXXXXX").string();
  const fs::path root = ::mkdtemp(pattern.data());
  const key_store_options options{.folder = root / "keys", .kek_file = root / "ledger.kek"};
  const auto peer = random_side();
  const words numbers{3, 0, 7};
  words first, second;
  {
    const auto keys = key_store::create(options).value();
    first = numbers;
    ASSERT_TRUE(keys.add_mask(first, peer.key, "run"));
    const side theirs{raw_key(), keys.public_key()};
    EXPECT_EQ(masked(first, peer, theirs, "run"), numbers);
    EXPECT_EQ(keys.add_mask(first, {}, "run").error().code, errc::bad_public_key);
    EXPECT_EQ(keys.add_mask(first, keys.public_key(), "run").error().code, errc::bad_public_key);
  }
  const auto keys = key_store::open(options).value();
  second = numbers;
  ASSERT_TRUE(keys.add_mask(second, peer.key, "run"));
  EXPECT_EQ(first, second);
  fs::remove_all(root);
}

}  // namespace
}  // namespace stegvis

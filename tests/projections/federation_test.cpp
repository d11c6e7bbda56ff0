// Goal: masked partials add up to the exact sum, only if all are there, and one alone tells
// nothing; nothing else is taken for one, and no run masks two lists of counts.
// Method: real key stores; random counts from a printed seed (STEGVIS_SEED replays it,
// STEGVIS_ROUNDS asks for more); tables of wrong files; mutated bytes.
#include "projections/evaluations/federation.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <thread>

#include "events/sha256.hpp"
#include "projections/evaluations/claimed_runs.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;
using words = std::vector<std::uint64_t>;

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

std::uint64_t seed() {
  const auto chosen = environment("STEGVIS_SEED", 20'261'122);
  std::cout << "seed " << chosen << '\n';
  return chosen;
}

// Small counts, as there are; now and then fixed-point sums and negative ones.
words random_counts(std::size_t size, std::mt19937_64& random) {
  words counts(size);
  for (auto& n : counts) n = random() % 8 == 0 ? random() : random() % 40;
  return counts;
}

words sum_of(const std::vector<words>& all) {
  words sums(all.front().size());
  for (const auto& counts : all) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += counts[i];
  }
  return sums;
}

// Of evenly distributed words each figure lies within six standard deviations but for one round in
// a hundred million.
void expect_random(const words& numbers) {
  constexpr double deviations = 6;
  const auto n = static_cast<double>(numbers.size());
  for (int bit = 0; bit < 64; ++bit) {
    const auto ones = std::ranges::count_if(numbers, [&](auto w) { return (w >> bit & 1) != 0; });
    EXPECT_LT(std::abs(static_cast<double>(ones) - n / 2), deviations * std::sqrt(n) / 2) << bit;
  }
  std::array<double, 256> bytes{};
  double changed_bits = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    for (int shift = 0; shift < 64; shift += 8) bytes[numbers[i] >> shift & 255] += 1;
    if (i > 0) changed_bits += std::popcount(numbers[i] ^ numbers[i - 1]);
  }
  double chi_square = 0;
  for (const double seen : bytes) chi_square += (seen - n / 32) * (seen - n / 32) / (n / 32);
  EXPECT_LT(std::abs(chi_square - 255), deviations * std::sqrt(2.0 * 255));
  EXPECT_LT(std::abs(changed_bits - 32 * (n - 1)), deviations * std::sqrt(16 * (n - 1)));
  EXPECT_EQ(std::set(numbers.begin(), numbers.end()).size(), numbers.size());
}

// Up to five ledgers with keys of their own.
class Federation : public testing::Test {
 protected:
  static constexpr std::size_t ledgers_max = 5;
  static constexpr std::array<const char*, ledgers_max> names{"Landskrona", "Svalöv", "Malmö",
                                                              "Lund", "Bjuv"};

  static void SetUpTestSuite() {
    auto pattern = (fs::temp_directory_path() / "stegvis-federation-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    for (std::size_t i = 0; i < ledgers_max; ++i) {
      fs::create_directory(folder(i));
      stores_.push_back(
          key_store::create({.folder = folder(i) / "keys", .kek_file = root_ / "kek"}).value());
    }
  }
  static void TearDownTestSuite() {
    stores_.clear();
    fs::remove_all(root_);
  }

  static fs::path folder(std::size_t ledger) { return root_ / names[ledger]; }
  static const key_store& keys(std::size_t ledger) { return stores_[ledger]; }
  static fs::path claim_file(std::size_t ledger, std::string_view run) {
    return folder(ledger) / "runs" / hex(sha256(run));
  }

  static std::vector<participant_key> participants(std::size_t n) {
    std::vector<participant_key> all;
    for (std::size_t i = 0; i < n; ++i) all.push_back({names[i], keys(i).public_key()});
    std::ranges::sort(all, {}, &participant_key::key);
    return all;
  }

  static partial_file exact(std::size_t ledger, std::size_t of, words counts) {
    partial_file p;
    p.ledger_id = std::string(31, '0') + std::to_string(ledger);
    p.name = names[ledger];
    p.run = "2021-q1";
    p.definition_hash = std::string(64, 'd');
    p.definition_text = "# of " + p.name + "\nname = \"outcomes\"\n";
    p.as_of = "2021-03-31";
    p.cut = 8812 + ledger;
    p.cut_recorded = "2021-04-02T08:11:02.120334Z";
    p.head_hash = std::string(63, 'e') + std::to_string(ledger);
    p.shape = R"({"blocks":[1,2]})";
    p.participants = participants(of);
    p.counts = std::move(counts);
    return p;
  }

  static partial_file masked(std::size_t ledger, std::size_t of, words counts) {
    return mask(exact(ledger, of, std::move(counts)), keys(ledger)).value();
  }
  // Three ledgers with ten counts each: 0 to 9, 100 to 109, 200 to 209.
  static std::vector<partial_file> three() {
    std::vector<partial_file> all;
    for (std::size_t i = 0; i < 3; ++i) {
      words counts(10);
      for (std::size_t k = 0; k < counts.size(); ++k) counts[k] = 100 * i + k;
      all.push_back(masked(i, 3, counts));
    }
    return all;
  }

 private:
  static inline fs::path root_;
  static inline std::vector<key_store> stores_;
};

TEST_F(Federation, MergedIsTheSumExactlyInAnyOrder) {
  std::mt19937_64 random(seed());
  for (std::uint64_t round = environment("STEGVIS_ROUNDS", 40); round > 0; --round) {
    const std::size_t of = 2 + random() % 4;
    const std::size_t size = 1 + random() % 700;
    std::vector<words> counts;
    std::vector<partial_file> files;
    for (std::size_t i = 0; i < of; ++i) {
      counts.push_back(random_counts(size, random));
      files.push_back(partial_from_json(to_json(masked(i, of, counts[i])), "p.json").value());
    }
    std::ranges::shuffle(files, random);
    const auto merged = merge(files).value();
    ASSERT_EQ(merged.counts, sum_of(counts)) << "round " << round;
    ASSERT_TRUE(merged.masked);
    std::ranges::shuffle(files, random);
    ASSERT_EQ(merge(files).value(), merged);
  }
}

TEST_F(Federation, MergedSaysWhoseAndOfWhat) {
  const auto files = three();
  const auto merged = merge(files).value();
  EXPECT_EQ(merged.run, "2021-q1");
  EXPECT_EQ(merged.definition_hash, files[0].definition_hash);
  EXPECT_EQ(merged.as_of, files[0].as_of);
  EXPECT_EQ(merged.shape, files[0].shape);
  EXPECT_EQ(merged.participants, files[0].participants);
  ASSERT_EQ(merged.ledgers.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& p = *std::ranges::find(files, merged.participants[i].name, &partial_file::name);
    const merged_partials::source whose{p.ledger_id, p.name, p.cut, p.cut_recorded, p.head_hash};
    EXPECT_EQ(merged.ledgers[i], whose);
    if (i > 0) continue;
    EXPECT_EQ(merged.definition_text, p.definition_text);
  }
}

TEST_F(Federation, ExactPartialsAddUpAsWell) {
  const std::vector files{exact(0, 2, {1, 2}), exact(1, 2, {10, ~std::uint64_t{0}})};
  const auto merged = merge(files).value();
  EXPECT_EQ(merged.counts, (words{11, 1}));
  EXPECT_FALSE(merged.masked);
}

TEST_F(Federation, FewerThanAllLookRandomAndAreRefused) {
  constexpr std::size_t of = 4, size = 20'000;
  std::vector<partial_file> files;
  for (std::size_t i = 0; i < of; ++i) files.push_back(masked(i, of, words(size, i)));
  for (unsigned subset = 1; subset + 1 < 1U << of; ++subset) {
    std::vector<partial_file> some;
    std::vector<words> counts;
    for (std::size_t i = 0; i < of; ++i) {
      if ((subset >> i & 1) == 0) continue;
      some.push_back(files[i]);
      counts.push_back(files[i].counts);
    }
    expect_random(sum_of(counts));
    const auto refused = merge(some);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::bad_partial);
    EXPECT_EQ(refused.error().field, "/name");
    for (std::size_t i = 0; i < of; ++i) {
      const bool named = refused.error().message.find(names[i]) != std::string::npos;
      EXPECT_EQ(named, (subset >> i & 1) == 0) << refused.error().message;
    }
  }
}

TEST_F(Federation, AMaskedPartialDiffersFromItsCountsInEveryWord) {
  const words counts(5000, 3);
  const auto file = masked(0, 2, counts);
  for (const auto word : file.counts) EXPECT_TRUE(word != 3 && word != 0);
  EXPECT_TRUE(file.masked);
  ASSERT_TRUE(file.check);
  // The check is masked too: without it, it would be the same for the same counts.
  auto later = exact(0, 2, counts);
  later.run = "2021-q2";
  EXPECT_NE(mask(later, keys(0)).value().check, file.check);
}

TEST_F(Federation, MaskingAgainGivesTheSameBytes) {
  EXPECT_EQ(to_json(masked(2, 3, {1, 2, 3})), to_json(masked(2, 3, {1, 2, 3})));
}

// A partial that was masked for something else and only says that it is of this run.
TEST_F(Federation, MasksOfAnotherContextDoNotCancel) {
  const auto disguised = [](void (*change)(partial_file&)) {
    auto files = three();
    auto other = exact(1, 3, {100, 101, 102, 103, 104, 105, 106, 107, 108, 109});
    change(other);
    auto p = mask(other, keys(1)).value();
    std::swap(files[1].counts, p.counts);
    files[1].check = p.check;
    return merge(files);
  };
  EXPECT_TRUE(disguised([](partial_file&) {}));
  EXPECT_TRUE(disguised([](partial_file& p) { p.cut += 5; }));
  EXPECT_TRUE(disguised([](partial_file& p) { p.definition_text += "\n"; }));
  for (const auto change : std::initializer_list<void (*)(partial_file&)>{
           [](partial_file& p) { p.run = "2021-q2"; },
           [](partial_file& p) { p.as_of = "2021-04-01"; },
           [](partial_file& p) { p.definition_hash[0] = 'e'; },
           [](partial_file& p) { p.shape = R"({"blocks":[1,3]})"; },
           [](partial_file& p) { p.participants = participants(4); },
           [](partial_file& p) { p.participants = participants(2); },
           [](partial_file& p) { p.participants[0].name += " "; },
           [](partial_file& p) { p.participants[2].name += "s"; }}) {
    const auto refused = disguised(change);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "the masks do not cancel: a partial was changed or made with other keys");
  }
}

TEST_F(Federation, AForgedListOfFewerLedgersIsRefused) {
  auto files = three();
  files.pop_back();
  for (auto& p : files) p.participants = participants(2);
  EXPECT_EQ(merge(files).error().field, "/counts");
}

TEST_F(Federation, EveryChangedWordIsNoticed) {
  const auto files = three();
  for (std::size_t i = 0; i < 10; ++i) {
    for (int bit = 0; bit < 64; ++bit) {
      auto changed = files;
      changed[2].counts[i] ^= std::uint64_t{1} << bit;
      ASSERT_FALSE(merge(changed)) << i << ' ' << bit;
    }
  }
}

TEST_F(Federation, PartialsThatDoNotGoTogetherAreRefusedByName) {
  struct refusal {
    void (*change)(std::vector<partial_file>&);
    const char *field, *said;
  };
  const refusal table[] = {
      {[](auto& f) { f.clear(); }, "", "there is none"},
      {[](auto& f) { f.erase(f.begin()); }, "/name", "no partial of Landskrona"},
      {[](auto& f) { f.push_back(f[1]); }, "/name", "two partials of Svalöv"},
      {[](auto& f) { f[0] = f[1]; }, "/name", "two partials of Svalöv"},
      {[](auto& f) { f[2].ledger_id = f[0].ledger_id; }, "/ledger", "the ledger id of another"},
      {[](auto& f) { f[2] = exact(2, 3, f[2].counts); }, "/masked", "Malmö and Landskrona: one is"},
      {[](auto& f) { f[0] = exact(0, 3, f[0].counts); }, "/masked", "one is masked"},
      {[](auto& f) { f[1].run = "2021-q2"; }, "/run",
       "Svalöv has another run than Landskrona: 2021-q2, not 2021-q1"},
      {[](auto& f) { f[1].definition_hash[0] = 'a'; }, "/definition_hash", "another definition"},
      {[](auto& f) { f[1].as_of = "2021-03-30"; }, "/as_of", "2021-03-30, not 2021-03-31"},
      {[](auto& f) { f[1].participants = participants(4); }, "/participants", "Svalöv has other"},
      {[](auto& f) { f[1].participants[0].name = "Lund"; }, "", ""},
      {[](auto& f) { f[1].shape = "{}"; }, "/shape", "another shape"},
      {[](auto& f) { f[1].counts.pop_back(); }, "/counts", "another number of counts"},
      {[](auto& f) { f[1].counts.clear(); }, "/counts", "there are none"},
      {[](auto& f) { f[1].check.reset(); }, "/check", "belongs to masked counts"},
      {[](auto& f) { std::swap(f[0].counts[0], f[0].counts[1]); }, "/counts", "do not cancel"},
      {[](auto& f) { *f[1].check += 1; }, "/counts", "do not cancel"},
  };
  for (const auto& [change, field, said] : table) {
    auto files = three();
    change(files);
    const auto refused = merge(files);
    ASSERT_FALSE(refused) << said;
    EXPECT_EQ(refused.error().code, errc::bad_partial) << said;
    if (*said == '\0') continue;  // depends on which ledger has the least key
    EXPECT_EQ(refused.error().field, field) << refused.error().message;
    EXPECT_NE(refused.error().message.find(said), std::string::npos) << refused.error().message;
  }
}

TEST_F(Federation, OnlyAParticipantMasks) {
  const auto stranger = mask(exact(0, 2, {1}), keys(3));
  EXPECT_EQ(stranger.error().code, errc::bad_participants);
  EXPECT_NE(stranger.error().message.find(base64url(as_text(keys(3).public_key()))),
            std::string::npos);
  // The name is the participants' word for this ledger, whatever the caller thought.
  auto unnamed = exact(0, 2, {1});
  unnamed.name.clear();
  EXPECT_EQ(mask(unnamed, keys(0)).value().name, "Landskrona");
  auto weak = exact(0, 2, {1});
  weak.participants.insert(weak.participants.begin(), {"Weak", {}});
  EXPECT_EQ(mask(weak, keys(0)).error().code, errc::bad_public_key);
  EXPECT_EQ(mask(weak, keys(0)).error().field, "Weak");
  auto alone = exact(0, 2, {1});
  std::erase_if(alone.participants, [](const auto& p) { return p.name != names[0]; });
  EXPECT_EQ(mask(alone, keys(0)).error().field, "/participants");
  EXPECT_EQ(mask(exact(0, 2, {}), keys(0)).error().field, "/counts");
}

TEST_F(Federation, LimitsHoldWhatCanBeRead) {
  auto largest = exact(0, 2, words(partial_counts_max, ~std::uint64_t{0}));
  largest.shape = "{\"" + std::string(partial_shape_bytes_max - 6, '\\') + "\":0}";
  largest.definition_text = std::string(1024 * 1024, '\n');
  ASSERT_TRUE(check_partial(largest)) << largest.shape.size();
  const auto p = mask(largest, keys(0)).value();
  EXPECT_EQ(partial_from_json(to_json(p), "p.json").value(), p);
  auto larger = largest;
  larger.counts.push_back(0);
  EXPECT_EQ(check_partial(larger).error().field, "/counts");
  larger = largest;
  larger.shape += ' ';
  EXPECT_EQ(check_partial(larger).error().field, "/shape");
  larger = largest;
  larger.definition_text += ' ';
  EXPECT_EQ(check_partial(larger).error().field, "/definition_text");
  const auto endless = partial_from_json(std::string(partial_file_bytes_max + 1, ' '), "p.json");
  EXPECT_EQ(endless.error().message, "more than 16 MiB");
}

// The file as it is written, with keys that are not random.
partial_file sample() {
  partial_file p;
  p.masked = true;
  p.ledger_id = "00112233445566778899aabbccddeeff";
  p.name = "Svalöv";
  p.run = "2021-q1";
  p.definition_hash = std::string(64, 'd');
  p.definition_text = "name = \"outcomes\"\n";
  p.as_of = "2021-03-31";
  p.cut = 8812;
  p.cut_recorded = "2021-04-02T08:11:02.120334Z";
  p.head_hash = std::string(64, 'e');
  p.shape = R"({"blocks":[1]})";
  p.participants = {{"Landskrona", {1}}, {"Svalöv", {2}}};
  p.counts = {1, 256, ~std::uint64_t{0}};
  p.check = 0x0807060504030201;
  return p;
}

constexpr std::string_view sample_text =
    R"({"as_of":"2021-03-31","check":"AQIDBAUGBwg",)"
    R"("counts":"AQAAAAAAAAAAAQAAAAAAAP__________","cut":8812,)"
    R"("cut_recorded":"2021-04-02T08:11:02.120334Z",)"
    R"("definition_hash":"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",)"
    R"("definition_text":"name = \"outcomes\"\n","format":2,)"
    R"("head_hash":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",)"
    R"("ledger":"00112233445566778899aabbccddeeff","masked":true,"name":"Svalöv",)"
    R"("participants":[{"key":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","name":"Landskrona"},)"
    R"({"key":"AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","name":"Svalöv"}],)"
    R"("run":"2021-q1","shape":"{\"blocks\":[1]}"})";

TEST(PartialFile, IsWrittenAsItIsRead) {
  EXPECT_EQ(to_json(sample()), sample_text);
  EXPECT_EQ(partial_from_json(sample_text, "p.json").value(), sample());
  EXPECT_EQ(partial_from_json(std::string(sample_text) + "\n", "p.json").value(), sample());
  auto exact = sample();
  exact.masked = false;
  exact.check.reset();
  exact.cut = 0;
  exact.cut_recorded.clear();
  EXPECT_EQ(to_json(exact).find("check"), std::string::npos);
  EXPECT_EQ(partial_from_json(to_json(exact), "p.json").value(), exact);
}

// Frozen: all ledgers of a run must mean the same, whatever version each has.
TEST(PartialFile, MasksAreBoundToAllButTheCutAndWhose) {
  EXPECT_EQ(mask_context(sample()),
            R"({"as_of":"2021-03-31","definition":")" + std::string(64, 'd') +
                R"(","participants":[{"key":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",)"
                R"("name":"Landskrona"},{"key":"AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",)"
                R"("name":"Svalöv"}],"run":"2021-q1","shape":")" +
                hex(sha256(R"({"blocks":[1]})")) + R"("})");
}

struct wrong_file {
  const char *from, *to;  // replaced in the sample
  const char* field;
};

constexpr wrong_file wrong_files[] = {
    {"{\"as_of\"", "[\"as_of\"", ""},
    {"}\n", "", ""},
    {R"("as_of":"2021-03-31",)", "", "/as_of"},
    {R"("as_of":"2021-03-31")", R"("as_of":"2021-02-30")", "/as_of"},
    {R"("as_of":"2021-03-31")", R"("as_of":20210331)", "/as_of"},
    {R"("as_of":"2021-03-31")", R"("as_of":"2021-03-31","as_of":"2021-03-31")", "/as_of"},
    {R"("check":"AQIDBAUGBwg",)", "", "/check"},
    {R"("check":"AQIDBAUGBwg")", R"("check":"AQIDBAUGBw")", "/check"},
    {R"("check":"AQIDBAUGBwg")", R"("check":578437695752307201)", "/check"},
    {R"("masked":true)", R"("masked":false)", "/check"},
    {R"("masked":true)", R"("masked":"yes")", "/masked"},
    {R"(AAAAP____)", R"(AAAAP___)", "/counts"},
    {R"(AAAAP__________")", R"(AAAAP__________=")", "/counts"},
    {R"(AAAAP__________")", R"(AAAAP//////////")", "/counts"},
    {R"("counts":"AQAAAAAAAAAAAQAAAAAAAP__________")", R"("counts":"")", "/counts"},
    {R"("counts":"AQAAAAAAAAAAAQAAAAAAAP__________")", R"("counts":"AQAAAAAAAAAA")", "/counts"},
    {R"("counts":"AQAAAAAAAAAAAQAAAAAAAP__________")", R"("counts":[1,256,3])", "/counts"},
    {R"("cut":8812)", R"("cut":-1)", "/cut"},
    {R"("cut":8812)", R"("cut":1.5)", "/cut"},
    {R"("cut":8812)", R"("cut":"8812")", "/cut"},
    {R"("cut":8812)", R"("cut":9007199254740993)", "/cut"},
    {R"("cut":8812)", R"("cut":18446744073709551615)", "/cut"},
    {R"("2021-04-02T08:11:02.120334Z")", R"("2021-04-02T08:11:02Z")", "/cut_recorded"},
    {R"("2021-04-02T08:11:02.120334Z")", R"("")", "/cut_recorded"},
    {R"("definition_hash":"dddd)", R"("definition_hash":"dddD)", "/definition_hash"},
    {R"("definition_hash":"dddd)", R"("definition_hash":"ddd)", "/definition_hash"},
    {R"("name = \"outcomes\"\n")", R"("")", "/definition_text"},
    {R"("format":2,)", "", "/format"},
    {R"("format":2)", R"("format":1)", "/format"},
    {R"("format":2)", R"("format":"2")", "/format"},
    {R"("head_hash":"eeee)", R"("head_hash":"eeeE)", "/head_hash"},
    {R"("head_hash":"eeee)", R"("head_hash":"eee)", "/head_hash"},
    {R"("ledger":"00)", R"("ledger":"zz)", "/ledger"},
    {R"("ledger":"00)", R"("ledger":")", "/ledger"},
    {R"("name":"Svalöv","part)", R"("name":"Lund","part)", "/name"},
    {R"("name":"Landskrona"})", R"("name":"Svalöv"})", "/participants/1"},
    {R"("name":"Landskrona"})", R"("name":""})", "/participants/0"},
    {R"("name":"Landskrona"})", R"("name":"a\u0007"})", "/participants/0"},
    {R"("name":"Landskrona"})", R"("nam":"Landskrona"})", "/participants/0/name"},
    {R"("name":"Landskrona"})", R"("name":"Landskrona","x":1})", "/participants/0/x"},
    {R"([{"key":"AQ)", R"([{"key":"Ag)", "/participants/1"},
    {R"([{"key":"AQ)", R"([{"key":"Aw)", "/participants/1"},
    {R"([{"key":"AQ)", R"([{"key":")", "/participants/0/key"},
    {R"([{"key":"AQ)", R"([{"key":"AQAAAA)", "/participants/0/key"},
    {R"([{"key":"AQ)", R"([{"key":"A!)", "/participants/0/key"},
    {R"("participants":[)", R"("participants":[7,)", "/participants/0"},
    {R"("participants":[)", R"("participants":{"a":[)", ""},
    {R"("run":"2021-q1")", R"("run":"")", "/run"},
    {R"("run":"2021-q1")", R"("run":"2021\n")", "/run"},
    {R"("run":"2021-q1")", R"("run":"2021-q1","runs":1)", "/runs"},
    {R"("shape":"{\"blocks\":[1]}")", R"("shape":{"blocks":[1]})", "/shape"},
    {R"("shape":"{\"blocks\":[1]}")", R"("shape":"{\"blocks\":[1}")", "/shape"},
    {R"("shape":"{\"blocks\":[1]}")", R"("shape":"[1]")", "/shape"},
    {"Svalöv", "Sval\xf6v", ""},
};

TEST(PartialFile, WrongFilesAreRefusedWithThePlace) {
  for (const auto& [from, to, field] : wrong_files) {
    auto text = std::string(sample_text) + "\n";
    const auto at = text.find(from);
    ASSERT_NE(at, text.npos) << from;
    text.replace(at, std::string_view(from).size(), to);
    if (std::string_view(from) == "}\n") text.pop_back();
    const auto refused = partial_from_json(text, "p.json");
    ASSERT_FALSE(refused) << from << " -> " << to;
    EXPECT_EQ(refused.error().code, errc::bad_partial) << to_string(refused.error());
    EXPECT_EQ(refused.error().field, field) << to_string(refused.error());
    EXPECT_EQ(refused.error().file, "p.json");
    EXPECT_FALSE(refused.error().message.empty());
  }
}

TEST(PartialFile, ANewerOneIsRefusedAsSuch) {
  auto text = std::string(sample_text);
  text.replace(text.find(R"("format":2)"), 10, R"("format":3)");
  EXPECT_EQ(partial_from_json(text, "p.json").error().code, errc::newer_version);
}

TEST(PartialFile, TooManyParticipantsAreRefused) {
  auto p = sample();
  p.participants.clear();
  for (unsigned i = 0; i <= participants_max; ++i) {
    p.participants.push_back({"l-" + std::to_string(i), {static_cast<std::uint8_t>(i)}});
  }
  p.name = "l-0";
  EXPECT_EQ(partial_from_json(to_json(p), "p.json").error().field, "/participants");
  p.participants.pop_back();
  EXPECT_EQ(partial_from_json(to_json(p), "p.json").value(), p);
}

std::string mutated(std::string s, std::mt19937_64& random) {
  for (auto edits = 1 + random() % 3; edits > 0 && !s.empty(); --edits) {
    const std::size_t at = random() % s.size();
    switch (random() % 5) {
      case 0:
        s[at] = static_cast<char>(s[at] ^ (1 << random() % 8));
        break;
      case 1:
        s.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        s.erase(at, 1 + random() % 8);
        break;
      case 3:
        s.insert(at, s.substr(random() % s.size(), random() % 32));
        break;
      default:
        s[at] = "0129aA-_.\",;{}[]:\n\\ "[random() % 20];
        break;
    }
  }
  return s;
}

TEST(PartialFile, MutatedBytesAreRefusedOrReadTheSameAgain) {
  std::mt19937_64 random(seed());
  std::uint64_t taken = 0;
  const auto rounds = 500 * environment("STEGVIS_ROUNDS", 40);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto p = partial_from_json(mutated(std::string(sample_text), random), "p.json");
    if (!p) {
      ASSERT_FALSE(p.error().message.empty());
      continue;
    }
    ++taken;
    ASSERT_TRUE(check_partial(*p));
    ASSERT_EQ(partial_from_json(to_json(*p), "p.json").value(), *p);
  }
  EXPECT_GT(taken, 0U);  // a name, a cut or a count changed: well formed
}

TEST_F(Federation, AMutatedPartialNeverGivesOtherSums) {
  std::mt19937_64 random(seed());
  const auto files = three();
  const auto sums = merge(files).value().counts;
  const auto text = to_json(files[1]);
  std::uint64_t taken = 0;
  const auto rounds = 100 * environment("STEGVIS_ROUNDS", 40);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto p = partial_from_json(mutated(text, random), "p.json");
    if (!p) continue;
    const auto merged = merge(std::vector{files[0], *p, files[2]});
    if (!merged) continue;
    ++taken;
    ASSERT_EQ(merged->counts, sums) << "round " << round;
  }
  EXPECT_GT(taken, 0U);
}

constexpr std::string_view key_1 = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
constexpr std::string_view key_2 = "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// Lines 1 to 7; K1 and K2 stand for keys.
std::string keys_file(std::string text) {
  for (const auto& [mark, key] : {std::pair{"K1", key_1}, std::pair{"K2", key_2}}) {
    for (std::size_t at; (at = text.find(mark)) != text.npos;) text.replace(at, 2, key);
  }
  return text;
}

constexpr std::string_view good_keys_file =
    "run = \"2021-q1\"\n"
    "[[ledger]]\n"
    "name = \"Svalöv\"\n"
    "public_key = \"K2\"\n"
    "[[ledger]]\n"
    "name = \"Landskrona\"\n"
    "public_key = \"K1\"\n";

TEST(Participants, AreReadInTheOrderOfTheirKeys) {
  const auto list = read_participants(keys_file(std::string(good_keys_file)), "k.toml").value();
  EXPECT_EQ(list.run, "2021-q1");
  EXPECT_EQ(list.ledgers, (std::vector<participant_key>{{"Landskrona", {1}}, {"Svalöv", {2}}}));
}

TEST(Participants, WrongListsAreRefusedWithLineAndKey) {
  struct wrong_list {
    const char *from, *to;
    std::uint64_t line;
    const char* field;
  };
  const wrong_list table[] = {
      {"run = \"2021-q1\"\n", "", 1, "run"},
      {"\"2021-q1\"", "2021", 1, "run"},
      {"\"2021-q1\"", "\"\"", 1, "run"},
      {"2021-q1", "2021\\u0007", 1, "run"},
      {"run", "runs", 1, "runs"},
      {"\"2021-q1\"", "\"2021-q1", 1, ""},
      {"[[ledger]]\nname = \"Sval", "[[ledgers]]\nname = \"Sval", 2, "ledgers"},
      {"[[ledger]]\nname = \"Svalöv\"\npublic_key = \"K2\"\n", "", 2, "ledger"},
      {"name = \"Svalöv\"\n", "", 2, "ledger[1].name"},
      {"\"Svalöv\"", "\"Landskrona\"", 6, "ledger[2].name"},
      {"\"Svalöv\"", "\"a\\u007f\"", 3, "ledger[1].name"},
      {"public_key = \"K2\"\n", "", 2, "ledger[1].public_key"},
      {"K2", "K1", 7, "ledger[2].public_key"},
      {"K2", "K2A", 4, "ledger[1].public_key"},
      {"K2", "K2=", 4, "ledger[1].public_key"},
      {"K2", "AgAA", 4, "ledger[1].public_key"},
      {"\"K2\"", "2", 4, "ledger[1].public_key"},
      {"name = \"Svalöv\"", "name = \"Svalöv\"\nurl = \"x\"", 4, "ledger[1].url"},
  };
  for (const auto& [from, to, line, field] : table) {
    std::string text(good_keys_file);
    const auto at = text.find(from);
    ASSERT_NE(at, text.npos) << from;
    text.replace(at, std::string_view(from).size(), to);
    const auto refused = read_participants(keys_file(text), "k.toml");
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, errc::bad_participants) << text;
    EXPECT_EQ(refused.error().line, line) << to_string(refused.error());
    EXPECT_EQ(refused.error().field, field) << to_string(refused.error());
    EXPECT_EQ(refused.error().file, "k.toml");
  }
}

TEST(Participants, MutatedBytesAreRefusedOrAList) {
  std::mt19937_64 random(seed());
  const auto text = keys_file(std::string(good_keys_file));
  const auto rounds = 100 * environment("STEGVIS_ROUNDS", 40);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto list = read_participants(mutated(text, random), "k.toml");
    if (!list) continue;
    ASSERT_TRUE(is_federation_name(list->run));
    ASSERT_EQ(list->ledgers.size(), 2U);
    ASSERT_LT(list->ledgers[0].key, list->ledgers[1].key);
  }
}

class ClaimedRun : public Federation {
 protected:
  void SetUp() override { fs::remove_all(folder(0) / "runs"); }

  static result<void> claim(const partial_file& p) { return claim_run(folder(0), p, keys(0)); }
  static std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const fs::path& file, std::string_view text) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  }
};

TEST_F(ClaimedRun, TheSameAgainIsLetPass) {
  const auto p = exact(0, 3, {1, 2, 3});
  ASSERT_TRUE(claim(p));
  const auto line = read(claim_file(0, p.run));
  ASSERT_TRUE(claim(p));
  auto later = p;  // nothing of what is counted changed since
  later.cut += 100;
  later.name.clear();
  ASSERT_TRUE(claim(later));
  EXPECT_EQ(read(claim_file(0, p.run)), line);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder(0) / "runs"), {}), 1);
}

TEST_F(ClaimedRun, AnythingElseIsRefusedUnlessTheRunIsNew) {
  struct reuse {
    void (*change)(partial_file&);
    const char* said;
  };
  const reuse table[] = {
      {[](auto& p) { p.counts[1] += 1; }, "at cut 8812"},
      {[](auto& p) { p.counts.push_back(0); }, "other counts"},
      {[](auto& p) { std::swap(p.counts[0], p.counts[1]); }, "other counts"},
      {[](auto& p) { p.definition_hash[0] = 'a'; }, "another definition, dddddddddddd"},
      {[](auto& p) { p.as_of = "2021-04-01"; }, "another as-of date, 2021-03-31"},
      {[](auto& p) { p.shape = "{}"; }, "other counts"},
      {[](auto& p) { p.participants = participants(4); }, "participants"},
      {[](auto& p) { p.participants[0].name += "x"; }, "participants"},
      {[](auto& p) { p.participants[0].key[0] ^= 1; }, "participants"},
  };
  const auto p = exact(0, 3, {1, 2, 3});
  ASSERT_TRUE(claim(p));
  for (const auto& [change, said] : table) {
    auto other = p;
    change(other);
    const auto refused = claim(other);
    ASSERT_FALSE(refused) << said;
    EXPECT_EQ(refused.error().code, errc::run_reused);
    EXPECT_NE(refused.error().message.find(said), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find("2021-q1"), std::string::npos);
    other.run = std::string("new ") + said;
    EXPECT_TRUE(claim(other)) << said;
    fs::remove(claim_file(0, other.run));
  }
  EXPECT_TRUE(claim(p));
}

TEST_F(ClaimedRun, MaskOnceGivesTheMaskedPartialOrClaimsNothing) {
  const auto p = exact(0, 3, {1, 2, 3});
  auto stranger = p;
  stranger.participants = participants(5);
  std::erase_if(stranger.participants, [](const auto& one) { return one.name == names[0]; });
  EXPECT_EQ(mask_once(folder(0), stranger, keys(0)).error().code, errc::bad_participants);
  EXPECT_FALSE(fs::exists(folder(0) / "runs"));
  EXPECT_EQ(mask_once(folder(0), p, keys(0)).value(), masked(0, 3, {1, 2, 3}));
  EXPECT_EQ(mask_once(folder(0), p, keys(0)).value(), masked(0, 3, {1, 2, 3}));
  EXPECT_EQ(mask_once(folder(0), exact(0, 3, {1, 2, 4}), keys(0)).error().code, errc::run_reused);
}

TEST_F(ClaimedRun, TheClaimTellsNothingWithoutTheKeys) {
  const auto p = exact(0, 3, {1, 2, 3});
  ASSERT_TRUE(claim(p));
  const auto line = read(claim_file(0, p.run));
  EXPECT_TRUE(line.starts_with(R"({"as_of":"2021-03-31","claim":")")) << line;
  EXPECT_TRUE(line.ends_with("\",\"cut\":8812,\"definition\":\"" + p.definition_hash +
                             "\",\"format\":1,\"run\":\"2021-q1\"}\n"))
      << line;
  EXPECT_EQ(fs::status(claim_file(0, p.run)).permissions(), fs::perms(0600));
  // Another ledger has another hash for the same counts.
  EXPECT_EQ(claim_run(folder(0), p, keys(1)).error().code, errc::run_reused);
}

TEST_F(ClaimedRun, AClaimThatCannotBeReadIsNoPermission) {
  const auto p = exact(0, 3, {1, 2, 3});
  ASSERT_TRUE(claim(p));
  const auto line = read(claim_file(0, p.run));
  auto newer = line;
  newer.replace(newer.find("\"format\":1"), 10, "\"format\":2");
  auto other = line;
  other.replace(other.find("2021-q1"), 7, "2021-q2");
  auto more = line;
  more.replace(more.find("}\n"), 1, R"(,"to":1})");
  auto typed = line;
  typed.replace(typed.find("8812"), 4, "\"8812\"");
  for (const auto& damaged :
       {std::string(), line.substr(0, 40), std::string("{}\n"), std::string("[1]"), line.substr(1),
        std::string(5000, ' ') + line, newer, other, more, typed}) {
    write(claim_file(0, p.run), damaged);
    const auto refused = claim(p);
    ASSERT_FALSE(refused) << damaged;
    EXPECT_EQ(refused.error().code, errc::corrupt) << damaged;
    EXPECT_EQ(read(claim_file(0, p.run)), damaged);
  }
}

TEST_F(ClaimedRun, WhatACrashLeftDoesNotCount) {
  const auto p = exact(0, 3, {1, 2, 3});
  fs::create_directory(folder(0) / "runs");
  write(claim_file(0, p.run).string() + ".0011223344556677.new", "{\"as_of\":\"20");
  EXPECT_TRUE(claim(p));
  EXPECT_EQ(claim(exact(0, 3, {4})).error().code, errc::run_reused);
}

TEST_F(ClaimedRun, ADiskThatFailsIsNoClaim) {
  EXPECT_THROW(static_cast<void>(claim_run(folder(0) / "none", exact(0, 3, {1}), keys(0))),
               world_error);
  write(folder(0) / "runs", "a file");
  EXPECT_THROW(static_cast<void>(claim(exact(0, 3, {1}))), world_error);
  fs::remove(folder(0) / "runs");
}

TEST_F(ClaimedRun, OneOfManyAtATimeGetsTheRun) {
  constexpr std::size_t threads = 8;
  for (int round = 0; round < 20; ++round) {
    fs::remove_all(folder(0) / "runs");
    std::array<std::optional<errc>, threads> ended{};
    {
      std::vector<std::jthread> all;
      for (std::size_t t = 0; t < threads; ++t) {
        all.emplace_back([&ended, t] {
          const auto claimed = claim(exact(0, 3, {t / 2}));  // two of each
          if (!claimed) ended[t] = claimed.error().code;
        });
      }
    }
    std::set<std::size_t> winners;
    for (std::size_t t = 0; t < threads; ++t) {
      if (!ended[t])
        winners.insert(t / 2);
      else
        EXPECT_EQ(*ended[t], errc::run_reused);
    }
    ASSERT_EQ(winners.size(), 1U);
    EXPECT_EQ(ended[2 * *winners.begin()], ended[2 * *winners.begin() + 1]);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder(0) / "runs"), {}), 1);
  }
}

}  // namespace
}  // namespace stegvis

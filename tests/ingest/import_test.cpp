// Goal: an import of any input stays within bounded memory and tells each refused line.
// Method: lines made on demand, counted as they are read, into a ledger in a scratch folder.
#include "ingest/import.hpp"

#include <algorithm>

#include "events/ledger_vocabulary.hpp"

namespace stegvis::test {
namespace {

struct Import : ledger_fixture {};

TEST_F(Import, ReadsFewLongLinesAhead) {
  constexpr std::uint64_t lines = 1'000;
  std::atomic<std::uint64_t> given{0};
  const line_source long_lines = [&](source_line& into) {
    if (given == lines) return false;
    into = {std::string(1'000'000, 'x'), ++given, std::nullopt};
    return true;
  };
  std::uint64_t read_ahead_max = 0, refused = 0;
  import_options how;
  how.skip_rejected = true;
  how.rejected = [&](const problem& p) {
    EXPECT_EQ(p.code, errc::bad_json);
    EXPECT_EQ(p.line, ++refused);
    read_ahead_max = std::max(read_ahead_max, given - refused);
  };
  const auto totals = import_events(opened(), long_lines, how).value();
  EXPECT_EQ(totals.rejected, lines);
  EXPECT_LT(read_ahead_max, 120u);  // megabytes
}

TEST_F(Import, TakesWhatIsRefusedBehindAForgettingAsOneLineOnly) {
  const std::vector<std::string> input{named("1", "participant/a", "Testperson A"),
                                       of_type("person_forgotten", "f", "participant/a", "{}"),
                                       enrolled("2", "participant/a"),
                                       enrolled("3", "participant/b")};
  for (int round = 0; round < 2; ++round) {
    std::size_t at = 0;
    const line_source lines = [&](source_line& into) {
      if (at == input.size()) return false;
      into = {input[at], at + 1, std::nullopt};
      ++at;
      return true;
    };
    std::vector<problem> refused;
    import_options how;
    how.skip_rejected = true;
    how.rejected = [&](const problem& p) { refused.push_back(p); };
    const auto totals = import_events(opened(), lines, how).value();
    EXPECT_EQ(totals.appended, round == 0 ? 3u : 0u);
    EXPECT_EQ(totals.exists, round == 0 ? 0u : 3u);
    ASSERT_EQ(refused.size(), 1u);
    EXPECT_EQ(refused.front().code, errc::forgotten);
    EXPECT_EQ(refused.front().line, 3u);
    EXPECT_FALSE(opened().keys().value()->find("participant/a", privacy::identity));
  }
}

}  // namespace
}  // namespace stegvis::test

// Goal: the stored view equals the fold of the log, however it came about.
// Method: simulated programmes from printed seeds in real ledgers; incremental views with random
// batch sizes against one built at once, as bytes; a cut against a ledger stopped there.
#include "projections/status_view.hpp"

#include <fstream>
#include <random>

#include "events/ledger_vocabulary.hpp"
#include "ingest/import.hpp"
#include "ingest/simulate.hpp"
#include "projections/status.hpp"

namespace stegvis::test {
namespace {

int rounds() {
  const char* given = std::getenv("STEGVIS_ROUNDS");
  return given != nullptr ? std::max(1, std::atoi(given) / 20) : 3;
}

struct StatusView : ledger_fixture {
  StatusView() { clock_us = at("2021-06-01T10:00:00Z").us; }

  void import(const std::vector<std::string>& lines, std::size_t from, std::size_t to) {
    import_options how;
    how.keep_recorded = true;
    const auto totals = import_events(
        opened(),
        [&](source_line& into) {
          if (from == to) return false;
          into.text = lines[from++];
          into.number = from;
          return true;
        },
        how);
    ASSERT_EQ(totals->rejected, 0u);
  }
  static std::vector<std::string> programme(std::uint64_t seed, std::uint64_t participants) {
    std::vector<std::string> lines;
    simulate({participants, seed}, [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
  }
};

TEST_F(StatusView, RebuiltEqualsIncrementalForAnyBatchSize) {
  for (int round = 0; round < rounds(); ++round) {
    const std::uint64_t seed = 4'711 + static_cast<std::uint64_t>(round);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto lines = programme(seed, 20);
    close();
    std::filesystem::remove_all(options.folder);
    std::filesystem::remove(scratch.path() / "ledger.kek");
    ledger::create(options).value();
    const auto kept = status_view::open(opened(), "kept");
    for (std::size_t done = 0; done < lines.size();) {
      const std::size_t to = std::min(lines.size(), done + 1 + random() % lines.size());
      import(lines, done, to);
      done = to;
      kept->catch_up(opened(), opened().head(), 1 + random() % 500).value();
    }
    const auto rebuilt = status_view::open(opened(), "rebuilt");
    rebuilt->catch_up(opened(), opened().head()).value();
    EXPECT_EQ(kept->state_hash(), rebuilt->state_hash());
    EXPECT_TRUE(kept->differences(*rebuilt).empty());
    rebuilt->catch_up(opened(), opened().head(), 1).value();
    EXPECT_EQ(kept->state_hash(), rebuilt->state_hash());
  }
}

TEST_F(StatusView, AnswersForEventsBehindItsCheckpoint) {
  const auto lines = programme(7, 20);
  import(lines, 0, lines.size() / 2);
  const auto behind = status_view::open(opened(), "behind");
  behind->catch_up(opened(), opened().head()).value();
  import(lines, lines.size() / 2, lines.size());
  const auto full = status_view::open(opened(), "full");
  full->catch_up(opened(), opened().head()).value();
  for (const auto& subject : opened().subjects("participant/"))
    EXPECT_EQ(behind->find(opened(), subject).value(), full->find(opened(), subject).value());
}

TEST_F(StatusView, KnownAtACutIsWhatAStoppedLedgerAnswers) {
  const auto lines = programme(11, 25);
  const std::size_t stop = lines.size() * 2 / 3;
  import(lines, 0, stop);
  const cut then{opened().head(), stockholm_day(opened().recorded_at(opened().head()))};
  const day as_of = then.cut_day + -30;
  const auto answers = [&] {
    const auto view = status_view::open(opened(), "status");
    std::string all;
    for (const auto& subject : opened().subjects("participant/")) {
      const auto j = view->find(opened(), subject).value();
      const auto answer = status_at(j, then, as_of);
      if (answer.known) append_status_json(answer, subject, then.at, all);
    }
    return all;
  };
  const std::string stopped = answers();
  import(lines, stop, lines.size());
  EXPECT_EQ(answers(), stopped);
  EXPECT_GT(stopped.size(), 1'000u);
}

TEST_F(StatusView, DropsAForgottenPerson) {
  append({enrolled("1", "participant/a"), enrolled("2", "participant/b")}).value();
  const auto view = status_view::open(opened(), "status");
  view->catch_up(opened(), opened().head()).value();
  opened()
      .forget("participant/a",
              parsed(of_type("person_forgotten", "f", "participant/a", R"({"ground":"test"})")))
      .value();
  EXPECT_EQ(view->find(opened(), "participant/a").error().code, errc::forgotten);
  view->catch_up(opened(), opened().head()).value();
  std::vector<std::string> stored;
  view->each("participant/", [&](std::string_view s, const journey&) {
    stored.emplace_back(s);
    return true;
  });
  EXPECT_EQ(stored, std::vector<std::string>{"participant/b"});
}

TEST_F(StatusView, IsBuiltAnewWhenItIsDamagedOrAhead) {
  append({enrolled("1", "participant/a")}).value();
  const auto folder = options.folder / "index" / "views" / "status";
  status_view::open(opened(), "status")->catch_up(opened(), opened().head()).value();
  for (const auto& f : std::filesystem::directory_iterator(folder))
    if (f.path().filename().string().starts_with("MANIFEST")) std::filesystem::resize_file(f, 3);
  const auto view = status_view::open(opened(), "status");
  EXPECT_EQ(view->checkpoint().value, 0u);
  EXPECT_EQ(view->find(opened(), "participant/a")->facts.size(), 1u);
  EXPECT_EQ(view->find(opened(), "participant/z").error().code, errc::unknown_subject);
}

}  // namespace
}  // namespace stegvis::test

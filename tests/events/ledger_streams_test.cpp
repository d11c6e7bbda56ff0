// Goal: what streams need of a ledger: notes that move with events, two marks, copies that follow.
// Method: appends against a clock that is set, and the ledger opened again.
#include <thread>

#include "tests/events/ledger_vocabulary.hpp"

namespace stegvis::test {
namespace {
using namespace std::chrono_literals;

class Streams : public ledger_fixture {
 protected:
  void reopen() {
    close();
    opened();
  }
  append_options noting(const std::string& value) const {
    append_options how;
    how.atomic = false;
    how.notes = {{"source", value}};
    return how;
  }
};

TEST_F(Streams, NotesMoveWithTheirEvents) {
  opened().append(drafts({enrolled("a", "participant/p-1")}), noting("1")).value();
  EXPECT_EQ(opened().note("source"), "1");
  reopen();
  EXPECT_EQ(opened().note("source"), "1");
  EXPECT_EQ(opened().head().value, 1U);
  opened().append(drafts({enrolled("a", "participant/p-1")}), noting("2")).value();
  EXPECT_EQ(opened().note("source"), "2") << "all of it existed";
  EXPECT_EQ(opened().note("other"), std::nullopt);
}

TEST_F(Streams, ARefusalHoldsTheNoteBack) {
  const auto answers = opened()
                           .append(drafts({enrolled("a", "participant/p-1"),
                                           of_type("event_voided", "b", "participant/p-1",
                                                   R"({"target":"none","reason":"x"})"),
                                           enrolled("c", "participant/p-1")}),
                                   noting("3"))
                           .value();
  EXPECT_TRUE(answers[0]);
  EXPECT_FALSE(answers[1]);
  EXPECT_TRUE(answers[2]);
  EXPECT_EQ(opened().note("source"), std::nullopt);
  opened().write_notes({{"source", "3"}}, true);
  reopen();
  EXPECT_EQ(opened().note("source"), "3");
  EXPECT_EQ(opened().head().value, 2U);
}

TEST_F(Streams, ReplicatedIsSeenOnceConfirmed) {
  options.durability = durability::replicated;
  reopen();
  append_options how;
  how.replicated_wait = 1ms;
  const auto first = opened().append(drafts({enrolled("a", "participant/p-1")}), how).value();
  EXPECT_TRUE(first[0]->pending);
  EXPECT_EQ(opened().head().value, 0U);
  EXPECT_EQ(opened().synced().value, 1U);
  EXPECT_FALSE(opened().find("/test", "a")) << "nobody sees it";
  std::uint64_t seen = 0;
  opened().scan_synced({1}, {9}, [&](const event&) { return ++seen, true; }).value();
  EXPECT_EQ(seen, 1U) << "but for the relay";
  opened().confirm({1});
  EXPECT_EQ(opened().head().value, 1U);
  const auto again = opened().append(drafts({enrolled("a", "participant/p-1")}), how).value();
  EXPECT_TRUE(again[0]->existed);
  EXPECT_FALSE(again[0]->pending);
  opened().append(drafts({enrolled("b", "participant/p-1")}), how).value();
  reopen();
  EXPECT_EQ(opened().head().value, 1U) << "what was confirmed stays, what was not waits";
  EXPECT_EQ(opened().synced().value, 2U);
}

TEST_F(Streams, AnAppendWaitsForItsReplica) {
  options.durability = durability::replicated;
  reopen();
  std::jthread relay([&] {
    while (!opened().wait_behind({0}, 10ms)) {
    }
    opened().confirm({1});
  });
  const auto answers = opened().append(drafts({enrolled("a", "participant/p-1")}), {}).value();
  EXPECT_FALSE(answers[0]->pending);
  EXPECT_EQ(opened().head().value, 1U);
}

TEST_F(Streams, AFollowerTakesOnlyWhatItFollows) {
  opened().append(drafts({enrolled("a", "participant/p-1")}), {}).value();
  std::string line;
  append_canonical(opened().read({1}).value(), line);
  ledger_options copy = options;
  copy.folder = scratch.path() / "copy";
  ledger::create_follower(copy, {opened().id(), 3}, "topics").value();
  const auto book = std::move(ledger::open(copy).value());
  EXPECT_EQ(book->id(), opened().id());
  EXPECT_EQ(book->epoch(), 3U);
  EXPECT_EQ(book->follows(), "topics");
  const auto refused = book->append(drafts({enrolled("b", "participant/p-1")}), {});
  EXPECT_EQ(refused.error().code, errc::follower);
  append_options how;
  how.keep_recorded = true;
  how.following = true;
  book->append(drafts({line}, {.keep_recorded = true}), how).value();
  std::string copied;
  append_canonical(book->read({1}).value(), copied);
  EXPECT_EQ(copied, line);
  book->promote(4);
  EXPECT_FALSE(book->follows());
  EXPECT_EQ(book->epoch(), 4U);
  book->append(drafts({enrolled("b", "participant/p-1")}), {}).value();
  EXPECT_EQ(book->head().value, 2U);
}

TEST_F(Streams, WaitingEndsWithTimeOrAnEvent) {
  EXPECT_FALSE(opened().wait_behind({0}, 1ms));
  std::jthread writer([&] {
    std::this_thread::sleep_for(5ms);
    opened().append(drafts({enrolled("a", "participant/p-1")}), {}).value();
  });
  EXPECT_TRUE(opened().wait_behind({0}, 10s));
}

}  // namespace
}  // namespace stegvis::test

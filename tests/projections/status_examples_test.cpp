// Goal: the fifteen worked examples of the status rules hold, word for word.
// Method: each example is a story and a table of questions (day, known on, state and more), asked
// through the stored form of the journey as well.
#include <gtest/gtest.h>

#include <functional>

#include "projections/status.hpp"
#include "projections/visibility.hpp"
#include "tests/vocabulary.hpp"

namespace stegvis {
namespace {
using namespace stegvis::testing;

struct question {
  std::string_view day, known, state;
  std::string_view since = {};
  std::function<void(const status_answer&)> also = {};
};

void ask(const story& told, const std::vector<question>& questions) {
  std::string bytes;
  save(told.journey(), bytes);
  const journey j = load(bytes).value();
  for (const auto& q : questions) {
    const auto known = told.known(q.known);
    const auto a = status_at(j, known, on(q.day));
    SCOPED_TRACE("on " + std::string(q.day) + ", known " + std::string(q.known));
    EXPECT_EQ(name_of(a.state), q.state);
    EXPECT_EQ(a.beyond_cut, on(q.day) > known.cut_day);
    if (!q.since.empty()) {
      EXPECT_EQ(a.since, on(q.since));
    }
    if (q.also) q.also(a);
  }
}

auto in(std::string_view enrolment) {
  return [=](const status_answer& a) { EXPECT_EQ(a.episode, enrolment); };
}
auto situation(std::string_view value) {
  return [=](const status_answer& a) { EXPECT_EQ(a.situation, value); };
}
story e1() {
  story s;
  s.tell("01-10", enrolled("e1")).tell("01-10", plan("e1"));
  return s;
}

TEST(StatusExamples, Example01ApplicationToFirstStep) {
  story s;
  s.tell("01-02", applied("i1")).tell("01-10", enrolled("e1", {}, "i1")).tell("01-24", plan("e1"));
  s.tell("02-01", step("s1")).tell("03-01", step_done("s1"));
  ask(s, {{"01-01", "", "none"},
          {"01-05", "", "applied"},
          {"01-10", "", "assessment"},
          {"01-24", "", "enrolled_idle"},
          {"02-28", "", "ladder_step", "02-01"},
          {"03-01", "", "enrolled_idle"}});
}

TEST(StatusExamples, Example02PartTimeCourseDuringAJob) {
  auto s = e1();
  s.tell("03-01",
         job("p1",
             {.kind = placement_kind::simple_job, .reserved = true, .planned_end = "2019-02-28"}));
  s.tell("09-01", step("s2")).tell("12-01", step_done("s2"));
  ask(s, {{"09-15", "", "employed_reserved", "03-01",
           [](const status_answer& a) { EXPECT_EQ(a.also, std::vector{state::ladder_step}); }},
          {"2019-02-28", "", "employed_reserved", "03-01",
           [](const status_answer& a) { EXPECT_FALSE(a.overdue); }},
          {"2019-03-05", "", "employed_reserved", "03-01",
           [](const status_answer& a) { EXPECT_TRUE(a.overdue); }}});
  const auto j = s.journey();
  const auto h = history_of(j, s.known(""));
  const auto pieces = resolved_timeline(h);
  EXPECT_EQ(std::ranges::count(pieces, state::employed_reserved, &piece::state), 1);
  EXPECT_EQ(pieces.back().to, open_end);
}

TEST(StatusExamples, Example03TwoJobsWithAGap) {
  auto s = e1();
  s.tell("03-01", job("p1")).tell("06-30", job_ended("p1")).tell("07-02", job("p2"));
  ask(s, {{"06-29", "", "employed_regular"},
          {"06-30", "", "enrolled_idle"},
          {"07-01", "", "enrolled_idle"},
          {"07-02", "", "employed_regular", "07-02"}});
}

TEST(StatusExamples, Example04BackdatedExit) {
  auto s = e1();
  s.tell("04-01", exited("e1"), "05-20");
  ask(s, {{"04-15", "04-30", "enrolled_idle"},
          {"04-15", "05-31", "exited"},
          {"03-31", "04-30", "enrolled_idle"},
          {"03-31", "05-31", "enrolled_idle"}});
}

TEST(StatusExamples, Example05CorrectedStart) {
  auto s = e1();
  s.tell("03-15", job("p1", {.subsidised = true}), "03-16");
  s.tell("04-02", moved(s.last_id(), "03-01"));
  ask(s, {{"03-10", "03-31", "enrolled_idle"}, {"03-10", "04-30", "employed_subsidised", "03-01"}});
}

TEST(StatusExamples, Example06VoidedExit) {
  auto s = e1();
  s.tell("04-01", exited("e1"));
  s.tell("04-20", voided(s.last_id()));
  s.tell("04-25", resumed("e1"));
  ask(s, {{"04-10", "04-10", "exited"},
          {"04-10", "04-30", "enrolled_idle"},
          {"04-26", "04-30", "enrolled_idle"}});
  const auto j = s.journey();
  const auto h = history_of(j, s.known(""));
  ASSERT_EQ(h.problems.size(), 1u);
  EXPECT_EQ(h.problems[0].on, on("04-25"));
}

TEST(StatusExamples, Example07JobShowsThroughAPause) {
  auto s = e1();
  s.tell("02-01", step("s1")).tell("03-01", paused("e1")).tell("03-20", job("p1"));
  s.tell("03-27", job_ended("p1")).tell("04-01", resumed("e1"));
  ask(s, {{"03-10", "", "paused"},
          {"03-25", "", "employed_regular"},
          {"03-28", "", "paused", "03-27"},
          {"04-01", "", "ladder_step", "04-01",
           [](const status_answer& a) { EXPECT_EQ(a.episode_from, on("02-01")); }}});
}

TEST(StatusExamples, Example08TwoEnrolments) {
  story s;
  s.tell("01-10", enrolled("e1", "unit/a")).tell("01-10", plan("e1"));
  s.tell("02-01", enrolled("e2", "unit/b")).tell("02-01", plan("e2"));
  s.tell("02-10", track("t1", "e1")).tell("02-15", paused("e2"));
  ask(s, {{"02-20", "", "job_track", {}, [](const status_answer& a) {
             EXPECT_EQ(a.phase, phase::active);
             EXPECT_EQ(a.unit, "unit/a");
             ASSERT_EQ(a.enrolments.size(), 2u);
             EXPECT_EQ(a.enrolments[0].enrolment, "e1");
             EXPECT_EQ(a.enrolments[0].state, state::job_track);
             EXPECT_EQ(a.enrolments[1].enrolment, "e2");
             EXPECT_EQ(a.enrolments[1].state, state::paused);
           }}});
}

TEST(StatusExamples, Example09Reentry) {
  auto s = e1();
  s.tell("04-01", exited("e1")).tell("04-20", applied("i2"));
  s.tell("05-01", enrolled("e2", {}, "i2")).tell("05-10", plan("e2"));
  ask(s, {{"04-15", "", "exited"},
          {"04-25", "", "applied"},
          {"05-01", "", "assessment", "05-01", in("e2")},
          {"05-10", "", "enrolled_idle"}});
}

TEST(StatusExamples, Example10JobOutlivesTheExit) {
  auto s = e1();
  s.tell("02-01", activity("a1")).tell("05-01", job("p1", {.subsidised = true}));
  s.tell("06-01", exited("e1", exit_destination::employed)).tell("08-01", job_ended("p1"));
  ask(s, {{"05-15",
           "",
           "employed_subsidised",
           {},
           [](const status_answer& a) { EXPECT_EQ(a.also, std::vector{state::activity}); }},
          {"06-10",
           "",
           "employed_subsidised",
           {},
           [](const status_answer& a) {
             EXPECT_EQ(a.phase, phase::exited);
             EXPECT_EQ(a.destination, "employed");
             EXPECT_EQ(a.situation, "employed");
           }},
          {"08-01", "", "exited", "08-01", situation("unknown")}});
  const auto j = s.journey();
  const auto h = history_of(j, s.known(""));
  const auto a1 = std::ranges::find(h.episodes, "a1", &episode::id);
  ASSERT_NE(a1, h.episodes.end());
  EXPECT_EQ(a1->from, on("02-01"));
  EXPECT_EQ(a1->to, on("06-01"));
  EXPECT_EQ(name_of(a1->ended_by), "exit");
}

TEST(StatusExamples, Example11PlannedStarts) {
  story s;
  s.tell("02-01", enrolled("e1"), "01-20").tell("02-01", plan("e1"));
  s.tell("03-01", job("p1"), "02-20");
  ask(s, {{"01-15", "", "none"},
          {"01-25", "", "scheduled"},
          {"02-25",
           "02-19",
           "enrolled_idle",
           {},
           [](const status_answer& a) {
             EXPECT_TRUE(a.beyond_cut);
             EXPECT_TRUE(a.next.empty());
           }},
          {"02-25",
           "02-20",
           "enrolled_idle",
           {},
           [](const status_answer& a) {
             EXPECT_TRUE(a.beyond_cut);
             ASSERT_EQ(a.next.size(), 1u);
             EXPECT_EQ(a.next[0].on, on("03-01"));
             EXPECT_EQ(a.next[0].state, state::employed_regular);
           }},
          {"03-01", "", "employed_regular"}});
}

TEST(StatusExamples, Example12ExitAndNewEnrolmentOnOneDay) {
  for (const bool exit_first : {false, true}) {
    auto s = e1();
    if (exit_first) s.tell("04-01", exited("e1"));
    s.tell("04-01", enrolled("e2")).tell("04-01", plan("e2"));
    if (!exit_first) s.tell("04-01", exited("e1"));
    ask(s, {{"03-31", "", "enrolled_idle", {}, in("e1")},
            {"04-01", "", "enrolled_idle", "04-01", in("e2")}});
  }
}

TEST(StatusExamples, Example13RegisterAgainstProgramme) {
  auto s = e1();
  s.tell("03-01", job("p1", {.subsidised = true})).tell("06-01", registered_as("unemployed"));
  s.tell("05-15", job_ended("p1"), "09-01");
  ask(s, {{"06-15", "06-30", "employed_subsidised", {}, situation("unemployed")},
          {"06-15", "09-30", "enrolled_idle", {}, situation("unemployed")},
          {"05-20", "09-30", "enrolled_idle", {}, situation("unknown")}});
}

TEST(StatusExamples, Example14ChangedTermsThenDeath) {
  auto s = e1();
  s.tell("02-01", job("p1", {.reserved = true}));
  s.tell("04-01", changed("p1", false, false));
  s.tell("05-10", death_recorded{});
  ask(s, {{"03-31", "", "employed_reserved"},
          {"04-01", "", "employed_regular", "04-01"},
          {"05-09", "", "employed_regular", "04-01"},
          {"05-10", "", "deceased", "05-10"}});
  const auto j = s.journey();
  const auto h = history_of(j, s.known(""));
  const auto end = std::ranges::find_if(
      h.episodes, [](const episode& e) { return e.id == "p1" && e.from == on("04-01"); });
  ASSERT_NE(end, h.episodes.end());
  EXPECT_EQ(end->to, on("05-10"));
  EXPECT_EQ(name_of(end->ended_by), "death");
}

TEST(StatusExamples, Example15MergedAndProtected) {
  story survivor("participant/p-one");
  survivor.tell("01-10", enrolled("e1")).tell("01-10", plan("e1"));
  survivor.tell("06-01", handling_changed{});
  survivor.tell("02-01", enrolled("e9"), "07-01").tell("02-01", plan("e9"), "07-01");
  story loser("participant/p-other");
  loser.tell("02-01", enrolled("e9")).tell("02-01", plan("e9"));
  loser.tell("07-01", merged("participant/p-one"));
  const auto enrolments = [](std::size_t n) {
    return [=](const status_answer& a) { EXPECT_EQ(a.enrolments.size(), n); };
  };
  ask(survivor, {{"06-15", "06-30", "enrolled_idle", {}, enrolments(1)},
                 {"06-15", "07-31", "enrolled_idle", {}, enrolments(2)}});
  ask(loser, {{"06-15", "06-30", "enrolled_idle", {}, enrolments(1)},
              {"06-15", "07-31", "merged", {}, [](const status_answer& a) {
                 EXPECT_EQ(a.merged_into, "participant/p-one");
                 EXPECT_TRUE(a.enrolments.empty());
               }}});
  const handling_state now{.is_protected = true};
  EXPECT_FALSE(sees(viewer::ordinary, now));
  EXPECT_TRUE(sees(viewer::confidential, now));
  EXPECT_TRUE(sees(viewer::ordinary, {}));
}
}  // namespace
}  // namespace stegvis

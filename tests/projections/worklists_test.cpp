// Goal: each of the twelve worklists takes an item in on its day, and lets it go by the right
// event. Method: a story and a day before, on and after the threshold; items are written as "list
// anchor due".
#include "projections/worklists.hpp"

#include <gtest/gtest.h>

#include "tests/vocabulary.hpp"

namespace stegvis {
namespace {
using namespace stegvis::testing;

reference_view with_esf() {
  reference_view r;
  r.esf_subprojects.insert("esf");
  return r;
}
std::string items(const story& s, std::string_view day, std::string_view only = {}) {
  const auto j = s.journey();
  std::string found;
  for (const auto& i : worklists_of(history_of(j, s.known("")), with_esf(), on(day))) {
    if (!only.empty() && code_of_list(i.list) != only) continue;
    found += (found.empty() ? "" : ", ") + std::string(code_of_list(i.list)) + ' ' + i.anchor +
             (i.detail.empty() ? "" : " " + i.detail) + ' ' + to_string(i.due).substr(5);
  }
  return found;
}
story e1() {
  story s;
  s.tell("01-10", enrolled("e1")).tell("01-10", plan("e1"));
  return s;
}

TEST(Worklists, NewToMeUntilTheFirstEvent) {
  auto s = e1();
  s.tell("01-12", caseworker("staff/s-1", "e1"));
  EXPECT_EQ(items(s, "01-11"), "");
  EXPECT_EQ(items(s, "01-12"), "new_to_me e1 01-12");
  s.tell("01-14", contact_made{});
  EXPECT_EQ(items(s, "01-14"), "");
}

TEST(Worklists, ApplicationWaitsFourteenDays) {
  story s;
  s.tell("01-01", applied("i1"));
  EXPECT_EQ(items(s, "01-14"), "");
  EXPECT_EQ(items(s, "01-15"), "intake_waiting i1 01-15");
  EXPECT_EQ(items(s.tell("01-15", application_closed("i1")), "01-15"), "");
}

TEST(Worklists, PlanMissingThenReviewed) {
  story s;
  s.tell("01-01", enrolled("e1"));
  EXPECT_EQ(items(s, "01-30"), "");
  EXPECT_EQ(items(s, "01-31"), "plan_missing e1 01-31");
  s.tell("01-31", plan("e1", "03-01"));
  EXPECT_EQ(items(s, "02-14"), "");
  EXPECT_EQ(items(s, "02-15"), "plan_review e1 03-01");
  plan_revised revised;
  revised.enrolment = enrolment_id{"e1"};
  EXPECT_EQ(items(s.tell("02-15", revised), "02-15"), "");
}

TEST(Worklists, IdleForThirtyDays) {
  auto s = e1();
  EXPECT_EQ(items(s, "02-08"), "");
  EXPECT_EQ(items(s, "02-09"), "idle e1 02-09");
  EXPECT_EQ(items(s.tell("02-09", step("s1")), "02-09"), "");
}

TEST(Worklists, PauseRunsOutUnlessProlonged) {
  auto s = e1();
  s.tell("02-01", paused("e1", "02-28"));
  EXPECT_EQ(items(s, "02-20"), "");
  EXPECT_EQ(items(s, "02-21"), "pause_over e1 02-28");
  EXPECT_EQ(items(s.tell("02-21", paused("e1", "03-31")), "02-21"), "");
}

TEST(Worklists, EndingThirtyDaysBeforeAndOverdue) {
  story s = e1();
  s.tell("03-01",
         job("p1",
             {.kind = placement_kind::simple_job, .reserved = true, .planned_end = "2019-02-28"}));
  EXPECT_EQ(items(s, "2019-01-28", "ending"), "");
  EXPECT_EQ(items(s, "2019-01-29", "ending"), "ending p1 simple_job 02-28");
  EXPECT_EQ(items(s, "2019-03-05", "ending"), "ending p1 simple_job 02-28");
}

TEST(Worklists, FollowUpsOfJobAndExit) {
  auto s = e1();
  s.tell("03-01", job("p1"));
  EXPECT_EQ(items(s, "03-14", "follow_up"), "");
  EXPECT_EQ(items(s, "03-15", "follow_up"), "follow_up p1 28d 03-29");
  s.tell("03-29", followed_up("p1", follow_up_horizon::_28d, work_status::employed));
  EXPECT_EQ(items(s, "03-29", "follow_up"), "");
  EXPECT_EQ(items(s, "05-18", "follow_up"), "follow_up p1 3m 06-01");
  s.tell("05-20", job_ended("p1"));
  EXPECT_EQ(items(s, "05-20", "follow_up"), "");
  s.tell("05-25", exited("e1", exit_destination::other));
  EXPECT_EQ(items(s, "06-08"), "follow_up e1 28d 06-22");
  EXPECT_EQ(items(s, "11-20"), "follow_up e1 28d 06-22, follow_up e1 6m 11-25");
}

TEST(Worklists, SilentForNinetyDays) {
  auto s = e1().tell("01-11", step("s1"));
  EXPECT_EQ(items(s, "04-09"), "");
  EXPECT_EQ(items(s, "04-10"), "silent e1 04-10");
  EXPECT_EQ(items(s.tell("04-10", contact_made{}), "04-10"), "");
}

TEST(Worklists, CertificateWithoutNextStep) {
  auto s = e1().tell("01-11", step("s1"));
  certificate_awarded c;
  c.step_run = step_run_id{"s1"};
  s.tell("02-01", c);
  EXPECT_EQ(items(s, "03-02"), "");
  EXPECT_EQ(items(s, "03-03"), "next_step s1 03-03");
  EXPECT_EQ(items(s.tell("03-03", next_step_offered{}), "03-03"), "");
}

TEST(Worklists, MatchWaitsForAnAnswer) {
  auto s = e1().tell("01-11", step("s1"));
  s.tell("02-01", about(&match_proposed::match, "m1"));
  EXPECT_EQ(items(s, "02-07"), "");
  EXPECT_EQ(items(s, "02-08"), "match_waiting m1 02-08");
  EXPECT_EQ(items(s.tell("02-08", about(&match_declined::match, "m1")), "02-08"), "");
}

TEST(Worklists, EntrySituationMissingInEsfSubprojects) {
  auto enrolment = enrolled("e1");
  enrolment.subproject = "esf";
  story s;
  s.tell("01-10", enrolment).tell("01-10", plan("e1"));
  EXPECT_EQ(items(s, "01-10"), "entry_missing e1 01-10");
  EXPECT_EQ(items(s.tell("01-10", entry_situation_recorded{}), "01-10"), "");
}

TEST(Worklists, DeferredItemsComeBack) {
  auto s = e1();
  worklist_deferred later{};
  later.list = worklist_kind::idle;
  later.until = on("03-31");
  s.tell("02-09", later);
  EXPECT_EQ(items(s, "03-31"), "");
  EXPECT_EQ(items(s, "04-01", "idle"), "idle e1 02-09");
}

TEST(Worklists, TheDeadAreInNone) {
  auto s = e1();
  s.tell("02-01", job("p1", {.planned_end = "05-31"})).tell("05-10", death_recorded{});
  EXPECT_NE(items(s, "05-09"), "");
  EXPECT_EQ(items(s, "05-10"), "");
  EXPECT_EQ(items(s, "12-31"), "");
}
}  // namespace
}  // namespace stegvis

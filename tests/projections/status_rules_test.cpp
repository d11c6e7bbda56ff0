// Goal: what the status rules say in sentences of their own, beside the worked examples, holds.
// Method: one small story for each sentence, asked on the days around the one that matters.
#include <gtest/gtest.h>

#include "projections/status.hpp"
#include "tests/vocabulary.hpp"

namespace stegvis {
namespace {
using namespace stegvis::testing;

story e1() {
  story s;
  s.tell("01-10", enrolled("e1", "unit/a")).tell("01-10", plan("e1"));
  return s;
}
status_answer asked(const story& s, std::string_view day, std::string_view known = "") {
  return status_at(s.journey(), s.known(known), on(day));
}
std::string state_of(const story& s, std::string_view day, std::string_view known = "") {
  return std::string(name_of(asked(s, day, known).state));
}
std::string phase_of(const story& s, std::string_view day) {
  return std::string(name_of(asked(s, day).phase));
}
enrolment_status row(const story& s, std::string_view day, std::string_view enrolment) {
  for (const auto& e : asked(s, day).enrolments) {
    if (e.enrolment == enrolment) return e;
  }
  ADD_FAILURE() << "no row for " << enrolment << " on " << day;
  return {};
}
std::string faults(const story& s) {
  constexpr std::string_view names[] = {"end_before_start", "second_end",        "second_start",
                                        "end_without_start", "resume_after_exit", "change_outside",
                                        "after_exit",        "no_enrolment"};
  const auto j = s.journey();
  std::string all;
  for (const auto& p : history_of(j, s.known("")).problems) {
    all += (all.empty() ? "" : " ") + std::string(names[static_cast<std::size_t>(p.fault)]);
  }
  return all;
}
// "kind from to ended_by" of each episode of the id; days of 2018 as MM-DD.
std::string episodes(const story& s, std::string_view id) {
  const auto j = s.journey();
  std::string all;
  for (const auto& e : history_of(j, s.known("")).episodes) {
    if (e.id != id || e.kind == episode_kind::caseworker) continue;
    all += (all.empty() ? "" : ", ") + std::string(name_of(e.kind)) + ' ' +
           to_string(e.from).substr(5) + ' ' +
           (e.to == open_end ? "open" : to_string(e.to).substr(5)) + ' ' +
           std::string(name_of(e.ended_by));
  }
  return all;
}
std::optional<day> confirmed(const story& s, std::string_view id, std::string_view known = "") {
  const auto j = s.journey();
  for (const auto& e : history_of(j, s.known(known)).episodes) {
    if (e.id == id && e.to == open_end) return e.confirmed_until;
  }
  return std::nullopt;
}

// Section 1: days and intervals.

TEST(StatusRules, AddingMonthsKeepsTheDayClampedToTheLast) {
  EXPECT_EQ(add_months(on("08-31"), 6), on("2019-02-28"));
  EXPECT_EQ(add_months(on("08-31"), 18), on("2020-02-29"));
  EXPECT_EQ(add_months(on("01-30"), 1), on("02-28"));
  EXPECT_EQ(add_months(on("11-15"), 3), on("2019-02-15"));
}

TEST(StatusRules, AnEndsDayIsTheFirstThatNoLongerCounts) {
  const auto s = e1().tell("02-01", step("s1")).tell("03-01", step_done("s1"));
  EXPECT_EQ(state_of(s, "02-28"), "ladder_step");
  EXPECT_EQ(state_of(s, "03-01"), "enrolled_idle");
}

TEST(StatusRules, EventsOfOneDayNeedNoOrder) {
  for (const bool end_first : {false, true}) {
    auto s = e1().tell("02-01", job("p1"));
    if (end_first) s.tell("03-01", job_ended("p1"));
    s.tell("03-01", job("p2", {.subsidised = true}));
    if (!end_first) s.tell("03-01", job_ended("p1"));
    EXPECT_EQ(state_of(s, "02-28"), "employed_regular");
    EXPECT_EQ(state_of(s, "03-01"), "employed_subsidised");
    EXPECT_EQ(faults(s), "");
  }
}

TEST(StatusRules, WhatDoesNotPairIsIgnoredAndReported) {
  auto before = e1().tell("03-01", job("p1")).tell("02-01", job_ended("p1"), "03-02");
  EXPECT_EQ(episodes(before, "p1"), "job 03-01 open ");
  EXPECT_EQ(faults(before), "end_before_start");
  auto twice = e1().tell("03-01", job("p1")).tell("04-01", job_ended("p1"));
  twice.tell("05-01", job_ended("p1"));
  EXPECT_EQ(episodes(twice, "p1"), "job 03-01 04-01 ended");
  EXPECT_EQ(faults(twice), "second_end");
  auto again = e1().tell("03-01", job("p1")).tell("04-01", job("p1", {.subsidised = true}));
  EXPECT_EQ(state_of(again, "04-02"), "employed_regular");
  EXPECT_EQ(faults(again), "second_start");
  EXPECT_EQ(faults(e1().tell("04-01", activity_done("a7"))), "end_without_start");
}

// Section 2: cut, as-of date, corrections.

TEST(StatusRules, AnswersAfterTheCutsDayAreProjections) {
  const auto s = e1().tell("03-01", job("p1"));
  EXPECT_FALSE(asked(s, "03-01").beyond_cut);
  EXPECT_TRUE(asked(s, "03-02").beyond_cut);
  EXPECT_TRUE(asked(s, "01-11", "01-31").beyond_cut);  // the last known event is of 01-10
}

TEST(StatusRules, DatedAheadChangesNothingBeforeItsDay) {
  const auto s = e1().tell("03-01", exited("e1", exit_destination::education), "02-01");
  const auto before = asked(s, "02-28");
  EXPECT_EQ(before.state, state::enrolled_idle);
  EXPECT_EQ(before.destination, "");
  ASSERT_EQ(before.next.size(), 1u);
  EXPECT_EQ(before.next[0].kind, fact_kind::participant_exited);
  EXPECT_EQ(before.next[0].state, state::exited);
  EXPECT_EQ(asked(s, "03-01").destination, "education");
  EXPECT_TRUE(asked(s, "03-01").next.empty());
}

TEST(StatusRules, ACorrectedEventKeepsItsOwnPlaceForTies) {
  story s;
  s.tell("01-10", enrolled("e1"));
  s.tell("03-05", job("p1"), "03-05");
  const auto first = s.last_id();
  s.tell("03-01", job("p2"), "03-06");
  EXPECT_EQ(asked(s, "03-07").episode, "p2");  // the earlier day
  s.tell("03-07", moved(first, "03-01"));
  EXPECT_EQ(asked(s, "03-07").episode, "p1");  // the same day, the lower position
}

TEST(StatusRules, AVoidIsNotVoidedAndItsOwnTimeHasNoEffect) {
  auto s = e1().tell("03-01", job("p1"));
  s.tell("06-01", voided(s.last_id()), "03-02");
  EXPECT_EQ(state_of(s, "03-01"), "enrolled_idle");
  s.tell("03-03", voided(s.last_id()));
  EXPECT_EQ(state_of(s, "03-05"), "enrolled_idle");
}

TEST(StatusRules, VoidingTheMergeBringsTheSubjectBack) {
  auto s = e1().tell("03-01", merged("participant/p-one"));
  const auto merge = s.last_id();
  s.tell("04-01", voided(merge));
  EXPECT_EQ(state_of(s, "02-01", "03-15"), "merged");
  EXPECT_EQ(asked(s, "02-01", "03-15").merged_into, "participant/p-one");
  EXPECT_EQ(state_of(s, "02-01"), "enrolled_idle");
  EXPECT_EQ(asked(s, "02-01").merged_into, "");
}

// Section 3: episodes.

TEST(StatusRules, AChangeIsAPatch) {
  auto s = e1();
  s.tell("02-01", job("p1", {.subsidised = true, .reserved = true, .planned_end = "09-30"}));
  auto hours = about(&placement_changed::placement, "p1");
  hours.hours_week = decimal{"20"};
  s.tell("03-01", hours);
  auto open = about(&placement_changed::placement, "p1");
  open.reserved_for_group = false;
  s.tell("04-01", open);
  EXPECT_EQ(state_of(s, "03-01"), "employed_reserved");
  EXPECT_EQ(asked(s, "03-01").since, on("02-01"));  // the same state and episode: no new piece
  EXPECT_EQ(state_of(s, "04-01"), "employed_subsidised");
  EXPECT_EQ(asked(s, "04-01").planned_end, on("09-30"));
  EXPECT_EQ(asked(s, "04-01").episode_from, on("02-01"));
  EXPECT_EQ(episodes(s, "p1"), "job 02-01 03-01 changed, job 03-01 04-01 changed, job 04-01 open ");
}

TEST(StatusRules, JobsAndEducationOutliveAnExitTheRestIsCut) {
  auto s = e1();
  s.tell("02-01", job("p1")).tell("02-01", job("p2", {.kind = placement_kind::work_training}));
  s.tell("02-01", activity("a1", activity_kind::studies)).tell("02-01", activity("a2"));
  s.tell("02-01", step("s1")).tell("02-01", track("t1", "e1"));
  s.tell("04-01", exited("e1", exit_destination::employed));
  EXPECT_EQ(episodes(s, "p1"), "job 02-01 open ");
  EXPECT_EQ(episodes(s, "a1"), "education 02-01 open ");
  for (const auto* cut : {"p2", "a2", "s1", "t1"}) {
    EXPECT_EQ(episodes(s, cut).substr(episodes(s, cut).find(' ')), " 02-01 04-01 exit") << cut;
  }
}

TEST(StatusRules, AWorkPlacementThatBecomesAJobOutlivesTheExit) {
  auto s = e1().tell("02-01", job("p1", {.kind = placement_kind::practice}));
  auto hired = changed("p1", false, false);
  hired.kind = placement_kind::employment;
  s.tell("03-01", hired).tell("04-01", exited("e1"));
  EXPECT_EQ(episodes(s, "p1"), "work_training 02-01 03-01 changed, job 03-01 open ");
  auto late = e1().tell("02-01", job("p1", {.kind = placement_kind::practice}));
  late.tell("04-01", exited("e1")).tell("05-01", hired);
  EXPECT_EQ(episodes(late, "p1"), "work_training 02-01 04-01 exit");
  EXPECT_EQ(faults(late), "change_outside");
}

TEST(StatusRules, APauseEndsWithItsEnrolment) {
  auto s = e1().tell("02-01", paused("e1", "06-30")).tell("03-01", exited("e1"));
  EXPECT_EQ(state_of(s, "02-28"), "paused");
  EXPECT_EQ(state_of(s, "03-01"), "exited");
  const auto j = s.journey();
  const auto h = history_of(j, s.known(""));
  const auto pause = std::ranges::find(h.episodes, episode_kind::pause, &episode::kind);
  ASSERT_NE(pause, h.episodes.end());
  EXPECT_EQ(pause->to, on("03-01"));
  EXPECT_EQ(pause->ended_by, ending::exit);
}

TEST(StatusRules, AResumeAfterTheExitIsIgnoredAndReported) {
  auto s = e1().tell("02-01", paused("e1")).tell("03-01", exited("e1"));
  s.tell("04-01", resumed("e1"));
  EXPECT_EQ(state_of(s, "04-01"), "exited");
  EXPECT_EQ(faults(s), "resume_after_exit");
}

TEST(StatusRules, APlannedEndEndsNothing) {
  const auto s = e1().tell("02-01", job("p1", {.planned_end = "04-30"}));
  EXPECT_FALSE(asked(s, "04-30").overdue);  // a last day
  EXPECT_TRUE(asked(s, "05-01").overdue);
  EXPECT_EQ(state_of(s, "08-01"), "employed_regular");
}

TEST(StatusRules, AttendanceSupportAndFollowUpsConfirmWhatTheyName) {
  auto s = e1().tell("02-01", activity("a1")).tell("02-01", job("p1"));
  EXPECT_EQ(confirmed(s, "a1"), on("02-01"));
  s.tell("02-10", about(&activity_attended::activity, "a1"));
  EXPECT_EQ(confirmed(s, "a1"), on("02-10"));
  EXPECT_EQ(confirmed(s, "p1"), on("02-01"));
  workplace_support_provided support{};
  support.placement = placement_id{"p1"};
  s.tell("02-20", support);
  EXPECT_EQ(confirmed(s, "p1"), on("02-20"));
  EXPECT_EQ(confirmed(s, "p1", "02-19"), on("02-01"));
  s.tell("03-01", followed_up("p1", follow_up_horizon::_28d, work_status::employed));
  EXPECT_EQ(confirmed(s, "p1"), on("03-01"));
}

TEST(StatusRules, AnUnboundEpisodeBelongsToTheEnrolmentsActiveWhileItRan) {
  story s;
  s.tell("01-10", enrolled("e1")).tell("01-10", plan("e1")).tell("03-01", exited("e1"));
  s.tell("03-01", enrolled("e2")).tell("03-01", plan("e2"));
  s.tell("04-01", activity("a1", activity_kind::guidance, ""));
  s.tell("06-01", enrolled("e3"), "04-02").tell("06-01", plan("e3"), "04-02");
  EXPECT_EQ(row(s, "04-15", "e1").state, state::exited);
  EXPECT_EQ(row(s, "04-15", "e2").state, state::activity);
  EXPECT_EQ(row(s, "04-15", "e3").state, state::scheduled);
  EXPECT_EQ(row(s, "06-01", "e3").state, state::activity);
  EXPECT_EQ(state_of(s, "04-15"), "activity");
}

TEST(StatusRules, AnUnboundJobStaysWithTheEnrolmentItBeganIn) {
  auto s = e1().tell("02-01", job("p1", {.enrolment = ""})).tell("03-01", exited("e1"));
  EXPECT_EQ(row(s, "03-02", "e1").state, state::employed_regular);
  EXPECT_EQ(row(s, "03-02", "e1").phase, phase::exited);
}

TEST(StatusRules, LanguageSupportTargetGroupAndCaseworkerAreNeverAState) {
  auto s = e1().tell("02-01", about(&language_support_started::support, "l1"));
  s.tell("02-01", target_group_assigned{}).tell("02-01", caseworker("staff/s-1"));
  EXPECT_EQ(state_of(s, "02-02"), "enrolled_idle");
  EXPECT_TRUE(asked(s, "02-02").also.empty());
}

// Section 4: states, phase, whose unit.

TEST(StatusRules, TiesGoToTheEarlierDayThenTheLowerPosition) {
  auto s = e1().tell("02-02", job("p1")).tell("02-01", job("p2"), "02-03").tell("02-01", job("p3"),
                                                                               "02-04");
  const auto a = asked(s, "02-05");
  EXPECT_EQ(a.episode, "p2");
  EXPECT_EQ(a.also, (std::vector{state::employed_regular, state::employed_regular}));
}

TEST(StatusRules, ReservedBeatsSubsidisedOnlyInItsOwnRow) {
  EXPECT_EQ(state_of(e1().tell("02-01", job("p1", {.kind = placement_kind::simple_job})), "02-02"),
            "employed_regular");
  EXPECT_EQ(state_of(e1().tell("02-01", job("p1", {.subsidised = true, .reserved = true})),
                     "02-02"),
            "employed_reserved");
}

TEST(StatusRules, APausedEnrolmentsOwnRowsAreSetAside) {
  auto s = e1().tell("01-20", enrolled("e2")).tell("01-20", plan("e2"));
  s.tell("02-01", step("s1", "e1")).tell("02-01", activity("a1", activity_kind::guidance, ""));
  s.tell("03-01", paused("e1"));
  EXPECT_EQ(state_of(s, "03-02"), "activity");  // unbound: e2 is awake
  EXPECT_EQ(phase_of(s, "03-02"), "active");
  s.tell("04-01", paused("e2"));
  EXPECT_EQ(state_of(s, "04-02"), "paused");
  EXPECT_EQ(phase_of(s, "04-02"), "paused");
}

TEST(StatusRules, PhaseIsTheAdministrativeSide) {
  story s;
  s.tell("01-02", applied("i1")).tell("02-01", enrolled("e1", {}, "i1"), "01-20");
  s.tell("03-01", paused("e1")).tell("04-01", resumed("e1")).tell("05-01", exited("e1"));
  s.tell("05-20", applied("i2")).tell("06-01", death_recorded{});
  EXPECT_EQ(phase_of(s, "01-01"), "none");
  EXPECT_EQ(phase_of(s, "01-05"), "applied");
  EXPECT_EQ(phase_of(s, "01-25"), "scheduled");
  EXPECT_EQ(phase_of(s, "02-01"), "active");
  EXPECT_EQ(phase_of(s, "03-15"), "paused");
  EXPECT_EQ(phase_of(s, "04-01"), "active");
  EXPECT_EQ(phase_of(s, "05-01"), "exited");
  EXPECT_EQ(phase_of(s, "05-25"), "applied");
  EXPECT_EQ(phase_of(s, "06-01"), "deceased");
}

TEST(StatusRules, ADeathClosesEverythingAndOnlyAVoidUndoesIt) {
  auto s = e1().tell("02-01", job("p1")).tell("05-01", job_ended("p1"), "02-01");
  s.tell("03-01", death_recorded{});
  const auto death = s.last_id();
  EXPECT_EQ(episodes(s, "p1"), "job 02-01 03-01 death");
  EXPECT_EQ(episodes(s, "e1"), "enrolment 01-10 03-01 death");
  const auto before = asked(s, "02-15");
  ASSERT_EQ(before.next.size(), 1u);  // not the job's end: the death has closed it
  EXPECT_EQ(before.next[0].kind, fact_kind::death_recorded);
  s.tell("03-05", voided(death));
  EXPECT_EQ(state_of(s, "03-10"), "employed_regular");
}

TEST(StatusRules, AnExitOnTheDayOfDeathStaysAnExit) {
  auto s = e1().tell("03-01", exited("e1", exit_destination::deceased));
  s.tell("03-01", death_recorded{});
  EXPECT_EQ(episodes(s, "e1"), "enrolment 01-10 03-01 exit");
  EXPECT_EQ(state_of(s, "03-01"), "deceased");
}

TEST(StatusRules, UnitAndCaseworkerComeFromTheWinningElseTheLastEnrolment) {
  auto s = e1().tell("01-10", caseworker("staff/s-1", "e1"));
  s.tell("02-01", enrolled("e2", "unit/b")).tell("02-01", plan("e2"));
  s.tell("02-01", caseworker("staff/s-2", "e2"));
  s.tell("02-10", job("p1", {.enrolment = ""}));
  EXPECT_EQ(asked(s, "01-20").unit, "unit/a");
  EXPECT_EQ(asked(s, "02-10").unit, "unit/b");  // an unbound job: the active one that began last
  EXPECT_EQ(asked(s, "02-10").caseworker, "staff/s-2");
  s.tell("02-20", job_ended("p1")).tell("02-20", step("s1", "e1"));
  EXPECT_EQ(asked(s, "02-20").unit, "unit/a");  // the winning episode's
  s.tell("03-01", exited("e2")).tell("04-01", exited("e1"));
  EXPECT_EQ(asked(s, "04-02").unit, "unit/a");  // the one that ended last
  EXPECT_EQ(asked(s, "04-02").caseworker, "staff/s-1");
}

TEST(StatusRules, AHandoverTakesEffectOnItsDay) {
  auto s = e1().tell("01-10", caseworker("staff/s-1"));
  case_handed_over over;
  over.to = {"staff/s-2"};
  s.tell("03-01", over, "02-20");
  handover_accepted accepted;
  accepted.caseworker = staff_ref{"staff/s-2"};
  s.tell("03-03", accepted);
  EXPECT_EQ(asked(s, "02-28").caseworker, "staff/s-1");
  EXPECT_EQ(asked(s, "03-01").caseworker, "staff/s-2");
  EXPECT_EQ(asked(s, "03-04").caseworker, "staff/s-2");
}

TEST(StatusRules, ScheduledRunsFromTheRecordedDay) {
  story s;
  s.tell("01-05", contact_made{}).tell("02-01", enrolled("e1", "unit/a"), "01-20");
  EXPECT_EQ(state_of(s, "01-19"), "none");
  EXPECT_EQ(asked(s, "01-19").enrolments.size(), 0u);
  EXPECT_EQ(state_of(s, "01-20"), "scheduled");
  EXPECT_EQ(asked(s, "01-20").since, on("01-20"));
  EXPECT_EQ(asked(s, "01-20").unit, "unit/a");  // of the enrolment that is to come
  EXPECT_EQ(row(s, "01-20", "e1").state, state::scheduled);
  EXPECT_EQ(state_of(s, "02-01"), "assessment");
}

TEST(StatusRules, OneApplicationMayLeadToSeveralEnrolments) {
  story s;
  s.tell("01-02", applied("i1")).tell("01-10", enrolled("e1", {}, "i1"));
  s.tell("01-20", enrolled("e2", {}, "i1"));
  EXPECT_EQ(episodes(s, "i1"), "application 01-02 01-10 enrolled");
  EXPECT_EQ(faults(s), "");
  auto closed = story().tell("01-02", applied("i1")).tell("01-09", application_closed("i1"));
  EXPECT_EQ(state_of(closed, "01-08"), "applied");
  EXPECT_EQ(state_of(closed, "01-09"), "none");
}

// Section 5: situation.

TEST(StatusRules, DestinationsAreClaims) {
  const std::pair<exit_destination, std::string_view> expected[] = {
      {exit_destination::employed, "employed"},
      {exit_destination::education, "education"},
      {exit_destination::employment_service, "unemployed"},
      {exit_destination::retired, "inactive"},
      {exit_destination::moved, "unknown"},
      {exit_destination::deceased, "unknown"},
      {exit_destination::dropped_out, "unknown"},
      {exit_destination::other, "unknown"},
      {exit_destination::unknown, "unknown"}};
  for (const auto& [destination, value] : expected) {
    const auto a = asked(e1().tell("03-01", exited("e1", destination)), "03-02");
    EXPECT_EQ(a.situation, value);
    EXPECT_EQ(a.situation_source, "programme");
    EXPECT_EQ(a.situation_day, on("03-01"));
  }
}

TEST(StatusRules, AnExitWithoutEffectClaimsNothing) {
  auto s = e1().tell("03-01", exited("e1", exit_destination::education));
  s.tell("04-01", exited("e1", exit_destination::employed));
  EXPECT_EQ(asked(s, "04-02").situation, "education");
  EXPECT_EQ(asked(s, "04-02").destination, "education");
}

TEST(StatusRules, AJobsStartAndTheLastOnesEndAreClaims) {
  auto s = e1().tell("02-01", registered_as("unemployed")).tell("03-01", job("p1"));
  EXPECT_EQ(asked(s, "02-28").situation, "unemployed");
  EXPECT_EQ(asked(s, "03-01").situation, "employed");
  s.tell("05-01", job_ended("p1")).tell("05-01", registered_as("inactive"));
  EXPECT_EQ(asked(s, "05-01").situation, "inactive");  // unknown never beats a known value
  EXPECT_EQ(asked(s, "05-01").situation_source, "register");
  EXPECT_EQ(asked(s, "2020-05-01").situation, "inactive");  // and it does not expire
  EXPECT_EQ(asked(s, "2020-05-01").situation_day, on("05-01"));
}
}  // namespace
}  // namespace stegvis

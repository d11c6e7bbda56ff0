// Goal: the timeline marks what was corrected and voided by a cut, and the stored journey, its
// episodes and its situation say the same at their edges.
// Method: small stories with corrections of corrections, split placements and rival claims.
#include "projections/timeline.hpp"

#include <gtest/gtest.h>

#include <random>

#include "projections/situation.hpp"
#include "projections/status.hpp"
#include "tests/rounds.hpp"
#include "tests/vocabulary.hpp"

namespace stegvis {
namespace {
using namespace stegvis::testing;

std::string marks(const std::vector<event>& events, std::uint64_t at) {
  std::string all;
  for (const auto& e : timeline_of(events, {at})) {
    all += (all.empty() ? "" : ", ") + e.what->id + ' ' + std::string(name_of(e.standing)) + ' ' +
           to_string(day_of(e.time)).substr(5);
  }
  return all;
}
story e1() {
  story s;
  s.tell("01-10", enrolled("e1")).tell("01-10", plan("e1"));
  return s;
}

TEST(Timeline, VoidingACorrectionBringsBackWhatItReplaced) {
  story s;
  s.tell("03-15", job("p1"));                // a-1
  s.tell("04-01", moved("a-1", "03-01"));    // a-2
  s.tell("04-02", moved("a-1", "02-01"));    // a-3
  s.tell("04-03", voided("/test/ame a-3"));  // a-4, by its full name
  s.tell("04-04", voided("a-1"));            // a-5
  const auto events = s.events();
  EXPECT_EQ(marks(events, 1), "a-1 original 03-15");
  EXPECT_EQ(marks(events, 2), "a-1 corrected 03-01, a-2 correction 04-01");
  EXPECT_EQ(marks(events, 3), "a-1 corrected 02-01, a-2 correction 04-01, a-3 correction 04-02");
  EXPECT_EQ(marks(events, 4),
            "a-1 corrected 03-01, a-2 correction 04-01, a-3 voided 04-02, a-4 voiding 04-03");
  EXPECT_EQ(marks(events, 5).substr(0, 16), "a-1 voided 03-01");
  const auto j = s.journey();
  EXPECT_EQ(resolve(j, {3}).front().valid, on("02-01"));
  EXPECT_EQ(resolve(j, {4}).front().valid, on("03-01"));
  EXPECT_TRUE(resolve(j, {5}).empty());
}

TEST(Timeline, CorrectionOfDataKeepsTheCorrectedTimeAndThePlace) {
  auto s = e1();
  s.tell("03-15", job("p1"));
  const auto target = s.last_id();
  s.tell("04-01", moved(target, "03-01"));
  s.tell("04-02", corrected(target, job("p1", {.subsidised = true})));
  const auto j = s.journey();
  const auto a = status_at(j, s.known(""), on("03-02"));
  EXPECT_EQ(a.state, state::employed_subsidised);
  EXPECT_EQ(a.since, on("03-01"));
  const auto events = s.events();
  const auto entries = timeline_of(events, {events.size()});
  const auto entry = std::ranges::find(entries, target, [](const auto& e) { return e.what->id; });
  EXPECT_TRUE(*entry->data->get<placement_started>()->subsidised);
  EXPECT_EQ(entry->changed_by.value, events.size());
}

// What an entry says, with the events by their positions.
std::string said(const timeline_entry& e) {
  return std::to_string(e.what->position.value) + ' ' + std::string(name_of(e.standing)) + ' ' +
         to_string(e.time) + ' ' + std::to_string(e.changed_by.value) + ' ' +
         std::to_string(e.data->get<placement_started>() != nullptr &&
                        e.data->get<placement_started>()->subsidised);
}

// Jobs, and corrections and voids that name any of the events, also later ones and each other.
story random_story(std::mt19937_64& random, std::size_t events) {
  story s;
  for (std::size_t i = 0; i < events; ++i) {
    const auto day = [&] {
      return "0" + std::to_string(1 + random() % 9) + "-1" + std::to_string(random() % 9);
    };
    const auto any = "a-" + std::to_string(1 + random() % events);
    switch (random() % 6) {
      case 0:
        s.tell("12-01", moved(any, day()));
        break;
      case 1:
        s.tell("12-01", corrected(any, job("p", {.subsidised = true})));
        break;
      case 2:
        s.tell("12-01", voided(any));
        break;
      default:
        s.tell(day(), job("p"), "12-01");
    }
  }
  return s;
}

TEST(Timeline, APageFromTheEventsItNeedsSaysWhatTheWholeSays) {
  const auto seed = environment("STEGVIS_SEED", std::random_device()());
  std::mt19937_64 random(seed);
  for (std::uint64_t round = 0; round < environment("STEGVIS_ROUNDS", 200); ++round) {
    const auto events = random_story(random, 1 + random() % 30).events();
    const position at{1 + random() % events.size()};
    const auto whole = timeline_of(events, at);
    const timeline_index index(events, at);
    ASSERT_EQ(index.places().size(), whole.size());
    const auto first = random() % whole.size();
    const auto page = index.places().subspan(first, 1 + random() % (whole.size() - first));
    std::vector<event> few;
    for (const auto p : index.needed(page)) few.push_back(events[p.value - 1]);
    std::vector<std::string> got, expected;
    for (const auto& e : timeline_of(few, at)) {
      const auto is_this = [&](const auto& p) { return p.at == e.what->position; };
      if (std::ranges::any_of(page, is_this)) got.push_back(said(e));
    }
    for (std::size_t i = 0; i < page.size(); ++i) expected.push_back(said(whole[first + i]));
    ASSERT_EQ(got, expected) << "seed " << seed << " round " << round;
  }
}

TEST(Timeline, UnknownSubjectAndSubjectBeforeItsFirstEvent) {
  const auto s = e1();
  EXPECT_FALSE(status_at({}, {}, on("01-10")).known);
  EXPECT_FALSE(status_at(s.journey(), {}, on("01-10")).known);
  const auto a = status_at(s.journey(), s.known(""), on("01-09"));
  EXPECT_TRUE(a.known);
  EXPECT_EQ(a.state, state::none);
  EXPECT_EQ(a.since, std::nullopt);
}

std::string episodes(const story& s, std::string_view id) {
  const auto j = s.journey();
  std::string all;
  for (const auto& e : history_of(j, s.known("")).episodes) {
    if (e.id != id) continue;
    all += (all.empty() ? "" : ", ") + std::string(name_of(e.kind)) + ' ' +
           to_string(e.from).substr(5) + ' ' +
           (e.to == open_end ? "open"
                             : to_string(e.to).substr(5) + ' ' + std::string(name_of(e.ended_by)));
    if (e.confirmed_until) all += " confirmed " + to_string(*e.confirmed_until).substr(5);
  }
  return all;
}

TEST(Episodes, ChangedTermsSplitAPlacement) {
  auto s = e1();
  s.tell("02-01", job("p1", {.kind = placement_kind::practice}));
  auto hired = changed("p1", true, false);
  hired.kind = placement_kind::employment;
  s.tell("04-01", hired);
  EXPECT_EQ(episodes(s, "p1"), "work_training 02-01 04-01 changed, job 04-01 open confirmed 04-01");
}

TEST(Episodes, OpenOnesAreConfirmedByWhatShowsThatTheyRan) {
  auto s = e1();
  s.tell("02-01", job("p1"));
  s.tell("05-01", followed_up("p1", follow_up_horizon::_3m, work_status::employed));
  s.tell("08-01", followed_up("p1", follow_up_horizon::_6m, work_status::unemployed));
  s.tell("12-01", changed("p1", true, false), "08-02");  // planned: shows nothing yet
  EXPECT_EQ(episodes(s, "p1"), "job 02-01 12-01 changed, job 12-01 open confirmed 05-01");
}

TEST(Episodes, UnboundOnesEndWhenNoEnrolmentIsLeft) {
  auto s = e1();
  s.tell("02-01", enrolled("e2")).tell("02-02", activity("a1", activity_kind::guidance, ""));
  s.tell("02-02", activity("a2", activity_kind::studies, ""));
  s.tell("03-01", exited("e1")).tell("04-01", exited("e2"));
  EXPECT_EQ(episodes(s, "a1"), "activity 02-02 04-01 exit");
  EXPECT_EQ(episodes(s, "a2"), "education 02-02 open confirmed 02-02");
}

TEST(Episodes, EmptyIntervalsAreNone) {
  auto s = e1();
  s.tell("02-01", job("p1")).tell("02-01", job_ended("p1"));
  EXPECT_EQ(episodes(s, "p1"), "");
}

TEST(Episodes, CaseworkerFollowsAssignmentsAndHandovers) {
  auto s = e1();
  s.tell("01-10", caseworker("staff/s-1", "e1"));
  case_handed_over over;
  over.enrolment = enrolment_id{"e1"};
  over.to = {"staff/s-2"};
  s.tell("03-01", over);
  const auto j = s.journey();
  const auto h = history_of(j, s.known(""));
  EXPECT_EQ(h.caseworker_on("e1", on("02-28")), "staff/s-1");
  EXPECT_EQ(h.caseworker_on("e1", on("03-01")), "staff/s-2");
  EXPECT_EQ(status_of(h, on("03-01")).caseworker, "staff/s-2");
}

std::string situation(const story& s, std::string_view day) {
  const auto a = status_at(s.journey(), s.known(""), on(day));
  return a.situation + ' ' + a.situation_source;
}

TEST(Situation, OfOneDaysClaimsRankThenPositionWins) {
  auto s = e1();
  s.tell("03-01", registered_as("unemployed"));
  s.tell("03-01", followed_up("e1", follow_up_horizon::_28d, work_status::employed));
  EXPECT_EQ(situation(s, "03-01"), "unemployed register");
  s.tell("03-02", followed_up("e1", follow_up_horizon::_3m, work_status::education));
  EXPECT_EQ(situation(s, "03-02"), "education contact");
  s.tell("03-02", registered_as("unknown"));
  EXPECT_EQ(situation(s, "03-02"), "education contact");
  EXPECT_EQ(situation(s, "02-28"), "unknown ");
}

TEST(Situation, UnknownFromTheDayTheLastRunningJobEnds) {
  auto s = e1();
  s.tell("02-01", job("p1")).tell("03-01", job("p2"));
  s.tell("04-01", job_ended("p1")).tell("05-01", job_ended("p2"));
  EXPECT_EQ(situation(s, "04-30"), "employed programme");
  EXPECT_EQ(situation(s, "05-01"), "unknown programme");
}

TEST(Situation, ImportedStudiesKeepTheirOwnCodes) {
  story s;
  situation_recorded month;
  month.scheme = "mvad";
  month.source = situation_source::survey;
  month.situation = "joblessness";
  s.tell("01-01", month);
  month.situation = "HE";
  s.tell("03-01", month);
  EXPECT_EQ(situation(s, "02-28"), "joblessness survey");
  EXPECT_EQ(situation(s, "03-01"), "HE survey");
  const auto j = s.journey();
  EXPECT_EQ(situation_episodes(claims_of(history_of(j, s.known("")))).size(), 2u);
}

TEST(StatusJson, IsOneSortedObjectWithoutSpaces) {
  story s;
  s.tell("01-10", enrolled("e1", "unit/a")).tell("01-10", plan("e1"));
  s.tell("03-01", job("p1", {.planned_end = "2019-02-28"}), "02-20");
  std::string out;
  const auto at = s.known("");
  append_status_json(status_at(s.journey(), at, on("02-01")), s.subject(), at.at, out);
  EXPECT_EQ(out,
            R"({"also":[],"as_of":"2018-02-01","beyond_cut":false,"caseworker":null,)"
            R"("destination":null,"enrolments":[{"caseworker":null,"destination":null,)"
            R"("enrolment":"e1","from":"2018-01-10","phase":"active","state":"enrolled_idle",)"
            R"("to":null,"unit":"unit/a"}],"episode":"e1","episode_from":"2018-01-10",)"
            R"("merged_into":null,"next":[{"day":"2018-03-01","id":"p1",)"
            R"("state":"employed_regular","type":"placement_started"}],"overdue":false,)"
            R"("phase":"active","planned_end":null,"position":3,"since":"2018-01-10",)"
            R"("situation":"unknown","situation_day":null,"situation_scheme":null,)"
            R"("situation_source":null,"state":"enrolled_idle","subject":"participant/p-test",)"
            R"("unit":"unit/a"})");
}
}  // namespace
}  // namespace stegvis

// Goal: each numbered quality rule finds what it names, and a clean journey has no finding.
// Method: small stories, one oddity each, asked for the codes found; reference facts are folded
// from reference events.
#include "projections/quality.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "tests/vocabulary.hpp"

namespace stegvis {
namespace {
using namespace stegvis::testing;

subproject_started started(std::string id) {
  subproject_started s;
  s.subproject = std::move(id);
  return s;
}
unit_registered unit() {
  unit_registered u;
  u.kind = "office";
  return u;
}

class Quality : public ::testing::Test {
 protected:
  Quality() {
    learn(story("unit/a").tell("01-01", unit()));
    learn(story("programme/x").tell("02-01", started("early")));
  }
  void learn(const story& s) {
    for (event e : s.events()) {
      e.position = {++learned_};
      apply(facts_, e);
    }
  }
  std::string codes(const story& s, std::string_view day = "12-31") const {
    const auto j = s.journey();
    const auto view = reference_at(facts_, {learned_});
    std::string found;
    for (const auto& f : quality_of(j, s.subject(), view, s.known(""), on(day))) {
      EXPECT_EQ(f.subject, s.subject());
      found += (found.empty() ? "" : " ") + std::string(code_of(f.rule));
    }
    return found;
  }
  static story e1() {
    story s;
    s.tell("01-10", enrolled("e1", "unit/a")).tell("01-10", plan("e1"));
    return s;
  }
  reference_facts facts_;
  std::uint64_t learned_ = 0;
};

TEST_F(Quality, CleanJourneyHasNoFinding) {
  auto s = e1();
  s.tell("02-01", step("s1")).tell("03-01", step_done("s1")).tell("04-01", job("p1"));
  s.tell("05-01", exited("e1", exit_destination::employed));
  EXPECT_EQ(codes(s), "");
}

TEST_F(Quality, JobsThatOverlap) {
  EXPECT_EQ(codes(e1().tell("03-01", job("p1")).tell("04-01", job("p2"))), "Q01");
  const job_terms practice{.kind = placement_kind::practice};
  EXPECT_EQ(codes(e1().tell("03-01", job("p1")).tell("04-01", job("p2", practice))), "");
}

TEST_F(Quality, EventsOutsideTheEnrolment) {
  auto late = e1().tell("03-01", exited("e1", exit_destination::other)).tell("04-01", step("s1"));
  EXPECT_EQ(codes(late), "Q02");
  EXPECT_EQ(codes(e1().tell("01-05", step("s1"))), "Q03");
  EXPECT_EQ(codes(e1().tell("02-05", step("s1", "e7"))), "Q19");
}

TEST_F(Quality, EnrolmentBeforeItsSubprojectBegan) {
  auto enrolment = enrolled("e1", "unit/a");
  enrolment.subproject = "early";
  EXPECT_EQ(codes(story().tell("01-31", enrolment)), "Q04");
  EXPECT_EQ(codes(story().tell("02-01", enrolment)), "");
}

TEST_F(Quality, FactsThatCannotBePlanned) {
  EXPECT_EQ(codes(e1().tell("03-02", contact_made{}, "03-01")), "Q05");
  EXPECT_EQ(codes(e1().tell("03-02", job("p1"), "03-01")), "");
}

TEST_F(Quality, UnknownUnitAndMissingDestination) {
  EXPECT_EQ(codes(story().tell("01-10", enrolled("e1", "unit/b"))), "Q06");
  EXPECT_EQ(codes(e1().tell("03-02", exited("e1"))), "Q07");
}

TEST_F(Quality, StartsAndEndsThatDoNotPair) {
  EXPECT_EQ(codes(e1().tell("03-01", job("p1")).tell("02-27", job_ended("p1"))), "Q08");
  EXPECT_EQ(codes(e1().tell("03-01", job("p1"))
                      .tell("03-09", job_ended("p1"))
                      .tell("04-09", job_ended("p1"))),
            "Q09");
  EXPECT_EQ(codes(e1().tell("03-01", job("p1")).tell("03-09", job("p1"))), "Q10");
  EXPECT_EQ(codes(e1().tell("03-09", job_ended("p9"))), "Q11");
  EXPECT_EQ(
      codes(e1().tell("03-01", exited("e1", exit_destination::other)).tell("03-09", resumed("e1"))),
      "Q12");
  EXPECT_EQ(codes(e1().tell("03-09", changed("p9", true, false))), "Q18");
}

TEST_F(Quality, DisagreementIsReportedAfterAMonth) {
  auto s = e1();
  s.tell("03-01", job("p1")).tell("04-01", registered_as("unemployed"));
  EXPECT_EQ(codes(s, "05-01"), "");  // 31 days
  EXPECT_EQ(codes(s, "05-02"), "Q13");
  s.tell("04-20", registered_as("employed"));
  EXPECT_EQ(codes(s, "05-02"), "");
}

TEST_F(Quality, LateRecordingCountsFromThirtyOneDays) {
  EXPECT_EQ(codes(e1().tell("03-01", contact_made{}, "03-31")), "");
  EXPECT_EQ(codes(e1().tell("03-01", contact_made{}, "04-01")), "Q14");
}

TEST_F(Quality, OpeningBalancesAreNeverLate) {
  auto s = e1().tell("03-01", contact_made{}, "06-01");
  EXPECT_EQ(codes(s), "Q14");
  EXPECT_EQ(codes(s.from("/test/ame/opening")), "");
  EXPECT_EQ(codes(s.from("/test/opening/ame")), "Q14");  // a source that only looks like one
}

TEST_F(Quality, ACorrectedDayIsJudgedByWhenItWasCorrected) {
  auto s = e1().tell("03-01", certificate_awarded{});
  s.tell("04-10", moved(s.last_id(), "04-05"));
  EXPECT_EQ(codes(s), "");
  s.tell("04-11", moved("a-3", "04-20"));
  EXPECT_EQ(codes(s), "Q05");
}

TEST_F(Quality, EveryFactThatCannotBePlannedIsWatched) {
  EXPECT_EQ(codes(e1().tell("03-02", assessment_recorded{}, "03-01")), "Q05");
  EXPECT_EQ(codes(e1().tell("03-02", certificate_awarded{}, "03-01")), "Q05");
  auto attended = e1().tell("02-01", activity("a1"));
  attended.tell("03-02", about(&activity_attended::activity, "a1"), "03-01");
  EXPECT_EQ(codes(attended), "Q05");
  EXPECT_EQ(codes(e1().tell("03-02", followed_up("e1", follow_up_horizon::_28d,
                                                 work_status::employed),
                            "03-01")),
            "Q05");
}

TEST_F(Quality, StaffOfAnUnknownUnit) {
  staff_registered member;
  member.unit = unit_ref{"unit/b"};
  EXPECT_EQ(codes(story("staff/s-1").tell("03-01", member)), "Q06");
  member.unit = unit_ref{"unit/a"};
  EXPECT_EQ(codes(story("staff/s-1").tell("03-01", member)), "");
}

TEST_F(Quality, EventsAfterMergeAndDeath) {
  EXPECT_EQ(codes(e1().tell("03-01", merged("participant/p-other")).tell("03-02", contact_made{})),
            "Q15");
  EXPECT_EQ(codes(e1().tell("03-01", death_recorded{}).tell("03-02", contact_made{})), "Q20");
}

TEST_F(Quality, FollowUpOfAnEndedJobAndUnknownSituation) {
  auto s = e1().tell("03-01", job("p1")).tell("03-20", job_ended("p1"));
  s.tell("03-29", followed_up("p1", follow_up_horizon::_28d, work_status::employed));
  EXPECT_EQ(codes(s), "Q16");
  EXPECT_EQ(codes(e1().tell("03-01", registered_as("resting"))), "Q21");
}

TEST_F(Quality, SimpleJobNeedsASocialPartnerAgreement) {
  job_spec_published simple;
  simple.kind = job_spec_kind::simple;
  job_spec_published regular;
  regular.kind = job_spec_kind::regular;
  learn(story("job/j-1").tell("03-01", simple));
  learn(story("job/j-2").tell("03-01", simple).tell("03-02", social_partner_agreement_recorded{}));
  learn(story("job/j-3").tell("03-01", regular));
  const auto found = quality_of(reference_at(facts_, {learned_}), on("04-01"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(code_of(found[0].rule), "Q17");
  EXPECT_EQ(found[0].subject, "job/j-1");
}

// The clauses of what a type says it feeds: "worklists a, b", "quality: Q01, Q02", "I03, I05-I07".
std::vector<std::string_view> parts(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> all;
  while (true) {
    const auto end = text.find(separator);
    all.push_back(text.substr(0, end));
    if (end == text.npos) return all;
    text.remove_prefix(end + separator.size());
  }
}
bool after(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}
bool is_indicator(std::string_view code) {
  int number = 0;
  if (code.size() != 3 || code[0] != 'I') return false;
  const auto read = std::from_chars(code.data() + 1, code.data() + 3, number);
  return read.ec == std::errc{} && read.ptr == code.data() + 3 && number >= 1 && number <= 28;
}
bool are_indicators(std::string_view clause) {
  return std::ranges::all_of(parts(clause, ", "), [](std::string_view range) {
    return std::ranges::all_of(parts(range, "-"), is_indicator);
  });
}

// What a clause says of the folds here: `other` if it speaks of none of them, `wrong` if it names
// a list or rule that is not, or says nothing that is known.
enum class claim_kind { fold, other, wrong };
claim_kind kind_of_clause(std::string_view clause, const std::set<std::string_view>& rules,
                          std::set<std::string_view>& named) {
  constexpr std::string_view free_words[] = {"strata", "access: ", "evaluations: ", "targets of ",
                                             "search by number", "matching at import"};
  if (clause == "every fold" || clause == "every worklist: hides an item") return claim_kind::fold;
  if (clause == "situation" || clause == "confirmed_until") return claim_kind::fold;
  if (after(clause, "status: ") || after(clause, "episode: ")) return claim_kind::fold;
  if (after(clause, "worklist ") || after(clause, "worklists ")) {
    const auto known = codes_of<worklist_kind>();
    for (const auto list : parts(clause, ", ")) {
      if (std::ranges::count(known, list) != 1) return claim_kind::wrong;
    }
    return claim_kind::fold;
  }
  if (after(clause, "quality: ")) {
    for (const auto rule : parts(clause, ", ")) {
      if (!rules.contains(rule)) return claim_kind::wrong;
      named.insert(rule);
    }
    return claim_kind::fold;
  }
  if (are_indicators(clause)) return claim_kind::other;
  for (const auto word : free_words) {
    if (clause.starts_with(word)) return claim_kind::other;
  }
  return clause.ends_with(")") && clause.find("(R") != clause.npos ? claim_kind::other
                                                                   : claim_kind::wrong;
}

TEST(CatalogueUse, EveryTypeNamesItsFoldRuleOrIsRecordedOnly) {
  std::set<std::string_view> facts, rules;
  std::set<std::string_view> named{"Q14"};  // looks at every type
#define X(name) facts.insert(#name);
  STEGVIS_FACTS(X)
#undef X
#define X(number, name, sv, en) rules.insert(code_of(quality_rule::name));
  STEGVIS_QUALITY_RULES(X)
#undef X
  for (const type_description* t : all_types()) {
    if (t->use == "recorded only") {
      EXPECT_FALSE(facts.contains(t->name)) << t->name << " is folded";
      continue;
    }
    for (const auto clause : parts(t->use, "; ")) {
      const auto kind = kind_of_clause(clause, rules, named);
      EXPECT_NE(kind, claim_kind::wrong) << t->name << ": " << clause;
      if (kind == claim_kind::fold) {
        EXPECT_TRUE(facts.contains(t->name)) << t->name << " is not folded: " << clause;
      }
    }
  }
  for (const auto rule : rules) EXPECT_TRUE(named.contains(rule)) << "no type names " << rule;
}

TEST_F(Quality, ReferenceFactsAreReadAtTheCut) {
  EXPECT_EQ(reference_at(facts_, {1}).subproject_starts.size(), 0u);
  EXPECT_EQ(reference_at(facts_, {2}).subproject_starts.at("early"), on("02-01"));
}
}  // namespace
}  // namespace stegvis

// Goal: the simulator is deterministic, its lines are what import takes, and the programme has the
// shares that readers rely on. Method: simulate small programmes, hash the bytes, read every line
// with the parser of the door, and count.
#include "ingest/simulate.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "events/catalogue.hpp"
#include "events/event.hpp"
#include "events/personal_number.hpp"

namespace stegvis {
namespace {

std::vector<std::string> lines_of(std::uint64_t participants, std::uint64_t seed) {
  std::vector<std::string> lines;
  simulate({.participants = participants, .seed = seed},
           [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

std::uint64_t fnv1a(const std::vector<std::string>& lines) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](unsigned char c) { hash = (hash ^ c) * 0x100000001b3; };
  for (const auto& line : lines) {
    for (const char c : line) add(static_cast<unsigned char>(c));
    add('\n');
  }
  return hash;
}

// A programme of 2,000, read once for all tests.
struct programme {
  std::vector<std::string> lines = lines_of(2000, 3);
  std::vector<draft> drafts;
  programme() {
    json_parser parser;
    for (const auto& line : lines) {
      auto d = parse_event(parser, line, {.keep_recorded = true});
      if (d)
        drafts.push_back(std::move(*d));
      else
        ADD_FAILURE() << to_string(d.error()) << "\n" << line;
    }
  }
};
const programme& big() {
  static const programme p;
  return p;
}

bool is_correction(const event& e) {
  return e.data.get<event_corrected>() != nullptr || e.data.get<event_voided>() != nullptr;
}

double share(std::size_t part, std::size_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

TEST(Simulate, SameArgumentsGiveTheSameBytesOnEveryMachine) {
  const auto lines = lines_of(50, 7);
  EXPECT_EQ(lines, lines_of(50, 7));
  EXPECT_EQ(fnv1a(lines), 17558699804436037671ULL);
}

TEST(Simulate, OtherSeedsGiveOtherProgrammes) {
  EXPECT_NE(fnv1a(lines_of(50, 7)), fnv1a(lines_of(50, 8)));
}

TEST(Simulate, EveryLineIsTakenAtTheDoor) {
  EXPECT_EQ(big().drafts.size(), big().lines.size());
}

// The valid time comes back as it was written, so the offsets are Stockholm's.
TEST(Simulate, TimesCarryStockholmsOffset) {
  for (std::size_t i = 0; i < big().drafts.size(); ++i) {
    const std::string written = "\"time\":\"" + to_string(big().drafts[i].event.time) + "\"";
    ASSERT_NE(big().lines[i].rfind(written), std::string::npos) << big().lines[i];
  }
}

TEST(Simulate, RecordedTimesRiseAndSequencesHaveNoGap) {
  recorded_time last{};
  std::uint64_t sequence = 0;
  for (const auto& d : big().drafts) {
    ASSERT_TRUE(d.recorded && d.sequence);
    ASSERT_GT(*d.recorded, last);
    last = *d.recorded;
    ASSERT_EQ(d.sequence->value, ++sequence);
  }
  EXPECT_GE(stockholm_day(*big().drafts.front().recorded), make_day(2017, 1, 2));
  EXPECT_LE(stockholm_day(last), make_day(2020, 12, 31));
}

TEST(Simulate, NamesAreUniqueAndHoldNoPersonalNumber) {
  std::set<std::string> names;
  for (const auto& d : big().drafts) {
    ASSERT_TRUE(names.insert(d.event.name()).second) << d.event.name();
    ASSERT_FALSE(contains_personal_number(d.event.name()));
    ASSERT_FALSE(contains_personal_number(d.event.subject));
  }
}

TEST(Simulate, CorrectionsNameEarlierEventsOfTheSameSubject) {
  std::map<std::string, const event*> known;
  std::size_t corrections = 0;
  for (const auto& d : big().drafts) {
    const event& e = d.event;
    known[e.id] = &e;
    if (!is_correction(e)) continue;
    ++corrections;
    const auto* corrected = e.data.get<event_corrected>();
    const auto found =
        known.find(corrected != nullptr ? corrected->target : e.data.get<event_voided>()->target);
    ASSERT_NE(found, known.end()) << e.id;
    EXPECT_EQ(found->second->subject, e.subject);
    if (corrected == nullptr) continue;
    auto data = *corrected->data;
    read_context context;
    EXPECT_TRUE(data.bind(found->second->type(), context)) << to_string(context.error);
  }
  EXPECT_NEAR(share(corrections, big().lines.size()), 0.011, 0.003);
}

TEST(Simulate, SomeEventsAreRecordedLate) {
  std::size_t late = 0;
  for (const auto& d : big().drafts)
    if (!is_correction(d.event) && stockholm_day(*d.recorded) - day_of(d.event.time) > 30) ++late;
  EXPECT_GT(share(late, big().drafts.size()), 0.03);
  EXPECT_LT(share(late, big().drafts.size()), 0.08);
}

TEST(Simulate, JourneysHaveTheirEventsAndEverybodyIsRegisteredFirst) {
  std::map<std::string, std::size_t> journeys;
  for (const auto& d : big().drafts) {
    if (kind_of(d.event.subject) != "participant") continue;
    if (journeys[d.event.subject]++ == 0) {
      EXPECT_EQ(d.event.type().name, "person_registered");
    }
  }
  ASSERT_EQ(journeys.size(), 2000u);
  std::size_t events = 0;
  for (const auto& [subject, n] : journeys) events += n;
  EXPECT_GT(share(events, journeys.size()), 15);
  EXPECT_LT(share(events, journeys.size()), 40);
}

TEST(Simulate, EverySexAndTargetGroupOccurs) {
  std::map<std::string, std::size_t> sexes, groups;
  for (const auto& d : big().drafts) {
    if (const auto* p = d.event.data.get<person_registered>()) ++sexes[p->sex->bytes];
    if (const auto* g = d.event.data.get<target_group_assigned>()) ++groups[g->group.bytes];
  }
  EXPECT_GT(sexes["\"woman\""], 700u);
  EXPECT_GT(sexes["\"man\""], 700u);
  EXPECT_EQ(groups.size(), codes_of<target_group>().size());
}

TEST(Simulate, ProtectedPersonsAreProtectedFromRegistrationOn) {
  std::map<std::string, std::size_t> journeys;
  std::size_t protected_persons = 0;
  for (const auto& d : big().drafts) {
    const std::size_t n = ++journeys[d.event.subject];
    const auto* h = d.event.data.get<handling_changed>();
    if (h == nullptr) continue;
    ++protected_persons;
    EXPECT_EQ(n, 2u);
    EXPECT_EQ(h->detail.bytes.find("restricted"), std::string::npos);
  }
  EXPECT_GT(protected_persons, 10u);
}

TEST(Simulate, EndsComeAfterTheirStartsAndNothingAfterDeath) {
  std::map<std::string, std::vector<const event*>> journeys;
  for (const auto& d : big().drafts) journeys[d.event.subject].push_back(&d.event);
  for (const auto& [subject, events] : journeys) {
    std::map<std::string, day> enrolled;
    day death{1'000'000}, last{};
    for (const event* e : events)
      if (const auto* s = e->data.get<participant_enrolled>()) {
        EXPECT_TRUE(enrolled.emplace(s->enrolment.value, day_of(e->time)).second) << subject;
      }
    for (const event* e : events) {
      if (const auto* x = e->data.get<participant_exited>()) {
        ASSERT_TRUE(enrolled.contains(x->enrolment.value)) << subject;
        EXPECT_GT(day_of(e->time), enrolled[x->enrolment.value]) << subject;
      }
      if (e->data.get<death_recorded>() != nullptr)
        death = day_of(e->time);
      else if (!is_correction(*e))
        last = std::max(last, day_of(e->time));
    }
    EXPECT_LT(last, death) << subject;
  }
}

TEST(Simulate, MostTypesOccurAndNoneThatWouldChangeOldAnswers) {
  std::set<std::string_view> types;
  for (const auto& d : big().drafts) types.insert(d.event.type().name);
  for (const char* absent : {"persons_merged", "person_forgotten", "report_published"})
    EXPECT_FALSE(types.contains(absent)) << absent;
  EXPECT_GE(types.size(), 110u);
}

TEST(Simulate, JobsBecomeLikelierWithStepsAsDocumented) {
  std::map<std::string, std::size_t> steps;
  std::set<std::string> jobs;
  for (const auto& d : big().drafts) {
    const event& e = d.event;
    if (kind_of(e.subject) == "participant") steps.try_emplace(e.subject);
    if (e.data.get<step_completed>() != nullptr) ++steps[e.subject];
    if (e.data.get<match_accepted>() != nullptr) jobs.insert(e.subject);
  }
  std::size_t many = 0, many_jobs = 0, none = 0, none_jobs = 0;
  for (const auto& [subject, n] : steps) {
    if (n >= 2) ++many, many_jobs += jobs.count(subject);
    if (n == 0) ++none, none_jobs += jobs.count(subject);
  }
  EXPECT_GT(share(many_jobs, many), share(none_jobs, none) + 0.1);
}

TEST(Simulate, AProgrammeWithoutParticipantsIsTheReferenceAlone) {
  json_parser parser;
  for (const auto& line : lines_of(0, 1)) {
    const auto d = parse_event(parser, line, {.keep_recorded = true});
    ASSERT_TRUE(d) << to_string(d.error());
    EXPECT_NE(kind_of(d->event.subject), "participant");
  }
}

}  // namespace
}  // namespace stegvis

#pragma once
// A simulated event before it is written: small, because those of all journeys under way wait in
// memory for the day they are recorded on. What is not in it is drawn again when it is written.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/time.hpp"
#include "ingest/simulate_draws.hpp"

namespace stegvis {

// Types of persons' events that the simulator makes, in no particular order.
#define STEGVIS_SIMULATED(X)                                                                    \
  X(person_registered) X(person_details_changed) X(identifier_recorded) X(identifier_replaced)  \
  X(handling_changed) X(consent_given) X(consent_withdrawn) X(disclosure_made)                  \
  X(intake_registered) X(intake_closed) X(participant_enrolled) X(enrolment_paused)             \
  X(enrolment_resumed) X(participant_exited) X(entry_situation_recorded)                        \
  X(target_group_assigned) X(target_group_ended) X(establishment_period_recorded)               \
  X(caseworker_assigned) X(case_handed_over) X(handover_accepted) X(plan_agreed)                \
  X(plan_revised) X(contact_made) X(note_recorded) X(assessment_recorded)                       \
  X(competence_guaranteed) X(language_support_started) X(language_support_ended)                \
  X(activity_started) X(activity_attended) X(activity_ended) X(job_track_started)               \
  X(job_track_completed) X(job_track_interrupted) X(ready_to_apply) X(step_started)             \
  X(step_completed) X(step_interrupted) X(certificate_awarded) X(next_step_offered)             \
  X(next_step_accepted) X(next_step_declined) X(match_proposed) X(match_accepted)               \
  X(match_declined) X(placement_started) X(placement_changed) X(placement_ended)                \
  X(workplace_support_provided) X(workplace_adaptation_made) X(follow_up_done)                  \
  X(follow_up_missed) X(situation_recorded) X(livelihood_recorded) X(attribute_recorded)        \
  X(reference_issued) X(worklist_deferred) X(death_recorded)

enum class simulated : std::uint8_t {
#define X(name) name,
  STEGVIS_SIMULATED(X)
#undef X
};

// The first and the last recorded day; entries end a month before the last.
inline const day simulation_first = make_day(2017, 1, 2);
inline const day simulation_last = make_day(2020, 12, 31);
inline const day entries_first = make_day(2017, 2, 1);
inline const day entries_last = make_day(2020, 11, 30);
inline const day packed_base = make_day(2010, 1, 1);

constexpr std::uint16_t subsidised_flag = 1, reserved_flag = 2, part_time_flag = 4,
                        follows_flag = 8,       // placement after the one numbered one lower
                        moved_flag = 16,        // a correction that gives a new time
                        correction_flag = 32, void_flag = 64;

struct fact {
  std::uint32_t participant = 0;
  simulated type{};
  std::uint8_t id = 0;         // of the thing that runs: "e-1", "pl-2" ...
  std::uint8_t code = 0;       // kind, outcome, group ...: index into the type's words
  std::uint8_t enrolment = 0;  // 0 = not bound to one
  std::uint8_t x = 0, y = 0;   // the type's own: see simulate_data.cpp
  std::uint16_t until = 0;     // planned end, review or last day, where the type has one
  std::uint16_t flags = 0;
  std::uint16_t valid = 0;     // days since packed_base, as `until`
  std::uint16_t number = 0;    // in the journey, from 1: part of the event's id
  std::uint16_t target = 0;    // of a correction or void: the number of what it is about
};
static_assert(sizeof(fact) == 20);

inline std::uint16_t packed(day d) { return static_cast<std::uint16_t>(d - packed_base); }
inline day unpacked(std::uint16_t days) { return packed_base + days; }

// The day itself, or the Monday after a weekend.
inline day working(day d) {
  const int weekday = (d.count + 3) % 7;  // 0 = Monday; 1970-01-01 was a Thursday
  return weekday < 5 ? d : d + (7 - weekday);
}

struct planned_fact {
  day recorded;
  stegvis::fact fact;
};

// Target groups, in the catalogue's order of codes.
enum class group : std::uint8_t {
  newly_arrived, foreign_background, parent, youth, long_term_sick, cognitive, no_work_experience,
  other
};
constexpr int groups = 8;

// What does not change about a person; drawn from seed and number alone.
struct simulated_person {
  std::uint64_t key;        // of all other draws of the journey
  int birth_year;
  std::uint8_t sex;         // woman, man, other, unknown
  std::uint8_t country, education;
  std::uint8_t language;    // 0 = A1 ... 4 = C1, 5 = first language
  std::uint8_t distance;    // 5 = farthest from work at the start
  std::uint8_t handling;    // 0 = none, 1 = secrecy_marked, 2 = protected_registration
  std::uint8_t group_bits;  // bit n = the group numbered n
  bool in(group g) const { return (group_bits >> static_cast<int>(g) & 1) != 0; }
};
simulated_person person_of(std::uint64_t seed, std::uint32_t participant);

// The workplace and kind of job of each job specification job/j-1 ... j-30.
constexpr int job_specs = 30, workplaces = 40, staff_members = 112, caseworkers = 40;
constexpr int workplace_of(int job) { return 1 + job * 7 % workplaces; }
// 0 = simple, 1 = complementary, 2 = regular.
constexpr int kind_of_job(int job) { return job % 5 < 2 ? 0 : job % 5 == 2 ? 1 : 2; }

// Shared by journeys, reference events and words.
constexpr std::array<std::string_view, 5> subproject_ids{
    "enkla-jobb", "utbildning", "arbetsformedlingen", "migration", "tillvaxt"};
constexpr std::array<std::string_view, 5> subproject_units{
    "unit/landskrona-ame", "unit/landskrona-utbildning", "unit/arbetsformedlingen",
    "unit/landskrona-migration", "unit/tillvaxt-landskrona"};
constexpr std::array<std::string_view, 3> ladder_subjects{
    "ladder/industri", "ladder/hotell-restaurang", "ladder/aldreomsorg"};
constexpr std::array<int, 3> ladder_steps{4, 3, 3};
constexpr std::array<std::string_view, 5> track_ids{
    "fastighetsservice", "gronytor", "lokalvard", "maltidsservice", "funktionshinder"};
constexpr std::array<std::string_view, 5> track_ssyk{"9119", "9213", "9111", "9412", "5343"};

// The whole journey of one participant, in the order of recorded days; the first is on `entry`.
// Nothing in it lies after simulation_last. `facts` is overwritten.
void draw_journey(const simulated_person&, std::uint32_t participant, day entry,
                  std::vector<planned_fact>& facts);

// An event of the programme itself, its units, employers, jobs, ladders and staff.
struct reference_fact {
  day recorded, valid;
  std::string subject;
  std::string_view type;
  std::string data;  // canonical JSON
};
// In recorded order. The same for any number of participants.
std::vector<reference_fact> draw_reference(std::uint64_t seed);

}  // namespace stegvis

#pragma once
// A journey: what has been folded from one subject's events, enough to answer any question of
// status, episodes, quality and worklists at any cut. Facts are kept in recorded order;
// corrections and voids are facts among them, applied only when a cut is given (resolve.hpp).
// Sealed fields are never read. Pure: no clock, no I/O. Values; distinct journeys may be used by
// distinct threads.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/time.hpp"
#include "events/types.hpp"

namespace stegvis {

struct event;
class event_data;

// The view's name carries the version of its stored form and of the rules.
constexpr std::string_view journey_view_name = "status-1";

// Event types that a rule reads, by wire name. The order is stored: new ones are added last.
#define STEGVIS_FACTS(X)                                                                        \
  X(event_corrected) X(event_voided) X(persons_merged) X(death_recorded)                        \
  X(intake_registered) X(intake_closed) X(participant_enrolled) X(enrolment_paused)             \
  X(enrolment_resumed) X(participant_exited) X(entry_situation_recorded) X(situation_recorded)  \
  X(follow_up_done) X(follow_up_missed) X(caseworker_assigned) X(case_handed_over)              \
  X(handover_accepted) X(plan_agreed) X(plan_revised) X(contact_made) X(assessment_recorded)    \
  X(language_support_started) X(language_support_ended) X(target_group_assigned)                \
  X(target_group_ended) X(activity_started) X(activity_attended) X(activity_ended)              \
  X(job_track_started) X(job_track_completed) X(job_track_interrupted) X(step_started)          \
  X(step_completed) X(step_interrupted) X(certificate_awarded) X(next_step_offered)             \
  X(match_proposed) X(match_accepted) X(match_declined) X(placement_started)                    \
  X(placement_changed) X(placement_ended) X(workplace_support_provided)                         \
  X(worklist_deferred) X(handling_changed) X(unit_registered) X(subproject_opened)              \
  X(subproject_started) X(funding_granted) X(job_spec_published)                                \
  X(social_partner_agreement_recorded) X(staff_registered)

enum class fact_kind : std::uint8_t {
  other,  // any other type: makes the subject known, nothing more
#define X(name) name,
  STEGVIS_FACTS(X)
#undef X
};
std::string_view name_of(fact_kind);  // the type's wire name; "other"

constexpr std::uint8_t no_code = 0xff;

// Who says what is known about work, by rising rank; contact and survey share the lowest.
enum class claim_source : std::uint8_t { none, contact, survey, programme, register_ };

// What the rules need of an event's data. A field that the type lacks, or that was absent, is
// empty, zero, nullopt or no_code.
struct fact_content {
  fact_kind kind = fact_kind::other;
  std::uint8_t code = no_code;           // kind, destination, horizon or list of its catalogue enum
  std::uint8_t labour_status = no_code;  // of its catalogue enum
  claim_source source = claim_source::none;
  std::optional<bool> subsidised{};
  std::optional<bool> reserved{};
  std::uint32_t number = 0;   // ladder step
  std::string key{};          // the id that pairs: intake, placement, step_run, anchor, scheme ...
  std::string enrolment{};    // empty: unbound
  std::string unit{};
  std::string text{};         // subproject, caseworker, survivor, situation, ladder, job spec ...
  std::optional<day> until{};  // planned_end, until or review_at: a last day
  friend bool operator==(const fact_content&, const fact_content&) = default;
};

struct fact {
  position at{};
  recorded_time recorded{};
  day recorded_day{};  // in Stockholm
  day valid{};         // local date of the event's time
  std::uint32_t source = 0;  // index into journey::sources
  bool copied = false;       // recorded again by a merge of persons
  std::string id{};          // of the event
  fact_content content{};    // correction or void: key = target as written, until = new valid day
  std::uint32_t replacement = 0;  // of a correction: 1 + index into journey::replacements; 0 = none
  friend bool operator==(const fact&, const fact&) = default;
};

struct journey {
  std::vector<std::string> sources{};          // in order of first use
  std::vector<fact> facts{};                   // in recorded order, one for each event
  std::vector<fact_content> replacements{};    // data of corrections, in recorded order
  friend bool operator==(const journey&, const journey&) = default;

  bool empty() const { return facts.empty(); }
  position last() const { return facts.empty() ? position{} : facts.back().at; }
};

// What the rules read of an event's data. Sealed fields are not looked at.
fact_content content_of(const event_data&);

// Adds the event. One at or below the last applied position changes nothing, so applying twice is
// applying once; a subject's events must come in ledger order. The event's position is set.
void apply(journey&, const event&);

// The stored form, appended to `out`: canonical (equal journeys, equal bytes), led by a version
// byte. projections/README.md has the layout.
void save(const journey&, std::string& out);
// Errors: corrupt, newer_version.
[[nodiscard]] result<journey> load(std::string_view bytes);

}  // namespace stegvis

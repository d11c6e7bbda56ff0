#pragma once
// Application, enrolment, pause and exit; situation at entry, target groups, caseworkers, plans.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

struct intake_registered {
  intake_id intake;
  std::optional<std::string> channel;
  std::optional<std::string> referrer;  // an organisation, never a person
  std::optional<freetext<std::string>> reason;
};
BOOST_DESCRIBE_STRUCT(intake_registered, (), (intake, channel, referrer, reason))
STEGVIS_EVENT(25, intake_registered, person, "Anmälan mottagen", "Intake registered",
              "status: applied; worklist intake_waiting; quality: Q10; I08")

struct intake_closed {
  intake_id intake;
  std::optional<std::string> outcome;
};
BOOST_DESCRIBE_STRUCT(intake_closed, (), (intake, outcome))
STEGVIS_EVENT(26, intake_closed, person, "Anmälan avslutad", "Intake closed",
              "status: end of applied; worklist intake_waiting; quality: Q08, Q09, Q11")

// Ends the application that `intake` names.
struct participant_enrolled {
  enrolment_id enrolment;
  std::optional<intake_id> intake;
  std::optional<std::string> subproject;  // id of a subproject_opened
  std::optional<unit_ref> unit;
};
BOOST_DESCRIBE_STRUCT(participant_enrolled, (), (enrolment, intake, subproject, unit))
STEGVIS_EVENT(27, participant_enrolled, person, "Inskriven", "Participant enrolled",
              "status: scheduled, assessment, enrolled_idle; "
              "worklists plan_missing, idle, entry_missing; quality: Q04, Q06, Q10; I01, I08, I20")

// Repeated with a later `until` for a pause that was prolonged.
struct enrolment_paused {
  enrolment_id enrolment;
  std::optional<day> until;  // last day
  std::optional<health<std::string>> reason;
};
BOOST_DESCRIBE_STRUCT(enrolment_paused, (), (enrolment, until, reason))
STEGVIS_EVENT(28, enrolment_paused, person, "Paus", "Enrolment paused",
              "status: paused; worklist pause_over; quality: Q02, Q03, Q19")

struct enrolment_resumed {
  enrolment_id enrolment;
};
BOOST_DESCRIBE_STRUCT(enrolment_resumed, (), (enrolment))
STEGVIS_EVENT(29, enrolment_resumed, person, "Åter från paus", "Enrolment resumed",
              "status: end of paused; worklist pause_over; quality: Q11, Q12")

enum class exit_destination {
  employed,
  education,
  employment_service,
  moved,
  deceased,
  retired,
  dropped_out,
  other,
  unknown
};
BOOST_DESCRIBE_ENUM(exit_destination, employed, education, employment_service, moved, deceased,
                    retired, dropped_out, other, unknown)

// Illness, prison and the like are a reason, never a destination.
struct participant_exited {
  enrolment_id enrolment;
  std::optional<exit_destination> destination;
  std::optional<health<std::string>> reason;
};
BOOST_DESCRIBE_STRUCT(participant_exited, (), (enrolment, destination, reason))
STEGVIS_EVENT(30, participant_exited, person, "Avslutad", "Participant exited",
              "status: exited; situation; worklist follow_up; quality: Q07, Q08, Q09, Q11; "
              "I01, I09, I17-I20")

struct entry_situation_recorded {
  std::optional<enrolment_id> enrolment;
  work_status labour_status;
  std::optional<day> unemployed_since;
  std::optional<health<bool>> absent;  // employed, on long leave from the job
  std::optional<livelihood_source> livelihood;
  std::optional<background<std::string>> household;
};
BOOST_DESCRIBE_STRUCT(entry_situation_recorded, (),
                      (enrolment, labour_status, unemployed_since, absent, livelihood, household))
STEGVIS_EVENT(31, entry_situation_recorded, person, "Situation vid start",
              "Entry situation recorded", "situation; worklist entry_missing; I17, I18")

enum class target_group {
  newly_arrived,
  foreign_background,
  parent,
  youth,
  long_term_sick,
  cognitive,
  no_work_experience,
  other
};
BOOST_DESCRIBE_ENUM(target_group, newly_arrived, foreign_background, parent, youth, long_term_sick,
                    cognitive, no_work_experience, other)

// Groups overlap: count persons, not assignments.
struct target_group_assigned {
  health<target_group> group;
  std::optional<freetext<std::string>> basis;
};
BOOST_DESCRIBE_STRUCT(target_group_assigned, (), (group, basis))
STEGVIS_EVENT(32, target_group_assigned, person, "Målgrupp", "Target group assigned",
              "episode: target group; strata; I03")

struct target_group_ended {
  health<target_group> group;
  std::optional<freetext<std::string>> basis;
};
BOOST_DESCRIBE_STRUCT(target_group_ended, (), (group, basis))
STEGVIS_EVENT(33, target_group_ended, person, "Målgrupp upphör", "Target group ended",
              "episode: target group; quality: Q11; strata; I03")

struct establishment_period_recorded {
  day until;  // last day
};
BOOST_DESCRIBE_STRUCT(establishment_period_recorded, (), (until))
STEGVIS_EVENT(34, establishment_period_recorded, person, "Etableringstid",
              "Establishment period recorded", "strata (R29)")

struct caseworker_assigned {
  std::optional<enrolment_id> enrolment;
  staff_ref caseworker;
};
BOOST_DESCRIBE_STRUCT(caseworker_assigned, (), (enrolment, caseworker))
STEGVIS_EVENT(35, caseworker_assigned, person, "Handläggare tilldelad", "Caseworker assigned",
              "status: caseworker; worklist new_to_me")

// `caseworker` is who hands over, `to` who takes over from the event's day.
struct case_handed_over {
  std::optional<enrolment_id> enrolment;
  std::optional<staff_ref> caseworker;
  staff_ref to;
  std::optional<freetext<std::string>> note;
};
BOOST_DESCRIBE_STRUCT(case_handed_over, (), (enrolment, caseworker, to, note))
STEGVIS_EVENT(36, case_handed_over, person, "Ärende överlämnat", "Case handed over",
              "status: caseworker; worklist new_to_me")

struct handover_accepted {
  std::optional<enrolment_id> enrolment;
  std::optional<staff_ref> caseworker;  // who accepts
};
BOOST_DESCRIBE_STRUCT(handover_accepted, (), (enrolment, caseworker))
STEGVIS_EVENT(37, handover_accepted, person, "Överlämning mottagen", "Handover accepted",
              "worklist new_to_me")

struct plan_agreed {
  std::optional<enrolment_id> enrolment;
  std::optional<freetext<std::vector<std::string>>> goals;
  std::optional<day> review_at;
};
BOOST_DESCRIBE_STRUCT(plan_agreed, (), (enrolment, goals, review_at))
STEGVIS_EVENT(38, plan_agreed, person, "Handlingsplan", "Plan agreed",
              "status: end of assessment; worklists plan_missing, plan_review; "
              "quality: Q02, Q03, Q19")

struct plan_revised {
  std::optional<enrolment_id> enrolment;
  std::optional<freetext<std::vector<std::string>>> goals;
  std::optional<day> review_at;
};
BOOST_DESCRIBE_STRUCT(plan_revised, (), (enrolment, goals, review_at))
STEGVIS_EVENT(39, plan_revised, person, "Handlingsplan ändrad", "Plan revised",
              "worklist plan_review; quality: Q02, Q03, Q19")

using enrolment_types =
    boost::mp11::mp_list<intake_registered, intake_closed, participant_enrolled, enrolment_paused,
                         enrolment_resumed, participant_exited, entry_situation_recorded,
                         target_group_assigned, target_group_ended, establishment_period_recorded,
                         caseworker_assigned, case_handed_over, handover_accepted, plan_agreed,
                         plan_revised>;

}  // namespace stegvis

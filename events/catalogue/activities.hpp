#pragma once
// Activities, job tracks, and the steps of training ladders with their certificates.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

enum class activity_kind {
  language_training,
  civic_orientation,
  vocational_course,
  guidance,
  studies,  // ordinary education, eligible for study aid: a state of its own
  other
};
BOOST_DESCRIBE_ENUM(activity_kind, language_training, civic_orientation, vocational_course,
                    guidance, studies, other)

struct activity_started {
  activity_id activity;
  std::optional<enrolment_id> enrolment;
  activity_kind kind;
  std::optional<background<std::string>> provider;
  std::optional<decimal> hours_week;
};
BOOST_DESCRIBE_STRUCT(activity_started, (), (activity, enrolment, kind, provider, hours_week))
STEGVIS_EVENT(45, activity_started, person, "Insats påbörjad", "Activity started",
              "status: activity, education; quality: Q02, Q03, Q10, Q19; I09")

// Minutes present and minutes absent on the event's day.
struct activity_attended {
  activity_id activity;
  std::optional<std::int64_t> minutes;
  std::optional<std::int64_t> absence;
};
BOOST_DESCRIBE_STRUCT(activity_attended, (), (activity, minutes, absence))
STEGVIS_EVENT(46, activity_attended, person, "Närvaro", "Activity attended",
              "confirmed_until; worklist silent; quality: Q05")

struct activity_ended {
  activity_id activity;
  std::optional<std::string> outcome;
};
BOOST_DESCRIBE_STRUCT(activity_ended, (), (activity, outcome))
STEGVIS_EVENT(47, activity_ended, person, "Insats avslutad", "Activity ended",
              "status: end of activity, education; quality: Q08, Q09, Q11")

struct job_track_started {
  job_track_id job_track;
  std::optional<enrolment_id> enrolment;
  std::optional<std::string> track;
  std::optional<std::string> ssyk;  // SSYK 2012, here and everywhere
};
BOOST_DESCRIBE_STRUCT(job_track_started, (), (job_track, enrolment, track, ssyk))
STEGVIS_EVENT(48, job_track_started, person, "Jobbspår påbörjat", "Job track started",
              "status: job_track; quality: Q02, Q03, Q10, Q19")

struct job_track_completed {
  job_track_id job_track;
};
BOOST_DESCRIBE_STRUCT(job_track_completed, (), (job_track))
STEGVIS_EVENT(49, job_track_completed, person, "Jobbspår genomfört", "Job track completed",
              "status: end of job_track; quality: Q08, Q09, Q11; I03")

struct job_track_interrupted {
  job_track_id job_track;
  std::optional<health<std::string>> reason;
};
BOOST_DESCRIBE_STRUCT(job_track_interrupted, (), (job_track, reason))
STEGVIS_EVENT(50, job_track_interrupted, person, "Jobbspår avbrutet", "Job track interrupted",
              "status: end of job_track; quality: Q08, Q09, Q11")

struct ready_to_apply {
  std::optional<std::string> ssyk;
  std::optional<job_track_id> job_track;
};
BOOST_DESCRIBE_STRUCT(ready_to_apply, (), (ssyk, job_track))
STEGVIS_EVENT(51, ready_to_apply, person, "Redo att söka", "Ready to apply", "I03")

enum class step_pace { full_time, part_time };
BOOST_DESCRIBE_ENUM(step_pace, full_time, part_time)

struct step_started {
  step_run_id step_run;
  std::optional<enrolment_id> enrolment;
  std::optional<ladder_ref> ladder;
  std::optional<std::int64_t> step;     // from 1
  std::optional<std::int64_t> attempt;  // from 1
  std::optional<step_pace> pace;
};
BOOST_DESCRIBE_STRUCT(step_started, (), (step_run, enrolment, ladder, step, attempt, pace))
STEGVIS_EVENT(52, step_started, person, "Utbildningssteg påbörjat", "Step started",
              "status: ladder_step; worklist next_step; quality: Q02, Q03, Q10, Q19; I11, I12")

struct step_completed {
  step_run_id step_run;
};
BOOST_DESCRIBE_STRUCT(step_completed, (), (step_run))
STEGVIS_EVENT(53, step_completed, person, "Utbildningssteg genomfört", "Step completed",
              "status: end of ladder_step; quality: Q08, Q09, Q11; I11")

struct step_interrupted {
  step_run_id step_run;
  std::optional<health<std::string>> reason;
};
BOOST_DESCRIBE_STRUCT(step_interrupted, (), (step_run, reason))
STEGVIS_EVENT(54, step_interrupted, person, "Utbildningssteg avbrutet", "Step interrupted",
              "status: end of ladder_step; quality: Q08, Q09, Q11; I11")

struct certificate_awarded {
  std::optional<step_run_id> step_run;
  std::optional<ladder_ref> ladder;
  std::optional<std::int64_t> step;
  std::optional<std::string> colour;
  std::optional<std::string> standard;
};
BOOST_DESCRIBE_STRUCT(certificate_awarded, (), (step_run, ladder, step, colour, standard))
STEGVIS_EVENT(55, certificate_awarded, person, "Certifikat", "Certificate awarded",
              "confirmed_until; worklist next_step; quality: Q05; I12")

struct next_step_offered {
  std::optional<ladder_ref> ladder;
  std::optional<std::int64_t> step;
};
BOOST_DESCRIBE_STRUCT(next_step_offered, (), (ladder, step))
STEGVIS_EVENT(56, next_step_offered, person, "Nästa steg erbjudet", "Next step offered",
              "worklist next_step")

struct next_step_accepted {
  std::optional<ladder_ref> ladder;
  std::optional<std::int64_t> step;
};
BOOST_DESCRIBE_STRUCT(next_step_accepted, (), (ladder, step))
STEGVIS_EVENT(57, next_step_accepted, person, "Nästa steg accepterat", "Next step accepted",
              "recorded only")

struct next_step_declined {
  std::optional<ladder_ref> ladder;
  std::optional<std::int64_t> step;
  std::optional<freetext<std::string>> reason;
};
BOOST_DESCRIBE_STRUCT(next_step_declined, (), (ladder, step, reason))
STEGVIS_EVENT(58, next_step_declined, person, "Nästa steg avböjt", "Next step declined",
              "recorded only")

using activity_types =
    boost::mp11::mp_list<activity_started, activity_attended, activity_ended, job_track_started,
                         job_track_completed, job_track_interrupted, ready_to_apply, step_started,
                         step_completed, step_interrupted, certificate_awarded, next_step_offered,
                         next_step_accepted, next_step_declined>;

}  // namespace stegvis

#pragma once
// Matches, jobs and work placements, and the support around them.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

enum class placement_kind {
  practice,
  work_training,
  workplace_introduction,
  simple_job,
  complementary_post,
  employment
};
BOOST_DESCRIBE_ENUM(placement_kind, practice, work_training, workplace_introduction, simple_job,
                    complementary_post, employment)

struct placement_started {
  placement_id placement;
  std::optional<enrolment_id> enrolment;  // absent: belongs to all active enrolments
  placement_kind kind;
  std::optional<std::string> employment_form;
  std::optional<bool> subsidised;
  std::optional<health<std::string>> subsidy;
  std::optional<bool> reserved_for_group;
  std::optional<job_ref> job_spec;
  std::optional<match_id> match;
  std::optional<placement_id> previous;
  std::optional<unit_ref> unit;
  std::optional<background<workplace_ref>> workplace;
  std::optional<identity<std::string>> supervisor;
  std::optional<decimal> hours_week;
  std::optional<background<std::string>> wage_band;
  std::optional<background<std::string>> ssyk;
  std::optional<day> planned_end;  // last day
};
BOOST_DESCRIBE_STRUCT(placement_started, (),
                      (placement, enrolment, kind, employment_form, subsidised, subsidy,
                       reserved_for_group, job_spec, match, previous, unit, workplace, supervisor,
                       hours_week, wage_band, ssyk, planned_end))
STEGVIS_EVENT(60, placement_started, person, "Placering påbörjad", "Placement started",
              "status: job, work_training; situation; worklists ending, follow_up; "
              "quality: Q01, Q02, Q03, Q06, Q10, Q13, Q19; I02, I08-I10, I13, I21")

// Splits the placement from the event's day on. What is absent stays as it was.
struct placement_changed {
  placement_id placement;
  std::optional<placement_kind> kind;
  std::optional<std::string> employment_form;
  std::optional<bool> subsidised;
  std::optional<health<std::string>> subsidy;
  std::optional<bool> reserved_for_group;
  std::optional<job_ref> job_spec;
  std::optional<unit_ref> unit;
  std::optional<background<workplace_ref>> workplace;
  std::optional<identity<std::string>> supervisor;
  std::optional<decimal> hours_week;
  std::optional<background<std::string>> wage_band;
  std::optional<background<std::string>> ssyk;
  std::optional<day> planned_end;  // last day
};
BOOST_DESCRIBE_STRUCT(placement_changed, (),
                      (placement, kind, employment_form, subsidised, subsidy, reserved_for_group,
                       job_spec, unit, workplace, supervisor, hours_week, wage_band, ssyk,
                       planned_end))
STEGVIS_EVENT(61, placement_changed, person, "Placering ändrad", "Placement changed",
              "status: job, work_training; confirmed_until; worklist ending; quality: Q06, Q18")

struct placement_ended {
  placement_id placement;
  std::optional<health<std::string>> reason;
};
BOOST_DESCRIBE_STRUCT(placement_ended, (), (placement, reason))
STEGVIS_EVENT(62, placement_ended, person, "Placering avslutad", "Placement ended",
              "status: end of job, work_training; situation; worklists ending, follow_up; "
              "quality: Q08, Q09, Q11; I10, I21")

struct match_proposed {
  match_id match;
  std::optional<job_ref> job_spec;
  std::optional<std::int64_t> coverage;  // percent of what the job requires
  std::vector<std::string> missing;
};
BOOST_DESCRIBE_STRUCT(match_proposed, (), (match, job_spec, coverage, missing))
STEGVIS_EVENT(63, match_proposed, person, "Matchning föreslagen", "Match proposed",
              "worklist match_waiting; I13")

struct match_accepted {
  match_id match;
};
BOOST_DESCRIBE_STRUCT(match_accepted, (), (match))
STEGVIS_EVENT(64, match_accepted, person, "Matchning accepterad", "Match accepted",
              "worklist match_waiting; I13")

struct match_declined {
  match_id match;
  std::optional<freetext<std::string>> reason;
};
BOOST_DESCRIBE_STRUCT(match_declined, (), (match, reason))
STEGVIS_EVENT(65, match_declined, person, "Matchning avböjd", "Match declined",
              "worklist match_waiting; I13")

enum class support_recipient { individual, manager, colleague };
BOOST_DESCRIBE_ENUM(support_recipient, individual, manager, colleague)

struct workplace_support_provided {
  std::optional<placement_id> placement;
  support_recipient recipient;
  std::optional<std::string> method;
  std::optional<std::int64_t> minutes;
};
BOOST_DESCRIBE_STRUCT(workplace_support_provided, (), (placement, recipient, method, minutes))
STEGVIS_EVENT(66, workplace_support_provided, person, "Arbetsplatsnära stöd",
              "Workplace support provided", "confirmed_until; worklist silent; I15")

enum class adaptation_kind { premises, tasks };
BOOST_DESCRIBE_ENUM(adaptation_kind, premises, tasks)

struct workplace_adaptation_made {
  std::optional<placement_id> placement;
  adaptation_kind kind;
  std::optional<health<std::string>> detail;
};
BOOST_DESCRIBE_STRUCT(workplace_adaptation_made, (), (placement, kind, detail))
STEGVIS_EVENT(67, workplace_adaptation_made, person, "Anpassning", "Workplace adaptation made",
              "recorded only")

struct reference_issued {
  std::optional<placement_id> placement;
};
BOOST_DESCRIBE_STRUCT(reference_issued, (), (placement))
STEGVIS_EVENT(68, reference_issued, person, "Referens", "Reference issued", "recorded only")

using placement_types =
    boost::mp11::mp_list<placement_started, placement_changed, placement_ended, match_proposed,
                         match_accepted, match_declined, workplace_support_provided,
                         workplace_adaptation_made, reference_issued>;

}  // namespace stegvis

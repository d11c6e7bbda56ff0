#pragma once
// The ids, references and codes that event types of several families share.
#include <boost/describe.hpp>

#include "events/types.hpp"

namespace stegvis {

// Ids that pair a start with its end. Unique within the person they are recorded on.
using enrolment_id = local_id<struct enrolment_tag>;
using intake_id = local_id<struct intake_tag>;
using placement_id = local_id<struct placement_tag>;
using step_run_id = local_id<struct step_run_tag>;
using job_track_id = local_id<struct job_track_tag>;
using activity_id = local_id<struct activity_tag>;
using assessment_id = local_id<struct assessment_tag>;
using support_id = local_id<struct support_tag>;
using match_id = local_id<struct match_tag>;
// The id of what a follow-up or a worklist item is about: a placement, an enrolment, a match ...
using anchor_id = local_id<struct anchor_tag>;

// Ids of reference subjects' own things. Unique within the programme or workplace.
using grant_id = local_id<struct grant_tag>;
using target_id = local_id<struct target_tag>;
using development_id = local_id<struct development_tag>;  // a development activity
using vacancy_id = local_id<struct vacancy_tag>;

struct participant_kind {
  static constexpr std::string_view name = "participant";
};
struct staff_kind {
  static constexpr std::string_view name = "staff";
};
struct unit_kind {
  static constexpr std::string_view name = "unit";
};
struct workplace_kind {
  static constexpr std::string_view name = "workplace";
};
struct job_kind {
  static constexpr std::string_view name = "job";
};
struct ladder_kind {
  static constexpr std::string_view name = "ladder";
};
struct programme_kind {
  static constexpr std::string_view name = "programme";
};

using participant_ref = reference<participant_kind>;
using staff_ref = reference<staff_kind>;
using unit_ref = reference<unit_kind>;
using workplace_ref = reference<workplace_kind>;
using job_ref = reference<job_kind>;
using ladder_ref = reference<ladder_kind>;
using programme_ref = reference<programme_kind>;

// A person's relation to work, and the plain values of a situation.
enum class work_status { employed, education, unemployed, inactive, unknown };
BOOST_DESCRIBE_ENUM(work_status, employed, education, unemployed, inactive, unknown)

// What a person lives on.
enum class livelihood_source { work, study_aid, benefit, social_assistance, other };
BOOST_DESCRIBE_ENUM(livelihood_source, work, study_aid, benefit, social_assistance, other)

enum class project_phase { preparation, implementation, follow_up };
BOOST_DESCRIBE_ENUM(project_phase, preparation, implementation, follow_up)

enum class employer_sector { municipal, municipal_company, private_, regional, state };
BOOST_DESCRIBE_ENUM(employer_sector, municipal, municipal_company, private_, regional, state)

// A level and the scheme it belongs to: {"SUN 2020", "3"}, {"ISCED 2011", "2"}.
struct education_level {
  std::string scheme;
  std::string level;
};
BOOST_DESCRIBE_STRUCT(education_level, (), (scheme, level))

}  // namespace stegvis

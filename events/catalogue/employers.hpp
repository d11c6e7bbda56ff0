#pragma once
// Employers, workplaces, places, vacancies and tasks; job specifications and training ladders.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

// `orgnr` of a sole trader is a personal number and refused: leave it out.
struct employer_registered {
  std::optional<std::string> orgnr;
  std::optional<std::string> name;
  std::optional<employer_sector> sector;
};
BOOST_DESCRIBE_STRUCT(employer_registered, (), (orgnr, name, sector))
STEGVIS_EVENT(160, employer_registered, reference, "Arbetsgivare registrerad",
              "Employer registered", "strata by sector")

// `unit` is the department a municipal workplace belongs to.
struct workplace_registered {
  std::optional<workplace_ref> employer;
  std::optional<std::string> name;
  std::optional<unit_ref> unit;
};
BOOST_DESCRIBE_STRUCT(workplace_registered, (), (employer, name, unit))
STEGVIS_EVENT(161, workplace_registered, reference, "Arbetsplats registrerad",
              "Workplace registered", "I27")

struct place_offered {
  std::int64_t places;
  std::optional<day> from;
  std::optional<day> until;  // last day
};
BOOST_DESCRIBE_STRUCT(place_offered, (), (places, from, until))
STEGVIS_EVENT(162, place_offered, reference, "Plats erbjuden", "Place offered", "I27")

// Without a number: all that were offered.
struct place_withdrawn {
  std::optional<std::int64_t> places;
  std::optional<day> from;
  std::optional<day> until;  // last day
};
BOOST_DESCRIBE_STRUCT(place_withdrawn, (), (places, from, until))
STEGVIS_EVENT(163, place_withdrawn, reference, "Plats återtagen", "Place withdrawn", "I27")

struct vacancy_registered {
  vacancy_id vacancy;
  std::optional<std::string> ssyk;
  std::optional<std::int64_t> n;  // posts
};
BOOST_DESCRIBE_STRUCT(vacancy_registered, (), (vacancy, ssyk, n))
STEGVIS_EVENT(164, vacancy_registered, reference, "Ledig tjänst registrerad", "Vacancy registered",
              "recorded only")

struct vacancy_filled {
  vacancy_id vacancy;
  std::optional<std::string> ssyk;
  std::optional<std::int64_t> n;  // posts
};
BOOST_DESCRIBE_STRUCT(vacancy_filled, (), (vacancy, ssyk, n))
STEGVIS_EVENT(165, vacancy_filled, reference, "Ledig tjänst tillsatt", "Vacancy filled",
              "recorded only")

struct task_inventoried {
  std::string task;
  std::optional<decimal> hours_week;
  std::optional<std::string> done_by_ssyk;
};
BOOST_DESCRIBE_STRUCT(task_inventoried, (), (task, hours_week, done_by_ssyk))
STEGVIS_EVENT(166, task_inventoried, reference, "Arbetsuppgift inventerad", "Task inventoried",
              "recorded only")

// From the occupation that did it to a job specification, so many hours a week.
struct task_redistributed {
  std::string task;
  std::optional<decimal> hours_week;
  std::optional<std::string> from_ssyk;
  std::optional<job_ref> job_spec;
};
BOOST_DESCRIBE_STRUCT(task_redistributed, (), (task, hours_week, from_ssyk, job_spec))
STEGVIS_EVENT(167, task_redistributed, reference, "Arbetsuppgift omfördelad", "Task redistributed",
              "I14")

enum class job_spec_kind { simple, complementary, regular };
BOOST_DESCRIBE_ENUM(job_spec_kind, simple, complementary, regular)

// `contributors` are roles (manager, colleagues), never names; `permanent` says that the job is
// part of the department's ordinary staffing.
struct job_spec_published {
  job_spec_kind kind;
  std::vector<std::string> tasks;
  std::vector<std::string> requires_;
  std::optional<std::string> ssyk;
  std::optional<workplace_ref> workplace;
  std::vector<std::string> contributors;
  std::optional<bool> permanent;
};
BOOST_DESCRIBE_STRUCT(job_spec_published, (),
                      (kind, tasks, requires_, ssyk, workplace, contributors, permanent))
STEGVIS_EVENT(168, job_spec_published, reference, "Jobbspecifikation publicerad",
              "Job specification published",
              "quality: Q17; departments with simple jobs in their staffing (R76)")

// What is absent stays as it was.
struct job_spec_revised {
  std::optional<job_spec_kind> kind;
  std::vector<std::string> tasks;
  std::vector<std::string> requires_;
  std::optional<std::string> ssyk;
  std::optional<workplace_ref> workplace;
  std::vector<std::string> contributors;
  std::optional<bool> permanent;
};
BOOST_DESCRIBE_STRUCT(job_spec_revised, (),
                      (kind, tasks, requires_, ssyk, workplace, contributors, permanent))
STEGVIS_EVENT(169, job_spec_revised, reference, "Jobbspecifikation ändrad",
              "Job specification revised",
              "departments with simple jobs in their staffing (R76)")

struct job_spec_closed {};
BOOST_DESCRIBE_STRUCT(job_spec_closed, (), ())
STEGVIS_EVENT(170, job_spec_closed, reference, "Jobbspecifikation stängd",
              "Job specification closed", "departments with simple jobs in their staffing (R76)")

struct social_partner_agreement_recorded {
  std::optional<job_ref> job_spec;  // absent: the subject
  std::optional<std::string> wage_band;
};
BOOST_DESCRIBE_STRUCT(social_partner_agreement_recorded, (), (job_spec, wage_band))
STEGVIS_EVENT(171, social_partner_agreement_recorded, reference, "Partsöverenskommelse",
              "Social partner agreement recorded",
              "quality: Q17")

struct shortage_occupation_listed {
  std::string ssyk;
  std::optional<std::string> area;
  std::optional<day> from;
  std::optional<day> until;  // last day
};
BOOST_DESCRIBE_STRUCT(shortage_occupation_listed, (), (ssyk, area, from, until))
STEGVIS_EVENT(172, shortage_occupation_listed, reference, "Bristyrke", "Shortage occupation listed",
              "I03")

struct career_path_defined {
  std::string first_job;
  std::vector<std::string> next_jobs;
};
BOOST_DESCRIBE_STRUCT(career_path_defined, (), (first_job, next_jobs))
STEGVIS_EVENT(173, career_path_defined, reference, "Karriärväg", "Career path defined",
              "recorded only")

struct ladder_defined {
  std::optional<std::string> branch;
};
BOOST_DESCRIBE_STRUCT(ladder_defined, (), (branch))
STEGVIS_EVENT(174, ladder_defined, reference, "Utbildningsstege", "Ladder defined",
              "I11")

struct ladder_step_opened {
  std::int64_t step;  // from 1
  std::optional<std::string> title;
  std::optional<std::string> certificate;
  std::vector<std::string> job_titles;
};
BOOST_DESCRIBE_STRUCT(ladder_step_opened, (), (step, title, certificate, job_titles))
STEGVIS_EVENT(175, ladder_step_opened, reference, "Utbildningssteg öppnat", "Ladder step opened",
              "I11")

using employer_types =
    boost::mp11::mp_list<employer_registered, workplace_registered, place_offered, place_withdrawn,
                         vacancy_registered, vacancy_filled, task_inventoried, task_redistributed,
                         job_spec_published, job_spec_revised, job_spec_closed,
                         social_partner_agreement_recorded, shortage_occupation_listed,
                         career_path_defined, ladder_defined, ladder_step_opened>;

}  // namespace stegvis

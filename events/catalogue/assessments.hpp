#pragma once
// What a person can, and language support.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

enum class assessment_kind { competence, language, distance, self_rating, other };
BOOST_DESCRIBE_ENUM(assessment_kind, competence, language, distance, self_rating, other)

// One term of a taxonomy (ESCO, JobTech, SSYK ...) in a version of it, and how well it is mastered.
struct assessment_item {
  std::string scheme;
  std::string version;
  std::string id;
  std::optional<std::string> label;  // as the taxonomy called it then
  std::optional<std::string> level;
};
BOOST_DESCRIBE_STRUCT(assessment_item, (), (scheme, version, id, label, level))

// `method` such as KGA; `scale` says what `level` means, such as CEFR. What tells of health (work
// ability, addiction) is kind other with a sealed `detail`.
struct assessment_recorded {
  std::optional<assessment_id> assessment;
  std::optional<enrolment_id> enrolment;
  assessment_kind kind;
  std::optional<std::string> method;
  std::optional<std::string> area;
  std::optional<std::string> scale;
  std::optional<std::string> level;
  std::vector<assessment_item> items;
  std::optional<freetext<std::string>> evidence;
  std::optional<health<std::string>> detail;
};
BOOST_DESCRIBE_STRUCT(assessment_recorded, (),
                      (assessment, enrolment, kind, method, area, scale, level, items, evidence,
                       detail))
STEGVIS_EVENT(40, assessment_recorded, person, "Kartläggning eller bedömning",
              "Assessment recorded",
              "competence profile (R36); quality: Q02, Q03, Q05, Q19; I16")

struct competence_guaranteed {
  std::optional<assessment_id> assessment;
  std::optional<std::string> area;
};
BOOST_DESCRIBE_STRUCT(competence_guaranteed, (), (assessment, area))
STEGVIS_EVENT(41, competence_guaranteed, person, "Kompetensgaranti", "Competence guaranteed",
              "competence profile (R36)")

struct language_support_started {
  support_id support;
  std::optional<std::string> kind;
  std::optional<decimal> hours_week;
};
BOOST_DESCRIBE_STRUCT(language_support_started, (), (support, kind, hours_week))
STEGVIS_EVENT(42, language_support_started, person, "Språkstöd påbörjat",
              "Language support started", "episode: language support; quality: Q10")

struct language_support_ended {
  support_id support;
};
BOOST_DESCRIBE_STRUCT(language_support_ended, (), (support))
STEGVIS_EVENT(43, language_support_ended, person, "Språkstöd avslutat", "Language support ended",
              "episode: language support; quality: Q08, Q09, Q11")

using assessment_types = boost::mp11::mp_list<assessment_recorded, competence_guaranteed,
                                              language_support_started, language_support_ended>;

}  // namespace stegvis

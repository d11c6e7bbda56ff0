#pragma once
// Staff and their training; who was invited to a survey wave and what was answered.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

struct staff_registered {
  std::optional<unit_ref> unit;
  std::optional<std::string> role;
  std::optional<background<education_level>> education;
};
BOOST_DESCRIBE_STRUCT(staff_registered, (), (unit, role, education))
STEGVIS_EVENT(85, staff_registered, person, "Medarbetare", "Staff registered",
              "I06; strata of surveys; quality: Q06")

struct staff_training_attended {
  std::optional<development_id> activity;
};
BOOST_DESCRIBE_STRUCT(staff_training_attended, (), (activity))
STEGVIS_EVENT(86, staff_training_attended, person, "Processledarutbildning",
              "Staff training attended", "I06")

// `pairing` joins one respondent's answers of several waves without naming the respondent.
struct survey_invited {
  std::int64_t wave;
  std::optional<std::string> pairing;
};
BOOST_DESCRIBE_STRUCT(survey_invited, (), (wave, pairing))
STEGVIS_EVENT(87, survey_invited, person, "Inbjuden till enkät", "Survey invited", "I05")

struct survey_answer {
  std::string item;
  std::int64_t value;
};
BOOST_DESCRIBE_STRUCT(survey_answer, (), (item, value))

// Results of fewer than five respondents are not shown.
struct survey_responded {
  std::int64_t wave;
  std::optional<std::string> pairing;
  std::optional<freetext<std::vector<survey_answer>>> answers;
};
BOOST_DESCRIBE_STRUCT(survey_responded, (), (wave, pairing, answers))
STEGVIS_EVENT(88, survey_responded, person, "Enkätsvar", "Survey responded",
              "I05; survey indices (R26, R63, R64, R73)")

using survey_types = boost::mp11::mp_list<staff_registered, staff_training_attended, survey_invited,
                                          survey_responded>;

}  // namespace stegvis

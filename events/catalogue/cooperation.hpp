#pragma once
// Partners, development activities, meetings and survey waves; spread, retention rules and reports.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

struct partner_invited {
  std::string partner;  // an organisation
  std::optional<development_id> activity;
};
BOOST_DESCRIBE_STRUCT(partner_invited, (), (partner, activity))
STEGVIS_EVENT(113, partner_invited, reference, "Samverkanspart inbjuden", "Partner invited", "I07")

struct partner_joined {
  std::string partner;
  std::optional<development_id> activity;
};
BOOST_DESCRIBE_STRUCT(partner_joined, (), (partner, activity))
STEGVIS_EVENT(114, partner_joined, reference, "Samverkanspart ansluten", "Partner joined",
              "recorded only")

struct partner_contributed {
  std::string partner;
  std::optional<development_id> activity;
};
BOOST_DESCRIBE_STRUCT(partner_contributed, (), (partner, activity))
STEGVIS_EVENT(115, partner_contributed, reference, "Samverkanspart medverkade",
              "Partner contributed", "I07")

struct development_activity_planned {
  development_id activity;
  std::optional<std::string> purpose;
  std::int64_t planned_n;            // required: the documents ask for enough participants (R60)
  std::vector<std::string> invited;  // organisations
};
BOOST_DESCRIBE_STRUCT(development_activity_planned, (), (activity, purpose, planned_n, invited))
STEGVIS_EVENT(116, development_activity_planned, reference, "Utvecklingsinsats planerad",
              "Development activity planned", "I07; participants against plan (R60)")

struct activity_evaluated {
  development_id activity;
  bool purpose_met;
};
BOOST_DESCRIBE_STRUCT(activity_evaluated, (), (activity, purpose_met))
STEGVIS_EVENT(117, activity_evaluated, reference, "Utvecklingsinsats utvärderad",
              "Activity evaluated", "share of activities with their purpose met (R62)")

struct network_meeting_held {
  std::optional<std::string> network;
  std::optional<std::int64_t> n;  // persons present
};
BOOST_DESCRIBE_STRUCT(network_meeting_held, (), (network, n))
STEGVIS_EVENT(118, network_meeting_held, reference, "Nätverksträff", "Network meeting held",
              "network meetings after the end (R66)")

struct workshop_held {
  std::optional<std::string> network;
  std::optional<std::int64_t> wave;
  std::optional<std::int64_t> n;  // persons present
};
BOOST_DESCRIBE_STRUCT(workshop_held, (), (network, wave, n))
STEGVIS_EVENT(119, workshop_held, reference, "Workshop", "Workshop held", "recorded only")

struct swot_recorded {
  std::optional<std::int64_t> wave;
  std::vector<std::string> strengths;
  std::vector<std::string> weaknesses;
  std::vector<std::string> opportunities;
  std::vector<std::string> threats;
};
BOOST_DESCRIBE_STRUCT(swot_recorded, (), (wave, strengths, weaknesses, opportunities, threats))
STEGVIS_EVENT(120, swot_recorded, reference, "SWOT", "SWOT recorded", "recorded only")

struct survey_wave_opened {
  std::int64_t wave;
  std::optional<std::string> instrument;
  std::optional<project_phase> phase;
  std::vector<std::string> priority_areas;
};
BOOST_DESCRIBE_STRUCT(survey_wave_opened, (), (wave, instrument, phase, priority_areas))
STEGVIS_EVENT(121, survey_wave_opened, reference, "Enkätomgång öppnad", "Survey wave opened",
              "I05; survey indices (R26, R63, R64, R73)")

struct survey_wave_closed {
  std::int64_t wave;
};
BOOST_DESCRIBE_STRUCT(survey_wave_closed, (), (wave))
STEGVIS_EVENT(122, survey_wave_closed, reference, "Enkätomgång stängd", "Survey wave closed", "I05")

struct method_adopted {
  std::optional<std::string> adopter;  // an organisation
  std::optional<employer_sector> sector;
  std::optional<std::string> area;
};
BOOST_DESCRIBE_STRUCT(method_adopted, (), (adopter, sector, area))
STEGVIS_EVENT(123, method_adopted, reference, "Metod spridd", "Method adopted", "I24")

struct follow_on_application_submitted {
  std::optional<std::string> programme_area;
  std::optional<std::string> ref;
};
BOOST_DESCRIBE_STRUCT(follow_on_application_submitted, (), (programme_area, ref))
STEGVIS_EVENT(124, follow_on_application_submitted, reference, "Ny ansökan inlämnad",
              "Follow-on application submitted", "milestone (R65)")

// `rule` is the rule's name; a later one of the same name replaces it.
struct retention_rule_set {
  std::string rule;
  std::optional<std::string> series;  // which papers or persons it covers
  std::optional<std::int64_t> keep_months;
};
BOOST_DESCRIBE_STRUCT(retention_rule_set, (), (rule, series, keep_months))
STEGVIS_EVENT(125, retention_rule_set, reference, "Gallringsregel", "Retention rule set",
              "recorded only")

struct disposal_executed {
  std::string rule;
  std::int64_t count;  // persons forgotten
};
BOOST_DESCRIBE_STRUCT(disposal_executed, (), (rule, count))
STEGVIS_EVENT(126, disposal_executed, reference, "Gallring utförd", "Disposal executed",
              "recorded only")

struct report_published {
  std::string definition;
  std::string manifest_hash;
  std::string table_hash;
  std::int64_t cut;  // position
  day as_of;
};
BOOST_DESCRIBE_STRUCT(report_published, (), (definition, manifest_hash, table_hash, cut, as_of))
STEGVIS_EVENT(127, report_published, reference, "Rapport fastställd", "Report published",
              "evaluations: suppression of differences between published reports")

// Pupils and other visitors are counted, never registered.
struct group_session_held {
  std::optional<std::string> kind;
  std::int64_t n;
};
BOOST_DESCRIBE_STRUCT(group_session_held, (), (kind, n))
STEGVIS_EVENT(128, group_session_held, reference, "Gruppträff", "Group session held",
              "recorded only")

using cooperation_types =
    boost::mp11::mp_list<partner_invited, partner_joined, partner_contributed,
                         development_activity_planned, activity_evaluated, network_meeting_held,
                         workshop_held, swot_recorded, survey_wave_opened, survey_wave_closed,
                         method_adopted, follow_on_application_submitted, retention_rule_set,
                         disposal_executed, report_published, group_session_held>;

}  // namespace stegvis

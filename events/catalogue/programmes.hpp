#pragma once
// Programmes: phases, subprojects, money, decisions and targets.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

// `from` and `until` bound the entry of participants; follow-up runs on to the as-of date.
struct programme_started {
  std::optional<std::string> name;
  std::optional<day> from;
  std::optional<day> until;  // last day
  std::optional<std::string> ref;
  std::optional<std::string> programme_area;
  std::optional<std::string> owner;  // an organisation
  std::optional<std::string> region;
};
BOOST_DESCRIBE_STRUCT(programme_started, (),
                      (name, from, until, ref, programme_area, owner, region))
STEGVIS_EVENT(100, programme_started, reference, "Satsning påbörjad", "Programme started",
              "evaluations: entry window")

struct programme_ended {};
BOOST_DESCRIBE_STRUCT(programme_ended, (), ())
STEGVIS_EVENT(101, programme_ended, reference, "Satsning avslutad", "Programme ended",
              "network meetings after the end (R66)")

// Ends the phase before it.
struct project_phase_started {
  project_phase phase;
};
BOOST_DESCRIBE_STRUCT(project_phase_started, (), (phase))
STEGVIS_EVENT(102, project_phase_started, reference, "Projektfas", "Project phase started",
              "recorded only")

struct subproject_opened {
  std::string subproject;  // its id within the programme, such as enkla-jobb
  std::optional<std::string> name;
  std::optional<unit_ref> owner_unit;
};
BOOST_DESCRIBE_STRUCT(subproject_opened, (), (subproject, name, owner_unit))
STEGVIS_EVENT(103, subproject_opened, reference, "Delprojekt inrättat", "Subproject opened",
              "strata by subproject; worklist entry_missing")

struct subproject_started {
  std::string subproject;
};
BOOST_DESCRIBE_STRUCT(subproject_started, (), (subproject))
STEGVIS_EVENT(104, subproject_started, reference, "Delprojekt påbörjat", "Subproject started",
              "worklist entry_missing; quality: Q04")

struct subproject_closed {
  std::string subproject;
};
BOOST_DESCRIBE_STRUCT(subproject_closed, (), (subproject))
STEGVIS_EVENT(105, subproject_closed, reference, "Delprojekt avslutat", "Subproject closed",
              "recorded only")

struct funding_granted {
  grant_id grant;
  std::optional<std::string> funder;
  std::int64_t amount_ore;
  std::optional<std::string> ref;
  std::optional<std::string> period;
};
BOOST_DESCRIBE_STRUCT(funding_granted, (), (grant, funder, amount_ore, ref, period))
STEGVIS_EVENT(106, funding_granted, reference, "Stöd beviljat", "Funding granted",
              "worklist entry_missing; I28")

// `amount_ore` is the grant's new total.
struct funding_amended {
  grant_id grant;
  std::optional<std::string> funder;
  std::int64_t amount_ore;
  std::optional<std::string> ref;
  std::optional<std::string> period;
};
BOOST_DESCRIBE_STRUCT(funding_amended, (), (grant, funder, amount_ore, ref, period))
STEGVIS_EVENT(107, funding_amended, reference, "Stöd ändrat", "Funding amended", "I28")

// `amount_ore` is what this event adds.
struct funding_spent {
  grant_id grant;
  std::optional<std::string> funder;
  std::int64_t amount_ore;
  std::optional<std::string> ref;
  std::optional<std::string> period;
};
BOOST_DESCRIBE_STRUCT(funding_spent, (), (grant, funder, amount_ore, ref, period))
STEGVIS_EVENT(108, funding_spent, reference, "Stöd använt", "Funding spent", "I21, I28")

struct decision_recorded {
  std::optional<std::string> body;
  std::optional<std::string> ref;
  std::optional<std::string> title;
};
BOOST_DESCRIBE_STRUCT(decision_recorded, (), (body, ref, title))
STEGVIS_EVENT(109, decision_recorded, reference, "Politiskt beslut", "Decision recorded",
              "recorded only")

enum class target_direction { at_least, at_most };
BOOST_DESCRIBE_ENUM(target_direction, at_least, at_most)

// `indicator` such as I03, in the version of its definition the target was set for; `measure` such
// as persons, share or percentage_points. Without a direction: at_least.
struct target_set {
  target_id target;
  std::string indicator;
  std::optional<std::int64_t> definition_version;
  decimal value;
  std::optional<std::string> measure;
  std::optional<target_direction> direction;
  std::optional<std::string> period;
  std::optional<std::int64_t> planned_n;
};
BOOST_DESCRIBE_STRUCT(target_set, (),
                      (target, indicator, definition_version, value, measure, direction, period,
                       planned_n))
STEGVIS_EVENT(110, target_set, reference, "Mål satt", "Target set",
              "targets of I03-I06 and the stated targets (R55-R72)")

// What is absent stays as it was.
struct target_revised {
  target_id target;
  std::optional<std::string> indicator;
  std::optional<std::int64_t> definition_version;
  decimal value;
  std::optional<std::string> measure;
  std::optional<target_direction> direction;
  std::optional<std::string> period;
  std::optional<std::int64_t> planned_n;
};
BOOST_DESCRIBE_STRUCT(target_revised, (),
                      (target, indicator, definition_version, value, measure, direction, period,
                       planned_n))
STEGVIS_EVENT(111, target_revised, reference, "Mål ändrat", "Target revised",
              "targets of I03-I06 and the stated targets (R55-R72)")

// A figure of somebody else's, as published in `vintage`.
struct external_statistic_recorded {
  std::string series;
  std::optional<std::string> area;
  std::optional<std::string> period;
  decimal value;
  std::optional<std::string> measure;
  std::optional<std::string> vintage;
};
BOOST_DESCRIBE_STRUCT(external_statistic_recorded, (),
                      (series, area, period, value, measure, vintage))
STEGVIS_EVENT(112, external_statistic_recorded, reference, "Extern statistik",
              "External statistic recorded", "I04")

using programme_types =
    boost::mp11::mp_list<programme_started, programme_ended, project_phase_started,
                         subproject_opened, subproject_started, subproject_closed, funding_granted,
                         funding_amended, funding_spent, decision_recorded, target_set,
                         target_revised, external_statistic_recorded>;

}  // namespace stegvis

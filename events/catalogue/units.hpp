#pragma once
// Organisation units, their place in the tree, and their work on equality and accessibility.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

// `kind` such as municipality, municipal_company, department or labour_market_unit; which kinds
// there are is the municipality's affair. No unit merges with another by likeness of names.
struct unit_registered {
  std::string kind;
  std::optional<std::string> name;
  std::optional<std::string> municipality_code;  // SCB's four digits
  std::optional<unit_ref> parent;
  std::optional<std::string> secrecy_domain;
  std::optional<std::string> regime;  // the secrecy act's section: 26:1, 28:11 or other
};
BOOST_DESCRIBE_STRUCT(unit_registered, (),
                      (kind, name, municipality_code, parent, secrecy_domain, regime))
STEGVIS_EVENT(130, unit_registered, reference, "Enhet registrerad", "Unit registered",
              "quality: Q06; access: unit scope, secrecy domain; I06, I27")

// Aliases hold within the unit's municipality.
struct unit_alias_added {
  std::string alias;
};
BOOST_DESCRIBE_STRUCT(unit_alias_added, (), (alias))
STEGVIS_EVENT(131, unit_alias_added, reference, "Enhetsnamn tillagt", "Unit alias added",
              "matching at import (R9)")

// To another parent from the event's day; without one: to the top.
struct unit_moved {
  std::optional<unit_ref> parent;
};
BOOST_DESCRIBE_STRUCT(unit_moved, (), (parent))
STEGVIS_EVENT(132, unit_moved, reference, "Enhet flyttad", "Unit moved",
              "access: unit scope; roll-up by the tree on the as-of date (R10)")

struct unit_merged {
  unit_ref into;
};
BOOST_DESCRIBE_STRUCT(unit_merged, (), (into))
STEGVIS_EVENT(133, unit_merged, reference, "Enhet uppgången i annan", "Unit merged",
              "access: unit scope; roll-up by the tree on the as-of date (R10)")

struct unit_joined_programme {
  programme_ref programme;
};
BOOST_DESCRIBE_STRUCT(unit_joined_programme, (), (programme))
STEGVIS_EVENT(134, unit_joined_programme, reference, "Enhet med i satsning",
              "Unit joined programme", "I06, I23")

struct unit_left_programme {
  programme_ref programme;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(unit_left_programme, (), (programme, reason))
STEGVIS_EVENT(135, unit_left_programme, reference, "Enhet lämnade satsning", "Unit left programme",
              "I06, I23")

struct unit_profile_recorded {
  std::optional<std::int64_t> staff_n;
  std::optional<std::string> education_mix;
  std::optional<std::string> department;
};
BOOST_DESCRIBE_STRUCT(unit_profile_recorded, (), (staff_n, education_mix, department))
STEGVIS_EVENT(136, unit_profile_recorded, reference, "Enhetsprofil", "Unit profile recorded",
              "recorded only")

enum class measure_scope { group, unit };
BOOST_DESCRIBE_ENUM(measure_scope, group, unit)

struct equality_plan_adopted {
  std::optional<measure_scope> scope;
};
BOOST_DESCRIBE_STRUCT(equality_plan_adopted, (), (scope))
STEGVIS_EVENT(137, equality_plan_adopted, reference, "Jämställdhetsplan antagen",
              "Equality plan adopted", "I23")

struct equality_activity_held {
  std::optional<measure_scope> scope;
};
BOOST_DESCRIBE_STRUCT(equality_activity_held, (), (scope))
STEGVIS_EVENT(138, equality_activity_held, reference, "Jämställdhetsaktivitet",
              "Equality activity held", "I23")

struct accessibility_reviewed {
  std::optional<measure_scope> scope;
};
BOOST_DESCRIBE_STRUCT(accessibility_reviewed, (), (scope))
STEGVIS_EVENT(139, accessibility_reviewed, reference, "Tillgänglighet granskad",
              "Accessibility reviewed", "recorded only")

struct accessibility_measure_taken {
  measure_scope scope;
};
BOOST_DESCRIBE_STRUCT(accessibility_measure_taken, (), (scope))
STEGVIS_EVENT(140, accessibility_measure_taken, reference, "Tillgänglighetsåtgärd",
              "Accessibility measure taken", "measures by scope (R71)")

using unit_types =
    boost::mp11::mp_list<unit_registered, unit_alias_added, unit_moved, unit_merged,
                         unit_joined_programme, unit_left_programme, unit_profile_recorded,
                         equality_plan_adopted, equality_activity_held, accessibility_reviewed,
                         accessibility_measure_taken>;

}  // namespace stegvis

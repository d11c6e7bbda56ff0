#pragma once
// Every event type. `all_types` and `find_type` (events/description.hpp) look into these families.
//
// A type is one struct in its family's header: members, BOOST_DESCRIBE_STRUCT, STEGVIS_EVENT, and
// its place in the family's list. A member's C++ type says its form, whether it is required, and
// its privacy class; numbers and names are stored and never change or return.
#include <string>

#include "events/catalogue/access.hpp"
#include "events/catalogue/activities.hpp"
#include "events/catalogue/assessments.hpp"
#include "events/catalogue/cooperation.hpp"
#include "events/catalogue/corrections.hpp"
#include "events/catalogue/employers.hpp"
#include "events/catalogue/enrolments.hpp"
#include "events/catalogue/persons.hpp"
#include "events/catalogue/placements.hpp"
#include "events/catalogue/programmes.hpp"
#include "events/catalogue/situations.hpp"
#include "events/catalogue/surveys.hpp"
#include "events/catalogue/units.hpp"

namespace stegvis {

// The catalogue as a Markdown page, the text of events/CATALOGUE.md.
std::string catalogue_page();

}  // namespace stegvis

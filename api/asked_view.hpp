#pragma once
// What every view is asked with: whom about, as it was on a day, as known at a cut.
#include <string>

#include "events/ledger.hpp"
#include "projections/resolve.hpp"

namespace stegvis {

struct view_arguments {
  std::string subject;  // empty: everyone
  std::string as_of, as_recorded;
};

// The question made exact. Nothing behind it reads a clock.
struct asked_view {
  cut known;
  day as_of;
};
// bad_date, bad_cut. The defaults are the head and today in Stockholm.
[[nodiscard]] result<asked_view> resolve_view(ledger& book, const view_arguments& given);
// Today's date in Stockholm.
day today();

// unknown_subject if there is no event about it, with the subject meant if that can be told;
// forgotten. Never repeats a personal number that was given for a subject.
[[nodiscard]] result<void> check_subject(const ledger& book, const std::string& subject);
problem unknown_subject_problem(const ledger& book, const std::string& subject);

// The wire name of a type, as in `type` of an event.
std::string type_name(const type_description& type);

}  // namespace stegvis

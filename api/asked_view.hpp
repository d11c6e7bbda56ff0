#pragma once
// What every view is asked with: whom about, as it was on a day, as known at a cut.
#include "api/command.hpp"
#include "api/labels.hpp"
#include "projections/resolve.hpp"

namespace CLI {
class App;
}

namespace stegvis {

struct view_arguments {
  std::string subject;  // empty: everyone
  std::string as_of, as_recorded;
};
void declare_view_options(CLI::App& app, view_arguments& into);

// The question made exact. Nothing behind it reads a clock.
struct asked_view {
  cut known;
  day as_of;
};
// bad_date, bad_cut. The defaults are the head and today in Stockholm.
[[nodiscard]] result<asked_view> resolve_view(ledger& book, const view_arguments& given);
[[nodiscard]] result<asked_view> resolve_view(context& c, const view_arguments& given);
// Today's date in Stockholm.
day today();

// unknown_subject if there is no event about it, with the subject meant if that can be told;
// forgotten. Never repeats a personal number that was given for a subject.
[[nodiscard]] result<void> check_subject(const ledger& book, const std::string& subject);
problem unknown_subject_problem(const ledger& book, const std::string& subject);

// Writes to the access log that this account reads of the person; nothing for other subjects.
// access_unrecorded: then nothing may be shown.
[[nodiscard]] result<void> record_read(context& c, std::string_view action,
                                       const std::string& subject);

// The same of many at once, as one entry; nothing if there is nobody. `subjects` ascending.
[[nodiscard]] result<void> record_list(context& c, std::string_view action, const listing& shown);

// The wire name of a type, as in `type` of an event.
std::string type_name(const type_description& type);

// "as of 2018-03-05, known at position 8812": printed above every answer for people.
std::string question_line(context& c, const asked_view& asked);

// What the command speaks.
language language_of(const context& c);

// The header of a table in the language asked for.
std::vector<std::string> words(const context& c, std::vector<std::string> swedish,
                               std::vector<std::string> english);

// "12 days" or "12 dagar", for a date beside which it stands.
std::string days_between(context& c, day from, day to);

}  // namespace stegvis

#pragma once
// How a command asks a view: its options, what is recorded of the reading, and the words around the
// answer.
#include "api/asked_view.hpp"
#include "api/command.hpp"
#include "api/labels.hpp"

namespace stegvis {

void declare_view_options(CLI::App& app, view_arguments& into);
// bad_date, bad_cut.
[[nodiscard]] result<asked_view> resolve_view(context& c, const view_arguments& given);

// Writes to the access log that this account reads of the person; nothing for other subjects.
// access_unrecorded: then nothing may be shown.
[[nodiscard]] result<void> record_read(context& c, std::string_view action,
                                       const std::string& subject);

// The same of many at once, as one entry; nothing if there is nobody. `subjects` ascending.
[[nodiscard]] result<void> record_list(context& c, std::string_view action, const listing& shown);

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

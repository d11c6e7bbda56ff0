#pragma once
// Who may do what: one table of role x resource x action. Whatever has no cell is denied.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stegvis {

enum class role : std::uint8_t { caseworker, manager, evaluator, analyst, data_protection, admin };
constexpr std::size_t role_count = 6;

// What is asked for. The last five are the privacy classes of sealed fields.
enum class resource : std::uint8_t {
  catalogue,  // types, schemas, descriptions of the API
  ledger,     // id, head
  events,     // events of persons and reference subjects, one by one and as a stream
  reference,  // units, workplaces, jobs, ladders, programmes
  persons,    // lists, status, episodes
  timeline,   // one person's events with what became of them
  search,     // persons by number or name
  worklists,
  boards,  // a unit's persons by state
  quality,
  evaluations,  // results for groups, small ones hidden
  definitions,  // the reader's own, to evaluate with
  imports,      // files of events, and tables
  streams,      // what relay, intake and follower tell
  extracts,     // all that is held about one person, and who has read it
  access_log,
  background,
  identity,
  contact,
  health,
  freetext
};
constexpr std::size_t resource_count = 21;

// `break_glass` gives, with a reason and for three hours, what one's own units would give.
enum class action : std::uint8_t { read, append, run, open, break_glass };

// How far a right goes, in rising order.
enum class reach : std::uint8_t {
  none,
  pseudonyms,  // everyone, under names that mean nothing elsewhere
  own_units,   // persons of the reader's units and those below them today
  own_domain,  // persons all of whose units are of a secrecy domain of the reader's units
  all
};

std::string_view name_of(role);
std::string_view name_of(resource);
std::string_view name_of(action);
std::string_view name_of(reach);
std::optional<role> find_role(std::string_view name);

struct access_row {
  resource what;
  action does;
  reach by_role[role_count];  // in the order of `role`
};
std::span<const access_row> access_table();
// none if the table has no such row.
reach reach_of(role, resource, action);
// The widest of the roles'.
reach reach_of(std::span<const role>, resource, action);

// The table in Markdown, as api/http/README.md shows it.
std::string access_page();

}  // namespace stegvis

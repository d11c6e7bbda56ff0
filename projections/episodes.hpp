#pragma once
// Episodes: the half-open intervals of days in which something held, as known at a cut. Starts and
// ends pair by id, whatever the order in which they were recorded.
#include <optional>
#include <string_view>
#include <vector>

#include "projections/resolve.hpp"

namespace stegvis {

// `to` of an episode that has not ended.
constexpr day open_end{0x7fff'ffff};

enum class episode_kind : std::uint8_t {
  application,
  enrolment,
  pause,
  job,
  work_training,
  education,
  activity,
  ladder_step,
  job_track,
  language_support,
  target_group,
  caseworker
};
std::string_view name_of(episode_kind);

enum class ending : std::uint8_t {
  none,  // open
  ended,
  enrolled,
  closed,
  resumed,
  completed,
  interrupted,
  changed,   // a placement_changed begins the next segment of the same placement
  replaced,  // another caseworker took over
  exit,      // cut by the end of its enrolment, or the enrolment's own
  death
};
std::string_view name_of(ending);

// Whether a placement of the kind (of the catalogue; or no_code) is a job, not work training.
bool is_job(std::uint8_t placement_kind_code);

// Texts are borrowed from the journey.
struct episode {
  episode_kind kind{};
  std::string_view id{};         // enrolment, placement, step run ...; empty for target groups
  std::string_view enrolment{};  // empty: unbound
  std::string_view detail{};     // kind of placement or activity, ladder, caseworker
  std::string_view unit{};       // of the enrolment or placement
  day from{};
  day to = open_end;
  day start{};       // of the whole: earlier than `from` in later segments of a placement
  position order{};  // of the event that began the whole
  ending ended_by = ending::none;
  bool subsidised = false;
  bool reserved = false;
  std::optional<day> planned_end{};      // last day; ends nothing
  std::optional<day> confirmed_until{};  // of an open one: last day on which something shows it ran

  bool on(day d) const { return from <= d && d < to; }
  // Runs on D although its planned end is past.
  bool overdue(day d) const { return on(d) && planned_end && *planned_end < d; }
};

// One for each participant_enrolled that stands, empty intervals included.
struct enrolment {
  std::string_view id{}, unit{}, subproject{}, intake{};
  day from{};
  day to = open_end;
  day recorded_day{};
  position order{};
  ending ended_by = ending::none;
  std::uint8_t destination = no_code;  // exit_destination of the catalogue
  position exited_at{};                // 0: no exit
  std::optional<day> plan{};           // first plan_agreed
  bool on(day d) const { return from <= d && d < to; }
};

// Who is responsible from a day on, for one enrolment or (empty) all.
struct responsibility {
  std::string_view enrolment{}, caseworker{};
  day from{};
  position order{};
};

enum class pairing_fault : std::uint8_t {
  end_before_start,
  second_end,
  second_start,
  end_without_start,
  resume_after_exit,
  change_outside,  // a change of a placement that does not run then
  after_exit,      // a start on or after the day its enrolment ended
  no_enrolment     // names an enrolment that is not known
};
struct pairing_problem {
  pairing_fault fault{};
  position at{};  // of the event that has no effect (no_enrolment: of one that has)
  day on{};
};

// Everything that status, quality and worklists read, at one cut and for every day. Borrows from
// the journey, which must outlive it.
struct history {
  const std::vector<std::string>* sources = nullptr;  // the journey's
  std::vector<standing_fact> facts{};                 // (valid day, position)
  std::vector<enrolment> enrolments{};                // (from, position)
  std::vector<episode> episodes{};                    // (from, position); empty intervals are none
  std::vector<responsibility> caseworkers{};          // (from, position)
  std::vector<pairing_problem> problems{};            // by position
  std::optional<day> death{};
  std::string_view merged_into{};  // survivor; empty: not merged
  cut known{};
  bool known_subject = false;  // has an event at the cut

  const enrolment* find_enrolment(std::string_view id) const;
  // Responsible on D for the enrolment; empty if none.
  std::string_view caseworker_on(std::string_view enrolment, day d) const;
};
history history_of(const journey&, const cut&);
// The same from facts that stand, by (valid day, position), whose sources are `unnamed_sources`.
// What they point at must outlive the answer.
history history_of(std::vector<standing_fact> standing, const cut& known, bool known_subject);

// Sources where nothing but this is known of one: 0 is no opening balance, 1 is one.
const std::vector<std::string>& unnamed_sources();

}  // namespace stegvis

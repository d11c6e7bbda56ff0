#pragma once
// Status: where a person stands on a day, as known at a cut. One state wins by precedence; beside
// it stand the situation (what is known about work), the administrative phase, and what is planned.
// Pure: "today" is the caller's `day`.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/episodes.hpp"
#include "projections/situation.hpp"

namespace stegvis {

// By precedence: the first that holds wins.
enum class state : std::uint8_t {
  merged,
  deceased,
  employed_regular,
  employed_subsidised,
  employed_reserved,
  paused,
  education,
  ladder_step,
  job_track,
  work_training,
  activity,
  assessment,
  enrolled_idle,
  scheduled,
  applied,
  exited,
  none
};
constexpr std::size_t state_count = 17;
// The administrative side, by precedence.
enum class phase : std::uint8_t { deceased, active, paused, scheduled, applied, exited, none };

// Codes as they stand in JSON, and words for people.
std::string_view name_of(state);
std::string_view label_sv(state);
std::string_view label_en(state);
std::string_view name_of(phase);
std::string_view label_sv(phase);
std::string_view label_en(phase);

// A stretch of days with one state and one winning episode. Texts are borrowed from the journey.
struct piece {
  day from{-open_end.count};  // the default: since ever
  day to = open_end;
  stegvis::state state = stegvis::state::none;
  std::string_view id{};         // of the winning episode; empty: none
  std::string_view enrolment{};  // that the winning episode names
  day episode_from{};            // its own start; `from` where there is none
  position order{};              // of the event that began it; 0: none
  bool on(day d) const { return from <= d && d < to; }
};
// The whole resolved timeline: gapless and without end, at least one piece. With an enrolment's
// id: that enrolment alone, with its own and the unbound episodes. A merged subject's is one piece.
std::vector<piece> resolved_timeline(const history&, std::string_view enrolment = {});

// Something else that runs on the day.
struct running {
  stegvis::state state{};
  std::string_view id{}, enrolment{};
  day from{};
  position order{};
};

// All that holds on D, by precedence; the first is the state. Never empty.
std::vector<running> candidates_on(const history&, std::string_view enrolment, day d);
phase phase_on(const history&, std::string_view enrolment, day d);

struct enrolment_status {
  std::string enrolment{}, unit{}, caseworker{};
  day from{};
  std::optional<day> to{};  // as known at the cut, also if it lies ahead
  stegvis::state state{};
  stegvis::phase phase{};
  std::string destination{};
};

// A dated change after the day, known at the cut; `state` is the person's from then on.
struct planned_change {
  day on{};
  fact_kind kind{};
  std::string id{};
  stegvis::state state{};
};

struct status_answer {
  bool known = false;  // the subject has an event at the cut; otherwise all else is empty
  day as_of{};
  bool beyond_cut = false;  // D lies after the cut's day: a projection of what was planned
  stegvis::state state = stegvis::state::none;
  stegvis::phase phase = stegvis::phase::none;
  std::optional<day> since{};  // first day of the current piece; none: since ever
  std::optional<day> episode_from{};
  std::string episode{};               // id of the winning episode
  std::vector<stegvis::state> also{};  // what else runs, by precedence
  std::string situation = "unknown", situation_scheme{}, situation_source{};
  std::optional<day> situation_day{};
  std::string unit{}, caseworker{}, destination{};
  std::optional<day> planned_end{};
  bool overdue = false;
  std::vector<enrolment_status> enrolments{};  // begun or scheduled on the day, by first day
  std::vector<planned_change> next{};          // by day
  std::string merged_into{};
};
status_answer status_at(const journey&, const cut&, day d);
status_answer status_of(const history&, day d);

// One JSON object without spaces, keys sorted, absent values null. The bytes depend on the events
// up to the cut and the day alone. projections/README.md lists the fields.
void append_status_json(const status_answer&, std::string_view subject, position at,
                        std::string& out);

}  // namespace stegvis

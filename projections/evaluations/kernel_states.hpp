#pragma once
// Where journeys stand on given days, from their rows: the rules of episodes.cpp and status.cpp on
// numbers, without texts and without finding who else runs. For kernels. Private to kernel*.cpp.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "projections/columns/columns.hpp"
#include "projections/status.hpp"

namespace stegvis {

// What an entry of the dictionary says, as far as states hang on it.
struct state_fact {
  enum class role_kind : std::uint8_t { none, start, end, change, plan, pause, resume, death };
  enum class pair_kind : std::uint8_t { application, enrolment, placement, activity, step, track };
  role_kind role = role_kind::none;
  pair_kind pair{};  // of a start or an end: what begins or ends
  std::uint8_t code = no_code;
  std::optional<bool> subsidised{}, reserved{};
  bool has_key = false, has_enrolment = false;  // the rules read the ids of its rows
};
std::vector<state_fact> state_facts_of(const column_set&);  // by entry

// The states of one journey at a time, as known at a cut and as of a horizon.
class journey_states {
 public:
  // All outlive it.
  journey_states(const std::vector<state_fact>& facts, position at, day horizon)
      : facts_(facts), cut_(at.value), horizon_(horizon.count) {}
  void read(const column_chunk&, const column_chunk::journey_rows&);
  // The state on each of the ascending days, of the journey read last.
  void find(std::span<const std::int32_t> days, std::vector<state>& into) const;

 private:
  using pair_kind = state_fact::pair_kind;
  using role_kind = state_fact::role_kind;
  // What pairs a start with its end.
  struct name {
    pair_kind pair{};
    std::uint32_t id = 0;  // 0: none
    friend bool operator==(const name&, const name&) = default;
  };
  // What begins and ends, in the order of (valid day, position) of what began it.
  struct thing {
    thing(const name& n, const state_fact& f, std::uint32_t e, std::int32_t on, std::int32_t known)
        : named(n), said(&f), enrolment(e), from(on), recorded(known) {}
    name named;
    const state_fact* said;
    std::uint32_t enrolment;  // 0: none
    std::int32_t from, to = open_end.count;
    std::int32_t recorded, plan = open_end.count;  // of an enrolment
    bool ended = false;
    bool on(std::int32_t d) const { return from <= d && d < to; }
  };
  // An end, a change, a plan, a pause.
  struct dated {
    dated(const name& n, const state_fact& f, std::uint32_t e, std::int32_t d)
        : named(n), said(&f), enrolment(e), on(d) {}
    name named;
    const state_fact* said;
    std::uint32_t enrolment;
    std::int32_t on;
  };
  struct spell {
    stegvis::state state{};
    std::uint32_t enrolment = 0;
    std::int32_t from = 0, to = 0;
  };

  void find_rows(const column_chunk&, const column_chunk::journey_rows&);
  void take(const column_chunk&, std::uint32_t row);
  thing* find_thing(const name&);
  void end_things();
  void find_enrolments();
  void agree_plans();
  void pause_enrolments();
  std::int32_t cut_of(const thing&);
  void add(state, std::uint32_t enrolment, std::int32_t from, std::int32_t to);
  void add_thing(const thing&);
  void add_placement(const thing&);
  void add_enrolment(const thing&);
  void find_some(std::span<const std::int32_t> days, state* into) const;
  void set_aside(std::span<const std::int32_t> days, std::span<std::uint64_t> running) const;

  const std::vector<state_fact>& facts_;
  std::uint64_t cut_;
  std::int32_t horizon_;
  std::int32_t death_ = open_end.count;
  std::vector<std::uint32_t> rows_;  // that stand
  std::vector<thing> things_, enrolments_;
  std::vector<dated> ends_, changes_, plans_, stops_;  // stops: of enrolments, and resumes
  std::vector<spell> spells_, pauses_;
};

}  // namespace stegvis

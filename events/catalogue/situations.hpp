#pragma once
// What is known about a person's work apart from the programme: follow-ups, registers, livelihood.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

enum class follow_up_horizon { _28d, _3m, _6m, _12m, _24m };
BOOST_DESCRIBE_ENUM(follow_up_horizon, _28d, _3m, _6m, _12m, _24m)

enum class follow_up_source { register_, contact, survey };
BOOST_DESCRIBE_ENUM(follow_up_source, register_, contact, survey)

// `anchor` is the placement or enrolment that is followed up.
struct follow_up_done {
  anchor_id anchor;
  follow_up_horizon horizon;
  work_status labour_status;
  follow_up_source source;
};
BOOST_DESCRIBE_STRUCT(follow_up_done, (), (anchor, horizon, labour_status, source))
STEGVIS_EVENT(75, follow_up_done, person, "Uppföljning gjord", "Follow-up done",
              "situation; confirmed_until; worklists follow_up, silent; "
              "quality: Q05, Q16; I10, I17, I18")

struct follow_up_missed {
  anchor_id anchor;
  follow_up_horizon horizon;
};
BOOST_DESCRIBE_STRUCT(follow_up_missed, (), (anchor, horizon))
STEGVIS_EVENT(76, follow_up_missed, person, "Uppföljning utebliven", "Follow-up missed",
              "worklist follow_up")

enum class situation_source { register_, programme, contact, survey };
BOOST_DESCRIBE_ENUM(situation_source, register_, programme, contact, survey)

// Without a scheme, `situation` must be one of work_status' codes; an imported study names its own
// scheme, whose codes are free.
struct situation_recorded {
  std::optional<std::string> scheme;
  std::string situation;
  situation_source source;
  std::optional<health<std::string>> detail;
};
BOOST_DESCRIBE_STRUCT(situation_recorded, (), (scheme, situation, source, detail))
STEGVIS_EVENT(77, situation_recorded, person, "Situation från datum", "Situation recorded",
              "situation; quality: Q13, Q21; I17-I19")

struct livelihood_recorded {
  livelihood_source source;
};
BOOST_DESCRIBE_STRUCT(livelihood_recorded, (), (source))
STEGVIS_EVENT(78, livelihood_recorded, person, "Försörjning", "Livelihood recorded", "I26")

enum class worklist_kind {
  new_to_me,
  intake_waiting,
  plan_missing,
  plan_review,
  idle,
  pause_over,
  ending,
  follow_up,
  silent,
  next_step,
  match_waiting,
  entry_missing
};
BOOST_DESCRIBE_ENUM(worklist_kind, new_to_me, intake_waiting, plan_missing, plan_review, idle,
                    pause_over, ending, follow_up, silent, next_step, match_waiting, entry_missing)

// Hides an item until the day after `until`. Without an anchor: every item of the list.
struct worklist_deferred {
  worklist_kind list;
  std::optional<anchor_id> anchor;
  day until;  // last day
  std::optional<freetext<std::string>> reason;
};
BOOST_DESCRIBE_STRUCT(worklist_deferred, (), (list, anchor, until, reason))
STEGVIS_EVENT(79, worklist_deferred, person, "Bevakning skjuten", "Worklist item deferred",
              "every worklist: hides an item")

using situation_types = boost::mp11::mp_list<follow_up_done, follow_up_missed, situation_recorded,
                                             livelihood_recorded, worklist_deferred>;

}  // namespace stegvis

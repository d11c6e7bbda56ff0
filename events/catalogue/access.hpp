#pragma once
// Who read what: events of the access log, a ledger of its own. The subject is whom was read about.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

// `user` is the account that acted, `action` what was asked (status, timeline ...).
struct record_viewed {
  std::string user;
  std::optional<std::string> role;
  std::optional<unit_ref> unit;
  std::optional<std::string> action;
  std::optional<freetext<std::string>> purpose;
};
BOOST_DESCRIBE_STRUCT(record_viewed, (), (user, role, unit, action, purpose))
STEGVIS_EVENT(250, record_viewed, any, "Uppgifter lästa", "Record viewed", "recorded only")

// Access outside the user's own units, within the secrecy domain. A reason is demanded.
struct break_glass_used {
  std::string user;
  std::optional<std::string> role;
  std::optional<unit_ref> unit;
  std::optional<std::string> action;
  freetext<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(break_glass_used, (), (user, role, unit, action, reason))
STEGVIS_EVENT(251, break_glass_used, any, "Nödåtkomst", "Break-glass used", "recorded only")

// The access log itself was exported, for the days from `from` to `until`.
struct access_exported {
  std::string user;
  std::optional<std::string> role;
  std::optional<unit_ref> unit;
  std::optional<day> from;
  std::optional<day> until;  // last day
  std::optional<std::int64_t> count;
};
BOOST_DESCRIBE_STRUCT(access_exported, (), (user, role, unit, from, until, count))
STEGVIS_EVENT(252, access_exported, any, "Åtkomstlogg utlämnad", "Access log exported",
              "recorded only")

// Many persons were read at once: a list of all, or an export. `from` and `until` are positions:
// whoever has an event between them may be among the persons shown. The subjects themselves stand
// in the event where they are few; `digest` is SHA-256 over all of them, ascending, one a line.
struct persons_listed {
  std::string user;
  std::optional<std::string> role;
  std::optional<unit_ref> unit;
  std::optional<std::string> action;
  std::int64_t from;
  std::int64_t until;
  std::optional<day> as_of;
  std::int64_t count;
  std::vector<std::string> subjects;
  std::string digest;
  std::optional<freetext<std::string>> purpose;
};
BOOST_DESCRIBE_STRUCT(persons_listed, (),
                      (user, role, unit, action, from, until, as_of, count, subjects, digest,
                       purpose))
STEGVIS_EVENT(253, persons_listed, any, "Personer listade", "Persons listed", "recorded only")

using access_types =
    boost::mp11::mp_list<record_viewed, break_glass_used, access_exported, persons_listed>;

}  // namespace stegvis

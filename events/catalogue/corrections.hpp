#pragma once
// Corrections and voids: events about earlier events of the same subject.
#include <optional>

#include "events/event_data.hpp"
#include "events/fields.hpp"

namespace stegvis {

// Replaces the target's whole data and, if given, its valid time. `target` is the id of the
// original event, of the same source as the correction; of another source: "source id".
struct event_corrected {
  std::string target;
  std::optional<corrected_time> time;
  std::optional<replacement> data;
  freetext<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(event_corrected, (), (target, time, data, reason))
STEGVIS_EVENT(1, event_corrected, any, "Rättad", "Corrected", "every fold")

// Removes an event for good, or one correction: then what it replaced comes back.
struct event_voided {
  std::string target;
  freetext<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(event_voided, (), (target, reason))
STEGVIS_EVENT(2, event_voided, any, "Makulerad", "Voided", "every fold")

using correction_types = boost::mp11::mp_list<event_corrected, event_voided>;

}  // namespace stegvis

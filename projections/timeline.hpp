#pragma once
// A subject's events in the order in which they held, each with what became of it by a cut.
#include <span>
#include <string_view>
#include <vector>

#include "events/event.hpp"

namespace stegvis {

enum class entry_standing : std::uint8_t {
  original,
  corrected,
  voided,
  correction,  // replaces another event's data or time
  voiding      // removes another event
};
std::string_view name_of(entry_standing);

// Borrows from the events, which must outlive it.
struct timeline_entry {
  const event* what = nullptr;
  entry_standing standing = entry_standing::original;
  valid_time time{};                 // as corrected
  const event_data* data = nullptr;  // as corrected
  position changed_by{};             // the last standing correction, or the void; 0: none
};

// The events up to `at`, which come in recorded order; ordered by (valid day, position). Voided
// ones stay, marked. A correction or void has its own time, which has no effect.
std::vector<timeline_entry> timeline_of(std::span<const event> events, position at);

}  // namespace stegvis

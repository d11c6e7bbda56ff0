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

// Where the entries of a timeline stand and what acts on each, without the events: with it a page
// of a long timeline is told from the few events that it needs. 32 bytes an event.
class timeline_index {
 public:
  struct place {
    day on;       // valid day, as corrected
    position at;  // of the event
    auto operator<=>(const place&) const = default;
  };
  timeline_index() = default;
  // Of the same arguments as timeline_of.
  timeline_index(std::span<const event> events, position at);

  // In the order of timeline_of.
  std::span<const place> places() const { return places_; }
  // The events from which timeline_of says the same of these places: they themselves, and whatever
  // acts on them or on that. Ascending, each once.
  std::vector<position> needed(std::span<const place>) const;

 private:
  struct act {
    position on, by;  // a correction or void, and its target
    auto operator<=>(const act&) const = default;
  };
  std::vector<place> places_;
  std::vector<act> acts_;  // sorted
};

}  // namespace stegvis

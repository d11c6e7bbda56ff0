#pragma once
// A journey's rows while they are made: in any order, with the texts of its ids. Pure.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "projections/columns/columns.hpp"
#include "projections/columns/read_step.hpp"

namespace stegvis {

struct draft_row {
  std::uint64_t order = 0, known_from = 0, known_to = still_known;
  std::uint32_t content = 0;
  std::int32_t valid = 0, recorded_day = 0, dated_on = 0;
  std::int32_t until = column_chunk::no_until;
  std::uint32_t key = 0, enrolment = 0, link = 0;
  std::uint32_t first_sealed = 0;  // in the draft's `sealed`; versions may share
  std::uint8_t sealed_count = 0, flags = 0;
};

struct journey_draft {
  std::vector<draft_row> rows{};
  std::vector<std::string> ids{};             // the text of id 1, 2 ...
  std::vector<const sealed_value*> sealed{};  // of the step or of the chunk it stood in
  void clear();
};

// A subject's events in a step, in ledger order, with their texts.
struct journey_step {
  const column_step& of;
  std::span<const step_event> events;
  std::string_view texts;
};

// The position of the event of that name; 0 if there is none.
using name_finder = std::function<position(std::string_view source, std::string_view id)>;

// Adds the events to the journey. False if only the whole journey tells what becomes of it: a
// correction is voided, so that what it replaced comes back. Then the draft is of no use.
[[nodiscard]] bool add_events(journey_draft&, const journey_step&, const name_finder&);

// The rows of a whole journey, as resolve() sees it at each amendment. `from` holds just these
// events.
void resolve_all(journey_draft& into, std::span<const event> events, const column_step& from);

// By (valid, order), then by what was known first: the order in a chunk.
void sort_rows(journey_draft&);

}  // namespace stegvis

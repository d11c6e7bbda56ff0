#pragma once
// What stands at a cut: the facts up to it, with the corrections and voids up to it applied.
#include <string_view>
#include <vector>

#include "projections/journey.hpp"

namespace stegvis {

// `cut_day`: local date of the recorded time of the event at `at` (the head's, by default).
// Which events are known follows from `at` alone.
struct cut {
  position at{};
  day cut_day{};
};

// A fact that stands, borrowed from the journey. A corrected one keeps its own place in the order.
struct standing_fact {
  const fact* original;
  const fact_content* content;  // the last standing correction's, or the original's
  day valid;                    // likewise
  day dated_on;                 // recorded day of what gave `valid`
  position order() const { return original->at; }
};

// Ordered by (valid day, position); corrections and voids themselves are left out. Of several
// corrections the last recorded wins, for data and for time each (one that gives no time leaves
// the time that stood). Voiding a correction brings back what it replaced. A target that is not
// known has no effect. The journey must outlive the answer.
std::vector<standing_fact> resolve(const journey&, position at);

// Whether `target`, as written in a correction of `source`, names the event "source id": an id
// of the same source, or source and id with a space between.
struct target_name {
  std::string_view source, id;
};
target_name parse_target(std::string_view target, std::string_view source_of_correction);

}  // namespace stegvis

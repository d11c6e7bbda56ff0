#pragma once
// Folds a step into the chunks: what stands in their places afterwards. No I/O of its own.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "projections/columns/chunk_maker.hpp"
#include "projections/columns/events_by_subject.hpp"

namespace stegvis {

// Where a subject's journey stands.
struct journey_place {
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};
  std::uint32_t chunk = nowhere, index = 0;
};

// The chunks before the step, and how they are found.
struct chunk_places {
  const std::vector<std::shared_ptr<const column_chunk>>& chunks;
  const subject_table& subjects;
  const std::vector<journey_place>& of_subject;            // may be shorter than `subjects`
  const std::vector<std::vector<std::uint32_t>>& members;  // by chunk: each journey's subject
};

struct fold_sources {
  std::function<std::string(std::uint32_t chunk)> stored;  // the bytes of a chunk
  // The whole journey up to the end of the step: its events, and what the columns keep of them.
  std::function<std::vector<event>(std::string_view subject, column_step& into)> whole;
  name_finder names;
};

// By number; those from chunks.size() on are new. New journeys fill up the last chunk first, in
// order of their first event.
using made_chunks = std::map<std::uint32_t, chunk_maker>;
made_chunks fold_step(const events_by_subject&, const chunk_places&, const fold_sources&);

}  // namespace stegvis

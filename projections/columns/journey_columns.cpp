#include "projections/columns/journey_columns.hpp"

#include <algorithm>

#include "events/catalogue.hpp"

namespace stegvis {
namespace {
problem wrong(const event& e, std::string what) {
  return {errc::bad_target, "position " + std::to_string(e.position.value) + ": " + what};
}

// The original that a correction names, which comes before it in its journey.
const event* target_of(const std::vector<event>& journey, const event& correction) {
  const auto name = parse_target(correction.data.get<event_corrected>()->target, correction.source);
  const auto found = std::ranges::find_if(
      journey, [&](const event& e) { return e.id == name.id && e.source == name.source; });
  return found == journey.end() ? nullptr : &*found;
}

// Corrections hold their data as JSON until the type of their target is known.
result<void> bind_corrections(std::vector<event>& journey) {
  for (event& e : journey) {
    auto* c = e.data.get<event_corrected>();
    if (c == nullptr || !c->data || c->data->bound()) continue;
    const event* target = target_of(journey, e);
    if (target == nullptr) return wrong(e, "its target is not in the journey");
    read_context context;
    if (!c->data->bind(target->type(), context)) return wrong(e, context.error.message);
  }
  return {};
}
}  // namespace

result<void> journey_columns::add(std::vector<event> journey) {
  if (journey.empty()) return {};
  if (const auto r = bind_corrections(journey); !r) return r.error();
  step_reader reader(step_, dictionary_, subjects_);
  for (const event& e : journey) reader.add(e);
  reader.finish();
  draft_.clear();
  resolve_all(draft_, journey, step_);
  if (draft_.rows.empty()) return {};
  sort_rows(draft_);
  maker_.add(journey.front().subject, draft_);
  maker_.settle();  // the step is used again
  rows_ += draft_.rows.size();
  if (maker_.rows() >= chunk_rows) end_chunk();
  return {};
}

void journey_columns::end_chunk() {
  chunks_.push_back(std::make_shared<column_chunk>(std::exchange(maker_, {}).take()));
  dictionary_.set_written();  // nothing is stored
}

std::shared_ptr<const column_set> journey_columns::finish(position checkpoint) {
  if (maker_.rows() > 0) end_chunk();
  auto set = std::make_shared<column_set>();
  set->checkpoint = checkpoint;
  set->dictionary = dictionary_.entries();
  for (auto& chunk : chunks_) {
    chunk->by_type = group_by_type(*chunk, set->dictionary);
    set->chunks.push_back(std::move(chunk));
  }
  return set;
}

}  // namespace stegvis

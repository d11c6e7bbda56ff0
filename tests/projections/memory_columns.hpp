#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/columns/fold_step.hpp"

namespace stegvis::testing {

// Columns as the store keeps them, without the store.
class memory_columns {
 public:
  explicit memory_columns(const std::vector<event>& log) : log_(log) {}

  void fold(std::size_t count) {
    column_step s;
    step_reader reader(s, dictionary, subjects_);
    for (const auto end = std::min(log_.size(), folded_ + count); folded_ < end;)
      reader.add(log_[folded_++]);
    reader.finish();
    const fold_sources sources{
        [&](std::uint32_t chunk) { return stored[chunk]; },
        [&](std::string_view subject, column_step& into) {
          ++whole_journeys;
          return whole(subject, into);
        },
        [&](std::string_view source, std::string_view id) { return find(source, id); }};
    events_by_subject sorted;
    sorted.sort(s, subjects_.size());
    auto made = fold_step(sorted, {set.chunks, subjects_, places_, members_}, sources);
    for (auto& [number, maker] : made) put(number, maker);
    set.dictionary = dictionary.entries();
    set.checkpoint = log_[folded_ - 1].position;
  }
  void fold_all(std::size_t step_size) {
    while (folded_ < log_.size()) fold(step_size);
  }

  std::pair<const column_chunk*, const column_chunk::journey_rows*> find_journey(
      std::string_view subject) const {
    for (const auto& c : set.chunks)
      for (const auto& j : c->journeys)
        if (j.subject == subject) return {c.get(), &j};
    return {nullptr, nullptr};
  }

  column_dictionary dictionary;
  column_set set;
  std::vector<std::string> stored;
  int whole_journeys = 0;

 private:
  void put(std::uint32_t number, chunk_maker& maker) {
    if (stored.size() <= number) {
      stored.resize(number + 1u);
      set.chunks.resize(number + 1u);
      members_.resize(number + 1u);
    }
    stored[number] = maker.stored();
    auto chunk = std::make_shared<column_chunk>(maker.take());
    chunk->by_type = group_by_type(*chunk, dictionary.entries());
    members_[number].clear();
    places_.resize(subjects_.size());
    for (std::uint32_t i = 0; i < chunk->journeys.size(); ++i) {
      members_[number].push_back(subjects_.find_or_add(chunk->journeys[i].subject));
      places_[members_[number].back()] = {number, i};
    }
    set.chunks[number] = std::move(chunk);
  }
  std::vector<event> whole(std::string_view subject, column_step& into) {
    std::vector<event> events;
    step_reader reader(into, dictionary, subjects_);
    for (std::size_t i = 0; i < folded_; ++i) {
      if (log_[i].subject != subject) continue;
      events.push_back(log_[i]);
      reader.add(log_[i]);
    }
    reader.finish();
    return events;
  }
  position find(std::string_view source, std::string_view id) const {
    for (const event& e : log_)
      if (e.source == source && e.id == id) return e.position;
    return {};
  }

  const std::vector<event>& log_;
  std::size_t folded_ = 0;
  subject_table subjects_;
  std::vector<journey_place> places_;
  std::vector<std::vector<std::uint32_t>> members_;
};

}  // namespace stegvis::testing

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

// The texts of ids 1, 2 ... of one journey; none is empty.
class id_list {
 public:
  std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }
  std::string_view text(std::uint32_t id) const {
    const std::size_t begin = id == 1 ? 0 : ends_[id - 2];
    return std::string_view(texts_).substr(begin, ends_[id - 1] - begin);
  }
  void add(std::string_view text) {
    texts_ += text;
    ends_.push_back(static_cast<std::uint32_t>(texts_.size()));
  }
  std::uint32_t find_or_add(std::string_view text) {
    // Most ids of a journey are alike but for their ends.
    for (std::uint32_t id = 1; id <= size(); ++id)
      if (texts_[ends_[id - 1] - 1] == text.back() && this->text(id) == text) return id;
    add(text);
    return size();
  }
  void clear() {
    texts_.clear();
    ends_.clear();
  }

 private:
  std::string texts_;
  std::vector<std::uint32_t> ends_;
};

struct journey_draft {
  std::vector<draft_row> rows{};
  id_list ids{};
  std::vector<const sealed_value*> sealed{};  // of the step or of the chunk it stood in
  void clear();
};

// A subject's events in a step: their numbers there, ascending.
struct journey_step {
  const column_step& of;
  std::span<const std::uint32_t> numbers;
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

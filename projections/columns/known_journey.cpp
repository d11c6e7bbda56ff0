// One journey of a chunk, in the form that the rules read.
#include <charconv>

#include "projections/columns/column_type.hpp"
#include "projections/columns/columns.hpp"

namespace stegvis {
namespace {
void write_id(std::uint32_t id, std::string& into) {
  char digits[12];
  into.assign(digits, std::to_chars(digits, digits + sizeof digits, id).ptr);
}

// The day of the event itself; a correction may have moved the row.
day original_day(const column_chunk& c, const column_chunk::journey_rows& j, std::uint32_t row) {
  if (c.known_from[row] == c.order[row]) return {c.valid[row]};
  for (std::uint32_t i = j.first; i < j.first + j.count; ++i)
    if (c.known_from[i] == c.order[row]) return {c.valid[i]};
  return {c.valid[row]};
}

// What the row says: the dictionary's, or a copy with the row's own ids and last day.
const fact_content* content_of_row(const column_content& said, const column_chunk& c,
                                   std::uint32_t row, fact_content& copy) {
  const column_type& type = column_type_of(*said.type);
  const bool key = type.key_is_read && c.key[row] != 0;
  const bool enrolment = type.enrolment_is_read && c.enrolment[row] != 0;
  const bool until = c.until[row] != column_chunk::no_until;
  if (!key && !enrolment && !until) return &said.base;
  copy = said.base;
  if (key) write_id(c.key[row], copy.key);
  if (enrolment) write_id(c.enrolment[row], copy.enrolment);
  if (until) copy.until = day{c.until[row]};
  return &copy;
}

// What rows say lies all over the memory; it is asked for some rows ahead.
void ask_for(const column_set& set, const column_chunk& c, const column_chunk::journey_rows& j,
             std::uint32_t row) {
  constexpr std::uint32_t ahead = 6;
  if (row + ahead < j.first + j.count)
    __builtin_prefetch(set.dictionary[c.content[row + ahead]].get());
}

void begin(const column_chunk::journey_rows& j, known_journey& into) {
  into.standing.clear();
  into.rows.clear();
  into.known = false;
  // Never fewer: the strings of those behind keep their memory.
  if (into.facts.size() < j.count) into.facts.resize(j.count);
}

void take(const column_set& set, const column_chunk& c, const column_chunk::journey_rows& j,
          std::uint32_t row, known_journey& into) {
  fact& f = into.facts[into.standing.size()];
  f.at = {c.order[row]};
  f.recorded_day = {c.recorded_day[row]};
  f.valid = original_day(c, j, row);
  f.source = (c.flags[row] & column_chunk::opening_flag) != 0 ? 1 : 0;
  f.copied = (c.flags[row] & column_chunk::copied_flag) != 0;
  const auto* content = content_of_row(*set.dictionary[c.content[row]], c, row, f.content);
  into.standing.push_back({&f, content, {c.valid[row]}, {c.dated_on[row]}});
  into.rows.push_back(row);
}
}  // namespace

void read_journey(const column_set& set, const column_chunk& c, const column_chunk::journey_rows& j,
                  position at, day as_of, known_journey& into) {
  begin(j, into);
  for (std::uint32_t row = j.first; row < j.first + j.count; ++row) {
    ask_for(set, c, j, row);
    if (c.known_from[row] > at.value) continue;
    into.known = true;
    if (c.known_to[row] > at.value && c.valid[row] <= as_of.count) take(set, c, j, row, into);
  }
}

void read_journey(const column_set& set, const column_chunk& c, const column_chunk::journey_rows& j,
                  day as_of, const std::function<bool(std::uint32_t)>& stands,
                  known_journey& into) {
  begin(j, into);
  for (std::uint32_t row = j.first; row < j.first + j.count; ++row) {
    if (!stands(row)) continue;
    into.known = true;
    if (c.valid[row] <= as_of.count) take(set, c, j, row, into);
  }
}

}  // namespace stegvis

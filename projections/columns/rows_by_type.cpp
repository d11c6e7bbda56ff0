#include "projections/columns/rows_by_type.hpp"

#include <algorithm>

#include "projections/columns/columns.hpp"

namespace stegvis {
namespace {
constexpr std::uint64_t positions_max = rows_by_type::still_known_here - 1;

bool fits(const column_chunk& c, std::uint64_t base) {
  if (c.journeys.size() > 0x1'0000) return false;
  for (std::size_t row = 0; row < c.content.size(); ++row) {
    if (c.known_from[row] - base > positions_max) return false;
    if (c.known_to[row] != still_known && c.known_to[row] - base > positions_max) return false;
  }
  return true;
}

bool add_journeys(const column_chunk& c, rows_by_type& into) {
  for (const auto& j : c.journeys) {
    const std::string_view subject = j.subject;
    const auto kind = subject.substr(0, subject.find('/') + 1);
    const auto found = std::ranges::find(into.kinds, kind);
    const auto number = static_cast<std::size_t>(found - into.kinds.begin());
    if (number > 0xff) return false;
    if (found == into.kinds.end()) into.kinds.emplace_back(kind);
    into.kind.push_back(static_cast<std::uint8_t>(number));
    into.subject_hash.push_back(hash_of_subject(subject));
    std::uint64_t first = still_known;
    for (std::uint32_t row = j.first; row < j.first + j.count; ++row)
      first = std::min(first, c.known_from[row]);
    into.first_known.push_back(
        static_cast<std::uint32_t>(std::min(first - into.base, positions_max + 1)));
  }
  return true;
}

void resize(rows_by_type& r, std::size_t rows) {
  r.journey.resize(rows);
  r.valid.resize(rows);
  r.content.resize(rows);
  r.known_from.resize(rows);
  r.known_to.resize(rows);
  r.key.resize(rows);
  r.row.resize(rows);
}

// Where each type's rows go next: its first place, counted by type id.
std::vector<std::uint32_t> places_of(
    const column_chunk& c, std::span<const std::shared_ptr<const column_content>> dictionary,
    rows_by_type& into) {
  std::vector<std::uint32_t> places;
  std::vector<const type_description*> types;
  for (const std::uint32_t content : c.content) {
    const type_description* type = dictionary[content]->type;
    if (places.size() <= type->id) {
      places.resize(type->id + 1u);
      types.resize(type->id + 1u);
    }
    ++places[type->id];
    types[type->id] = type;
  }
  std::uint32_t next = 0;
  for (std::size_t id = 0; id < places.size(); ++id) {
    const std::uint32_t count = places[id];
    places[id] = next;
    if (count != 0) into.runs.push_back({types[id], next, next + count});
    next += count;
  }
  return places;
}
}  // namespace

rows_by_type::run rows_by_type::of(const type_description* type) const {
  const auto found = std::ranges::find(runs, type, &run::type);
  return found == runs.end() ? run{type, 0, 0} : *found;
}

std::optional<std::uint32_t> rows_by_type::here(position at) const {
  if (at.value < base) return std::nullopt;
  return static_cast<std::uint32_t>(std::min(at.value - base, positions_max));
}

std::uint32_t hash_of_subject(std::string_view subject) {
  std::uint64_t h = 0xcbf2'9ce4'8422'2325;
  for (const char c : subject) h = (h ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
  return static_cast<std::uint32_t>(h ^ (h >> 32));
}

std::optional<rows_by_type> group_by_type(
    const column_chunk& c, std::span<const std::shared_ptr<const column_content>> dictionary) {
  rows_by_type r;
  if (!c.known_from.empty()) r.base = *std::ranges::min_element(c.known_from);
  if (!fits(c, r.base) || !add_journeys(c, r)) return std::nullopt;
  resize(r, c.content.size());
  auto places = places_of(c, dictionary, r);
  for (std::size_t j = 0; j < c.journeys.size(); ++j) {
    const auto& rows = c.journeys[j];
    for (std::uint32_t row = rows.first; row < rows.first + rows.count; ++row) {
      const std::uint32_t at = places[dictionary[c.content[row]]->type->id]++;
      r.journey[at] = static_cast<std::uint16_t>(j);
      r.valid[at] = c.valid[row];
      r.content[at] = c.content[row];
      r.known_from[at] = static_cast<std::uint32_t>(c.known_from[row] - r.base);
      r.known_to[at] = c.known_to[row] == still_known
                           ? rows_by_type::still_known_here
                           : static_cast<std::uint32_t>(c.known_to[row] - r.base);
      r.key[at] = c.key[row];
      r.row[at] = row;
    }
  }
  return r;
}

}  // namespace stegvis

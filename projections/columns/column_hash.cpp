// A hash of what columns say, however they came about: no number of a chunk or an entry enters it.
#include <algorithm>

#include "projections/columns/columns.hpp"
#include "projections/numbers.hpp"

namespace stegvis {
namespace {
digest hash_of(const column_content& c) {
  std::string out(c.type->name);
  number_writer w(out);
  for (const auto& value : c.values) w.text(value);
  const fact_content& b = c.base;
  for (const std::uint8_t v : {static_cast<std::uint8_t>(b.kind), b.code, b.labour_status,
                               static_cast<std::uint8_t>(b.source)})
    w.byte(v);
  for (const auto& flag : {b.subsidised, b.reserved}) w.byte(flag ? 1 + *flag : 0);
  w.number(b.number);
  for (const auto* text : {&b.key, &b.enrolment, &b.unit, &b.text}) w.text(*text);
  return sha256(out);
}

void write_row(const column_chunk& c, std::uint32_t row, number_writer& w) {
  for (const auto v : {c.order[row], c.known_from[row], c.known_to[row]}) w.number(v);
  for (const auto v : {c.valid[row], c.recorded_day[row], c.dated_on[row], c.until[row]})
    w.number(zigzag(v));
  for (const auto v : {c.key[row], c.enrolment[row], c.link[row]}) w.number(v);
  w.byte(c.flags[row]);
}

void write_sealed(const sealed_value& s, number_writer& w) {
  w.number(s.row);
  w.byte(s.field);
  w.byte(static_cast<std::uint8_t>(s.cls));
  for (const auto text : {s.name, s.field_name, s.bytes}) w.text(text);
}

using journey_of_chunk = std::pair<const column_chunk*, const column_chunk::journey_rows*>;

std::vector<journey_of_chunk> journeys_by_subject(const column_set& set) {
  std::vector<journey_of_chunk> all;
  for (const auto& c : set.chunks)
    for (const auto& j : c->journeys) all.emplace_back(c.get(), &j);
  std::ranges::sort(all, {}, [](const journey_of_chunk& j) -> const std::string& {
    return j.second->subject;
  });
  return all;
}
}  // namespace

digest columns::state_hash() const {
  const auto set = current();
  std::vector<digest> contents;
  for (const auto& c : set->dictionary) contents.push_back(hash_of(*c));
  sha256_stream hash;
  std::string out;
  number_writer w(out);
  for (const auto& [c, j] : journeys_by_subject(*set)) {
    out.clear();
    w.text(j->subject);
    w.number(j->count);
    for (std::uint32_t row = j->first; row < j->first + j->count; ++row) {
      out += as_text(contents[c->content[row]]);
      write_row(*c, row, w);
    }
    w.number(j->sealed_count);
    for (std::uint32_t i = 0; i < j->sealed_count; ++i)
      write_sealed(c->sealed[j->first_sealed + i], w);
    hash.add(out);
  }
  return hash.finish();
}

}  // namespace stegvis

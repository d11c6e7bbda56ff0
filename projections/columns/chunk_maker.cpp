#include "projections/columns/chunk_maker.hpp"

#include <tuple>

#include "projections/numbers.hpp"

namespace stegvis {
namespace {
template <class T>
void append(std::vector<T>& into, const std::vector<T>& from, std::uint32_t first,
            std::uint32_t count) {
  into.insert(into.end(), from.begin() + first, from.begin() + first + count);
}

void append_ids(const id_list& ids, std::string& out) {
  number_writer w(out);
  w.number(ids.size());
  for (std::uint32_t id = 1; id <= ids.size(); ++id) w.text(ids.text(id));
}
}  // namespace

void chunk_maker::reserve(std::size_t rows, std::size_t sealed, std::size_t sealed_bytes) {
  column_chunk& c = chunk_;
  rows += rows / 4;
  sealed_.reserve(sealed + sealed / 4, sealed_bytes + sealed_bytes / 4);
  c.content.reserve(rows);
  c.valid.reserve(rows);
  c.order.reserve(rows);
  c.known_from.reserve(rows);
  c.known_to.reserve(rows);
  c.recorded_day.reserve(rows);
  c.dated_on.reserve(rows);
  c.until.reserve(rows);
  c.key.reserve(rows);
  c.enrolment.reserve(rows);
  c.link.reserve(rows);
  c.flags.reserve(rows);
}

void chunk_maker::add(std::string_view subject, const journey_draft& d) {
  column_chunk& c = chunk_;
  column_chunk::journey_rows j{.subject = std::string(subject),
                               .first = static_cast<std::uint32_t>(rows()),
                               .count = static_cast<std::uint32_t>(d.rows.size()),
                               .first_sealed = static_cast<std::uint32_t>(sealed_.size())};
  const auto put = [&](auto& column, auto draft_row::*member) {
    column.resize(column.size() + d.rows.size());
    auto* next = column.data() + j.first;
    for (const draft_row& r : d.rows) *next++ = r.*member;
  };
  put(c.content, &draft_row::content);
  put(c.valid, &draft_row::valid);
  put(c.order, &draft_row::order);
  put(c.known_from, &draft_row::known_from);
  put(c.known_to, &draft_row::known_to);
  put(c.recorded_day, &draft_row::recorded_day);
  put(c.dated_on, &draft_row::dated_on);
  put(c.until, &draft_row::until);
  put(c.key, &draft_row::key);
  put(c.enrolment, &draft_row::enrolment);
  put(c.link, &draft_row::link);
  put(c.flags, &draft_row::flags);
  if (!d.sealed.empty()) add_sealed(d);
  j.sealed_count = static_cast<std::uint32_t>(sealed_.size()) - j.first_sealed;
  c.journeys.push_back(std::move(j));
  append_ids(d.ids, ids_);
  ends_.push_back(ids_.size());
}

void chunk_maker::add_sealed(const journey_draft& d) {
  std::uint32_t row = 0;
  for (const draft_row& r : d.rows) {
    for (std::uint32_t i = 0; i < r.sealed_count; ++i) {
      sealed_value sealed = *d.sealed[r.first_sealed + i];
      sealed.row = row;
      sealed_.add(sealed);
    }
    ++row;
  }
}

void chunk_maker::copy(const column_chunk& from,
                       std::span<const column_chunk::journey_rows> journeys,
                       std::span<const std::string_view> ids) {
  column_chunk& c = chunk_;
  const auto first = journeys.front().first, first_sealed = journeys.front().first_sealed;
  const auto row = static_cast<std::uint32_t>(rows());
  const auto sealed = static_cast<std::uint32_t>(sealed_.size());
  std::uint32_t count = 0, sealed_count = 0;
  for (std::size_t i = 0; i < journeys.size(); ++i) {
    auto& copied = c.journeys.emplace_back(journeys[i]);
    copied.first += row - first;
    copied.first_sealed += sealed - first_sealed;
    count += copied.count;
    sealed_count += copied.sealed_count;
    ids_ += ids[i];
    ends_.push_back(ids_.size());
  }
  append(c.content, from.content, first, count);
  append(c.valid, from.valid, first, count);
  append(c.order, from.order, first, count);
  append(c.known_from, from.known_from, first, count);
  append(c.known_to, from.known_to, first, count);
  append(c.recorded_day, from.recorded_day, first, count);
  append(c.dated_on, from.dated_on, first, count);
  append(c.until, from.until, first, count);
  append(c.key, from.key, first, count);
  append(c.enrolment, from.enrolment, first, count);
  append(c.link, from.link, first, count);
  append(c.flags, from.flags, first, count);
  sealed_.add_all(std::span(from.sealed).subspan(first_sealed, sealed_count));
}

column_chunk chunk_maker::take() {
  std::tie(chunk_.sealed, chunk_.sealed_bytes) = sealed_.take();
  return std::move(chunk_);
}

std::vector<chunk_maker> chunk_maker::split(std::size_t piece_rows) {
  const column_chunk whole = take();
  std::vector<chunk_maker> pieces(1);
  const std::span journeys(whole.journeys);
  for (std::size_t i = 0; i < journeys.size(); ++i) {
    if (pieces.back().rows() >= piece_rows) pieces.emplace_back();
    const std::string_view one = ids(i);
    pieces.back().copy(whole, journeys.subspan(i, 1), {&one, 1});
  }
  for (auto& piece : pieces) piece.settle();
  return pieces;
}

std::string_view chunk_maker::ids(std::size_t journey) const {
  const std::size_t begin = journey == 0 ? 0 : ends_[journey - 1];
  return std::string_view(ids_).substr(begin, ends_[journey] - begin);
}

void read_draft(const column_chunk& c, const column_chunk::journey_rows& j, std::string_view ids,
                journey_draft& into) {
  into.clear();
  read_ids(ids, into.ids);
  for (std::uint32_t i = 0; i < j.sealed_count; ++i)
    into.sealed.push_back(&c.sealed[j.first_sealed + i]);
  std::uint32_t next_sealed = 0;
  for (std::uint32_t i = 0; i < j.count; ++i) {
    const std::uint32_t row = j.first + i;
    draft_row r{.order = c.order[row],
                .known_from = c.known_from[row],
                .known_to = c.known_to[row],
                .content = c.content[row],
                .valid = c.valid[row],
                .recorded_day = c.recorded_day[row],
                .dated_on = c.dated_on[row],
                .until = c.until[row],
                .key = c.key[row],
                .enrolment = c.enrolment[row],
                .link = c.link[row],
                .first_sealed = next_sealed,
                .flags = c.flags[row]};
    while (next_sealed < j.sealed_count && into.sealed[next_sealed]->row == i) ++next_sealed;
    r.sealed_count = static_cast<std::uint8_t>(next_sealed - r.first_sealed);
    into.rows.push_back(r);
  }
}

}  // namespace stegvis

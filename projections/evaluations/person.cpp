#include "projections/evaluations/person.hpp"

#include <algorithm>

#include "events/json.hpp"
#include "projections/columns/column_type.hpp"

namespace stegvis {
namespace {
// A sealed value is JSON; texts lose their quotes, objects stand as they are.
std::string text_of(const std::string& json) {
  if (json.size() < 2 || json.front() != '"') return json;
  thread_local json_parser parser;
  const auto parsed = parser.parse("[" + json + "]");
  std::string text = json;
  if (!parsed) return text;
  parsed->each_element([&](json_value v) {
    if (v.type() == json_type::text) text = std::string(v.text());
    return false;
  });
  return text;
}

std::optional<std::size_t> field_index(const type_description& type, std::string_view name) {
  const auto found = std::ranges::find(type.fields, name, &field::name);
  if (found == type.fields.end()) return std::nullopt;
  return static_cast<std::size_t>(found - type.fields.begin());
}
}  // namespace

person::person(const column_set& set, const column_chunk& chunk,
               const column_chunk::journey_rows& rows, const known_journey& known, const cut& at,
               day horizon, const seal_opener& open, const reference_lists& lists)
    : set_(&set),
      chunk_(&chunk),
      rows_(&rows),
      known_(&known),
      horizon_(horizon),
      open_(&open),
      lists_(&lists),
      history_(history_of(known.standing, at, known.known)) {}

const column_content& person::content(std::size_t fact) const {
  return *set_->dictionary[chunk_->content[known_->rows[fact]]];
}

day person::recorded_day(std::size_t fact) const {
  return {chunk_->recorded_day[known_->rows[fact]]};
}

bool person::opening(std::size_t fact) const {
  return (chunk_->flags[known_->rows[fact]] & column_chunk::opening_flag) != 0;
}

std::string person::link(std::size_t fact) const {
  const std::uint32_t id = chunk_->link[known_->rows[fact]];
  return id == 0 ? std::string() : std::to_string(id);
}

const std::vector<piece>& person::timeline() const {
  if (!timeline_) timeline_ = resolved_timeline(history_);
  return *timeline_;
}

const std::vector<claim>& person::claims() const {
  if (!claims_) claims_ = claims_of(history_);
  return *claims_;
}

const std::vector<situation_episode>& person::situations() const {
  if (!situations_) situations_ = situation_episodes(claims());
  return *situations_;
}

std::optional<std::string> person::value(std::size_t fact, std::string_view field) const {
  const column_content& c = content(fact);
  const auto index = field_index(*c.type, field);
  if (!index) return std::nullopt;
  if (c.type->fields[*index].cls == privacy::plain) {
    const auto plain = c.value(field);
    if (!plain.empty()) return std::string(plain);
    const column_type& columns = column_type_of(*c.type);
    const std::uint32_t id =
        columns.roles[*index] == field_role::key ? chunk_->key[known_->rows[fact]] : 0;
    return id == 0 ? std::nullopt : std::optional(std::to_string(id));
  }
  const std::uint32_t row = known_->rows[fact] - rows_->first;
  const auto begin = chunk_->sealed.begin() + rows_->first_sealed;
  const auto end = begin + rows_->sealed_count;
  const auto found = std::find_if(
      begin, end, [&](const sealed_value& s) { return s.row == row && s.field == *index; });
  if (found == end) return std::nullopt;
  auto opened = (*open_)(rows_->subject, *found);
  return opened ? text_of(*opened) : std::string(erased_value);
}

bool matches(const person& p, std::size_t fact, const std::vector<field_filter>& where) {
  return std::ranges::all_of(where, [&](const field_filter& f) {
    const auto value = p.value(fact, f.field);
    // What was not given is false where a flag is asked for.
    const std::string& text = value ? *value : "false";
    return std::ranges::find(f.values, text) != f.values.end();
  });
}

}  // namespace stegvis

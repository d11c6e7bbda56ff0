#include "projections/columns/column_type.hpp"

#include <algorithm>
#include <array>

#include "events/payload.hpp"
#include "projections/journey.hpp"

namespace stegvis {
namespace {
// Sealed fields that evaluations may read, by type: codes, years and levels, never reasons.
struct kept_secret {
  std::string_view type, field;
};
constexpr std::array kept_secrets{
    kept_secret{"person_registered", "sex"},
    kept_secret{"person_registered", "birth_year"},
    kept_secret{"person_registered", "country_of_birth"},
    kept_secret{"person_registered", "education"},
    kept_secret{"person_details_changed", "sex"},
    kept_secret{"person_details_changed", "birth_year"},
    kept_secret{"person_details_changed", "country_of_birth"},
    kept_secret{"person_details_changed", "education"},
    kept_secret{"staff_registered", "education"},
    kept_secret{"target_group_assigned", "group"},
    kept_secret{"target_group_ended", "group"},
    kept_secret{"attribute_recorded", "background"},
    kept_secret{"attribute_recorded", "health"},
    kept_secret{"entry_situation_recorded", "absent"},
    kept_secret{"entry_situation_recorded", "household"},
    kept_secret{"handling_changed", "detail"},
};

bool is_kept(const type_description& t, const field& f) {
  return std::ranges::any_of(
      kept_secrets, [&](const kept_secret& k) { return k.type == t.name && k.field == f.name; });
}

// A field's schema tells ids and days from everything else.
bool has_schema(const field& f, std::string_view mark) {
  std::string schema;
  f.operations->schema(schema);
  return schema.find(mark) != schema.npos && schema.find("\"items\"") == schema.npos;
}
bool is_local_id(const field& f) {
  return has_schema(f, R"("pattern":"^[^ ]+$")");
}
bool is_day(const field& f) {
  return has_schema(f, R"("format":"date",)");
}

// What content_of makes of an object of which this field alone is set.
template <class Save>
fact_content probe(const type_description& t, const field& f, Save&& save) {
  std::string bytes;
  payload_writer w;
  w.begin(bytes);
  save(w);
  w.end();
  payload_reader r;
  r.begin(bytes);
  event_data data(t);
  f.operations->load(f.in(data.object()), r);
  return content_of(data);
}

field_role role_of_id(const type_description& t, const field& f) {
  constexpr std::string_view mark = "an-id";
  const auto content = probe(t, f, [&](payload_writer& w) { w.text(mark); });
  if (content.key == mark) return field_role::key;
  if (content.enrolment == mark) return field_role::enrolment;
  return t.name == "placement_started" && f.name == "match" ? field_role::link
                                                            : field_role::left_out;
}

field_role role_of_day(const type_description& t, const field& f) {
  constexpr day mark{17'532};
  const auto content = probe(t, f, [&](payload_writer& w) { w.i64(mark.count); });
  return content.until == mark ? field_role::until : field_role::value;
}

field_role role_of(const type_description& t, const field& f) {
  if (f.cls != privacy::plain) return is_kept(t, f) ? field_role::sealed : field_role::left_out;
  if (is_local_id(f)) return role_of_id(t, f);
  return is_day(f) ? role_of_day(t, f) : field_role::value;
}

// An id that no rule reads still pairs events for evaluations.
void take_unread_ids(column_type& c) {
  const auto fields = c.type->fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (c.roles[i] != field_role::left_out || !is_local_id(fields[i])) continue;
    const bool enrolment = fields[i].name == "enrolment";
    auto& place = enrolment ? c.enrolment : c.key;
    if (place) continue;
    place = static_cast<std::uint8_t>(i);
    c.roles[i] = enrolment ? field_role::enrolment : field_role::key;
  }
}

column_type made(const type_description& t) {
  column_type c;
  c.type = &t;
  for (std::size_t i = 0; i < t.fields.size(); ++i) {
    const auto index = static_cast<std::uint8_t>(i);
    const field_role role = role_of(t, t.fields[i]);
    c.roles.push_back(role);
    if (role == field_role::value) c.values.push_back(index);
    if (role == field_role::sealed) c.secrets.push_back(index);
    if (role == field_role::key) c.key = index;
    if (role == field_role::enrolment) c.enrolment = index;
    if (role == field_role::link) c.link = index;
    if (role == field_role::until) c.until = index;
  }
  c.key_is_read = c.key.has_value();
  c.enrolment_is_read = c.enrolment.has_value();
  take_unread_ids(c);
  return c;
}
}  // namespace

const column_type& column_type_of(const type_description& t) {
  static const auto by_id = [] {
    std::vector<column_type> table;
    for (const auto* type : all_types()) {
      if (table.size() <= type->id) table.resize(type->id + 1u);
      table[type->id] = made(*type);
    }
    return table;
  }();
  return by_id[t.id];
}

std::int32_t day_in(const column_type& c, std::uint8_t index, const void* object) {
  const field& f = c.type->fields[index];
  const void* at = f.in(object);
  if (f.required) return static_cast<const day*>(at)->count;
  const auto& d = *static_cast<const std::optional<day>*>(at);
  return d ? d->count : INT32_MIN;
}

}  // namespace stegvis

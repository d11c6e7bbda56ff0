#include "api/access_export.hpp"

#include "api/report/csv_line.hpp"
#include "events/json.hpp"

namespace stegvis {

std::string purpose_of(const record_viewed& v) {
  if (!v.purpose) return "";
  json_parser parser;
  if (!v.purpose->clear) return "sealed";
  const auto text = parser.parse(v.purpose->bytes);
  return text && text->type() == json_type::text ? std::string(text->text()) : v.purpose->bytes;
}

std::string access_csv(const std::vector<event>& reads, csv_dialect d) {
  std::string out = csv_line(
      {"position", "time", "user", "role", "unit", "action", "subject", "purpose"}, d, true);
  for (const event& e : reads) {
    const auto* v = e.data.get<record_viewed>();
    if (v == nullptr) continue;
    out += csv_line(
        {std::to_string(e.position.value), to_string(e.recorded), v->user, v->role.value_or(""),
         v->unit ? v->unit->value : "", v->action.value_or(""), e.subject, purpose_of(*v)},
        d);
  }
  return out;
}

result<std::pair<recorded_time, recorded_time>> month_in_stockholm(std::string_view month) {
  const auto first = parse_day(std::string(month) + "-01");
  if (!first || month.size() != 7) return problem{errc::bad_date, "a month is YYYY-MM", "month"};
  day after = *first;
  while (to_string(after).substr(0, 7) == month) after = after + 1;
  const auto start_us = [](day d) { return recorded_time{end_of(d + -1).us + 1}; };
  return std::pair(start_us(*first), start_us(after));
}

}  // namespace stegvis

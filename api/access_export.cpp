#include "api/access_export.hpp"

#include "api/csv_cell.hpp"
#include "events/catalogue.hpp"

namespace stegvis {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string line_of(const std::vector<std::string>& cells, char separator) {
  std::string line;
  for (const auto& cell : cells) {
    if (&cell != &cells.front()) line += separator;
    append_csv_cell(line, cell, separator);
  }
  return line + "\r\n";
}

std::vector<std::string> cells_of(const event& e) {
  std::string user, role, unit, action, count;
  const auto who = [&](const auto* v) {
    if (v == nullptr) return false;
    user = v->user;
    role = v->role.value_or("");
    unit = v->unit ? v->unit->value : std::string();
    return true;
  };
  if (const auto* v = e.data.get<record_viewed>(); who(v)) action = v->action.value_or("");
  if (const auto* v = e.data.get<break_glass_used>(); who(v)) action = v->action.value_or("");
  if (const auto* v = e.data.get<access_exported>(); who(v)) {
    count = std::to_string(v->count.value_or(0));
  }
  if (const auto* v = e.data.get<persons_listed>(); who(v)) {
    action = v->action.value_or("");
    count = std::to_string(v->count);
  }
  return {std::to_string(e.position.value),
          to_string(e.recorded),
          std::string(e.type().name),
          user,
          role,
          unit,
          action,
          e.subject,
          count,
          purpose_of(e)};
}

}  // namespace

std::string access_csv(const std::vector<event>& reads, csv_dialect d) {
  const bool excel = d == csv_dialect::swedish_excel;
  const char separator = excel ? ';' : ',';
  std::string out(excel ? byte_order_mark : std::string_view());
  out += line_of(
      {"position", "time", "type", "user", "role", "unit", "action", "subject", "count", "purpose"},
      separator);
  for (const event& e : reads) out += line_of(cells_of(e), separator);
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

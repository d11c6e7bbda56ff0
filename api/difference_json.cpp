#include "api/difference_json.hpp"

#include <charconv>

#include "api/json_line.hpp"

namespace stegvis {
namespace {

std::string shortest_text(double x) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, x).ptr};
}

}  // namespace

std::vector<pooled_value> shown_values(const difference& d, bool unpooled) {
  if (!unpooled) return pooled(d);
  std::vector<pooled_value> all;
  for (const auto& v : d.changed) all.push_back({v, 0});
  return all;
}

std::string changed_value_json(const pooled_value& p) {
  std::string keys = "[", causes = "{";
  for (const auto& key : p.value.keys) {
    if (keys.size() > 1) keys += ',';
    append_json_text(keys, key);
  }
  for (std::size_t i = 0; i < cause_count; ++i) {
    if (causes.size() > 1) causes += ',';
    append_json_text(causes, name_of(static_cast<cause>(i)));
    causes += ':' + shortest_text(p.value.by_cause[i]);
  }
  causes += ",\"pooled\":" + shortest_text(p.pooled) + '}';
  return json_line()
      .text("section", p.value.section)
      .text("table", p.value.table)
      .raw("keys", keys + "]")
      .text("column", p.value.column)
      .raw("before", shortest_text(p.value.before))
      .raw("after", shortest_text(p.value.after))
      .raw("causes", causes)
      .object();
}

}  // namespace stegvis

#include "projections/evaluations/result.hpp"

#include <algorithm>

#include "events/error.hpp"

namespace stegvis {
namespace {
constexpr std::string_view mark_names[] = {"none",        "suppressed", "immature",
                                           "preliminary", "undefined",  "not_reached"};
constexpr std::string_view role_names[] = {"level", "key", "count", "figure", "plain"};
constexpr std::string_view value_form_names[] = {"code",   "integer", "share", "points",
                                                 "number", "day",     "time"};
constexpr std::string_view table_form_names[] = {
    "flow",        "baseline",    "curve",       "incidence", "at_times",    "summary", "tests",
    "proportions", "differences", "funnel",      "states",    "transitions", "costs",   "durations",
    "sequences",   "measures",    "cohort_ages", "counts",    "stock",       "latency", "units",
    "tally",       "targets",     "sensitivity", "text"};
static_assert(std::size(mark_names) == static_cast<std::size_t>(mark::not_reached) + 1);
static_assert(std::size(role_names) == static_cast<std::size_t>(column_role::plain) + 1);
static_assert(std::size(value_form_names) == static_cast<std::size_t>(value_form::time) + 1);
static_assert(std::size(table_form_names) == static_cast<std::size_t>(table_form::text) + 1);

template <class Names, class Code>
std::string_view name_in(const Names& names, Code code) {
  const auto at = static_cast<std::size_t>(code);
  STEGVIS_ASSERT(at < std::size(names));
  return names[at];
}
}  // namespace

std::string_view name_of(mark m) {
  return name_in(mark_names, m);
}
std::string_view name_of(column_role r) {
  return name_in(role_names, r);
}
std::string_view name_of(value_form f) {
  return name_in(value_form_names, f);
}
std::string_view name_of(table_form f) {
  return name_in(table_form_names, f);
}

std::optional<std::size_t> result_table::find_column(std::string_view column_id) const {
  const auto found = std::ranges::find(columns, column_id, &result_column::id);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

}  // namespace stegvis

#pragma once
// Entries of the access log for those who check it.
#include "api/access_log.hpp"
#include "api/report/report.hpp"

namespace stegvis {

// Entries as a table with a header: position, time, type, user, role, unit, action, subject, count,
// purpose. Texts that look like formulas are guarded in either dialect.
std::string access_csv(const std::vector<event>&, csv_dialect);

// The two instants of a month in Stockholm, such as "2018-03". bad_date.
[[nodiscard]] result<std::pair<recorded_time, recorded_time>> month_in_stockholm(
    std::string_view month);

}  // namespace stegvis

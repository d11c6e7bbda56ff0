#pragma once
// Who asks, and what follows from that.
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/access_table.hpp"
#include "events/privacy.hpp"
#include "projections/visibility.hpp"

namespace stegvis::http {

struct reader {
  std::string user{};                // as it stands in the access log
  std::vector<role> roles{};         // none: nothing is allowed
  bool confidential = false;         // the named role, on top of another
  std::vector<std::string> units{};  // its scope; none: nobody is within own_units
  std::int64_t until = 0;            // seconds since 1970 until which that holds; 0: to the stop
  // Set when the session that this reader came with has ended; nullptr: there is none.
  std::shared_ptr<const std::atomic<bool>> ended{};

  viewer sees_as() const { return confidential ? viewer::confidential : viewer::ordinary; }
  reach may(resource what, action does) const { return reach_of(roles, what, does); }
  bool opens(privacy cls) const;
  // Whether it still is so at that second: what goes on for long asks again.
  bool holds(std::int64_t now) const { return (until == 0 || now < until) && !(ended && *ended); }
};

}  // namespace stegvis::http

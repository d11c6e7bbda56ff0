#pragma once
// Who asks, and what follows from that.
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

  viewer sees_as() const { return confidential ? viewer::confidential : viewer::ordinary; }
  reach may(resource what, action does) const { return reach_of(roles, what, does); }
  bool opens(privacy cls) const;
};

}  // namespace stegvis::http

#pragma once
// What is refused, as RFC 9457 problems: {"type","title","status","code","detail","errors"}.
#include <optional>

#include "api/http/message.hpp"
#include "events/types.hpp"

namespace stegvis::http {

int status_of(errc code);
// The title of a status in Swedish or English.
std::string_view title_of(int status, bool swedish);

struct refusal_extras {
  std::optional<stream_version> current_version{};  // behind a version_conflict
  int retry_after_s = 0;                            // 0: no such header
};
// application/problem+json. Never holds a value that was sent.
response refuse(const problem&, bool swedish, const refusal_extras& = {});

// X-Request-Id, and in a problem "request_id", so that people can name what they saw.
void name_request(response&, const std::string& id);

}  // namespace stegvis::http

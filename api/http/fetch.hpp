#pragma once
// Asks a login provider: one request over HTTPS, bounded in size and time. libcurl behind it.
#include <filesystem>
#include <string>

#include "events/error.hpp"

namespace stegvis::http {

struct fetch_request {
  std::string url{};
  std::string form{};            // posted if not empty, as application/x-www-form-urlencoded
  std::string user{}, secret{};  // sent as HTTP Basic if `user` is not empty
};

// Whether tokens may go there: https, or http to this machine.
bool is_safe_url(std::string_view url);

struct fetched {
  long status = 0;
  std::string body{};
};

// Redirects are not followed. bad_argument: the address is not safe. provider: nobody answers, the
// certificate is not trusted, or it is over 1 MiB or 5 s. Blocks.
// `ca_file` holds certificates to trust instead of the system's; empty: the system's.
[[nodiscard]] result<fetched> fetch(const fetch_request&, const std::filesystem::path& ca_file);
// The body of a 200; provider for every other status.
[[nodiscard]] result<std::string> fetch_text(const std::string& url,
                                             const std::filesystem::path& ca_file);

// "a b" as "a%20b": what may stand in a query or a form.
std::string percent_encoded(std::string_view text);

}  // namespace stegvis::http

#pragma once
// Requests and responses as plain values: everything between the sockets and the ledger works on
// these, so that tests need no network.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/error.hpp"
#include "events/types.hpp"

namespace stegvis::http {

// In the order received; names compare without case.
using header_list = std::vector<std::pair<std::string, std::string>>;

struct request {
  std::string method{}, target{};
  header_list headers{};
  std::string body{};
  bool from_loopback = true;  // the peer's address
  std::string id{};           // as it stands in the log and in X-Request-Id

  // The first of that name; empty if none.
  std::string_view header(std::string_view name) const;
};

// The path and the query, percent-decoded.
struct parsed_target {
  std::vector<std::string> path{};  // segments: "/v1/events" is v1, events
  std::vector<std::pair<std::string, std::string>> query{};
};
// bad_request: not an absolute path, a bad escape, a control character, ".." or invalid UTF-8.
[[nodiscard]] result<parsed_target> parse_target(std::string_view target);

enum class stream_form : std::uint8_t { server_sent, ndjson };

// A response that goes on for as long as its client listens.
struct stream_request {
  stream_form form = stream_form::server_sent;
  position next{1};               // the first one not sent yet
  std::string subject{}, type{};  // empty: all
};

struct response {
  int status = 200;
  header_list headers{};
  std::string body{};
  std::optional<stream_request> stream{};

  std::string_view header(std::string_view name) const;
  response& set(std::string name, std::string value);
};

// 200 with a JSON text.
response json_response(std::string body);
std::string_view reason_of(int status);

// "application/json; charset=utf-8" without its parameters, in lower case.
std::string media_type_of(std::string_view header);
// Whether an Accept header takes the media type; an empty one takes all.
bool accepts(std::string_view header, std::string_view media_type);
// By Accept-Language: Swedish unless English is wanted more.
bool wants_swedish(std::string_view header);

// The request id that was sent, if it is one: 1 to 64 letters, digits, ".", "_" and "-", and no
// personal number; else a fresh random one.
std::string request_id_of(std::string_view sent);
// The traceparent of W3C Trace Context, version 00; empty if it is none.
std::string_view traceparent_of(std::string_view sent);

}  // namespace stegvis::http

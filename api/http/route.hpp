#pragma once
// One description of each path: from it come routing, access, checks of parameters and OpenAPI.
#include <optional>
#include <span>
#include <string_view>

#include "api/access_table.hpp"
#include "api/http/message.hpp"

namespace stegvis::http {

struct call;

enum class place : std::uint8_t { path, query, header };
enum class value_kind : std::uint8_t { text, integer, date, cut, cursor, code };

struct parameter {
  std::string_view name;
  place in;
  value_kind kind;
  std::string_view about;       // one sentence
  std::string_view codes = {};  // of value_kind::code, separated by spaces
};

struct right {
  resource what;
  action does;
};

struct route {
  std::string_view method, path;  // "/v1/persons/{id}/status"
  std::string_view operation;     // its name in generated clients
  std::string_view summary_sv, summary_en;
  std::optional<right> needs;  // nothing: no token is asked for
  std::span<const parameter> parameters;
  std::string_view takes;    // media types of the body, separated by spaces; empty: none
  std::string_view asks;     // schema of the body
  std::string_view gives;    // media types of the answer, the first by default
  std::string_view answers;  // schema of the answer
  int success;
  std::size_t body_bytes_max;
  result<response> (*answer)(call&);
};

// Every route, by path.
std::span<const route> routes();

struct match {
  const route* chosen = nullptr;  // nullptr: no such path, or not with this method
  bool path_exists = false;
  std::string allowed{};  // methods of the path, for Allow
  std::vector<std::pair<std::string_view, std::string>> path_values{};
};
match find_route(std::span<const route>, std::string_view method,
                 std::span<const std::string> path);

// Refuses unknown, repeated and malformed query parameters, and malformed headers of the route; an
// empty header counts as none. bad_argument with the name.
[[nodiscard]] result<void> check_parameters(const route&, const parsed_target&,
                                            const request& head);

// The OpenAPI document of the routes: 3.1, or its 3.0.3 form.
enum class openapi_version : std::uint8_t { v3_1, v3_0 };
std::string openapi_document(std::span<const route>, openapi_version);

}  // namespace stegvis::http

#include "api/http/route.hpp"

#include <algorithm>
#include <charconv>

#include "events/time.hpp"

namespace stegvis::http {
namespace {

constexpr std::size_t value_bytes_max = 512;

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

bool is_variable(std::string_view segment) {
  return segment.starts_with('{');
}

bool fits(std::string_view pattern, std::span<const std::string> path) {
  const auto segments = segments_of(pattern);
  return std::ranges::equal(segments, path, [](std::string_view want, const std::string& got) {
    return is_variable(want) ? !got.empty() : want == got;
  });
}

// A path of fixed words goes before one with a variable in the same place.
bool is_nearer(std::string_view a, std::string_view b) {
  return std::ranges::count(a, '{') < std::ranges::count(b, '{');
}

bool is_code(std::string_view codes, std::string_view value) {
  while (!codes.empty()) {
    const auto end = std::min(codes.find(' '), codes.size());
    if (codes.substr(0, end) == value) return true;
    codes.remove_prefix(std::min(end + 1, codes.size()));
  }
  return false;
}

problem bad_value(std::string_view name, std::string_view what) {
  return {errc::bad_argument, std::string(name) + ' ' + std::string(what), std::string(name)};
}

result<void> check_value(const parameter& p, std::string_view value) {
  if (value.size() > value_bytes_max) return bad_value(p.name, "is too long");
  switch (p.kind) {
    case value_kind::integer: {
      std::uint64_t n = 0;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), n);
      if (read.ec != std::errc() || read.ptr != value.data() + value.size() || n > 1ULL << 53) {
        return bad_value(p.name, "is a whole number");
      }
      return {};
    }
    case value_kind::date:
      if (!parse_day(value)) return problem{errc::bad_date, "not a date", std::string(p.name)};
      return {};
    case value_kind::code:
      if (!is_code(p.codes, value)) return bad_value(p.name, "is one of: " + std::string(p.codes));
      return {};
    case value_kind::text:
    case value_kind::cut:
    case value_kind::cursor:
      if (value.empty()) return bad_value(p.name, "is empty");
      return {};
  }
  return {};
}

}  // namespace

match find_route(std::span<const route> all, std::string_view method,
                 std::span<const std::string> path) {
  match m;
  std::string_view nearest;
  for (const route& r : all) {
    if (fits(r.path, path) && (nearest.empty() || is_nearer(r.path, nearest))) nearest = r.path;
  }
  // HEAD is GET without its body.
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  for (const route& r : all) {
    if (r.path != nearest || nearest.empty()) continue;
    m.path_exists = true;
    m.allowed += (m.allowed.empty() ? "" : ", ") + std::string(r.method);
    if (r.method == "GET") m.allowed += ", HEAD";
    if (r.method == wanted) m.chosen = &r;
  }
  if (m.chosen == nullptr) return m;
  const auto segments = segments_of(m.chosen->path);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!is_variable(segments[i])) continue;
    m.path_values.emplace_back(segments[i].substr(1, segments[i].size() - 2), path[i]);
  }
  return m;
}

result<void> check_parameters(const route& r, const parsed_target& target, const request& head) {
  std::vector<std::string_view> seen;
  for (const auto& given : target.query) {
    const auto known = std::ranges::find_if(r.parameters, [&](const parameter& p) {
      return p.in == place::query && p.name == given.first;
    });
    if (known == r.parameters.end()) {
      return problem{errc::bad_argument, "a query parameter that is not known here", "query"};
    }
    if (std::ranges::find(seen, known->name) != seen.end()) {
      return bad_value(known->name, "is given twice");
    }
    seen.push_back(known->name);
    if (const auto fine = check_value(*known, given.second); !fine) return fine.error();
  }
  for (const parameter& p : r.parameters) {
    const auto value = p.in == place::header ? head.header(p.name) : std::string_view();
    if (value.empty()) continue;
    if (const auto fine = check_value(p, value); !fine) return fine.error();
  }
  return {};
}

}  // namespace stegvis::http

#include "api/http/message.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "events/error.hpp"
#include "events/personal_number.hpp"
#include "events/sha256.hpp"
#include "events/utf8.hpp"

namespace stegvis::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view find(const header_list& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

problem bad_target(std::string_view what) {
  return {errc::bad_request, "the target " + std::string(what)};
}

result<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return bad_target("has a bad percent escape");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return bad_target("has a control character");
    }
    out += c;
  }
  if (find_bad_utf8(out) != std::string_view::npos) return bad_target("is not UTF-8");
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Calls `visit` with each part between the separators, trimmed.
template <class F>
void each_part(std::string_view text, char separator, F&& visit) {
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    visit(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// The q of "text/html;q=0.5"; 1 without one.
double weight_of(std::string_view part) {
  const auto at = part.find("q=");
  if (at == part.npos) return 1;
  double weight = 1;
  std::from_chars(part.data() + at + 2, part.data() + part.size(), weight);
  return weight;
}

}  // namespace

std::string_view request::header(std::string_view name) const {
  return find(headers, name);
}
std::string_view response::header(std::string_view name) const {
  return find(headers, name);
}

response& response::set(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

result<parsed_target> parse_target(std::string_view target) {
  if (!target.starts_with('/')) return bad_target("is not an absolute path");
  parsed_target parsed;
  const auto mark = std::min(target.find('?'), target.size());
  std::optional<problem> wrong;
  each_part(target.substr(1, mark - 1), '/', [&](std::string_view part) {
    auto segment = decoded(part, false);
    if (!segment)
      wrong = segment.error();
    else if (*segment == ".." || *segment == ".")
      wrong = bad_target("has a dot segment");
    else
      parsed.path.push_back(std::move(*segment));
  });
  // Another path, as a list is another thing than its first item.
  if (mark > 1 && target[mark - 1] == '/') parsed.path.emplace_back();
  if (mark < target.size()) {
    each_part(target.substr(mark + 1), '&', [&](std::string_view part) {
      const auto equals = std::min(part.find('='), part.size());
      auto name = decoded(part.substr(0, equals), true);
      auto value = decoded(part.substr(std::min(equals + 1, part.size())), true);
      if (!name)
        wrong = name.error();
      else if (!value)
        wrong = value.error();
      else if (!part.empty())
        parsed.query.emplace_back(std::move(*name), std::move(*value));
    });
  }
  if (wrong) return *wrong;
  return parsed;
}

response json_response(std::string body) {
  response r;
  r.set("Content-Type", "application/json");
  r.body = std::move(body);
  return r;
}

std::string_view reason_of(int status) {
  constexpr auto reasons =
      std::to_array<std::pair<int, std::string_view>>({{200, "OK"},
                                                       {201, "Created"},
                                                       {202, "Accepted"},
                                                       {204, "No Content"},
                                                       {303, "See Other"},
                                                       {304, "Not Modified"},
                                                       {400, "Bad Request"},
                                                       {401, "Unauthorized"},
                                                       {403, "Forbidden"},
                                                       {404, "Not Found"},
                                                       {405, "Method Not Allowed"},
                                                       {408, "Request Timeout"},
                                                       {409, "Conflict"},
                                                       {410, "Gone"},
                                                       {412, "Precondition Failed"},
                                                       {413, "Content Too Large"},
                                                       {415, "Unsupported Media Type"},
                                                       {422, "Unprocessable Content"},
                                                       {431, "Request Header Fields Too Large"},
                                                       {500, "Internal Server Error"},
                                                       {503, "Service Unavailable"}});
  const auto found = std::ranges::find(reasons, status, &std::pair<int, std::string_view>::first);
  return found == reasons.end() ? "Status" : found->second;
}

std::string media_type_of(std::string_view header) {
  std::string type(trimmed(header.substr(0, header.find(';'))));
  std::ranges::transform(type, type.begin(), lower);
  return type;
}

bool accepts(std::string_view header, std::string_view media_type) {
  if (trimmed(header).empty()) return true;
  const auto slash = media_type.find('/');
  bool taken = false;
  each_part(header, ',', [&](std::string_view part) {
    const auto range = media_type_of(part);
    const bool fits = range == "*/*" || range == media_type ||
                      (range.ends_with("/*") && std::string_view(range).substr(0, slash + 1) ==
                                                    media_type.substr(0, slash + 1));
    taken = taken || (fits && weight_of(part) > 0);
  });
  return taken;
}

bool wants_swedish(std::string_view header) {
  double swedish = 0;
  double english = 0;
  each_part(header, ',', [&](std::string_view part) {
    if (part.starts_with("sv") || part.starts_with('*')) {
      swedish = std::max(swedish, weight_of(part));
    }
    if (part.starts_with("en")) english = std::max(english, weight_of(part));
  });
  return english <= swedish;
}

std::string request_id_of(std::string_view sent) {
  constexpr std::size_t sent_bytes_max = 64;
  const bool fits =
      !sent.empty() && sent.size() <= sent_bytes_max && std::ranges::all_of(sent, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '_' || c == '-';
      });
  if (fits && !contains_personal_number(sent)) return std::string(sent);
  std::array<std::uint8_t, 8> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw world_error("no random numbers");
  }
  return hex(bytes);
}

std::string_view traceparent_of(std::string_view sent) {
  // 00-<trace of 32>-<parent of 16>-<flags of 2>
  constexpr std::size_t size = 55;
  constexpr std::size_t dashes[] = {2, 35, 52};
  if (sent.size() != size || !sent.starts_with("00-")) return {};
  for (std::size_t i = 0; i < size; ++i) {
    const bool dash = std::ranges::find(dashes, i) != std::end(dashes);
    const char c = sent[i];
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return {};
  }
  const bool no_trace = sent.substr(3, 32).find_first_not_of('0') == sent.npos;
  const bool no_parent = sent.substr(36, 16).find_first_not_of('0') == sent.npos;
  return no_trace || no_parent || contains_personal_number(sent) ? std::string_view() : sent;
}

}  // namespace stegvis::http

// Who asks: by a token, or by a cookie and then from our own pages only.
#include <algorithm>

#include "api/http/handlers.hpp"
#include "api/http/service.hpp"

namespace stegvis::http {
namespace {

// Takes the same time wherever the first difference is.
bool same_token(std::string_view a, std::string_view b) {
  if (a.size() != b.size() || b.empty()) return false;
  unsigned char different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) different |= static_cast<unsigned char>(a[i] ^ b[i]);
  return different == 0;
}

// The token that came along in the header.
std::string_view bearer_of(const request& head) {
  constexpr std::string_view scheme = "bearer ";
  const auto given = head.header("Authorization");
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : int{c}; };
  if (given.size() > scheme.size() &&
      std::ranges::equal(given.substr(0, scheme.size()), scheme, {}, lower, lower)) {
    return given.substr(scheme.size());
  }
  return {};
}

// The one of that name in the Cookie header; empty if there is none.
std::string_view cookie_of(const request& head, std::string_view name) {
  auto rest = head.header("Cookie");
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    auto one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) {
      return one.substr(name.size() + 1);
    }
  }
  return {};
}

// A cookie comes along whoever made the browser ask. So what changes something shows the session's
// token, which other sites cannot read, and other sites' pages may lead to our pages, nowhere else.
std::optional<problem> from_elsewhere(const request& head, const admission& a,
                                      std::string_view origin, const session& s) {
  const auto site = head.header("Sec-Fetch-Site");
  const bool changes = changes_something(head.method);
  const bool ours = site.empty() || site == "same-origin" || site == "none";
  const bool is_visit = !changes && head.header("Sec-Fetch-Mode") == "navigate" &&
                        head.header("Sec-Fetch-Dest") == "document" &&
                        (a.target.path.empty() || a.target.path.front() != "v1");
  const problem other_site{errc::cross_site, "the request comes from another site"};
  if (!ours && !is_visit) return other_site;
  if (!changes) return std::nullopt;
  const auto sent_by = head.header("Origin");
  if (!sent_by.empty() && sent_by != origin) return other_site;
  if (same_token(head.header("Stegvis-Csrf"), s.csrf)) return std::nullopt;
  return problem{errc::cross_site, "the session's token is missing or another"};
}

std::string set_cookie(const std::string& name, std::string_view value, std::int64_t lasts_s) {
  std::string text = name + '=' + std::string(value) + "; Path=/; HttpOnly; SameSite=Lax";
  if (name.starts_with("__Host-")) text += "; Secure";
  if (value.empty()) lasts_s = 0;
  return text + "; Max-Age=" + std::to_string(lasts_s);
}

}  // namespace

bool changes_something(std::string_view method) {
  return method != "GET" && method != "HEAD";
}

result<reader> service::reader_of(std::string_view token) const {
  if (same_token(token, options_.token)) return options_.who;
  if (options_.provider && !token.empty()) return options_.provider->read(token);
  return problem{errc::unauthenticated, "no token, or not this server's"};
}

result<reader> service::identify(const request& head, admission& a) {
  if (const auto bearer = bearer_of(head); !bearer.empty()) return reader_of(bearer);
  // The printed link leads to the start page, which puts a session in the token's place.
  const bool start_page = a.found.chosen != nullptr && a.found.chosen->answer == get_start;
  if (const auto link = query_of(a.target, "token"); start_page && !link.empty()) {
    return reader_of(link);
  }
  const auto cookie = session_of(head);
  if (cookie.empty()) return reader_of({});
  auto found = sessions_.find(cookie, seconds_now());
  if (!found) return problem{errc::unauthenticated, "the session has ended"};
  if (const auto wrong = from_elsewhere(head, a, origin_, *found)) return *wrong;
  a.session = cookie;
  return std::move(found->who);
}

bool service::is_waiting_for_key(const request& head) {
  const auto bearer = bearer_of(head);
  return options_.provider && !bearer.empty() && options_.provider->is_asking_for(bearer);
}

void service::set_origin(std::string origin) {
  origin_ = std::move(origin);
  if (origin_.starts_with("https://")) {
    session_name_ = "__Host-stegvis-session";
    login_name_ = "__Host-stegvis-login";
    return;
  }
  // Cookies know no ports: two services of one machine would take each other's.
  const auto port = origin_.substr(origin_.rfind(':') + 1);
  session_name_ = "stegvis-session-" + port;
  login_name_ = "stegvis-login-" + port;
}

std::string service::session_cookie(std::string_view value) const {
  return set_cookie(session_name_, value, sessions::age_max);
}
std::string service::login_cookie(std::string_view value) const {
  return set_cookie(login_name_, value, logins::age_max);
}
std::string_view service::session_of(const request& head) const {
  return cookie_of(head, session_name_);
}
std::string_view service::login_of(const request& head) const {
  return cookie_of(head, login_name_);
}

}  // namespace stegvis::http

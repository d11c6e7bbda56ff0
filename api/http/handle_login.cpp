// Logging in and out with a browser, and the session in between.
#include "api/http/fetch.hpp"
#include "api/http/handlers.hpp"
#include "api/json_line.hpp"
#include "events/time.hpp"

namespace stegvis::http {
namespace {

problem no_login() {
  return {errc::no_route, "nobody logs in here: `stegvis serve` was started without a client"};
}

response go_to(std::string where) {
  response r;
  r.status = 303;
  r.set("Location", std::move(where));
  // What the address held is not to be told to the next page.
  r.set("Referrer-Policy", "no-referrer");
  return r;
}

// Where the provider ends its own session, and then leads back here; empty if it has no such place.
std::string leaving_of(const service& s) {
  const auto& login = s.options().browser_logins;
  const auto known = login ? login->with().known() : std::nullopt;
  if (!known || known->end_session.empty()) return {};
  const char* joint = known->end_session.find('?') == std::string::npos ? "?" : "&";
  return known->end_session + joint +
         "client_id=" + percent_encoded(login->with().settings().client) +
         "&post_logout_redirect_uri=" + percent_encoded(s.origin() + '/');
}

template <class List, class Name>
std::string json_list(const List& list, Name name) {
  std::string out = "[";
  for (const auto& one : list) {
    if (out.size() > 1) out += ',';
    append_json_text(out, name(one));
  }
  return out + ']';
}

}  // namespace

response begin_session(call& c, reader who, std::string where) {
  // Whatever session the browser came with is not gone on with: nobody can plant one.
  c.s.browser_sessions().end(c.s.session_of(c.q));
  const auto cookie = c.s.browser_sessions().open(std::move(who), seconds_now());
  auto r = go_to(std::move(where));
  r.set("Set-Cookie", c.s.session_cookie(cookie));
  return r;
}

result<response> get_login(call& c) {
  const auto& login = c.s.options().browser_logins;
  if (!login) return no_login();
  const auto start = login->begin(c.s.origin(), own_path(c.query("return")), seconds_now());
  if (!start) return start.error();
  auto r = go_to(start->location);
  r.set("Set-Cookie", c.s.login_cookie(start->cookie));
  return r;
}

result<response> get_callback(call& c) {
  const auto& login = c.s.options().browser_logins;
  if (!login) return no_login();
  login_answer answer;
  answer.cookie = c.s.login_of(c.q);
  answer.state = c.query("state");
  answer.code = c.query("code");
  answer.issuer = c.query("iss");
  auto done = login->finish(c.s.origin(), answer, seconds_now());
  if (!done) {
    // What the provider does wrong is its operator's to mend.
    if (done.error().code == errc::provider) c.s.failed(done.error().message);
    return done.error();
  }
  auto r = begin_session(c, std::move(done->who), done->return_to);
  r.set("Set-Cookie", c.s.login_cookie({}));
  return r;
}

result<response> post_logout(call& c) {
  if (c.a.session.empty()) return problem{errc::unauthenticated, "there is no session to end"};
  c.s.browser_sessions().end(c.a.session);
  auto r = json_response(json_line().text_or_null("end_session", leaving_of(c.s)).end());
  r.set("Set-Cookie", c.s.session_cookie({}));
  return r;
}

result<response> get_session(call& c) {
  const reader& who = c.who();
  if (who.user.empty()) return problem{errc::unauthenticated, "nobody is logged in"};
  const auto kept = c.s.browser_sessions().find(c.a.session, seconds_now());
  const auto until =
      who.until > 0 ? to_string(recorded_time{who.until * 1'000'000}) : std::string();
  return json_response(
      json_line()
          .text("user", who.user)
          .raw("roles", json_list(who.roles, [](role r) { return name_of(r); }))
          .flag("confidential", who.confidential)
          .raw("units", json_list(who.units, [](const std::string& u) { return u; }))
          .text_or_null("until", until)
          .text_or_null("csrf", kept ? kept->csrf : std::string())
          .end());
}

}  // namespace stegvis::http

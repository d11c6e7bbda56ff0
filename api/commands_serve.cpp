// The way in over HTTP.
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "api/commands.hpp"
#include "api/http/server.hpp"
#include "api/json_line.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

struct serve_arguments {
  std::string listen = "127.0.0.1:8080", user = "token";
  std::vector<std::string> roles{"admin"}, units;
  std::string issuer, audience, keys;
  bool accept_clock = false, behind_proxy = false;
  unsigned deadline_s = 30, io_threads = 2, work_threads = 8;
  std::size_t requests_max = 256, connections_max = 4'096, streams_max = 2'000;
};

constexpr std::size_t token_bytes = 32;
constexpr auto current_wait = std::chrono::milliseconds(500);

std::string make_token() {
  char bytes[token_bytes];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw world_error("no random numbers");
  return base64url({bytes, sizeof bytes});
}

problem bad_listen() {
  return {errc::bad_argument, "--listen takes ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:0"};
}

// "[::1]:8080" or "127.0.0.1:8080".
result<void> read_listen(const serve_arguments& given, http::server_options& into) {
  const auto colon = given.listen.rfind(':');
  if (colon == std::string::npos) return bad_listen();
  into.address = given.listen.substr(0, colon);
  if (into.address.starts_with('[') && into.address.ends_with(']')) {
    into.address = into.address.substr(1, into.address.size() - 2);
  }
  const char* const end = given.listen.data() + given.listen.size();
  const auto read = std::from_chars(given.listen.data() + colon + 1, end, into.port);
  if (read.ec != std::errc() || read.ptr != end) return bad_listen();
  const bool loopback = into.address.starts_with("127.") || into.address == "::1";
  if (loopback || given.behind_proxy) return {};
  return problem{errc::bad_argument,
                 "tokens would cross the network in clear; listen on loopback, or say "
                 "--behind-proxy if a proxy in front of it does TLS"};
}

result<http::reader> read_reader(const serve_arguments& given) {
  http::reader who;
  who.user = given.user;
  who.units = given.units;
  for (const auto& name : given.roles) {
    if (name == "confidential") {
      who.confidential = true;
      continue;
    }
    const auto r = find_role(name);
    if (!r) return problem{errc::bad_argument, "--role: there is no role of that name"};
    who.roles.push_back(*r);
  }
  if (who.roles.empty()) {
    return problem{errc::bad_argument, "--role confidential goes on top of another role"};
  }
  for (const auto& unit : who.units) {
    if (!valid_subject(unit) || kind_of(unit) != "unit") {
      return problem{errc::bad_argument, "--unit takes a unit, such as unit/landskrona-ame"};
    }
  }
  return who;
}

http::server_options server_options_of(const serve_arguments& given) {
  http::server_options o;
  o.deadline = std::chrono::seconds(given.deadline_s);
  o.io_threads = given.io_threads;
  o.work_threads = given.work_threads;
  o.requests_max = given.requests_max;
  o.connections_max = given.connections_max;
  o.streams_max = given.streams_max;
  return o;
}

// The provider of tokens, if one is named.
result<std::shared_ptr<http::token_verifier>> open_provider(context& c,
                                                            const serve_arguments& given) {
  if (given.issuer.empty()) return std::shared_ptr<http::token_verifier>();
  http::token_rules rules;
  rules.issuer = given.issuer;
  rules.audience = given.audience;
  auto opened = http::token_verifier::open(c.path(given.keys), rules);
  if (!opened) return opened.error();
  return std::shared_ptr<http::token_verifier>(std::move(*opened));
}

// Tells the service manager that started this process, if one did (sd_notify's protocol).
void notify_manager(std::string_view state) {
  const char* const where = std::getenv("NOTIFY_SOCKET");
  if (where == nullptr || (where[0] != '/' && where[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string_view path(where);
  if (path.size() >= sizeof address.sun_path) return;
  path.copy(address.sun_path, path.size());
  if (where[0] == '@') address.sun_path[0] = '\0';
  const descriptor out(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (!out) return;
  (void)::sendto(out.get(), state.data(), state.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), size);
}

// Folds and hashes what requests would otherwise wait for, a step at a time (/readyz tells how
// far), and from then on what comes: a name is gone soon after its person was forgotten.
void keep_current(http::service& service, const std::stop_token& stop) {
  ledger& book = service.book();
  for (position to{}; to < book.head() && !stop.stop_requested();) {
    to = {std::min(book.head().value, to.value + fold_batch)};
    if (!service.owned().view_at(to)) return;
  }
  while (!stop.stop_requested()) {
    const position seen = book.synced();
    // A question that needs one of these meets the same problem, and tells of it.
    (void)service.persons().catch_up(book);
    (void)service.names().catch_up(book);
    const auto hashed = service.hash().catch_up(book, fold_batch);
    if (!hashed || hashed->at >= book.head()) (void)book.wait_behind(seen, current_wait);
  }
}

void keep_current_or_stop(http::service& service, const std::stop_token& stop) {
  try {
    keep_current(service, stop);
  } catch (const std::exception&) {
    // A disk or library failed: the first question meets the same, and tells of it.
  }
}

void tell_address(context& c, const http::server_options& o, std::uint16_t port,
                  const std::string& token) {
  const bool six = o.address.find(':') != std::string::npos;
  const auto base =
      "http://" + (six ? '[' + o.address + ']' : o.address) + ':' + std::to_string(port) + '/';
  if (c.options.json) {
    c.io.out.put(json_line().text("url", base).number("port", port).text("token", token).end());
  } else {
    c.io.out.put(base + (token.empty() ? "" : "?token=" + token) + '\n');
  }
  c.io.out.flush();
  if (token.empty()) {
    c.say("serving " + c.options.folder + " without TLS, to those with a token of the issuer");
    return;
  }
  c.say("serving " + c.options.folder +
        " without TLS; the token is good until the stop (Ctrl-C); "
        "programs send it as Authorization: Bearer");
}

result<exit_code> serve(context& c, const serve_arguments& given) {
  auto options = server_options_of(given);
  if (const auto r = read_listen(given, options); !r) return r.error();
  const auto who = read_reader(given);
  if (!who) return who.error();
  // What cannot be recorded may not be read, so the access log comes first.
  if (const auto log = c.owned->access(); !log) return log.error();
  std::mutex one_at_a_time;
  options.log = [&](const std::string& line) {
    if (c.options.quiet) return;
    const std::lock_guard lock(one_at_a_time);
    try {
      c.io.err.put(line).flush();
    } catch (const output_closed&) {
      c.io.err.discard();
    }
  };
  const auto provider = open_provider(c, given);
  if (!provider) return provider.error();
  // With a provider nobody comes in without it.
  const auto token = *provider ? std::string() : make_token();
  const auto failed = [&](std::string_view what) {
    options.log(json_line().text("event", "failed").text("what", what).end());
  };
  http::service service(*c.owned, {token, *who, *provider, given.accept_clock, failed, c.import});
  http::server server(service, options);
  tell_address(c, options, server.port(), token);
  const std::jthread current(
      [&](const std::stop_token& stop) { keep_current_or_stop(service, stop); });
  notify_manager("READY=1");
  server.run(c.stop);
  notify_manager("STOPPING=1");
  return exit_code::done;
}

void declare_limits(CLI::App& app, const std::shared_ptr<serve_arguments>& o) {
  app.add_option("--deadline", o->deadline_s, "seconds for each read and write")
      ->check(CLI::Range(1U, 3600U))
      ->type_name("N");
  app.add_option("--io-threads", o->io_threads, "threads for sockets")->check(CLI::Range(1U, 64U));
  app.add_option("--work-threads", o->work_threads, "threads that read and append")
      ->check(CLI::Range(1U, 256U));
  app.add_option("--requests-max", o->requests_max, "at work or waiting; more get 503");
  app.add_option("--connections-max", o->connections_max, "open at a time; more get 503");
  app.add_option("--streams-max", o->streams_max, "clients of the event stream; more get 503");
}

command_body declare_serve(CLI::App& app, common_options&) {
  const auto o = std::make_shared<serve_arguments>();
  app.add_option("--listen", o->listen, "where; port 0 is a free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  app.add_option("--role", o->roles,
                 "what the token may do: caseworker, manager, evaluator, analyst, "
                 "data_protection, admin; confidential on top of one of them; repeatable")
      ->type_name("ROLE")
      ->take_all();
  app.add_option("--unit", o->units, "whose persons a caseworker or manager sees; repeatable")
      ->type_name("UNIT")
      ->take_all();
  app.add_option("--user", o->user, "who reads, as it stands in the access log")->type_name("NAME");
  app.add_flag("--accept-clock", o->accept_clock, "append though the clock lies behind the ledger");
  app.add_flag("--behind-proxy", o->behind_proxy,
               "listen beyond loopback: a proxy in front of it does TLS");
  auto* const issuer = app.add_option("--oidc-issuer", o->issuer,
                                      "take tokens of this OpenID Connect issuer, and no other");
  auto* const audience =
      app.add_option("--oidc-audience", o->audience, "whom the issuer's tokens are for");
  auto* const keys = app.add_option("--oidc-keys", o->keys,
                                    "the issuer's key set (JWKS), a file that may be replaced");
  issuer->needs(audience)->needs(keys);
  audience->needs(issuer);
  keys->needs(issuer);
  declare_limits(app, o);
  return [o](context& c) { return serve(c, *o); };
}

}  // namespace

const command serve_command{"serve",
                            "answer over HTTP until stopped; prints a link with a token",
                            "stegvis serve sample\n"
                            "stegvis serve sample --listen 127.0.0.1:0 --json\n"
                            "stegvis serve sample --role caseworker --unit unit/landskrona-ame",
                            ledger_need::open,
                            true,
                            false,
                            declare_serve};

}  // namespace stegvis

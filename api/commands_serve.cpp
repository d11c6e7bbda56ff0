// The way in over HTTP.
#include <sys/socket.h>
#include <sys/un.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <list>
#include <mutex>
#include <thread>

#include "api/commands.hpp"
#include "api/http/fetch.hpp"
#include "api/http/server.hpp"
#include "api/json_line.hpp"
#include "api/settings.hpp"

namespace stegvis {
namespace {

struct serve_arguments {
  std::string listen = "127.0.0.1:8080", user = "token";
  std::vector<std::string> roles{"admin"}, units;
  std::string brokers, stem;
  std::string issuer, audience, keys, ca, client, client_secret, public_url, tls_cert, tls_key;
  bool accept_clock = false, behind_proxy = false;
  unsigned deadline_s = 30, io_threads = 2, work_threads = 8;
  std::size_t requests_max = 256, connections_max = 4'096, streams_max = 2'000;
};

constexpr auto current_wait = std::chrono::milliseconds(500);

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
  if (loopback || given.behind_proxy || into.tls) return {};
  return problem{errc::bad_argument,
                 "tokens would cross the network in clear; listen on loopback, give --tls-cert and "
                 "--tls-key, or say --behind-proxy if a proxy in front of it does TLS"};
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

// The client's secret, of a file or the environment; empty: a public client.
result<std::string> read_secret(context& c, const serve_arguments& given) {
  if (given.client_secret.empty()) {
    const char* const set = std::getenv("STEGVIS_OIDC_CLIENT_SECRET");
    return std::string(set == nullptr ? "" : set);
  }
  if (auto text = secret_in(c.path(given.client_secret)); text && !text->empty()) return *text;
  return problem{errc::bad_file, "--oidc-client-secret names a file with the secret"};
}

// Whose tokens are taken, and who logs in.
struct issuer {
  std::shared_ptr<http::token_verifier> verifier, bearers;  // `bearers`: nullptr without audience
  std::shared_ptr<http::logins> logins;
};

using told = std::function<void(std::string_view what)>;

result<issuer> open_issuer(context& c, const serve_arguments& given, const told& failed) {
  issuer opened;
  if (given.issuer.empty()) return opened;
  if (given.audience.empty() && given.client.empty()) {
    return problem{errc::bad_argument,
                   "--oidc-issuer goes with --oidc-audience, for programs, with --oidc-client, for "
                   "browsers, or with both"};
  }
  http::verifier_options how;
  how.rules.issuer = given.issuer;
  how.rules.audience = given.audience;
  how.failed = [failed](const problem& p) { failed(p.message); };
  std::shared_ptr<http::provider> provider;
  if (given.keys.empty()) {
    auto secret = read_secret(c, given);
    if (!secret) return secret.error();
    http::provider_settings who;
    who.issuer = given.issuer;
    if (!given.ca.empty()) who.ca_file = c.path(given.ca);
    who.client = given.client;
    who.secret = std::move(*secret);
    provider = std::make_shared<http::provider>(std::move(who));
    how.load = [provider] { return provider->fetch_keys(); };
  } else {
    how.load = http::keys_in_file(c.path(given.keys));
  }
  opened.verifier = std::make_shared<http::token_verifier>(std::move(how));
  if (const auto r = opened.verifier->refresh(); !r) {
    // A provider that is away comes back, and is asked again until then.
    if (r.error().code != errc::provider) return r.error();
    failed(r.error().message);
  }
  if (!given.audience.empty()) opened.bearers = opened.verifier;
  if (!given.client.empty()) {
    opened.logins = std::make_shared<http::logins>(provider, opened.verifier);
  }
  return opened;
}

result<void> read_tls(context& c, const serve_arguments& given, const told& failed,
                      http::server_options& into) {
  if (given.tls_cert.empty()) return {};
  auto files = http::tls_files::open(c.path(given.tls_cert), c.path(given.tls_key), failed);
  if (!files) return files.error();
  into.tls = std::move(*files);
  return {};
}

// Where browsers find the service, without a slash at its end.
result<std::string> origin_of(const serve_arguments& given, const http::server_options& o,
                              std::uint16_t port) {
  if (given.public_url.empty()) {
    const bool six = o.address.find(':') != std::string::npos;
    return (o.tls ? "https://" : "http://") + (six ? '[' + o.address + ']' : o.address) + ':' +
           std::to_string(port);
  }
  std::string url = given.public_url;
  if (url.ends_with('/')) url.pop_back();
  const auto host = url.find("://");
  if (http::is_safe_url(url) && url.find_first_of("/?#", host + 3) == url.npos) return url;
  return problem{errc::bad_argument,
                 "--public-url takes an address without a path, such as https://stegvis.example"};
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
    head_hashes& hashes = service.owned().hashes();
    const position step{hashes.covered().value + fold_batch};
    if (!hashes.catch_up(step) || step > book.head()) (void)book.wait_behind(seen, current_wait);
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
                  const std::string& origin, const std::string& token) {
  const auto base = origin + '/';
  if (c.options.json) {
    c.io.out.put(json_line().text("url", base).number("port", port).text("token", token).end());
  } else {
    c.io.out.put(base + (token.empty() ? "" : "?token=" + token) + '\n');
  }
  c.io.out.flush();
  const auto serving = "serving " + c.options.folder + (o.tls ? " with TLS" : " without TLS");
  if (token.empty()) {
    c.say(serving + ", to those with a token of the issuer");
    return;
  }
  c.say(serving +
        "; the token is good until the stop (Ctrl-C); "
        "programs send it as Authorization: Bearer");
}

// One line at a time, from any thread.
std::function<void(const std::string&)> log_of(context& c, std::mutex& one_at_a_time) {
  return [&](const std::string& line) {
    if (c.options.quiet) return;
    const std::lock_guard lock(one_at_a_time);
    try {
      c.io.err.put(line).flush();
    } catch (const output_closed&) {
      c.io.err.discard();
    }
  };
}

// Another command of this process beside the server, until that stops. What it says goes to the
// error stream.
class command_beside {
 public:
  command_beside(context& c, parsed_command what)
      : what_(std::move(what)),
        io_(c.io.in, c.io.err.fd(), c.io.err.fd()),
        c_{io_, c.cwd, stop_.get_token(), what_.options, c.owned},
        thread_([this] { run(); }) {}
  command_beside(const command_beside&) = delete;
  ~command_beside() { stop_.request_stop(); }

 private:
  void run() {
    const int code = run_command(what_, c_);
    if (stop_.stop_requested()) return;
    // The server goes on: what it answers is as true as before. Whoever watches sees this.
    c_.owned->tell("stegvis_" + std::string(what_.chosen->name) + "_ended_code", code);
  }

  parsed_command what_;
  std::stop_source stop_;
  streams io_;
  context c_;
  std::jthread thread_;  // last: it uses the others
};

// Relay and intake of an owner, or the follower of one that follows.
result<std::list<command_beside>> start_streams(context& c, const serve_arguments& given) {
  std::list<command_beside> started;
  if (given.brokers.empty()) return started;
  const auto names = c.book().follows() ? std::vector<std::string>{"follow"}
                                        : std::vector<std::string>{"relay", "intake"};
  for (const auto& name : names) {
    std::vector<std::string> line{name, c.options.folder, "--kafka", given.brokers,
                                  "--lang=" + c.options.lang};
    if (!given.stem.empty()) line.insert(line.end(), {"--name", given.stem});
    if (c.options.quiet) line.emplace_back("--quiet");
    auto parsed = parse_command(line);
    if (!parsed) return parsed.error();
    started.emplace_back(c, std::move(*parsed));
  }
  return started;
}

result<exit_code> serve(context& c, const serve_arguments& given) {
  auto options = server_options_of(given);
  std::mutex one_at_a_time;
  options.log = log_of(c, one_at_a_time);
  const told failed = [log = options.log](std::string_view what) {
    log(json_line().text("event", "failed").text("what", what).end());
  };
  if (const auto r = read_tls(c, given, failed, options); !r) return r.error();
  if (const auto r = read_listen(given, options); !r) return r.error();
  const auto who = read_reader(given);
  if (!who) return who.error();
  // What cannot be recorded may not be read, so the access log comes first.
  if (const auto log = c.owned->access(); !log) return log.error();
  const auto from = open_issuer(c, given, failed);
  if (!from) return from.error();
  // With a provider nobody comes in without it.
  const auto token = from->verifier ? std::string() : http::random_secret();
  http::service service(
      *c.owned, {token, *who, from->bearers, from->logins, given.accept_clock, failed, c.import});
  http::server server(service, options);
  const auto origin = origin_of(given, options, server.port());
  if (!origin) return origin.error();
  service.set_origin(*origin);
  tell_address(c, options, server.port(), *origin, token);
  const std::jthread current(
      [&](const std::stop_token& stop) { keep_current_or_stop(service, stop); });
  const auto beside = start_streams(c, given);
  if (!beside) return beside.error();
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

void declare_issuer(CLI::App& app, const std::shared_ptr<serve_arguments>& o) {
  auto* const issuer = app.add_option("--oidc-issuer", o->issuer,
                                      "take tokens of this OpenID Connect issuer, and no other");
  app.add_option("--oidc-audience", o->audience, "whom the issuer's bearer tokens are for")
      ->needs(issuer);
  auto* const keys = app.add_option("--oidc-keys", o->keys,
                                    "the issuer's key set (JWKS), a file that may be replaced; "
                                    "without it the issuer is asked")
                         ->needs(issuer);
  app.add_option("--oidc-ca", o->ca, "certificates to trust when the issuer is asked")
      ->needs(issuer)
      ->excludes(keys)
      ->type_name("FILE");
  auto* const client = app.add_option("--oidc-client", o->client,
                                      "log browsers in at the issuer, as the client of this id")
                           ->needs(issuer)
                           ->excludes(keys)
                           ->type_name("ID");
  app.add_option("--oidc-client-secret", o->client_secret,
                 "the client's secret; or STEGVIS_OIDC_CLIENT_SECRET")
      ->needs(client)
      ->type_name("FILE");
}

void declare_tls(CLI::App& app, const std::shared_ptr<serve_arguments>& o) {
  auto* const cert = app.add_option("--tls-cert", o->tls_cert,
                                    "serve with TLS: the certificate and its chain (PEM); read "
                                    "again when it is replaced")
                         ->type_name("FILE");
  auto* const key = app.add_option("--tls-key", o->tls_key, "the certificate's key (PEM)")
                        ->needs(cert)
                        ->type_name("FILE");
  cert->needs(key);
  app.add_option("--public-url", o->public_url,
                 "where browsers find the service, if not where it listens")
      ->type_name("URL");
}

void declare_streams(CLI::App& app, const std::shared_ptr<serve_arguments>& o) {
  auto* const brokers =
      app.add_option("--kafka", o->brokers,
                     "run relay and intake too, or the follower of a ledger that follows another")
          ->type_name("BROKERS");
  app.add_option("--name", o->stem, "of the topics; else by stegvis.toml or the ledger's name")
      ->needs(brokers)
      ->type_name("NAME");
}

// Each option from the `first` on may stand in the environment instead: --oidc-issuer as
// STEGVIS_SERVE_OIDC_ISSUER.
void take_environment(CLI::App& app, std::size_t first) {
  const auto options = app.get_options();
  for (auto* const option : std::span(options).subspan(first)) {
    std::string name = option->get_name();
    std::ranges::transform(name, name.begin(), [](char c) {
      return c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    option->envname("STEGVIS_SERVE_" + name.substr(2));
  }
}

command_body declare_serve(CLI::App& app, common_options&) {
  const auto o = std::make_shared<serve_arguments>();
  const auto common = app.get_options().size();
  app.add_option("--listen", o->listen, "where; port 0 is a free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  app.add_option("--role", o->roles,
                 "what the token may do: caseworker, manager, evaluator, analyst, "
                 "data_protection, admin; confidential on top of one of them; repeatable")
      ->type_name("ROLE")
      ->delimiter(',');
  app.add_option("--unit", o->units, "whose persons a caseworker or manager sees; repeatable")
      ->type_name("UNIT")
      ->delimiter(',');
  app.add_option("--user", o->user, "who reads, as it stands in the access log")->type_name("NAME");
  app.add_flag("--accept-clock", o->accept_clock, "append though the clock lies behind the ledger");
  app.add_flag("--behind-proxy", o->behind_proxy,
               "listen beyond loopback: a proxy in front of it does TLS");
  declare_issuer(app, o);
  declare_tls(app, o);
  declare_streams(app, o);
  declare_limits(app, o);
  take_environment(app, common);
  return [o](context& c) { return serve(c, *o); };
}

}  // namespace

const command serve_command{"serve",
                            "answer over HTTP until stopped; prints a link with a token",
                            "stegvis serve sample\n"
                            "stegvis serve sample --listen 127.0.0.1:0 --json\n"
                            "stegvis serve sample --role caseworker --unit unit/landskrona-ame\n"
                            "stegvis serve sample --kafka 127.0.0.1:9092\n"
                            "stegvis serve sample --listen 0.0.0.0:8443 --tls-cert cert.pem "
                            "--tls-key key.pem --public-url https://stegvis.example:8443 "
                            "--oidc-issuer https://login.example --oidc-client stegvis "
                            "--oidc-client-secret secret.txt",
                            ledger_need::open,
                            true,
                            false,
                            declare_serve};

}  // namespace stegvis

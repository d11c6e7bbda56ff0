// The way in over HTTP.
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <list>
#include <mutex>
#include <thread>

#include "api/commands.hpp"
#include "api/http/fetch.hpp"
#include "api/http/server.hpp"
#include "api/json_line.hpp"
#include "api/serve_options.hpp"

namespace stegvis {
namespace {

constexpr auto current_wait = std::chrono::milliseconds(500);

using told = std::function<void(std::string_view what)>;

result<void> read_tls(const context& c, const tls_arguments& given, const told& failed,
                      http::server_options& into) {
  if (given.cert.empty()) return {};
  auto files = http::tls_files::open(c.path(given.cert), c.path(given.key), failed);
  if (!files) return files.error();
  into.tls = std::move(*files);
  return {};
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
    c_.owned->tell({std::string(what_.chosen->name), "ended_code"}, code);
  }

  parsed_command what_;
  std::stop_source stop_;
  streams io_;
  context c_;
  std::jthread thread_;  // last: it uses the others
};

// Relay and intake of an owner, or the follower of one that follows.
result<std::list<command_beside>> start_streams(context& c, const kafka_arguments& given) {
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
  auto options = given.listen.limits;
  std::mutex one_at_a_time;
  options.log = log_of(c, one_at_a_time);
  const told failed = [log = options.log](std::string_view what) {
    log(json_line().text("event", "failed").text("what", what).end());
  };
  if (const auto r = read_tls(c, given.tls, failed, options); !r) return r.error();
  if (const auto r = read_listen(given.listen, options); !r) return r.error();
  const auto who = read_reader(given.reader);
  if (!who) return who.error();
  // What cannot be recorded may not be read, so the access log comes first.
  if (const auto log = c.owned->access(); !log) return log.error();
  const auto from = open_issuer(c, given.issuer, failed);
  if (!from) return from.error();
  // With a provider nobody comes in without it.
  const auto token = from->verifier ? std::string() : http::random_secret();
  http::service service(
      *c.owned, {token, *who, from->bearers, from->logins, given.accept_clock, failed, c.import});
  http::server server(service, options);
  const auto origin = origin_of(given.listen, options, server.port());
  if (!origin) return origin.error();
  service.set_origin(*origin);
  tell_address(c, options, server.port(), *origin, token);
  const std::jthread current(
      [&](const std::stop_token& stop) { keep_current_or_stop(service, stop); });
  const auto beside = start_streams(c, given.kafka);
  if (!beside) return beside.error();
  notify_manager("READY=1");
  server.run(c.stop);
  notify_manager("STOPPING=1");
  return exit_code::done;
}

command_body declare_serve(CLI::App& app, common_options&) {
  const auto o = declare_serve_options(app);
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

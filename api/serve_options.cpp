#include "api/serve_options.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "api/http/fetch.hpp"

namespace stegvis {
namespace {

problem bad_listen() {
  return {errc::bad_argument, "--listen takes ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:0"};
}

void declare_limits(CLI::App& app, http::server_options& into) {
  const auto deadline = [&into](unsigned seconds) {
    into.deadline = std::chrono::seconds(seconds);
  };
  app.add_option_function<unsigned>("--deadline", deadline, "seconds for each read and write")
      ->check(CLI::Range(1U, 3600U))
      ->type_name("N");
  app.add_option("--io-threads", into.io_threads, "threads for sockets")
      ->check(CLI::Range(1U, 64U));
  app.add_option("--work-threads", into.work_threads, "threads that read and append")
      ->check(CLI::Range(1U, 256U));
  app.add_option("--requests-max", into.requests_max, "at work or waiting; more get 503");
  app.add_option("--connections-max", into.connections_max, "open at a time; more get 503");
  app.add_option("--streams-max", into.streams_max, "clients of the event stream; more get 503");
}

void declare_tls(CLI::App& app, tls_arguments& into) {
  auto* const cert = app.add_option("--tls-cert", into.cert,
                                    "serve with TLS: the certificate and its chain (PEM); read "
                                    "again when it is replaced")
                         ->type_name("FILE");
  auto* const key = app.add_option("--tls-key", into.key, "the certificate's key (PEM)")
                        ->needs(cert)
                        ->type_name("FILE");
  cert->needs(key);
}

void declare_kafka(CLI::App& app, kafka_arguments& into) {
  auto* const brokers =
      app.add_option("--kafka", into.brokers,
                     "run relay and intake too, or the follower of a ledger that follows another")
          ->type_name("BROKERS");
  app.add_option("--name", into.stem, "of the topics; else by stegvis.toml or the ledger's name")
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

}  // namespace

std::shared_ptr<serve_arguments> declare_serve_options(CLI::App& app) {
  const auto o = std::make_shared<serve_arguments>();
  const auto common = app.get_options().size();
  app.add_option("--listen", o->listen.where, "where; port 0 is a free one")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  app.add_option("--role", o->reader.roles,
                 "what the token may do: caseworker, manager, evaluator, analyst, "
                 "data_protection, admin; confidential on top of one of them; repeatable")
      ->type_name("ROLE")
      ->delimiter(',');
  app.add_option("--unit", o->reader.units,
                 "whose persons a caseworker or manager sees; repeatable")
      ->type_name("UNIT")
      ->delimiter(',');
  app.add_option("--user", o->reader.user, "who reads, as it stands in the access log")
      ->type_name("NAME");
  app.add_flag("--accept-clock", o->accept_clock, "append though the clock lies behind the ledger");
  app.add_flag("--behind-proxy", o->listen.behind_proxy,
               "listen beyond loopback: a proxy in front of it does TLS");
  declare_issuer(app, o->issuer);
  declare_tls(app, o->tls);
  app.add_option("--public-url", o->listen.public_url,
                 "where browsers find the service, if not where it listens")
      ->type_name("URL");
  declare_kafka(app, o->kafka);
  declare_limits(app, o->listen.limits);
  take_environment(app, common);
  return o;
}

// "[::1]:8080" or "127.0.0.1:8080".
result<void> read_listen(const listen_arguments& given, http::server_options& into) {
  const auto colon = given.where.rfind(':');
  if (colon == std::string::npos) return bad_listen();
  into.address = given.where.substr(0, colon);
  if (into.address.starts_with('[') && into.address.ends_with(']')) {
    into.address = into.address.substr(1, into.address.size() - 2);
  }
  const char* const end = given.where.data() + given.where.size();
  const auto read = std::from_chars(given.where.data() + colon + 1, end, into.port);
  if (read.ec != std::errc() || read.ptr != end) return bad_listen();
  const bool loopback = into.address.starts_with("127.") || into.address == "::1";
  if (loopback || given.behind_proxy || into.tls) return {};
  return problem{errc::bad_argument,
                 "tokens would cross the network in clear; listen on loopback, give --tls-cert and "
                 "--tls-key, or say --behind-proxy if a proxy in front of it does TLS"};
}

result<http::reader> read_reader(const reader_arguments& given) {
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

result<std::string> origin_of(const listen_arguments& given, const http::server_options& o,
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

}  // namespace stegvis

#pragma once
// What `serve` takes on its command line or from the environment.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "api/http/server.hpp"
#include "api/serve_issuer.hpp"

namespace stegvis {

struct listen_arguments {
  std::string where = "127.0.0.1:8080", public_url;
  bool behind_proxy = false;
  http::server_options limits{};
};
struct reader_arguments {
  std::string user = "token";
  std::vector<std::string> roles{"admin"}, units;
};
struct tls_arguments {
  std::string cert, key;
};
struct kafka_arguments {
  std::string brokers, stem;
};
struct serve_arguments {
  listen_arguments listen{};
  reader_arguments reader{};
  issuer_arguments issuer{};
  tls_arguments tls{};
  kafka_arguments kafka{};
  bool accept_clock = false;
};
std::shared_ptr<serve_arguments> declare_serve_options(CLI::App& app);

// Each: bad_argument.
// Address and port; beyond loopback only what is not in clear.
[[nodiscard]] result<void> read_listen(const listen_arguments& given, http::server_options& into);
[[nodiscard]] result<http::reader> read_reader(const reader_arguments& given);
// Where browsers find the service, without a slash at its end.
[[nodiscard]] result<std::string> origin_of(const listen_arguments& given,
                                            const http::server_options& o, std::uint16_t port);

}  // namespace stegvis

#pragma once
// The sockets: HTTP/1.1 in front of a service. Connections run as coroutines on a few threads, each
// on its own strand; whatever may block runs on a pool of its own. Everything that comes from
// outside has a limit and a deadline.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "api/http/service.hpp"
#include "api/http/tls.hpp"

namespace stegvis::http {

constexpr std::size_t header_bytes_max = 16 << 10;
constexpr std::size_t bodies_bytes_max = 256 << 20;  // of all requests under way

struct server_options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;         // 0: a free one
  std::shared_ptr<tls_files> tls{};  // nullptr: in clear
  unsigned io_threads = 2, work_threads = 8;
  std::size_t requests_max = 256;  // at work or waiting for it; more are refused with 503
  std::size_t connections_max = 4'096, streams_max = 2'000;
  std::chrono::milliseconds deadline{30'000};   // of reading a head, a body; of writing an answer
  std::chrono::milliseconds heartbeat{15'000};  // of a silent stream
  std::chrono::milliseconds stop_deadline{10'000};
  // One line of JSON for each request; called from any thread.
  std::function<void(const std::string&)> log{};
};

class server {
 public:
  // Listens. Throws world_error if it cannot.
  server(service& s, server_options options);
  ~server();
  std::uint16_t port() const;
  // Serves until asked to stop; then takes no more, finishes what is under way and returns.
  void run(std::stop_token stop);

 private:
  std::unique_ptr<struct server_state> state_;
};

}  // namespace stegvis::http

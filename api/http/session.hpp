#pragma once
// One connection: request after request, or a stream. Internal to the server.
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "api/http/server.hpp"

namespace stegvis::http {

namespace asio = boost::asio;

struct connection;

// Wakes whoever waits for the head to move. Thread safe.
class head_waiters {
 public:
  // Cancels the timer, on its executor, at the next wake.
  void add(std::shared_ptr<asio::steady_timer> timer);
  void wake_all();

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<asio::steady_timer>> waiting_;
};

struct server_state {
  server_state(service& serves, server_options given)
      : s(serves), options(std::move(given)), work(options.work_threads) {}

  service& s;
  server_options options;
  asio::io_context io;
  asio::thread_pool work;
  // Accepting and stopping touch the acceptor, one at a time.
  asio::strand<asio::io_context::executor_type> gate{asio::make_strand(io)};
  asio::ip::tcp::acceptor acceptor{gate};
  head_waiters waiters;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> body_bytes{0};
  std::mutex mutex;
  std::list<std::weak_ptr<connection>> connections;  // guarded by `mutex`

  void log_line(const std::string& line) const {
    if (options.log) options.log(line);
  }
};

// Serves the socket until one side has had enough.
asio::awaitable<void> serve_connection(server_state& state, asio::ip::tcp::socket socket);
// Ends connections that wait for a request; with `at_once` all. From any thread.
void close_connections(server_state& state, bool at_once);

}  // namespace stegvis::http

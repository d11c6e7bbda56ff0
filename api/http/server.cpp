#include "api/http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <thread>

#include "api/http/session.hpp"

namespace stegvis::http {
namespace {

using asio::ip::tcp;
// Nobody calls when a stop is asked for.
constexpr auto look_again = std::chrono::milliseconds(200);
constexpr auto last_poll = std::chrono::milliseconds(15);
constexpr auto accept_retry = std::chrono::milliseconds(100);
constexpr auto token = asio::as_tuple(asio::use_awaitable);

// What a coroutine ended with; an exception is a defect or a lack of memory, and ends only its own.
auto told_to(server_state& state, const char* what) {
  return [&state, what](std::exception_ptr failure) {
    if (failure) state.log_line(std::string(R"({"event":"failed","what":")") + what + "\"}\n");
  };
}

// On a thread of its own: waiting for the ledger blocks.
void watch_head(server_state& state, const std::stop_token& stop) {
  position seen = state.s.book().head();
  while (!stop.stop_requested()) {
    if (!state.s.book().wait_head_behind(seen, look_again)) continue;
    seen = state.s.book().head();
    state.waiters.wake_all();
  }
}

void refuse_connection(server_state& state, tcp::socket socket) {
  static constexpr std::string_view answer =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n"
      "Connection: close\r\n\r\n";
  ++state.s.counters().refused_connections;
  if (state.options.tls) return;  // a handshake costs what there is too little of
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(answer), ignored);
}

asio::awaitable<void> accept_all(server_state& state) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  while (!state.stopping) {
    auto strand = asio::make_strand(state.io);
    auto [failed, socket] = co_await state.acceptor.async_accept(strand, token);
    if (state.stopping) co_return;
    if (failed) {
      // Most likely no descriptor is left: without a pause this would spin.
      pause.expires_after(accept_retry);
      co_await pause.async_wait(token);
      continue;
    }
    const auto open = static_cast<std::size_t>(state.s.counters().connections.load());
    if (open >= state.options.connections_max) {
      refuse_connection(state, std::move(socket));
      continue;
    }
    asio::co_spawn(strand, serve_connection(state, std::move(socket)),
                   told_to(state, "connection"));
  }
}

}  // namespace

void head_waiters::add(std::shared_ptr<asio::steady_timer> timer) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(timer));
}

void head_waiters::wake_all() {
  std::vector<std::shared_ptr<asio::steady_timer>> woken;
  {
    const std::lock_guard lock(mutex_);
    woken.swap(waiting_);
  }
  for (auto& timer : woken) {
    const auto executor = timer->get_executor();
    asio::post(executor, [timer = std::move(timer)] { timer->cancel(); });
  }
}

server::server(service& s, server_options options)
    : state_(std::make_unique<server_state>(s, std::move(options))) {
  const auto& o = state_->options;
  boost::system::error_code failed;
  const auto address = asio::ip::make_address(o.address, failed);
  if (failed) throw world_error("not an address to listen on: " + o.address);
  const tcp::endpoint where(address, o.port);
  auto& acceptor = state_->acceptor;
  acceptor.open(where.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(where, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) {
    throw world_error("cannot listen on " + o.address + ':' + std::to_string(o.port) + ": " +
                      failed.message());
  }
}

server::~server() {
  state_->work.stop();
  state_->work.join();
}

std::uint16_t server::port() const {
  return state_->acceptor.local_endpoint().port();
}

void server::run(std::stop_token stop) {
  server_state& state = *state_;
  asio::co_spawn(state.gate, accept_all(state), told_to(state, "accept"));
  const std::jthread watching([&](const std::stop_token& own) { watch_head(state, own); });
  asio::steady_timer last_call(state.gate);
  const std::stop_callback on_stop(stop, [&] {
    asio::post(state.gate, [&] {
      state.stopping = true;
      state.acceptor.close();
      close_connections(state, false);
      last_call.expires_after(state.options.stop_deadline);
      last_call.async_wait([&](boost::system::error_code cancelled) {
        if (!cancelled) close_connections(state, true);
      });
    });
  });
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < state.options.io_threads; ++i) {
    threads.emplace_back([&state] { state.io.run(); });
  }
  while (!state.stopping || state.s.counters().connections > 0) {
    state.io.run_for(state.stopping ? last_poll : look_again);
    if (state.io.stopped()) break;
  }
  state.io.stop();
  threads.clear();
  state.work.join();
}

}  // namespace stegvis::http

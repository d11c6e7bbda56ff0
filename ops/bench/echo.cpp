// The baseline of `serve`: the least that Beast needs for an answer of so many bytes.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <thread>

#include "ops/bench/measure.hpp"

namespace stegvis::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
constexpr auto token = asio::use_awaitable;

asio::awaitable<void> answer_all(tcp::socket socket, const std::string& body) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> asked;
    co_await http::async_read(socket, buffer, asked, token);
    http::response<http::string_body> answer(http::status::ok, 11);
    answer.body() = body;
    answer.prepare_payload();
    co_await http::async_write(socket, answer, token);
  }
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, const std::string& body) {
  const auto executor = co_await asio::this_coro::executor;
  for (;;) {
    auto socket = co_await acceptor.async_accept(token);
    socket.set_option(tcp::no_delay(true));
    auto answering = answer_all(std::move(socket), body);
    asio::co_spawn(executor, std::move(answering), asio::detached);
  }
}

}  // namespace

void run_echo(std::uint64_t bytes) {
  const std::string body(bytes, 'x');
  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  std::printf("%u\n", unsigned{acceptor.local_endpoint().port()});
  std::fflush(stdout);
  asio::co_spawn(io, accept_all(acceptor, body), asio::detached);
  const std::jthread second([&io] { io.run(); });
  io.run();
}

}  // namespace stegvis::bench

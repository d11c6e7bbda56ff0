#pragma once
// The bytes of one connection, in clear or through TLS. A stream as Asio and Beast understand it;
// deadlines hold for what is begun after they are set. Not thread safe: on the connection's strand.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace stegvis::http {

class wire {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  // Without a context: in clear.
  wire(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls)
      : context_(std::move(tls)), tcp_(std::move(socket)) {
    if (context_) tls_.emplace(tcp_, *context_);
  }

  executor_type get_executor() { return tcp_.get_executor(); }
  bool is_open() { return tcp_.socket().is_open(); }
  void close() { tcp_.close(); }
  void expires_after(std::chrono::steady_clock::duration d) { tcp_.expires_after(d); }
  void expires_never() { tcp_.expires_never(); }

  // Whether the connection may be used.
  boost::asio::awaitable<bool> open() {
    if (!tls_) co_return true;
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    auto [failed] = co_await tls_->async_handshake(boost::asio::ssl::stream_base::server, token);
    co_return !failed;
  }
  // Says that nothing more will be sent.
  boost::asio::awaitable<void> finish() {
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    if (tls_ && is_open()) co_await tls_->async_shutdown(token);
    boost::system::error_code ignored;
    tcp_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& into, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto&& handler, const Buffers& b) {
          if (tls_)
            tls_->async_read_some(b, std::forward<decltype(handler)>(handler));
          else
            tcp_.async_read_some(b, std::forward<decltype(handler)>(handler));
        },
        token, into);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& from, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto&& handler, const Buffers& b) {
          if (tls_)
            tls_->async_write_some(b, std::forward<decltype(handler)>(handler));
          else
            tcp_.async_write_some(b, std::forward<decltype(handler)>(handler));
        },
        token, from);
  }

 private:
  std::shared_ptr<boost::asio::ssl::context> context_;  // shared: the files may get a newer one
  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace stegvis::http

#include "api/http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <ctime>

#include "api/http/refusal.hpp"
#include "api/http/wire.hpp"
#include "api/json_line.hpp"

namespace stegvis::http {

namespace beast = boost::beast;
using std::chrono::steady_clock;

struct connection {
  connection(server_state& of, asio::ip::tcp::socket socket)
      : state(of), stream(std::move(socket), of.options.tls ? of.options.tls->current() : nullptr) {
    ++state.s.counters().connections;
  }
  ~connection() { --state.s.counters().connections; }
  connection(const connection&) = delete;

  server_state& state;
  wire stream;
  beast::flat_buffer buffer{header_bytes_max + (64 << 10)};
  bool from_loopback = false;
  bool busy = false;  // a request is under way; on the strand
};

namespace {

using parser = beast::http::request_parser<beast::http::string_body>;
constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr auto position_wait = std::chrono::seconds(5);
constexpr auto key_wait = std::chrono::seconds(6);
constexpr auto key_poll = std::chrono::milliseconds(10);
constexpr auto farewell_wait = std::chrono::seconds(2);
constexpr auto overload_retry_s = 2;
constexpr auto stream_retry = std::chrono::milliseconds(200);

// Counts itself in and out.
class counted {
 public:
  explicit counted(std::atomic<std::int64_t>& counter) : counter_(counter) { ++counter_; }
  ~counted() { --counter_; }
  counted(const counted&) = delete;

 private:
  std::atomic<std::int64_t>& counter_;
};

// Memory for a body, out of what all may take together.
class body_share {
 public:
  body_share(std::atomic<std::size_t>& all, std::size_t bytes) : all_(all), bytes_(bytes) {
    taken_ = all_.fetch_add(bytes_) + bytes_ <= bodies_bytes_max;
  }
  ~body_share() { all_ -= bytes_; }
  body_share(const body_share&) = delete;
  bool taken() const { return taken_; }

 private:
  std::atomic<std::size_t>& all_;
  std::size_t bytes_;
  bool taken_ = false;
};

std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[40];
  const auto size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, size};
}

std::string head_of(const response& r, bool keep_alive, bool tls) {
  std::string head = "HTTP/1.1 " + std::to_string(r.status) + ' ' +
                     std::string(reason_of(r.status)) + "\r\nDate: " + date_now() + "\r\n";
  for (const auto& [name, value] : r.headers) head += name + ": " + value + "\r\n";
  head += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  if (tls) head += "Strict-Transport-Security: max-age=31536000\r\n";
  if (r.stream)
    head += "Transfer-Encoding: chunked\r\n";
  else if (r.status != 204 && r.status != 304) {
    head += "Content-Length: " + std::to_string(r.body.size()) + "\r\n";
  }
  return head + (keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

std::string chunk_of(const std::string& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (std::size_t n = bytes.size(); n > 0; n /= 16) size.insert(size.begin(), digits[n % 16]);
  return size + "\r\n" + bytes + "\r\n";
}

// Whether it went out in time.
asio::awaitable<bool> send(connection& c, std::string bytes) {
  c.stream.expires_after(c.state.options.deadline);
  const auto whole = asio::buffer(bytes);
  auto [failed, sent] = co_await asio::async_write(c.stream, whole, token);
  co_return !failed;
}

asio::awaitable<bool> send_response(connection& c, response r, bool head_only, bool keep_alive) {
  auto bytes = head_of(r, keep_alive, c.state.options.tls != nullptr);
  if (!head_only) bytes += r.body;
  co_return co_await send(c, std::move(bytes));
}

// The head as a plain value.
request plain(const parser& p, const connection& c) {
  request q;
  const auto& message = p.get();
  q.method = std::string(message.method_string());
  q.target = std::string(message.target());
  q.from_loopback = c.from_loopback;
  for (const auto& field : message) {
    q.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  q.id = request_id_of(q.header("X-Request-Id"));
  return q;
}

// What the parser lets through and RFC 9112 does not: such a request may be read in two ways.
bool is_doubtful(const parser& p) {
  const auto& m = p.get();
  const auto lengths = m.count(beast::http::field::content_length);
  const auto codings = m.count(beast::http::field::transfer_encoding);
  if (codings > 0 && (lengths > 0 || codings > 1 || !p.chunked())) return true;
  if (codings > 0 && m.version() < 11) return true;
  const std::string_view length = m[beast::http::field::content_length];
  if (lengths > 1 || length.find_first_not_of("0123456789") != length.npos) return true;
  return m.version() >= 11 && m.count(beast::http::field::host) != 1;
}

// Answers with nothing but a status where the request was not even read.
response unread(boost::system::error_code failed) {
  using beast::http::error;
  if (failed == error::header_limit || failed == error::buffer_overflow) {
    auto r = refuse({errc::too_large, "header fields are at most 16 KiB"}, true);
    r.status = 431;
    return r;
  }
  if (failed == error::body_limit) return refuse({errc::too_large, "the body is too long"}, true);
  return refuse({errc::bad_request, "not understood as HTTP/1.1"}, true);
}

bool is_gone(boost::system::error_code failed) {
  return failed == beast::http::error::end_of_stream ||
         failed == beast::http::error::partial_message || failed == beast::error::timeout ||
         failed.category() == asio::error::get_system_category() || failed == asio::error::eof ||
         failed.category() == asio::error::get_ssl_category() ||
         failed.category() == asio::ssl::error::get_stream_category();
}

asio::awaitable<response> answer_there(service& s, const request& q, const admission& a) {
  co_return s.answer(q, a);
}

struct chunk_read {
  result<std::string> bytes{std::string()};
  bool caught_up = false;
};

asio::awaitable<void> read_chunk_there(service& s, stream_request& wanted, const reader& who,
                                       chunk_read& into) {
  try {
    into.bytes = s.next_chunk(wanted, into.caught_up, who);
  } catch (const std::exception&) {
    into.bytes = problem{errc::corrupt, "the service failed"};
  }
  co_return;
}

// Waits until the head has reached `at` or the time is over.
asio::awaitable<void> wait_for_head(connection& c, position at, steady_clock::duration at_most) {
  const auto executor = co_await asio::this_coro::executor;
  const auto until = steady_clock::now() + at_most;
  while (c.state.s.book().head() < at && steady_clock::now() < until && !c.state.stopping) {
    auto timer = std::make_shared<asio::steady_timer>(executor, until);
    c.state.waiters.add(timer);
    if (c.state.s.book().head() >= at) co_return;
    co_await timer->async_wait(token);
  }
}

// A key of the issuer's that is new here is fetched first, for a while.
asio::awaitable<void> wait_for_key(connection& c, const request& q) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor);
  const auto until = steady_clock::now() + key_wait;
  while (c.state.s.is_waiting_for_key(q) && steady_clock::now() < until && !c.state.stopping) {
    timer.expires_after(key_poll);
    co_await timer.async_wait(token);
  }
}

response overloaded(bool swedish) {
  return refuse({errc::overloaded, "too many requests at a time"}, swedish,
                {.retry_after_s = overload_retry_s});
}

// Hands the request to the pool if there is room.
asio::awaitable<response> answer(connection& c, const request& q, const admission& a) {
  auto& counters = c.state.s.counters();
  if (counters.queued >= static_cast<std::int64_t>(c.state.options.requests_max)) {
    ++counters.overloaded;
    co_return overloaded(a.swedish);
  }
  const counted here(counters.queued);
  auto work = answer_there(c.state.s, q, a);
  const auto pool = c.state.work.get_executor();
  co_return co_await asio::co_spawn(pool, std::move(work), asio::use_awaitable);
}

void log_request(connection& c, const request& q, const admission& a, int status,
                 steady_clock::time_point began) {
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
  const auto* r = a.found.chosen;
  const std::string_view pattern = r == nullptr ? std::string_view("none") : r->path;
  // A method that no route has may be anything.
  const std::string_view method = r == nullptr ? std::string_view("other") : r->method;
  c.state.s.counters().answered(method, pattern, status, took);
  const recorded_time now{std::chrono::duration_cast<std::chrono::microseconds>(
                              std::chrono::system_clock::now().time_since_epoch())
                              .count()};
  json_line line;
  line.text("event", "request").text("time", to_string(now)).text("id", q.id);
  if (const auto trace = traceparent_of(q.header("traceparent")); !trace.empty()) {
    line.text("traceparent", trace);
  }
  c.state.log_line(line.text("method", method)
                       .text("path", pattern)
                       .number("status", static_cast<std::uint64_t>(status))
                       .number("us", static_cast<std::uint64_t>(took.count()))
                       .end());
}

// --- streams

// Ends the stream's wait when its client goes away, which no write would tell for long.
asio::awaitable<void> watch_client(std::shared_ptr<connection> c) {
  char byte = 0;
  const auto into = asio::buffer(&byte, 1);
  // Deadlines set from now on are for what is written.
  c->stream.expires_never();
  co_await c->stream.async_read_some(into, token);
  // Whatever else it sends while it listens has no meaning.
  c->stream.close();
}

struct stream_progress {
  bool caught_up = false;
  steady_clock::time_point last_said = steady_clock::now();
};

// What there is for the client now; the chunk's problem ends the stream.
asio::awaitable<bool> send_chunk(connection& c, stream_request& wanted, const reader& who,
                                 stream_progress& progress) {
  chunk_read read;
  read.caught_up = progress.caught_up;
  auto work = read_chunk_there(c.state.s, wanted, who, read);
  const auto pool = c.state.work.get_executor();
  co_await asio::co_spawn(pool, std::move(work), asio::use_awaitable);
  progress.caught_up = read.caught_up;
  if (!read.bytes) co_return false;
  if (read.bytes->empty()) co_return true;
  progress.last_said = steady_clock::now();
  co_return co_await send(c, chunk_of(*read.bytes));
}

asio::awaitable<void> serve_stream(std::shared_ptr<connection> c, stream_request wanted,
                                   reader who) {
  const bool sse = wanted.form == stream_form::server_sent;
  c->buffer.consume(c->buffer.size());
  c->buffer.shrink_to_fit();
  const auto executor = co_await asio::this_coro::executor;
  asio::co_spawn(executor, watch_client(c), asio::detached);
  stream_progress progress;
  const auto heartbeat = c->state.options.heartbeat;
  if (sse) co_await send(*c, chunk_of("retry: 2000\n\n"));
  while (c->stream.is_open()) {
    const bool behind = !progress.caught_up || wanted.next <= c->state.s.book().head();
    // Who was there when the last event came gets it; who still catches up asks again later.
    if (c->state.stopping && (!progress.caught_up || !behind)) break;
    if (behind && !co_await send_chunk(*c, wanted, who, progress)) break;
    // Events that are not for this client are no sign of life either.
    const auto silent = steady_clock::now() - progress.last_said;
    if (silent >= heartbeat) {
      if (!co_await send(*c, chunk_of(sse ? ": \n\n" : "\n"))) break;
      progress.last_said = steady_clock::now();
    } else if (!behind) {
      co_await wait_for_head(*c, wanted.next, heartbeat - silent);
    }
  }
  co_await send(*c, "0\r\n\r\n");
  // The watch on the client ends with the socket.
  c->stream.close();
}

// --- requests

// Reads the body behind a head that was let in; the answer if it cannot be.
asio::awaitable<std::optional<response>> read_body(connection& c, parser& p, const admission& a) {
  const std::size_t limit = a.found.chosen->body_bytes_max;
  const auto length = p.content_length();
  if (length && *length > limit) {
    co_return refuse({errc::too_large, "the body is at most " + std::to_string(limit) + " bytes"},
                     a.swedish);
  }
  p.body_limit(limit);
  if (p.get()[beast::http::field::expect] == "100-continue") {
    std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const bool sent = co_await send(c, std::move(go_on));
    if (!sent) co_return unread(asio::error::eof);
  }
  c.stream.expires_after(c.state.options.deadline);
  auto [failed, n] = co_await beast::http::async_read(c.stream, c.buffer, p, token);
  if (failed) co_return unread(failed);
  co_return std::nullopt;
}

struct exchange {
  response answered{};
  bool keep_alive = false;
};

// From a head to its answer.
asio::awaitable<exchange> exchange_one(connection& c, parser& p, request& q, admission& a) {
  exchange x;
  const bool has_body = p.chunked() || p.content_length().value_or(0) > 0;
  x.keep_alive = p.get().keep_alive();
  if (a.refused) {
    x.keep_alive = x.keep_alive && !has_body;
    x.answered = *std::move(a.refused);
    co_return x;
  }
  const std::size_t wanted = p.content_length().value_or(a.found.chosen->body_bytes_max);
  const body_share memory(c.state.body_bytes, has_body ? wanted : 0);
  if (has_body && !memory.taken()) {
    ++c.state.s.counters().overloaded;
    x.keep_alive = false;
    x.answered = overloaded(a.swedish);
    co_return x;
  }
  if (has_body) {
    auto refused = co_await read_body(c, p, a);
    if (refused) {
      x.keep_alive = false;
      x.answered = *std::move(refused);
      co_return x;
    }
    q.body = std::move(p.get().body());
  }
  if (a.min_position.value > 0) co_await wait_for_head(c, a.min_position, position_wait);
  x.answered = co_await answer(c, q, a);
  co_return x;
}

// One request and its answer; whether another may follow.
asio::awaitable<bool> serve_request(std::shared_ptr<connection> c) {
  parser p;
  p.header_limit(header_bytes_max);
  p.body_limit(boost::none);
  c->stream.expires_after(c->state.options.deadline);
  auto [failed, n] = co_await beast::http::async_read_header(c->stream, c->buffer, p, token);
  if (failed && is_gone(failed)) co_return false;
  c->busy = true;
  if (failed || is_doubtful(p)) {
    auto r = failed ? unread(failed) : unread(beast::http::error::bad_field);
    name_request(r, request_id_of({}));
    co_await send_response(*c, std::move(r), false, false);
    co_return false;
  }
  const auto began = steady_clock::now();
  request q = plain(p, *c);
  co_await wait_for_key(*c, q);
  admission a = c->state.s.admit(q);
  const bool swedish = a.swedish;
  exchange x = co_await exchange_one(*c, p, q, a);
  std::optional<counted> listening;
  if (x.answered.stream) {
    // Counted before it is answered, so that many at once do not pass the limit together.
    auto& streams = c->state.s.counters().streams;
    listening.emplace(streams);
    if (streams > static_cast<std::int64_t>(c->state.options.streams_max)) {
      ++c->state.s.counters().overloaded;
      x.answered = overloaded(swedish);
    }
  }
  name_request(x.answered, q.id);
  const int status = x.answered.status;
  log_request(*c, q, a, status, began);
  const bool keep = x.keep_alive && !c->state.stopping && !x.answered.stream;
  auto wanted = std::move(x.answered.stream);
  x.answered.stream = wanted;
  const bool head_only = q.method == "HEAD" || wanted.has_value();
  const bool sent = co_await send_response(*c, std::move(x.answered), head_only, keep);
  if (sent && wanted && q.method != "HEAD") {
    co_await serve_stream(c, std::move(*wanted), std::move(a.who));
  }
  c->busy = false;
  const bool again = sent && keep;
  co_return again;
}

}  // namespace

asio::awaitable<void> serve_connection(server_state& state, asio::ip::tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto peer = socket.remote_endpoint(ignored);
  auto c = std::make_shared<connection>(state, std::move(socket));
  c->from_loopback = !ignored && peer.address().is_loopback();
  {
    const std::lock_guard lock(state.mutex);
    std::erase_if(state.connections, [](const auto& known) { return known.expired(); });
    state.connections.push_back(c);
  }
  c->stream.expires_after(state.options.deadline);
  bool more = co_await c->stream.open();
  while (more && !state.stopping) more = co_await serve_request(c);
  c->stream.expires_after(farewell_wait);
  co_await c->stream.finish();
}

void close_connections(server_state& state, bool at_once) {
  const std::lock_guard lock(state.mutex);
  for (const auto& known : state.connections) {
    const auto c = known.lock();
    if (!c) continue;
    const auto executor = c->stream.get_executor();
    asio::post(executor, [c, at_once] {
      if (at_once || !c->busy) c->stream.close();
    });
  }
  state.waiters.wake_all();
}

}  // namespace stegvis::http

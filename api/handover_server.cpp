#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>

#include "api/handover.hpp"
#include "api/handover_wire.hpp"

namespace stegvis {
namespace {

using namespace handover;

constexpr int failure_exit = 1;
constexpr int backlog = 64;
// How long a client may take to send its request and to say go.
constexpr timeval client_timeout{5, 0};
// Between two tries to accept while the process has no descriptor to spare.
constexpr int accept_retry_ms = 100;

struct connection {
  descriptor fd;
  std::stop_source stop;
  bool watched = false;  // its command runs: what it sends now is a wish to cancel
  bool done = false;
  std::jthread thread;
};

bool may_command(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

// Reads a request up to the client's go; nothing if it did not come to that.
std::optional<handed_command> receive_command(int fd) {
  std::array<char, head_bytes> head{};
  handed_command command;
  if (!receive_all(fd, head)) return std::nullopt;
  const auto size = payload_size({head.data(), head.size()});
  if (!size) return std::nullopt;
  std::string payload(*size, '\0');
  if (!receive_all(fd, payload)) return std::nullopt;
  auto read = decode(payload);
  char said = 0;
  if (!read || !send_all(fd, {&accepted, 1}) || !receive_with(fd, {&said, 1}, command.standard) ||
      said != go) {
    return std::nullopt;
  }
  if (!std::ranges::all_of(command.standard, [](const descriptor& d) { return bool(d); })) {
    send_all(fd, {&refused, 1});
    return std::nullopt;
  }
  command.argv = std::move(read->argv);
  command.cwd = std::move(read->cwd);
  return command;
}

int run_caught(const handover_server::runner& run, handed_command command) {
  const descriptor errors(::dup(command.standard[2].get()));
  try {
    return run(std::move(command));
  } catch (const std::exception& e) {
    const auto text = std::string("stegvis: ") + e.what() + "\n";
    (void)!::write(errors.get(), text.data(), text.size());
    return failure_exit;
  }
}

}  // namespace

struct handover_server::state {
  runner run;
  std::filesystem::path socket_file;
  descriptor listening, wake;
  std::mutex mutex;
  bool stopping = false;
  std::list<connection> connections;
  bool starved = false;  // no descriptor was left to accept with; the poller's
  std::jthread poller;

  void nudge() {
    const std::uint64_t one = 1;
    (void)!::write(wake.get(), &one, sizeof one);
  }

  void listen(const std::filesystem::path& dir);
  void poll_all();
  bool reap();
  void accept_one();
  void serve(connection& c);
  static void hear(connection& c);
};

void handover_server::state::listen(const std::filesystem::path& dir) {
  socket_file = dir / "socket";
  const auto where = address_of(dir);
  listening = descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  wake = descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!where || !listening || !wake) throw world_error("cannot listen in " + dir.string());
  ::unlink(socket_file.c_str());
  // Nobody can connect before listen(), so the mode holds from the first connection on.
  if (::bind(listening.get(), reinterpret_cast<const sockaddr*>(&where->name),
             sizeof where->name) != 0 ||
      ::chmod(socket_file.c_str(), 0600) != 0 || ::listen(listening.get(), backlog) != 0) {
    throw world_error("cannot listen on " + socket_file.string() + ": " + std::strerror(errno));
  }
}

// Removes the ended ones; whether the poller has nothing left to do.
bool handover_server::state::reap() {
  const std::lock_guard lock(mutex);
  connections.remove_if([](const connection& c) { return c.done; });
  if (stopping) listening = descriptor();
  return stopping && connections.empty();
}

void handover_server::state::poll_all() {
  while (!reap()) {
    std::vector<pollfd> waiting{{wake.get(), POLLIN, 0}};
    std::vector<connection*> watched;
    {
      const std::lock_guard lock(mutex);
      // At the limit new ones wait in the backlog.
      const bool room = listening && !starved && connections.size() < handed_commands_max;
      waiting.push_back({room ? listening.get() : -1, POLLIN, 0});
      for (auto& c : connections) {
        if (!c.watched || c.done) continue;
        watched.push_back(&c);
        waiting.push_back({c.fd.get(), POLLIN, 0});
      }
    }
    // Who waits to be accepted keeps the socket readable: without a pause this would spin.
    const int timeout_ms = starved ? accept_retry_ms : -1;
    if (::poll(waiting.data(), waiting.size(), timeout_ms) < 0) continue;
    starved = false;
    std::uint64_t nudges = 0;
    if (waiting[0].revents != 0) (void)!::read(wake.get(), &nudges, sizeof nudges);
    if (waiting[1].revents != 0) accept_one();
    const std::lock_guard lock(mutex);
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (waiting[i + 2].revents != 0) hear(*watched[i]);
    }
  }
}

// Whatever a client sends while its command runs, its going away included, means cancel.
void handover_server::state::hear(connection& c) {
  char said = 0;
  const auto received = ::recv(c.fd.get(), &said, 1, MSG_DONTWAIT);
  if (received > 0 && said != cancelled) return;
  c.stop.request_stop();
  if (received <= 0) c.watched = false;
}

void handover_server::state::accept_one() {
  descriptor fd(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!fd) {
    starved = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    return;
  }
  if (!may_command(fd.get())) {
    send_all(fd.get(), {&refused, 1});
    return;
  }
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &client_timeout, sizeof client_timeout);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &client_timeout, sizeof client_timeout);
  const std::lock_guard lock(mutex);
  auto& c = connections.emplace_back();
  c.fd = std::move(fd);
  c.thread = std::jthread([this, &c] { serve(c); });
}

void handover_server::state::serve(connection& c) {
  // A client that closed its output gives EPIPE here, not the end of the owner.
  sigset_t none;
  sigemptyset(&none);
  sigaddset(&none, SIGPIPE);
  sigaddset(&none, SIGINT);
  sigaddset(&none, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &none, nullptr);
  if (auto command = receive_command(c.fd.get())) {
    {
      const std::lock_guard lock(mutex);
      command->stop = c.stop.get_token();
      c.watched = true;
    }
    nudge();
    const int code = run_caught(run, *std::move(command));
    send_all(c.fd.get(), exited + number(static_cast<std::uint32_t>(code)));
  }
  {
    const std::lock_guard lock(mutex);
    c.done = true;
  }
  nudge();
}

handover_server::handover_server(const std::filesystem::path& dir, runner run)
    : state_(std::make_unique<state>()) {
  state_->run = std::move(run);
  state_->listen(dir);
  state_->poller = std::jthread([s = state_.get()] { s->poll_all(); });
}

handover_server::~handover_server() {
  stop();
}

void handover_server::cancel() {
  const std::lock_guard lock(state_->mutex);
  for (auto& c : state_->connections) c.stop.request_stop();
}

void handover_server::stop() {
  if (!state_->poller.joinable()) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  ::unlink(state_->socket_file.c_str());
  state_->nudge();
  state_->poller.join();
}

}  // namespace stegvis

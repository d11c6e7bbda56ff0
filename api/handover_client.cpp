#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "api/handover.hpp"
#include "api/handover_wire.hpp"

namespace stegvis {
namespace {

using namespace handover;

constexpr int interrupted_exit = 130;

// SIGINT and SIGTERM as something to poll, while it lives.
class signals {
 public:
  signals() {
    sigset_t caught;
    sigemptyset(&caught);
    sigaddset(&caught, SIGINT);
    sigaddset(&caught, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &caught, &before_);
    fd_ = descriptor(::signalfd(-1, &caught, SFD_CLOEXEC));
    if (!fd_) {
      pthread_sigmask(SIG_SETMASK, &before_, nullptr);
      throw world_error("cannot wait for signals");
    }
  }
  signals(const signals&) = delete;
  signals& operator=(const signals&) = delete;
  ~signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  int fd() const { return fd_.get(); }
  void take() {
    signalfd_siginfo info;
    (void)!::read(fd_.get(), &info, sizeof info);
  }

 private:
  sigset_t before_;
  descriptor fd_;
};

void set_send_timeout(int fd, std::chrono::milliseconds timeout) {
  const timeval wait{timeout.count() / 1000, timeout.count() % 1000 * 1000};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

bool send_go(int fd) {
  // A descriptor that the command was started without is nobody's: it reads and writes nothing.
  std::array<int, 3> standard{0, 1, 2};
  descriptor nowhere;
  for (auto& given : standard) {
    if (::fcntl(given, F_GETFD) >= 0) continue;
    if (!nowhere) nowhere = descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC));
    given = nowhere.get();
  }
  return send_with(fd, {&go, 1}, standard);
}

enum class answer { nobody, late, other_user, accepted };

answer wait_for_acceptance(int fd, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return answer::late;
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
    char said = 0;
    if (!receive_all(fd, {&said, 1})) return answer::nobody;
    return said == accepted ? answer::accepted : answer::other_user;
  }
}

result<std::optional<int>> wait_for_exit(int fd, signals& caught) {
  bool cancel_sent = false;
  for (;;) {
    std::array<pollfd, 2> waiting{{{fd, POLLIN, 0}, {caught.fd(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    if (waiting[1].revents != 0) {
      caught.take();
      if (cancel_sent) return std::optional<int>(interrupted_exit);
      cancel_sent = true;
      send_all(fd, {&cancelled, 1});
    }
    if (waiting[0].revents == 0) continue;
    char said = 0;
    std::array<char, 4> code{};
    const bool answered = receive_all(fd, {&said, 1});
    if (answered && said == refused) {
      return problem(errc::locked, "the owner has no file descriptors left");
    }
    if (!answered || said != exited || !receive_all(fd, code)) {
      throw world_error("the ledger's owner went away; whether the command ran is not known");
    }
    return std::optional<int>(static_cast<int>(number_at({code.data(), code.size()})));
  }
}

}  // namespace

result<std::optional<int>> hand_over(const std::filesystem::path& dir,
                                     std::span<const std::string> argv,
                                     const std::filesystem::path& cwd,
                                     std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto request_bytes = encode({cwd.string(), {argv.begin(), argv.end()}});
  if (request_bytes.size() > handed_bytes_max) {
    return problem(errc::bad_argument,
                   "the arguments are longer than " + std::to_string(handed_bytes_max) + " bytes");
  }
  const auto where = address_of(dir);
  if (!where) return std::optional<int>();
  signals caught;
  const descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) throw world_error(std::string("cannot make a socket: ") + std::strerror(errno));
  set_send_timeout(fd.get(), timeout);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&where->name), sizeof where->name) !=
      0) {
    if (errno == EAGAIN) return problem(errc::locked, "the owner takes no more commands");
    if (errno == EACCES || errno == EPERM) {
      return problem(errc::locked, "the ledger's owner runs as another user");
    }
    if (errno != ECONNREFUSED && errno != ENOENT && errno != ENOTDIR) {
      throw world_error(std::string("cannot reach the owner: ") + std::strerror(errno));
    }
    return std::optional<int>();
  }
  // Refused or gone before it read all: the answer below says which.
  (void)send_all(fd.get(), request_bytes);
  switch (wait_for_acceptance(fd.get(), deadline)) {
    case answer::nobody:
      return std::optional<int>();
    case answer::late:
      return problem(errc::locked, "the owner did not answer in time");
    case answer::other_user:
      return problem(errc::locked, "the ledger's owner runs as another user");
    case answer::accepted:
      break;
  }
  if (!send_go(fd.get())) return std::optional<int>();
  return wait_for_exit(fd.get(), caught);
}

}  // namespace stegvis

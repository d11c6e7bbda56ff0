// Goal: a command runs once at the owner with the client's arguments, folder and descriptors, or
// the client knows that it did not run. Method: a server in this process, clients in threads and
// in forked processes, rendezvous by pipes and futures.
#include "api/handover.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <future>
#include <latch>
#include <semaphore>
#include <thread>

#include "api/handover_wire.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto long_timeout = 60s;

struct channel {
  descriptor out, in;
  channel() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw world_error("no pipe");
    out = descriptor(ends[0]);
    in = descriptor(ends[1]);
  }
  std::string read_all() {
    in = descriptor();
    std::string text;
    char c = 0;
    while (::read(out.get(), &c, 1) == 1) text += c;
    return text;
  }
};

class Handover : public testing::Test {
 protected:
  Handover() {
    auto pattern = (fs::temp_directory_path() / "stegvis-socket-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    root_ = dir_;
  }
  ~Handover() override { fs::remove_all(root_); }

  result<std::optional<int>> ask(const std::vector<std::string>& argv,
                                 std::chrono::milliseconds timeout = long_timeout) const {
    return hand_over(dir_, argv, "/work", timeout);
  }

  // A client process whose standard output is the pipe; its exit code is the command's.
  pid_t ask_from_a_process(const std::vector<std::string>& argv, channel& output) const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::dup2(output.in.get(), 1);
    const auto code = ask(argv);
    ::_exit(code && *code ? **code : 99);
  }

  fs::path dir_, root_;
};

int exit_code_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

bool same_file(int a, int b) {
  struct stat left {
  }, right{};
  return ::fstat(a, &left) == 0 && ::fstat(b, &right) == 0 && left.st_ino == right.st_ino &&
         left.st_dev == right.st_dev;
}

TEST_F(Handover, NobodyListensWithoutAnOwner) {
  EXPECT_EQ(ask({"info"}).value(), std::nullopt);
  {
    const handover_server server(dir_, [](handed_command) { return 0; });
  }
  EXPECT_FALSE(fs::exists(dir_ / "socket"));
  EXPECT_EQ(ask({"info"}).value(), std::nullopt);
  EXPECT_EQ(hand_over(dir_ / "none", {}, "/", 1s).value(), std::nullopt);
}

TEST_F(Handover, ASocketThatACrashLeftIsTakenOver) {
  {
    const descriptor left(::socket(AF_UNIX, SOCK_STREAM, 0));
    const auto where = handover::address_of(dir_);
    ASSERT_EQ(
        ::bind(left.get(), reinterpret_cast<const sockaddr*>(&where->name), sizeof where->name), 0);
  }
  EXPECT_EQ(ask({"info"}).value(), std::nullopt);
  const handover_server server(dir_, [](handed_command) { return 5; });
  EXPECT_EQ(ask({"info"}).value(), 5);
}

TEST_F(Handover, TheOwnerGetsArgumentsFolderAndDescriptors) {
  const std::vector<std::string> argv{"status", "DIR", "", "å ä\n", std::string(200'000, 'x')};
  handed_command seen;
  bool same = true;
  const handover_server server(dir_, [&](handed_command command) {
    for (int i = 0; i < 3; ++i) same = same && same_file(command.standard[i].get(), i);
    seen = std::move(command);
    return 3;
  });
  EXPECT_EQ(ask(argv).value(), 3);
  EXPECT_EQ(seen.argv, argv);
  EXPECT_EQ(seen.cwd, "/work");
  EXPECT_TRUE(same);
  EXPECT_EQ(fs::status(dir_ / "socket").permissions(), fs::perms(0600));
}

TEST_F(Handover, TheCommandWritesToTheClientsOutput) {
  const handover_server server(dir_, [](handed_command command) {
    return ::write(command.standard[1].get(), "hello", 5) == 5 ? 0 : 1;
  });
  channel output;
  EXPECT_EQ(exit_code_of(ask_from_a_process({"export"}, output)), 0);
  EXPECT_EQ(output.read_all(), "hello");
}

TEST_F(Handover, AClosedOutputIsAnErrorOfTheCommandNotTheEndOfTheOwner) {
  const handover_server server(dir_, [](handed_command command) {
    return ::write(command.standard[1].get(), "hello", 5) < 0 && errno == EPIPE ? 7 : 1;
  });
  channel output;
  output.out = descriptor();
  EXPECT_EQ(exit_code_of(ask_from_a_process({"export"}, output)), 7);
}

TEST_F(Handover, ThePathMayBeLongerThanAnAddress) {
  for (int i = 0; i < 8; ++i) dir_ /= "a-folder-with-a-long-name";
  fs::create_directories(dir_);
  ASSERT_GT(dir_.string().size(), sizeof sockaddr_un{}.sun_path);
  EXPECT_EQ(ask({"info"}).value(), std::nullopt);
  const handover_server server(dir_, [](handed_command) { return 4; });
  EXPECT_EQ(ask({"info"}).value(), 4);
}

TEST_F(Handover, AnExceptionIsToldToTheClientWithCodeOne) {
  const handover_server server(dir_, [](handed_command) -> int { throw world_error("disk"); });
  channel errors;
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(errors.in.get(), 2);
    ::_exit(ask({"info"}).value().value_or(99));
  }
  EXPECT_EQ(exit_code_of(child), 1);
  EXPECT_EQ(errors.read_all(), "stegvis: disk\n");
}

TEST_F(Handover, AnOwnerThatHangsIsToldApartAndNothingRuns) {
  // Listens, but never accepts: what a stopped owner looks like.
  const descriptor hung(::socket(AF_UNIX, SOCK_STREAM, 0));
  const auto where = handover::address_of(dir_);
  ASSERT_EQ(::bind(hung.get(), reinterpret_cast<const sockaddr*>(&where->name), sizeof where->name),
            0);
  ASSERT_EQ(::listen(hung.get(), 4), 0);
  EXPECT_EQ(ask({"append"}, 20ms).error().code, errc::locked);
}

TEST_F(Handover, AnOwnerThatHangsHoldsNothingOfItsClient) {
  const descriptor hung(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto where = handover::address_of(dir_);
  ASSERT_EQ(::bind(hung.get(), reinterpret_cast<const sockaddr*>(&where->name), sizeof where->name),
            0);
  ASSERT_EQ(::listen(hung.get(), 4), 0);
  channel output;
  const pid_t client = ::fork();
  if (client == 0) {
    ::dup2(output.in.get(), 1);
    ::_exit(ask({"status"}, 20ms).has_value() ? 0 : 11);
  }
  EXPECT_EQ(exit_code_of(client), 11);
  // Ends only if nobody else has the client's output: not even a request that waits unread.
  EXPECT_EQ(output.read_all(), "");
}

TEST_F(Handover, AnOwnerWithoutDescriptorsLetsCommandsWaitAndRunsThemOnce) {
  std::atomic<int> runs = 0;
  const handover_server server(dir_, [&](handed_command) { return ++runs, 8; });
  channel allowed, connected;
  const pid_t client = ::fork();
  if (client == 0) {
    char c = 0;
    (void)!::read(allowed.out.get(), &c, 1);
    const auto where = handover::address_of(dir_);
    const descriptor fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&where->name), sizeof where->name);
    (void)!::write(connected.in.get(), "c", 1);
    handover::send_all(fd.get(), handover::encode({"/", {"status"}}));
    handover::receive_all(fd.get(), {&c, 1});
    handover::send_with(fd.get(), {&handover::go, 1}, {0, 1, 2});
    std::array<char, 5> end{};
    handover::receive_all(fd.get(), end);
    ::_exit(end[4]);
  }
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  const rlimit none{static_cast<rlim_t>(lowest_free), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  ASSERT_EQ(::write(allowed.in.get(), "a", 1), 1);
  char c = 0;
  ASSERT_EQ(::read(connected.out.get(), &c, 1), 1);
  EXPECT_EQ(runs, 0);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(exit_code_of(client), 8);
  EXPECT_EQ(runs, 1);
}

TEST_F(Handover, ACommandOfAClientThatGaveUpNeverRuns) {
  int runs = 0;
  handover_server server(dir_, [&](handed_command) { return ++runs, 0; });
  {
    const auto where = handover::address_of(dir_);
    const descriptor client(::socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&where->name),
                        sizeof where->name),
              0);
    ASSERT_TRUE(handover::send_all(client.get(), handover::encode({"/", {"append"}})));
    char said = 0;
    ASSERT_TRUE(handover::receive_all(client.get(), {&said, 1}));
    EXPECT_EQ(said, handover::accepted);
  }
  server.stop();
  EXPECT_EQ(runs, 0);
}

TEST_F(Handover, MalformedRequestsAreDroppedAndTheServerGoesOn) {
  const handover_server server(dir_, [](handed_command) { return 6; });
  const auto good = handover::encode({"/", {"append"}});
  for (const auto& bytes : {std::string("GET / HTTP/1.1\r\n"), "SGHO" + std::string(4, '\xff'),
                            "SGHO" + handover::number(4) + handover::number(9)}) {
    const auto where = handover::address_of(dir_);
    const descriptor client(::socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&where->name),
                        sizeof where->name),
              0);
    ASSERT_TRUE(handover::send_all(client.get(), bytes));
    char said = 0;
    EXPECT_FALSE(handover::receive_all(client.get(), {&said, 1}));
  }
  EXPECT_EQ(ask({"info"}).value(), 6);
}

// Runs until it is told to stop; says when it started.
handover_server::runner until_stopped(std::counting_semaphore<>& started) {
  return [&](handed_command command) {
    std::binary_semaphore stopped(0);
    const std::stop_callback told(command.stop, [&] { stopped.release(); });
    started.release();
    stopped.acquire();
    return 130;
  };
}

TEST_F(Handover, AnInterruptOfTheClientStopsTheCommand) {
  for (const int signal : {SIGINT, SIGTERM}) {
    std::counting_semaphore<> started(0);
    const handover_server server(dir_, until_stopped(started));
    channel output;
    const auto client = ask_from_a_process({"import"}, output);
    started.acquire();
    ::kill(client, signal);
    EXPECT_EQ(exit_code_of(client), 130);
  }
}

TEST_F(Handover, AClientThatIsKilledStopsItsCommand) {
  std::counting_semaphore<> started(0);
  handover_server server(dir_, until_stopped(started));
  channel output;
  const auto client = ask_from_a_process({"import"}, output);
  started.acquire();
  ::kill(client, SIGKILL);
  EXPECT_EQ(exit_code_of(client), 1000 + SIGKILL);
  server.stop();
}

TEST_F(Handover, CancelEndsWhatRunsAndStopWaitsForIt) {
  std::counting_semaphore<> started(0);
  handover_server server(dir_, until_stopped(started));
  auto answer = std::async(std::launch::async, [&] { return ask({"relay"}).value(); });
  started.acquire();
  server.cancel();
  server.stop();
  EXPECT_EQ(answer.get(), 130);
  EXPECT_EQ(ask({"info"}).value(), std::nullopt);
}

TEST_F(Handover, AtTheLimitCommandsWaitForTheirTurn) {
  constexpr int more = 3;
  std::counting_semaphore<> started(0), go(0);
  std::atomic<int> running = 0, most = 0;
  const handover_server server(dir_, [&](handed_command) {
    const int now = ++running;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    started.release();
    go.acquire();
    --running;
    return 0;
  });
  std::vector<std::future<std::optional<int>>> answers;
  for (std::size_t i = 0; i < handed_commands_max + more; ++i) {
    answers.push_back(std::async(std::launch::async, [&] { return ask({"status"}).value(); }));
  }
  for (std::size_t i = 0; i < handed_commands_max; ++i) started.acquire();
  EXPECT_EQ(ask({"status"}, 20ms).error().code, errc::locked);
  for (std::size_t i = 0; i < handed_commands_max + more; ++i) go.release();
  for (auto& answer : answers) EXPECT_EQ(answer.get(), 0);
  EXPECT_EQ(most, static_cast<int>(handed_commands_max));
}

}  // namespace
}  // namespace stegvis

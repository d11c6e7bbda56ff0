#pragma once
// One owner, many commands: a command that finds a ledger's owner hands it its arguments, its
// folder and its standard descriptors over DIR/socket, and returns the exit code it gets back.
//
// Stream, numbers big-endian. Client: magic "SGHO", length u32 of what follows, then cwd and each
// argument as length u32 and bytes. Owner: 'A' accepted (or 'R' refused: other user). Client: 'G'
// go, and with it the three descriptors (SCM_RIGHTS). Only then does the command run, so one that
// gave up waiting has never run, and an owner that hangs holds nothing of its client. 'R' now: the
// owner has no descriptors left; nothing ran. Later the client may send 'C' (cancel); closing means
// the same. At last the owner sends 'X' and the exit code i32.
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "events/descriptor.hpp"
#include "events/error.hpp"

namespace stegvis {

inline constexpr std::size_t handed_commands_max = 32;
inline constexpr std::size_t handed_bytes_max = 4 << 20;  // arguments and folder

// Hands a command to the owner of the ledger in `dir` and waits until it has run there. The exit
// code; nothing if nobody listens. locked: the owner did not accept it in time, belongs to another
// user or has no descriptors left; it will not run. bad_argument: too long. Throws world_error if
// the owner went away after accepting: whether the command ran is then unknown.
// SIGINT and SIGTERM of this thread cancel the command at the owner; a second one gives up waiting
// and returns 130. Other threads of the process must block both.
[[nodiscard]] result<std::optional<int>> hand_over(const std::filesystem::path& dir,
                                                   std::span<const std::string> argv,
                                                   const std::filesystem::path& cwd,
                                                   std::chrono::milliseconds timeout);

struct handed_command {
  std::vector<std::string> argv;
  std::filesystem::path cwd;           // relative paths in argv start here
  std::array<descriptor, 3> standard;  // the client's stdin, stdout, stderr
  std::stop_token stop;                // the client was interrupted or went away
};

// Listens on DIR/socket, mode 0600, for commands of the same user (and root). Each runs in a thread
// of its own with SIGPIPE blocked, at most `handed_commands_max` at a time, and no more than the
// process has descriptors for; others wait for their turn until their client's timeout. Only the
// ledger's owner may make one: it takes over a socket that a crash left. Exceptions of `run` give
// exit code 1, their text goes to the client's stderr.
class handover_server {
 public:
  using runner = std::function<int(handed_command)>;

  // Throws world_error if it cannot listen.
  handover_server(const std::filesystem::path& dir, runner run);
  ~handover_server();  // stop()

  // Asks the commands that run now to end.
  void cancel();
  // Takes no more, removes the socket, waits for those that run. Not from within `run`.
  void stop();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace stegvis

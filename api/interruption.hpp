#pragma once
// SIGINT and SIGTERM while this process runs a command itself.
#include <memory>
#include <stop_token>

namespace stegvis {

// Both signals wait until somebody takes them. Before any other thread is made.
void hold_interrupts();

// While it lives, the first SIGINT or SIGTERM asks to stop, and a second ends the process at once
// with exit code 130: whatever was acknowledged is on disk. One at a time in a process, and not
// beside hand_over(), which takes the signals itself.
class interruption {
 public:
  interruption();
  ~interruption();
  std::stop_token token() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace stegvis

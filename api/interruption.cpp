#include "api/interruption.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <csignal>
#include <thread>

#include "api/exit_code.hpp"
#include "events/descriptor.hpp"

namespace stegvis {
namespace {

sigset_t interrupts() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

void hold_interrupts() {
  const sigset_t held = interrupts();
  pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

struct interruption::state {
  descriptor signals, end;
  std::stop_source stop;
  std::jthread watcher;

  void watch() {
    for (;;) {
      pollfd waiting[2]{{signals.get(), POLLIN, 0}, {end.get(), POLLIN, 0}};
      if (::poll(waiting, 2, -1) < 0) continue;
      if (waiting[1].revents != 0) return;
      signalfd_siginfo taken;
      (void)!::read(signals.get(), &taken, sizeof taken);
      if (stop.stop_requested()) ::_exit(static_cast<int>(exit_code::interrupted));
      stop.request_stop();
    }
  }
};

interruption::interruption() : state_(std::make_unique<state>()) {
  const sigset_t taken = interrupts();
  state_->signals = descriptor(::signalfd(-1, &taken, SFD_CLOEXEC));
  state_->end = descriptor(::eventfd(0, EFD_CLOEXEC));
  if (!state_->signals || !state_->end) throw world_error("cannot wait for signals");
  state_->watcher = std::jthread([s = state_.get()] { s->watch(); });
}

interruption::~interruption() {
  const std::uint64_t one = 1;
  (void)!::write(state_->end.get(), &one, sizeof one);
}

std::stop_token interruption::token() const {
  return state_->stop.get_token();
}

}  // namespace stegvis

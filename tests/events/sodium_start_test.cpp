// Goal: libsodium has chosen its code paths before main, and so before any thread: chosen later, it
// garbles what another thread has under way. Method: a program whose first call asks whether.
#include <sodium.h>

#include "events/sealing.hpp"

int main() {
  const int started = sodium_init();  // 1: it was before
  return started == 1 && stegvis::raw_key::random().bytes().size() == 32 ? 0 : 1;
}

#pragma once
// How long-running readers outlive a broker that goes away.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

#include "events/error.hpp"
#include "ingest/kafka/client.hpp"

namespace stegvis {

// Waits, or less if a stop is asked for.
inline void pause_for(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, time, [] { return false; });
}

// What is told to people while it is tried again; may be empty.
using told_failure = std::function<void(const std::string& what)>;

// Runs `attempt`, a function that gives a result and begins anew each time, until it ends. A
// failure of Kafka that may pass is an end only if it shall not go on `for_ever`; one that does not
// pass is always: broker.
template <class Attempt>
auto retry_kafka(bool for_ever, const std::stop_token& stop, const told_failure& tell,
                 Attempt&& attempt) -> decltype(attempt()) {
  using namespace std::chrono_literals;
  using std::chrono::steady_clock;
  constexpr std::chrono::milliseconds pause_min = 500ms, pause_max = 30s;
  for (auto pause = pause_min;; pause = std::min(2 * pause, pause_max)) {
    const auto begun = steady_clock::now();
    try {
      return attempt();
    } catch (const kafka_error& e) {
      if (!for_ever || e.kind != kafka_failure::retry || stop.stop_requested()) {
        return problem{e.kind == kafka_failure::fenced ? errc::fenced : errc::broker, e.what()};
      }
      if (tell) tell(e.what());
      if (steady_clock::now() - begun > 2 * pause_max) pause = pause_min;  // it went well before
    }
    pause_for(pause, stop);
  }
}

}  // namespace stegvis

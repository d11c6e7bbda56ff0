#pragma once
// A ledger rebuilt from its topics, and verified as it goes: the same canonical bytes at the same
// positions, or it stops. It has no keys: sealed fields stay sealed.
#include <functional>
#include <stop_token>
#include <string>

#include "events/ledger.hpp"
#include "ingest/kafka/client.hpp"

namespace stegvis {

// How far a follower is.
struct follow_report {
  position head{};  // complete up to here
  position told{};  // the furthest that the topics tell of
};

struct follow_options {
  kafka_settings kafka{};
  std::string stem{};
  bool until_caught_up = false;  // else until it is stopped
  std::function<void(const follow_report&)> report{};
  std::function<void(const std::string&)> say{};  // what failed and is tried again, for people
  std::stop_token stop{};
};

// Makes the folder for a ledger that the topics tell of. bad_topic if they are missing or empty,
// broker, already_exists.
[[nodiscard]] result<void> make_follower(const ledger_options& folder,
                                         const follow_options& options);

// Reads on where it was. The end: the ledger's head. Problems: event_lost (names the position; what
// was applied stays), bad_topic, broker, follower (this ledger is an owner), fenced.
[[nodiscard]] result<position> run_follower(ledger& book, const follow_options& options);

// What a promotion found.
struct promoted {
  position head{};  // the last position that was relayed; the next one may have been lost
  std::uint32_t epoch = 0;
};
// Fences the owner's relay, reads what it had relayed, and makes this ledger the owner under a new
// epoch, which the topics are told. An owner that still runs can relay no more.
[[nodiscard]] result<promoted> promote(ledger& book, const follow_options& options);

}  // namespace stegvis

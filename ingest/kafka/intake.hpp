#pragma once
// The way in from Kafka: CloudEvents on `.intake`, in either mode, become events of the ledger. How
// far a partition was read stands in the ledger, written with the events; what is committed at the
// broker never lies ahead of it. A record that is read twice answers `exists`.
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "events/ledger.hpp"
#include "ingest/kafka/client.hpp"

namespace stegvis {

struct intake_report {
  std::uint64_t records = 0, appended = 0, exists = 0;
  std::map<std::string, std::uint64_t> rejected{};  // by code
  std::uint64_t lag = 0;  // records that are there and not taken, as far as was heard
};

struct intake_options {
  kafka_settings kafka{};
  std::string stem{};
  bool allow_clear = false;      // take fields of sealed classes in clear
  bool until_caught_up = false;  // else until it is stopped
  std::function<void(const intake_report&)> report{};
  std::function<void(const std::string&)> say{};  // what failed and is tried again, for people
  std::stop_token stop{};
};

// What is refused goes to `.intake.rejected`: where it stood, its name, the code and the field,
// never a value; only then is it passed. Any number of intakes of a ledger share its partitions.
// Memory is bounded: nothing is read ahead of what the ledger takes. Problems: bad_key (it opens
// boxes and seals), follower, clock_behind, poisoned, bad_topic, broker.
[[nodiscard]] result<intake_report> run_intake(ledger& book, const intake_options& options);

}  // namespace stegvis

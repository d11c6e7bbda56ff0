#pragma once
// Where each participant stands, on NAME.status: compacted, key = participant. Written when an
// event says so and when a day brings a dated change; a tombstone once a person is forgotten.
#include <functional>
#include <stop_token>
#include <string>

#include "api/command.hpp"
#include "ingest/kafka/client.hpp"

namespace stegvis {

struct status_topic_options {
  kafka_settings kafka{};
  std::string stem{};
  bool rebuild = false;          // write everybody anew first
  bool until_caught_up = false;  // else until `stop`
  std::stop_token stop{};
  std::function<void(const std::string&)> say{};  // what failed and is tried again, for people
};

// At least once, in order for each participant. The value is what `status --json` gives, without
// caseworkers, and without units for who is protected or cannot be told not to be. How far it is
// stands in the log's notes. Problems: bad_topic, broker, corrupt, newer_version.
[[nodiscard]] result<void> write_status_topic(context& c, const status_topic_options& options);

}  // namespace stegvis

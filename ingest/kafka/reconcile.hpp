#pragma once
// Proves, for the whole of a ledger's topics, that they hold every event that was relayed: in
// order, with the same content, none from an epoch that was over. Duplicates are counted; the
// promise allows them.
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "events/ledger.hpp"
#include "ingest/kafka/client.hpp"

namespace stegvis {

struct reconciled {
  position relayed{};         // the topics say they are complete up to here
  std::uint64_t waiting = 0;  // events of the ledger behind it
  std::uint64_t events = 0, repeated = 0, checkpoints = 0;
  std::uint64_t missing = 0, extra = 0, changed = 0;  // what is wrong, by kind
  // The lowest position that something is wrong with, and what.
  std::optional<position> first_wrong{};
  std::string what{};
  bool clean() const { return missing + extra + changed == 0; }
};

struct reconcile_options {
  kafka_settings kafka{};
  std::string stem{};
  std::function<void(std::uint64_t records)> progress{};
  std::stop_token stop{};
};

// Reads the topics from their beginning to where they ended when it began. bad_topic (missing, or
// another number of partitions than it had), broker.
[[nodiscard]] result<reconciled> reconcile(const ledger& book, const reconcile_options& options);

}  // namespace stegvis

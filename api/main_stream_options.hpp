#pragma once
// What the commands that speak to Kafka have in common.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "api/command.hpp"
#include "api/settings.hpp"
#include "ingest/kafka/client.hpp"

namespace stegvis {

struct stream_arguments {
  std::string brokers, stem, config;
  bool until_caught_up = false;
};

// --kafka, --name, --config; and --until-caught-up where a command goes on for ever without it.
std::shared_ptr<stream_arguments> declare_stream(CLI::App& app, bool goes_on);

// With what stegvis.toml and the environment say.
struct stream_settings {
  kafka_settings kafka{};
  std::string stem{};
  ledger_settings from_file{};
};
// bad_argument: no brokers, or a wrong name.
[[nodiscard]] result<stream_settings> settings_for(const context& c, const stream_arguments& given);

}  // namespace stegvis

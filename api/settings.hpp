#pragma once
// stegvis.toml in a ledger's folder: what people may set. Secrets never stand in it: a property
// that ends in `_file` names a file that holds one, and the environment may give any property as
// STEGVIS_KAFKA_SASL_PASSWORD for sasl.password.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "events/error.hpp"
#include "events/ledger.hpp"

namespace stegvis {

struct ledger_settings {
  std::string name{};  // what people call the ledger; empty: not set
  stegvis::durability durability = durability::local;
  std::string brokers{};         // [kafka] brokers
  std::string stem{};            // [kafka] name: of the topics; empty: made of the ledger's name
  std::int32_t partitions = 12;  // [kafka] partitions: of `.events`, when it is made
  std::map<std::string, std::string> properties{};  // [kafka.properties]: librdkafka's
  bool allow_clear = false;  // [intake] allow_clear: take sealed classes in clear
};

// bad_argument with file and line; bad_file if a file of a secret cannot be read. A missing file is
// a ledger without settings.
[[nodiscard]] result<ledger_settings> read_settings(const std::filesystem::path& file);
// A secret's file, without the line break that editors leave at its end; nothing if it cannot be
// read.
std::optional<std::string> secret_in(const std::filesystem::path& file);
std::filesystem::path settings_file(const std::filesystem::path& ledger_folder);

// A name is 1 to 100 bytes of UTF-8 without control characters. bad_argument.
[[nodiscard]] result<void> check_ledger_name(std::string_view name);
// Replaces the file as a whole. Throws world_error.
void write_settings(const std::filesystem::path& ledger_folder, const ledger_settings& settings);
// The file of one ledger's folder for another; without one, the ledger's name. Throws world_error.
void copy_settings(const std::filesystem::path& from, const std::filesystem::path& to);
// The name set, or else the folder's; damaged settings are no reason to refuse it.
std::string ledger_name(const std::filesystem::path& ledger_folder);

}  // namespace stegvis

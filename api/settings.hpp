#pragma once
// stegvis.toml in a ledger's folder: what people may set. Today its name.
#include <filesystem>
#include <string>

#include "events/error.hpp"

namespace stegvis {

// A name is 1 to 100 bytes of UTF-8 without control characters. bad_argument.
[[nodiscard]] result<void> check_ledger_name(std::string_view name);
// Replaces the file as a whole. Throws world_error.
void write_settings(const std::filesystem::path& ledger_folder, const std::string& name);
// The name set, or else the folder's.
std::string ledger_name(const std::filesystem::path& ledger_folder);

}  // namespace stegvis

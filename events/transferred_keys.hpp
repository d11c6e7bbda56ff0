#pragma once
// Data keys out of a file that `keys export` wrote, in memory only: for who evaluates without a
// ledger.
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "events/error.hpp"
#include "events/privacy.hpp"
#include "events/sealing.hpp"

namespace stegvis {

class transferred_keys {
 public:
  // Those that are wanted; the file is read whole. bad_file, bad_key (the transfer key is another),
  // corrupt, newer_format.
  [[nodiscard]] static result<transferred_keys> read(
      const std::filesystem::path& file, const std::filesystem::path& transfer_key_file,
      const std::function<bool(std::string_view subject, privacy)>& wanted);
  // Nothing: never made, forgotten, or not wanted. Thread safe.
  std::optional<data_key> find(std::string_view subject, privacy p) const;

 private:
  std::unordered_map<std::string, raw_key> keys_;  // by the data key's name
};

}  // namespace stegvis

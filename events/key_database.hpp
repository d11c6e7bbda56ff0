#pragma once
// The database of one generation of keys: RocksDB behind what a key store needs of it.
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"

namespace stegvis {

// Thread safe. Failures of the disk throw world_error.
class key_database {
 public:
  struct entry {
    std::string key, value;
  };
  // synced: on disk at return. at_flush: after the next flush(), which may be lost until then.
  enum class durability { synced, at_flush };

  // An empty one in a folder that does not exist yet.
  static key_database create(const std::filesystem::path& folder);
  // corrupt if the folder or any of its files is damaged or gone, but for a torn last write.
  [[nodiscard]] static result<key_database> open(const std::filesystem::path& folder);
  key_database(key_database&&) noexcept;
  key_database& operator=(key_database&&) noexcept;
  ~key_database();

  std::optional<std::string> get(std::string_view key) const;
  // All or nothing.
  void write(const std::vector<entry>& entries, durability when);
  // In key order, those whose key starts with the prefix, as they were when it started.
  void for_each(
      std::string_view prefix,
      const std::function<void(std::string_view key, std::string_view value)>& visit) const;
  bool any(std::string_view prefix) const;
  void flush();

 private:
  struct state;
  explicit key_database(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

}  // namespace stegvis

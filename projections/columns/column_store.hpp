#pragma once
// What columns keep on disk: a head, dictionary entries and chunks, in one RocksDB. README.md has
// the keys. Knows nothing of what the bytes say. Reading and writing by one thread at a time.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"

namespace stegvis {

// Another has the store open: it is whole, and nothing of it may be removed.
struct store_in_use : world_error {
  using world_error::world_error;
};

class column_store {
 public:
  // Makes it if there is none. Throws world_error, and so does everything else.
  explicit column_store(const std::filesystem::path& folder);
  ~column_store();

  std::optional<std::string> head() const;
  // By number, which must count from 0 without gaps.
  void each_entry(const std::function<void(std::string_view bytes)>& visit) const;
  void each_chunk(const std::function<void(std::string_view bytes)>& visit) const;
  std::string chunk(std::uint32_t number) const;

  // All of a step at once: after a crash all of it is there, or nothing.
  struct step {
    struct numbered {
      std::uint32_t number = 0;
      std::function<std::string()> bytes;  // called once
    };
    std::vector<numbered> chunks{};  // ascending
    std::size_t chunk_bytes = 0;   // about, of all
    std::uint32_t first_entry = 0;
    std::span<const std::string> entries{};
    std::string_view head{};
  };
  void write(const step&);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace stegvis

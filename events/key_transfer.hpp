#pragma once
// The file in which keys travel from one ledger to another, encrypted under a transfer key.
//
//   "SGKX" | format version u32 big-endian (1) | stream header (24)
//   chunks: length u32 big-endian | libsodium secretstream (XChaCha20-Poly1305) of whole records
//   record: kind (1) | name length u16 | value length u16 | name | value
//
// The last chunk bears the final tag, so a file cut short is noticed. Records of a reader are to be
// believed only after `for_each_key` has returned without a problem.
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "events/error.hpp"
#include "events/sealing.hpp"

namespace stegvis {

struct transferred_key {
  char kind = 0;
  std::string_view name, value;
};

// Writes FILE.partial, mode 0600, and gives it its name in finish(), synced. An unfinished one is
// removed. Throws world_error; one thread at a time.
class key_transfer_writer {
 public:
  // already_exists if there is such a file.
  [[nodiscard]] static result<key_transfer_writer> create(const std::filesystem::path& file,
                                                          const raw_key& key);
  key_transfer_writer(key_transfer_writer&&) noexcept;
  ~key_transfer_writer();

  void add(const transferred_key& record);
  void finish();

 private:
  struct state;
  explicit key_transfer_writer(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

// Gives each record to `visit`, which may refuse it and so end the reading. bad_file, bad_key (the
// transfer key is another), corrupt, newer_format, or what `visit` said. Memory stays flat.
[[nodiscard]] result<void> for_each_key(
    const std::filesystem::path& file, const raw_key& key,
    const std::function<result<void>(const transferred_key& record)>& visit);

}  // namespace stegvis

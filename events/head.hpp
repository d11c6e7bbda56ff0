#pragma once
// The `head` file of a ledger's folder: which ledger this is, how far it has acknowledged, and who
// owns it. Three pages of 4,096 bytes, numbers little-endian, the rest zero:
//
//   page 0     "stegvis\n", format u32, ledger id 16 bytes, crc32c u32 of the 28 bytes before
//   page 1, 2  sequence u64, position u64, epoch u32, crc32c u32 of the 20 bytes before
//
// Pages 1 and 2 are written in turn; the valid one with the higher sequence counts.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "events/descriptor.hpp"
#include "events/types.hpp"

namespace stegvis {

// The layout of the whole ledger folder. Builds read this one and the one before.
constexpr std::uint32_t ledger_format = 1;

// Mapped into memory. One thread at a time; only the process that holds the lock may store, others
// may load beside it. Failures of the disk throw world_error.
class head_file {
 public:
  // A new file with position 0 and epoch 1, on disk at return; a random id, if none is given.
  // already_exists if there is one.
  [[nodiscard]] static result<std::unique_ptr<head_file>> create(const std::string& path,
                                                                 std::string_view id = {});
  // Changes nothing. no_ledger if there is no file, corrupt if page 0 or both of the others are
  // damaged, newer_format.
  [[nodiscard]] static result<std::unique_ptr<head_file>> open(const std::string& path);
  head_file(const head_file&) = delete;
  head_file& operator=(const head_file&) = delete;
  ~head_file();

  // Makes this process the owner until the object or the process dies; false if another is.
  [[nodiscard]] bool try_lock();

  position load() const;
  // Never moves back. Survives kill -9 at any point. Power loss may bring an earlier value back,
  // never a torn one, nor one beyond what was stored: store what is synced.
  void store(position);

  std::uint32_t epoch() const;
  // On disk at return.
  void store_epoch(std::uint32_t);

  // 32 hexadecimal digits, the ledger's for ever.
  const std::string& id() const { return id_; }
  // Brings what was stored to disk: for a clean close.
  void sync();

 private:
  struct slot;
  head_file(descriptor file, std::string id, char* pages);
  slot newest() const;
  void write(slot);

  descriptor file_;
  std::string id_;
  char* pages_;  // the mapping, owned
};

}  // namespace stegvis

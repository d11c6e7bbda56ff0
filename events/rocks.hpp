#pragma once
// What the parts of events/ that stand on RocksDB share. Only sources include this header.
#include <rocksdb/db.h>

#include <optional>
#include <string>
#include <string_view>

#include "events/types.hpp"

namespace stegvis {

inline rocksdb::Slice to_slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
inline std::string_view to_view(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

// 8 bytes, big-endian: byte order is ledger order.
std::string position_key(position);
position key_position(const rocksdb::Slice& key);

// The one place where a status becomes ours. Damaged or missing files are a `corrupt` problem that
// starts with `what`; nullopt if all is well; any other failure throws world_error.
[[nodiscard]] std::optional<problem> damage_in(const rocksdb::Status&, const std::string& what);
// For whatever cannot be damage, a write above all: throws world_error unless ok.
void require(const rocksdb::Status&, const std::string& what);

// What every database of a ledger wants: nothing logged beside it, no time-driven rewriting, no
// retries of its own after a failed write, lz4 (or snappy). `env`: nullptr = the system's.
rocksdb::Options rocks_options(rocksdb::Env* env);

}  // namespace stegvis

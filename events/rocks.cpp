#include "events/rocks.hpp"

#include <rocksdb/convenience.h>
#include <rocksdb/env.h>

#include <algorithm>

namespace stegvis {
namespace {

// Opening a database, even read-only, would otherwise write a LOG into its folder.
class silent_logger : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::CompressionType compression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  const auto has = [&](auto type) {
    return std::find(supported.begin(), supported.end(), type) != supported.end();
  };
  if (has(rocksdb::kLZ4Compression)) return rocksdb::kLZ4Compression;
  return has(rocksdb::kSnappyCompression) ? rocksdb::kSnappyCompression : rocksdb::kNoCompression;
}

}  // namespace

std::string position_key(position p) {
  std::string key(8, '\0');
  for (int i = 7; i >= 0; --i, p.value >>= 8)
    key[static_cast<std::size_t>(i)] = static_cast<char>(p.value & 0xff);
  return key;
}

position key_position(const rocksdb::Slice& key) {
  STEGVIS_ASSERT(key.size() == 8);
  position p;
  for (std::size_t i = 0; i < 8; ++i) p.value = p.value << 8 | static_cast<unsigned char>(key[i]);
  return p;
}

std::optional<problem> damage_in(const rocksdb::Status& status, const std::string& what) {
  if (status.ok()) return std::nullopt;
  if (status.IsCorruption() || status.IsPathNotFound())
    return problem(errc::corrupt, what + ": " + status.ToString());
  throw world_error(what + ": " + status.ToString());
}

void require(const rocksdb::Status& status, const std::string& what) {
  if (!status.ok()) throw world_error(what + ": " + status.ToString());
}

rocksdb::Options rocks_options(rocksdb::Env* env) {
  rocksdb::Options options;
  if (env != nullptr) options.env = env;
  options.info_log = std::make_shared<silent_logger>();
  options.compression = compression();
  // Left alone, RocksDB rewrites files older than thirty days.
  options.ttl = 0;
  options.periodic_compaction_seconds = 0;
  options.max_bgerror_resume_count = 0;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_background_jobs = 2;
  options.bytes_per_sync = 1 << 20;
  return options;
}

}  // namespace stegvis

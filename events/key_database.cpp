#include "events/key_database.hpp"

#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include "events/rocks.hpp"

namespace stegvis {
namespace {

constexpr std::size_t write_buffer_bytes = 16 << 20;
constexpr std::size_t block_cache_bytes = 32 << 20;
constexpr double memtable_filter_share = 0.05;
constexpr int filter_bits_per_key = 10;

void must(const rocksdb::Status& status) {
  if (!status.ok()) throw world_error("key database: " + status.ToString());
}

rocksdb::Options options_for(bool create) {
  rocksdb::Options options = rocks_options(nullptr);
  options.create_if_missing = create;
  options.error_if_exists = create;
  // The default would silently drop every key behind a damaged byte of the log.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.write_buffer_size = write_buffer_bytes;
  // Most look-ups of an import are for keys that are not there yet.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = memtable_filter_share;
  options.compression = rocksdb::kNoCompression;  // Wrapped keys look random.
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(filter_bits_per_key));
  table.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

struct key_database::state {
  std::unique_ptr<rocksdb::DB> db;
};

key_database::key_database(std::unique_ptr<state> s) : state_(std::move(s)) {}
key_database::key_database(key_database&&) noexcept = default;
key_database& key_database::operator=(key_database&&) noexcept = default;
key_database::~key_database() = default;

key_database key_database::create(const std::filesystem::path& folder) {
  rocksdb::DB* db = nullptr;
  must(rocksdb::DB::Open(options_for(true), folder.string(), &db));
  auto made = std::make_unique<state>();
  made->db.reset(db);
  return key_database(std::move(made));
}

result<key_database> key_database::open(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / "CURRENT")) {
    return problem(errc::corrupt, "no key database in " + folder.string());
  }
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(options_for(false), folder.string(), &db);
  if (status.IsCorruption()) {
    return problem(errc::corrupt, "the key database in " + folder.string() + " is damaged");
  }
  must(status);
  auto made = std::make_unique<state>();
  made->db.reset(db);
  return key_database(std::move(made));
}

std::optional<std::string> key_database::get(std::string_view key) const {
  std::string value;
  const auto status = state_->db->Get({}, to_slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  must(status);
  return value;
}

void key_database::write(const std::vector<entry>& entries, durability when) {
  rocksdb::WriteBatch batch;
  for (const auto& [key, value] : entries) must(batch.Put(key, value));
  rocksdb::WriteOptions options;
  options.sync = when == durability::synced;
  options.disableWAL = when == durability::at_flush;
  must(state_->db->Write(options, &batch));
}

void key_database::for_each(
    std::string_view prefix,
    const std::function<void(std::string_view key, std::string_view value)>& visit) const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(state_->db->NewIterator(options));
  const auto wanted = to_slice(prefix);
  for (at->Seek(wanted); at->Valid() && at->key().starts_with(wanted); at->Next()) {
    visit(to_view(at->key()), to_view(at->value()));
  }
  must(at->status());
}

bool key_database::any(std::string_view prefix) const {
  const std::unique_ptr<rocksdb::Iterator> at(state_->db->NewIterator({}));
  at->Seek(to_slice(prefix));
  must(at->status());
  return at->Valid() && at->key().starts_with(to_slice(prefix));
}

void key_database::flush() {
  must(state_->db->Flush({}));
}

}  // namespace stegvis

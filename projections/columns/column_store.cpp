#include "projections/columns/column_store.hpp"

#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include "events/rocks.hpp"

namespace stegvis {
namespace {
namespace fs = std::filesystem;
constexpr char chunk_prefix = 'c', entry_prefix = 'd';
constexpr std::string_view head_key = "h";  // behind the others
constexpr std::string_view run_name = "step.run";
// From so many bytes on a step becomes a sorted file of its own: no write-ahead log, no memtable.
constexpr std::size_t run_bytes_min = 8 * 1024 * 1024;

std::string key_of(char prefix, std::uint32_t number) {
  std::string key(1, prefix);
  for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(number >> shift);
  return key;
}

rocksdb::Options store_options() {
  rocksdb::Options o = rocks_options(nullptr);
  o.create_if_missing = true;
  // Most of a chunk is ciphertext and numbers already made short: lz4 takes a quarter off, and as
  // much time as making the chunk.
  o.compression = rocksdb::kNoCompression;
  return o;
}

std::unique_ptr<rocksdb::DB> open_database(const fs::path& folder) {
  fs::create_directories(folder);
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(store_options(), folder.string(), &db);
  // RocksDB has no code of its own for this.
  if (status.IsIOError() && status.ToString().find("lock ") != std::string::npos)
    throw store_in_use("open columns: " + status.ToString());
  require(status, "open columns");
  return std::unique_ptr<rocksdb::DB>(db);
}

// Puts what a step holds by ascending key.
template <class Put>
void put_all(const column_store::step& s, Put&& put) {
  for (const auto& c : s.chunks) put(key_of(chunk_prefix, c.number), c.bytes());
  auto number = s.first_entry;
  for (const auto& entry : s.entries) put(key_of(entry_prefix, number++), entry);
  put(std::string(head_key), s.head);
}
}  // namespace

struct column_store::state {
  fs::path folder;
  std::unique_ptr<rocksdb::DB> db;

  void each(const char& prefix, const std::function<void(std::string_view)>& visit) const {
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
    std::uint32_t number = 0;
    const rocksdb::Slice start(&prefix, 1);
    for (it->Seek(start); it->Valid() && it->key().starts_with(start); it->Next()) {
      if (to_view(it->key()) != key_of(prefix, number++))
        throw world_error("read columns: a number is missing");
      visit(to_view(it->value()));
    }
    require(it->status(), "read columns");
  }
  void write_batch(const step&);
  void write_run(const step&);
};

// Not synced: a step that is lost is folded again.
void column_store::state::write_batch(const step& s) {
  rocksdb::WriteBatch batch;
  put_all(s, [&](const std::string& key, std::string_view value) {
    require(batch.Put(key, to_slice(value)), "write columns");
  });
  require(db->Write({}, &batch), "write columns");
}

void column_store::state::write_run(const step& s) {
  const fs::path path = folder / run_name;
  rocksdb::SstFileWriter run(rocksdb::EnvOptions(), store_options());
  require(run.Open(path.string()), "write columns");
  put_all(s, [&](const std::string& key, std::string_view value) {
    require(run.Put(key, to_slice(value)), "write columns");
  });
  require(run.Finish(), "write columns");
  rocksdb::IngestExternalFileOptions how;
  how.move_files = true;
  require(db->IngestExternalFile({path.string()}, how), "write columns");
}

column_store::column_store(const fs::path& folder) : state_(std::make_unique<state>()) {
  state_->folder = folder;
  state_->db = open_database(folder);
  fs::remove(folder / run_name);  // of a step that a crash cut off
}
column_store::~column_store() = default;

std::optional<std::string> column_store::head() const {
  std::string bytes;
  const auto status = state_->db->Get({}, to_slice(head_key), &bytes);
  if (status.IsNotFound()) return std::nullopt;
  require(status, "read columns");
  return bytes;
}

void column_store::each_entry(const std::function<void(std::string_view)>& visit) const {
  state_->each(entry_prefix, visit);
}
void column_store::each_chunk(const std::function<void(std::string_view)>& visit) const {
  state_->each(chunk_prefix, visit);
}

std::string column_store::chunk(std::uint32_t number) const {
  std::string bytes;
  require(state_->db->Get({}, key_of(chunk_prefix, number), &bytes), "read columns");
  return bytes;
}

void column_store::write(const step& s) {
  if (s.chunk_bytes < run_bytes_min)
    state_->write_batch(s);
  else
    state_->write_run(s);
}

}  // namespace stegvis

#include "events/block_log.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>

#include "events/rocks.hpp"

namespace stegvis {
namespace {

using rocksdb::WALRecoveryMode;

constexpr std::size_t write_buffer_bytes = 64 << 20;
constexpr std::size_t table_block_bytes = 32 << 10;  // lone records share one; full blocks fill it
constexpr std::size_t readahead_bytes = 2 << 20;
constexpr std::uint32_t stride = 16;  // records from one directory entry to the next

constexpr auto notes_family = "notes";

std::string at_text(position p) {
  return "position " + std::to_string(p.value);
}

// Size of the record at the front by its header alone; 0 if the block ends before it does. Whoever
// hands a record out checks it with read_record.
std::size_t record_bytes(std::string_view block) {
  std::uint32_t payload;
  if (block.size() < record_header_bytes) return 0;
  std::memcpy(&payload, block.data(), sizeof payload);
  const std::size_t bytes = record_header_bytes + payload;
  return bytes <= block.size() ? bytes : 0;
}

// False if the block has fewer whole records than that.
bool skip_records(std::string_view& block, std::uint64_t records) {
  for (; records != 0; --records) {
    const auto bytes = record_bytes(block);
    if (bytes == 0) return false;
    block.remove_prefix(bytes);
  }
  return true;
}

std::uint32_t get_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t n;
  std::memcpy(&n, bytes.data() + at, sizeof n);
  return n;
}

// What stands behind a block's records; empty unless they are 1 to 256 whole ones.
std::string footer_of(std::string_view records) {
  std::string footer;
  std::uint32_t count = 0;
  const auto put = [&](std::size_t n) {
    const auto number = static_cast<std::uint32_t>(n);
    footer.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  for (auto rest = records; !rest.empty(); ++count) {
    if (count != 0 && count % stride == 0) put(records.size() - rest.size());
    const auto bytes = record_bytes(rest);
    if (bytes == 0 || count == block_records_max) return {};
    rest.remove_prefix(bytes);
  }
  if (count != 0) put(count);
  return footer;
}

// A stored block, under the position of its last record.
struct block {
  position first;
  std::uint32_t count = 0;  // 0: this is no block
  std::string_view records{}, directory{};

  block(const rocksdb::Slice& key, const rocksdb::Slice& value) {
    const auto bytes = to_view(value);
    if (bytes.size() < sizeof count) return;
    const auto n = get_u32(bytes, bytes.size() - sizeof count);
    if (n == 0 || n > block_records_max || n > key_position(key).value) return;
    const std::size_t footer = sizeof count * (1 + (n - 1) / stride);
    if (bytes.size() < footer) return;
    records = bytes.substr(0, bytes.size() - footer);
    directory = bytes.substr(records.size());
    first = {key_position(key).value - n + 1};
    count = n;
  }
  bool holds(position p) const { return p >= first && p.value - first.value < count; }
  // The records from this one on; empty if the directory is wrong.
  std::string_view from(position p) const {
    const auto index = p.value - first.value;
    auto rest = records;
    if (index >= stride)
      rest.remove_prefix(std::min<std::size_t>(
          get_u32(directory, sizeof count * (index / stride - 1)), rest.size()));
    return skip_records(rest, index % stride) ? rest : std::string_view();
  }
};

rocksdb::Options log_database_options(const log_options& o, WALRecoveryMode mode) {
  auto options = rocks_options(o.env);
  options.create_if_missing = o.create;
  options.create_missing_column_families = true;
  options.error_if_exists = o.create;
  options.wal_recovery_mode = mode;
  options.write_buffer_size = write_buffer_bytes;
  options.max_total_wal_size = 2 * write_buffer_bytes;  // notes, small as they are, hold no more
  options.max_write_buffer_number = 4;
  options.allow_concurrent_memtable_write = false;  // There is one writer.
  options.enable_write_thread_adaptive_yield = false;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = table_block_bytes;
  // Shortened index keys would send some reads to the neighbouring block first.
  table.index_shortening = rocksdb::BlockBasedTableOptions::IndexShorteningMode::kNoShortening;
  table.block_cache = rocksdb::NewLRUCache(o.cache_bytes);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// What a recovery mode finds: everything up to `last`, and whether something lies beyond a gap.
struct findings {
  rocksdb::Status status{};
  position last{};
  bool gap = false;
};

// Walks from the last block that is in a table file: all behind it comes from the write-ahead log,
// whose reader takes zeroes for room set aside and may go on behind them.
findings walk_tail(rocksdb::DB& db) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  std::erase_if(files, [](const auto& f) { return f.column_family_name == notes_family; });
  std::string from = position_key({1});
  for (const auto& file : files) from = std::max(from, file.largestkey);

  rocksdb::ReadOptions reading;
  reading.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> i(db.NewIterator(reading));
  findings found;
  position expected = key_position(from);
  for (i->Seek(from); i->Valid() && !found.gap; i->Next()) {
    const block b(i->key(), i->value());
    if (!files.empty() && i->key() == from) expected = b.first;
    found.gap = b.first != expected || footer_of(b.records) != b.directory;
    if (!found.gap) expected.value += b.count;
  }
  found.status = i->status();
  found.last = {expected.value - 1};
  return found;
}

findings probe(const log_options& o, WALRecoveryMode mode) {
  rocksdb::DB* opened = nullptr;
  const auto options = log_database_options(o, mode);
  const auto status = rocksdb::DB::OpenForReadOnly(options, o.path, &opened);
  if (!status.ok()) return {.status = status};
  const std::unique_ptr<rocksdb::DB> db(opened);
  return walk_tail(*db);
}

problem missing_after(position last, position head) {
  const std::string found =
      last < head ? "the log ends at " : "the log goes on, but with a gap, behind ";
  return {errc::corrupt, found + at_text(last) + ", head says " + std::to_string(head.value) +
                             ": " + at_text(next(last)) + " is missing"};
}

// The mode in which to open the log for writing without losing anything that was acknowledged.
result<WALRecoveryMode> check_recovery(const log_options& o) {
  const auto found = probe(o, WALRecoveryMode::kTolerateCorruptedTailRecords);
  if (found.status.ok()) {
    if (found.gap || found.last < o.head) return missing_after(found.last, o.head);
    return WALRecoveryMode::kTolerateCorruptedTailRecords;
  }
  const auto damaged = damage_in(found.status, found.last == position{}
                                                   ? "the log cannot be opened"
                                                   : at_text(next(found.last)) + " cannot be read");
  const auto prefix = probe(o, WALRecoveryMode::kPointInTimeRecovery);
  if (!prefix.status.ok()) return *damaged;
  // Each write is synced before the next begins. So a damaged one is a torn, unacknowledged one
  // only if it is the last: anything whole behind it proves that it had been synced.
  const auto beyond = probe(o, WALRecoveryMode::kSkipAnyCorruptedRecords);
  const bool torn = !prefix.gap && prefix.last >= o.head && beyond.status.ok() && !beyond.gap &&
                    beyond.last == prefix.last;
  if (!torn) return missing_after(prefix.last, o.head);
  return WALRecoveryMode::kPointInTimeRecovery;
}

bool exists(const log_options& o) {
  auto* env = o.env != nullptr ? o.env : rocksdb::Env::Default();
  const auto status = env->FileExists(o.path + "/CURRENT");
  if (!status.ok() && !status.IsNotFound()) require(status, "the log's folder");
  return status.ok();
}

// RocksDB syncs its own folder, but not the entry by which that folder is found again.
void sync_parent(rocksdb::Env& env, const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path().string();
  std::unique_ptr<rocksdb::Directory> folder;
  require(env.NewDirectory(parent.empty() ? "." : parent, &folder), "the ledger's folder");
  require(folder->Fsync(), "the ledger's folder");
}

}  // namespace

struct block_log::state {
  std::string path;
  std::unique_ptr<rocksdb::DB> db;
  std::unique_ptr<rocksdb::ColumnFamilyHandle> notes;  // dies before the database
  std::atomic<std::uint64_t> last{0};
  std::atomic<bool> poisoned{false};

  void must(const rocksdb::Status& status, const std::string& doing) {
    if (!status.ok()) poisoned = true;
    require(status, "the log: " + doing);
  }
  void refuse_if_poisoned() const {
    if (poisoned) throw world_error("the log takes nothing more: an earlier write failed");
  }
};

namespace {
template <class State>
void open_database(const log_options& o, WALRecoveryMode mode, State& into) {
  const auto options = log_database_options(o, mode);
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  require(rocksdb::DB::Open(
              options, o.path,
              {{rocksdb::kDefaultColumnFamilyName, options}, {notes_family, rocks_options(o.env)}},
              &handles, &opened),
          "the log");
  into.db.reset(opened);
  opened->DestroyColumnFamilyHandle(handles[0]);
  into.notes.reset(handles[1]);
}

void put_notes(const block_log::notes& notes, rocksdb::ColumnFamilyHandle* family,
               rocksdb::WriteBatch& batch) {
  for (const auto& [key, value] : notes) {
    require(batch.Put(family, key, value), "the log: cannot gather a note");
  }
}
}  // namespace

block_log::block_log(std::unique_ptr<state> s) : state_(std::move(s)) {}
block_log::~block_log() = default;

result<std::unique_ptr<block_log>> block_log::open(const log_options& o) {
  auto mode = WALRecoveryMode::kTolerateCorruptedTailRecords;
  if (o.create && exists(o)) return problem(errc::already_exists, "there is a log in " + o.path);
  if (!o.create) {
    if (!exists(o)) return problem(errc::corrupt, "there is no log in " + o.path);
    const auto checked = check_recovery(o);
    if (!checked) return checked.error();
    mode = *checked;
  }
  auto s = std::make_unique<state>();
  s->path = o.path;
  open_database(o, mode, *s);
  auto* opened = s->db.get();
  if (o.create) sync_parent(*opened->GetEnv(), o.path);
  const auto found = walk_tail(*opened);
  require(found.status, "the log");
  if (found.gap || found.last < o.head) throw world_error("the log changed while it was opened");
  s->last = found.last.value;
  return std::unique_ptr<block_log>(new block_log(std::move(s)));
}

void block_log::append(position first, std::span<const std::string_view> blocks,
                       std::span<const std::uint32_t> counts, const notes& beside) {
  state_->refuse_if_poisoned();
  STEGVIS_ASSERT(first == stegvis::next(this->last()));
  STEGVIS_ASSERT(!blocks.empty() && blocks.size() == counts.size());
  std::size_t bytes = 0;
  for (const auto records : blocks) bytes += records.size() + 128;
  rocksdb::WriteBatch batch(bytes);
  position last = {first.value - 1};
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto footer = footer_of(blocks[i]);
    STEGVIS_ASSERT(!footer.empty() && get_u32(footer, footer.size() - 4) == counts[i]);
    last.value += counts[i];
    const auto key = position_key(last);
    const rocksdb::Slice key_slice(key);
    const rocksdb::Slice value[] = {to_slice(blocks[i]), to_slice(footer)};
    state_->must(batch.Put({&key_slice, 1}, {value, 2}), "cannot gather a batch");
  }
  put_notes(beside, state_->notes.get(), batch);
  rocksdb::WriteOptions writing;
  writing.sync = true;
  state_->must(state_->db->Write(writing, &batch), "cannot append at " + at_text(first));
  state_->last.store(last.value, std::memory_order_release);
}

void block_log::write_notes(const notes& beside, bool is_synced) {
  state_->refuse_if_poisoned();
  rocksdb::WriteBatch batch;
  put_notes(beside, state_->notes.get(), batch);
  rocksdb::WriteOptions writing;
  writing.sync = is_synced;
  state_->must(state_->db->Write(writing, &batch), "cannot note");
}

std::optional<std::string> block_log::note(std::string_view key) const {
  std::string value;
  const auto status = state_->db->Get({}, state_->notes.get(), to_slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  require(status, "the log: cannot read a note");
  return value;
}

void block_log::flush() {
  state_->refuse_if_poisoned();
  state_->must(state_->db->Flush({}), "cannot flush");
  state_->must(state_->db->Flush({}, state_->notes.get()), "cannot flush notes");
}

position block_log::last() const {
  return {state_->last.load(std::memory_order_acquire)};
}

std::uint64_t block_log::disk_bytes() const {
  std::vector<rocksdb::Env::FileAttributes> files;
  require(state_->db->GetEnv()->GetChildrenFileAttributes(state_->path, &files), "the log");
  std::uint64_t sum = 0;
  for (const auto& file : files) sum += file.size_bytes;
  return sum;
}

result<std::string> block_log::read_record_bytes(position at) const {
  auto found = read_many({&at, 1});
  if (!found) return found.error();
  return std::move(found->front());
}

result<std::vector<std::string>> block_log::read_many(std::span<const position> wanted) const {
  const std::unique_ptr<rocksdb::Iterator> i(state_->db->NewIterator({}));
  std::vector<std::string> records;
  records.reserve(wanted.size());
  std::optional<block> b;  // under the iterator
  position before;
  for (const auto p : wanted) {
    STEGVIS_ASSERT(p.value != 0 && p <= last() && before <= p);
    before = p;
    if (!b || !b->holds(p)) {
      i->Seek(position_key(p));
      if (auto damaged = damage_in(i->status(), at_text(p) + " cannot be read")) return *damaged;
      if (i->Valid()) b.emplace(i->key(), i->value());
      if (!i->Valid() || !b->holds(p)) return problem(errc::corrupt, at_text(p) + " is missing");
    }
    const auto rest = b->from(p);
    const auto record = read_record(rest);
    if (!record) return problem(record.error().code, at_text(p) + ": " + record.error().message);
    records.emplace_back(rest.substr(0, record->bytes));
  }
  return records;
}

struct block_log::cursor::state {
  std::unique_ptr<rocksdb::Iterator> blocks;
  bool started = false;
};

block_log::cursor::cursor(const block_log& log, position first, position last)
    : state_(std::make_unique<state>()), at_(first), last_(std::min(last, log.last())) {
  STEGVIS_ASSERT(first.value != 0);
  rocksdb::ReadOptions reading;
  reading.readahead_size = readahead_bytes;
  reading.fill_cache = false;
  state_->blocks.reset(log.state_->db->NewIterator(reading));
}
block_log::cursor::cursor(cursor&&) noexcept = default;
block_log::cursor::~cursor() = default;

bool block_log::cursor::fail(const std::string& what) {
  damage_ = problem(errc::corrupt, at_text(at_) + " " + what);
  return false;
}

// Brings the block that holds `at_`, with `rest_` from that record on.
bool block_log::cursor::next_block() {
  auto& blocks = *state_->blocks;
  if (state_->started) {
    blocks.Next();
  } else {
    blocks.Seek(position_key(at_));
  }
  damage_ = damage_in(blocks.status(), at_text(at_) + " cannot be read");
  if (damage_) return false;
  if (!blocks.Valid()) return fail("is missing");
  const block b(blocks.key(), blocks.value());
  if (!b.holds(at_) || (state_->started && b.first != at_)) return fail("is missing");
  state_->started = true;
  rest_ = b.from(at_);
  return !rest_.empty() || fail("cannot be read: its block is damaged");
}

bool block_log::cursor::next(record_view& record, position& at) {
  if (damage_ || at_ > last_) return false;
  if (rest_.empty() && !next_block()) return false;
  const auto read = read_record(rest_);
  if (!read) {
    damage_ = problem(read.error().code, at_text(at_) + ": " + read.error().message);
    return false;
  }
  record = *read;
  at = at_;
  rest_.remove_prefix(record.bytes);
  at_ = stegvis::next(at_);
  return true;
}

}  // namespace stegvis

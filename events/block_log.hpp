#pragma once
// The truth: every record of the ledger, in blocks, in RocksDB under DIR/log.
//
//   key    position of the block's last record, 8 bytes big-endian
//   value  1 to 256 records (events/event.hpp), one behind the other; where records 16, 32, ...
//          begin, u32 each; the number of records, u32. Little-endian; lz4 by RocksDB
//
// Beside the blocks, in a column family of its own, stand notes: how far sources were read whose
// events the blocks hold. Key and value are texts of whoever writes them; a note is replaced.
//
// Under its last position a block is found with one seek that touches no other block; under its
// first, RocksDB reads both neighbours. The offsets spare walking half a block for one record.
// Nothing is ever rewritten: keys only ascend, so files never overlap and are moved, not merged.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/event.hpp"

namespace rocksdb {
class Env;
}

namespace stegvis {

constexpr std::size_t block_records_max = 256;

struct log_options {
  std::string path;             // the folder, DIR/log
  rocksdb::Env* env = nullptr;  // not owned; nullptr = the system's
  position head{};              // the last acknowledged position: all up to it must be there
  bool create = false;          // a new, empty log; its parent folder must exist
  std::size_t cache_bytes = 256 << 20;  // of uncompressed blocks
};

// One thread appends and flushes; any thread reads meanwhile. Readers see a record only once it is
// synced. Failures of the disk throw world_error.
class block_log {
 public:
  using notes = std::vector<std::pair<std::string, std::string>>;

  // Recovery is checked before anything is changed: the log is read without writing, and unless
  // every position up to `head` is there, without a gap behind it either, the answer is `corrupt`,
  // names the first missing position, and leaves every byte of the folder as it was. Only a last
  // write that power loss tore, and that nobody acknowledged, is dropped. already_exists with
  // `create` if there is a log. Damage inside older blocks is found when they are read.
  [[nodiscard]] static result<std::unique_ptr<block_log>> open(const log_options&);
  ~block_log();

  // All or nothing, on disk at return. `first` is the position behind last(); blocks[i] holds
  // counts[i] whole records, 1 to 256. Throws world_error if the write or the sync failed: then it
  // is unknown whether the records are there, and every further append or flush throws too.
  // The notes are written in the same batch.
  void append(position first, std::span<const std::string_view> blocks,
              std::span<const std::uint32_t> counts, const notes& = {});
  // The same thread as append. `synced`: on disk at return, else what kill -9 leaves.
  void write_notes(const notes&, bool synced);
  std::optional<std::string> note(std::string_view key) const;
  // For a clean close: leaves no write-ahead log to replay. Not needed for durability.
  void flush();

  // The last position on disk; 0 if there is none.
  position last() const;
  // What the folder takes, in bytes.
  std::uint64_t disk_bytes() const;

  // The record's bytes, checksum checked. `corrupt` names the position. 1 <= at <= last().
  [[nodiscard]] result<std::string> read_record_bytes(position at) const;
  // The same for many, ascending: those in one block share its reading.
  [[nodiscard]] result<std::vector<std::string>> read_many(std::span<const position> at) const;

  class cursor;

 private:
  struct state;
  explicit block_log(std::unique_ptr<state>);
  std::unique_ptr<state> state_;
};

// Records in order, checked like everything that is read. Sees what was there when it was made.
// One thread; dies before its log.
class block_log::cursor {
 public:
  // Positions first to last, both included; `last` beyond the log's means to its end.
  cursor(const block_log&, position first, position last = {~std::uint64_t{0}});
  cursor(cursor&&) noexcept;
  ~cursor();

  // False at the end or at damage. The record is valid until the next call; its whole bytes are
  // the `bytes` bytes that end where the payload ends.
  bool next(record_view& record, position& at);
  // After false: what is damaged or missing, with its position; nullopt at the end.
  const std::optional<problem>& damage() const { return damage_; }

 private:
  bool next_block();
  bool fail(const std::string& what);
  struct state;
  std::unique_ptr<state> state_;
  position at_;              // of the next record
  position last_;            // inclusive
  std::string_view rest_{};  // of the current block
  std::optional<problem> damage_{};
};

}  // namespace stegvis

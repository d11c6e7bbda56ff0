#pragma once
// The ledger: a folder in which every event stands once, at one position, for ever.
//
// What survives: an event is acknowledged only after its block's write-ahead log was synced. After
// kill -9, or power loss on disks that honour sync, it is there under the same position. `head` in
// the folder tells how far the ledger acknowledged, so a log that came back shorter is found at
// open (errc::corrupt, nothing changed).
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/event.hpp"
#include "events/keys.hpp"

namespace rocksdb {
class Env;
}

namespace stegvis {

class prepared_batch;

// What an acknowledgement means: synced here; or synced here and in Kafka, told by confirm().
enum class durability : std::uint8_t { local, replicated };

struct ledger_options {
  std::filesystem::path folder;
  stegvis::durability durability = durability::local;
  std::filesystem::path kek_file;          // empty: kek_file_for(folder)
  std::function<recorded_time()> clock{};  // empty: the system's
  rocksdb::Env* env = nullptr;             // of the log; nullptr: the system's. Not owned.
};

// Which ledger it is, and how many owners it has had.
struct ledger_identity {
  std::string id{};  // 32 hex digits; empty: a new one
  std::uint32_t epoch = 1;
};

// What the sender saw of a journey.
struct expected_version {
  std::string subject;
  stream_version version;
};

struct append_options {
  bool atomic = true;          // all or nothing; else each event is an append of its own
  bool keep_recorded = false;  // take the recorded times (and check the sequences) that came along
  bool until_refused = false;  // not atomic: nothing behind the first refused event is taken
  bool accept_clock = false;   // append though the clock lies behind the ledger
  // Only for whoever rebuilds a ledger that follows another one (errc::follower for all others).
  bool following = false;
  // Written in the same batch as the events, also if all of them exist; not if one was refused.
  std::vector<std::pair<std::string, std::string>> notes{};
  // Durability `replicated`: how long the answer waits to be replicated; then it is `pending`.
  std::chrono::milliseconds replicated_wait{10'000};
  // Atomic only: nothing is written unless each of these journeys has that version, whether the
  // batch is about it or not.
  std::vector<expected_version> expected{};
};

// What became of one event.
struct appended {
  stegvis::position position;
  bool existed = false;  // the same event had been recorded before, at this position
  bool pending = false;  // synced here, not known to be replicated; ask again by the same name
};

// Owns the folder from open to destruction (one owner at a time). All members are thread safe.
class ledger {
 public:
  // Makes the folder with an empty log and keys. already_exists if there is a ledger.
  [[nodiscard]] static result<void> create(const ledger_options& options,
                                           const ledger_identity& as = {});
  // The same for a copy without keys, which follows the owner that the topics `followed` are of.
  [[nodiscard]] static result<void> create_follower(const ledger_options& options,
                                                    const ledger_identity& as,
                                                    const std::string& followed);
  // no_ledger, locked (owned by another process), corrupt (an acknowledged event is missing),
  // newer_format. A missing or wrong key-encryption key is not an error here: see keys().
  [[nodiscard]] static result<std::unique_ptr<ledger>> open(const ledger_options& options);
  ~ledger();  // waits for appends under way; a clean close makes the next open fast

  // Seals, encodes and hashes: all of an append that needs no order. Any number of threads.
  // Drafts that fail (form against the clock, size, keys) hold their problem in the batch.
  prepared_batch prepare(std::vector<draft> drafts) const;
  // Takes the batch: blocks until it is synced. One entry an event, in order (fewer only with
  // until_refused: the last one is the refusal). The outer problem is
  // the batch's: poisoned, clock_behind, too_large, version_conflict, batch_partly_exists, and in
  // an atomic batch the first event's problem, with nothing written. Throws world_error if the
  // batch could not be checked (the index cannot be read): nothing was written, the ledger goes on.
  // person_forgotten destroys the person's keys, whichever way it comes; if that throws, the event
  // is there, and the next open destroys them.
  [[nodiscard]] result<std::vector<result<appended>>> append(prepared_batch batch,
                                                             const append_options& options);
  [[nodiscard]] result<std::vector<result<appended>>> append(std::vector<draft> drafts,
                                                             const append_options& options);

  // The last position anybody may see.
  position head() const;
  // The last position on disk; beyond the head while it is not replicated.
  position synced() const;
  // Waits until something lies behind `at` on disk; false if it took longer.
  bool wait_behind(position at, std::chrono::milliseconds at_most) const;
  // The same for the head.
  bool wait_head_behind(position at, std::chrono::milliseconds at_most) const;
  // Durability `replicated`: all up to here is in Kafka. Never moves back; survives kill -9.
  void confirm(position replicated);
  recorded_time recorded_at(position at) const;  // of an event that is there; head 0: the epoch
  // Digits: a position up to the head. A date: the end of that day in Stockholm. A time: RFC 3339,
  // not ahead of the clock. From then on the clock gives later recorded times only; a history that
  // brings its own (keep_recorded) is bound by the last event's alone. bad_cut.
  [[nodiscard]] result<position> resolve_cut(std::string_view text);

  [[nodiscard]] result<event> read(position at) const;
  // In ledger order, positions up to `to`; none if the subject is unknown.
  [[nodiscard]] result<std::vector<event>> journey(std::string_view subject, position from,
                                                   position to) const;
  std::optional<position> find(std::string_view source, std::string_view id) const;
  stream_version version(std::string_view subject) const;
  // Every subject that starts with `prefix` ("unit/", "" for all), ascending.
  std::vector<std::string> subjects(std::string_view prefix) const;
  bool is_forgotten(std::string_view subject) const;
  // Visits from..to in order until `visit` says false. corrupt, newer_version.
  [[nodiscard]] result<void> scan(position from, position to,
                                  const std::function<bool(const event&)>& visit) const;
  // The same up to synced(): for the relay alone.
  [[nodiscard]] result<void> scan_synced(position from, position to,
                                         const std::function<bool(const event&)>& visit) const;
  // What was noted last under the key (append_options::notes).
  std::optional<std::string> note(std::string_view key) const;
  // Notes without events. They survive kill -9, and power loss if they are `synced`.
  void write_notes(const std::vector<std::pair<std::string, std::string>>& notes, bool synced);

  // The keys; bad_key if this process has none: sealed fields then read "erased", events with
  // sealed fields are refused, all else works.
  [[nodiscard]] result<key_store*> keys() const;
  // Replaces each secret by its value's JSON, or by "erased" where the key is gone.
  void unseal(event& e) const;

  // Records person_forgotten, which destroys the person's keys. Log, positions and counts stay.
  // Refused without keys (bad_key).
  [[nodiscard]] result<appended> forget(std::string_view subject, draft why);

  // Fixed for the ledger's life: 32 hex digits.
  std::string id() const;
  // Counts owners that took over: each has its own.
  std::uint32_t epoch() const;
  // What create_follower was told; nothing if this is the owner.
  std::optional<std::string> follows() const;
  // Makes a follower the owner, under this epoch, which is newer. On disk at return.
  void promote(std::uint32_t epoch);
  const std::filesystem::path& folder() const;
  std::uint64_t disk_bytes() const;

 private:
  explicit ledger(std::unique_ptr<struct ledger_core> core);
  std::unique_ptr<struct ledger_core> core_;
};

// Events ready for the log. Move only.
class prepared_batch {
 public:
  prepared_batch();
  prepared_batch(prepared_batch&&) noexcept;
  prepared_batch& operator=(prepared_batch&&) noexcept;
  ~prepared_batch();
  std::size_t size() const;
  std::size_t bytes() const;        // of the records
  void truncate(std::size_t size);  // drops all events behind the first `size`

 private:
  friend class ledger;
  std::unique_ptr<struct prepared_events> events_;
};

}  // namespace stegvis

#pragma once
// Private to ledger.cpp, prepare.cpp and writer.cpp.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "events/block_log.hpp"
#include "events/head.hpp"
#include "events/identifiers.hpp"
#include "events/ledger.hpp"
#include "events/name_index.hpp"

namespace stegvis {

// One event on its way into the log.
struct prepared_event {
  stegvis::event event;
  name_hash name{};
  std::optional<recorded_time> recorded;
  std::optional<position> sequence;
  std::optional<problem> refused;
  // Sealed and encoded by the writer, which alone knows its target or whether its name exists.
  bool late = false;
  std::size_t offset = 0, size = 0;  // of its record in the batch's buffer
};

// What a prepared_batch holds.
struct prepared_events {
  std::vector<prepared_event> events;
  std::string records;
  std::vector<recorded_identifier> identifiers{};  // of those events that record one
};

// What a ledger is made of.
struct ledger_core {
  ledger_options options;
  std::unique_ptr<head_file> head;  // holds the folder's lock: first to come, last to go
  std::unique_ptr<block_log> log;
  std::unique_ptr<name_index> names;
  std::optional<key_store> keys;
  problem keys_missing;
  std::atomic<std::uint64_t> visible{0};  // the head
  std::atomic<std::uint64_t> synced{0};   // the last on disk; the same, unless `replicated`
  std::optional<std::string> follows;     // guarded by writer_mutex

  // Those who wait for either to move.
  mutable std::mutex moved_mutex;
  mutable std::condition_variable moved;
  mutable std::atomic<unsigned> watching{0};
  void tell_moved() const;
  template <class Reached>
  bool wait_until(Reached&& reached, std::chrono::milliseconds at_most) const {
    std::unique_lock lock(moved_mutex);
    ++watching;
    const bool there = moved.wait_for(lock, at_most, reached);
    --watching;
    return there;
  }
  // The numbers of the events that are in the ledger find their persons from now on.
  void link_identifiers(const prepared_events& batch,
                        const std::vector<result<appended>>& answers);
  void await_replicated(std::vector<result<appended>>& answers, std::chrono::milliseconds at_most);

  // The writer's (writer.cpp).
  struct request {
    prepared_events* batch;
    const append_options* options;
    std::optional<result<std::vector<result<appended>>>> answer{};
    std::exception_ptr failure{};  // the world failed before anything was written
    std::atomic<bool> done{false};
  };
  std::mutex queue_mutex;
  std::vector<request*> queue;             // guarded by queue_mutex
  bool writing = false;                    // somebody writes; guarded by queue_mutex
  std::condition_variable idle;            // nobody writes any more
  std::mutex writer_mutex;                 // held while a group is written
  std::optional<problem> poison;           // guarded by writer_mutex
  recorded_time last_recorded{};           // the last event's; guarded by writer_mutex, as is
  recorded_time promised{};                // the time that the clock's next one lies behind
  std::atomic<std::uint32_t> handed{0};    // counts groups left to the writer thread
  std::atomic<std::uint32_t> answered{0};  // groups so far; who waits for an answer waits on it
  std::jthread writer;

  void start_writer();
  void stop_writer();
  result<std::vector<result<appended>>> submit(prepared_events& batch,
                                               const append_options& options);
  // Notes who is about to be forgotten, appends, then destroys their keys. Needs keys.
  result<std::vector<result<appended>>> submit_forgetting(
      prepared_events& batch, const append_options& how,
      const std::vector<std::size_t>& forgettings);
  void write_waiting();
  bool more_waiting();
  void commit(std::vector<request*>& group);

  // Seals what is in clear. `create`: make missing keys; else says false if one is missing.
  result<bool> seal(event& e, bool create);
  result<void> encode(prepared_event& p, std::string& records);
  recorded_time now() const;
  [[nodiscard]] result<event> read(position at) const;
};

}  // namespace stegvis

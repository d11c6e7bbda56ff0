#pragma once
// Private to ledger.cpp, prepare.cpp and writer.cpp.
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "events/block_log.hpp"
#include "events/head.hpp"
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

  // The writer's (writer.cpp).
  struct request {
    prepared_events* batch;
    const append_options* options;
    std::optional<result<std::vector<result<appended>>>> answer{};
    std::atomic<bool> done{false};
  };
  std::mutex queue_mutex;
  std::vector<request*> queue;           // guarded by queue_mutex
  bool writing = false;                  // somebody writes; guarded by queue_mutex
  std::mutex writer_mutex;               // held while a group is written
  std::optional<problem> poison;         // guarded by writer_mutex
  recorded_time last_recorded{};         // no event gets an earlier one; guarded by writer_mutex
  std::atomic<std::uint32_t> handed{0};  // counts groups left to the writer thread
  std::jthread writer;

  void start_writer();
  void stop_writer();
  result<std::vector<result<appended>>> submit(prepared_events& batch,
                                               const append_options& options);
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

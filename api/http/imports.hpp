#pragma once
// Imports over HTTP: a file comes up in parts, is tried (dry run) as often as wanted, and is taken
// once. One is at work at a time; a few files are held.
//
// A file lies in DIR/imports, mode 0600, in clear: it goes at the end of the run that takes it,
// when its sender removes it, when nobody touched it for an hour, at the stop, and after a crash at
// the next start. What was appended stays; the same file again goes on, by the events' names.
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "api/import_job.hpp"

namespace stegvis::http {

constexpr std::uint64_t import_bytes_max = 1ULL << 30;   // of one file
constexpr std::size_t import_part_bytes_max = 16 << 20;  // of one part of it
constexpr std::size_t import_rejections_max = 10'000;    // listed; more are counted only
constexpr std::size_t imports_held_max = 8;              // whose file is there
constexpr std::size_t imports_kept_max = 32;             // to be asked about

enum class import_state : std::uint8_t { receiving, waiting, running, done, failed, cancelled };
std::string_view name_of(import_state);

struct import_request {
  std::string user{};
  import_format format = import_format::events;
  std::string mapping{};
  bool skip_rejected = false;
};

struct import_view {
  std::string id{};
  import_request asked{};
  import_state state = import_state::receiving;
  bool dry_run = false;  // of the last run
  bool file_held = true;
  std::uint64_t received = 0;  // bytes of the file
  import_counts counts{};      // of the last run
  std::map<errc, std::uint64_t> rejected_by_code{};
  std::optional<problem> failure{};
};

// Thread safe. The destructor cancels what runs, waits for it and removes the files.
class imports {
 public:
  // Removes what an earlier server left. Without an importer everything is refused.
  imports(ledger& book, const importer* with, bool accept_clock);
  ~imports();

  // The import's id. bad_mapping; overloaded: as many files are held as may.
  [[nodiscard]] result<std::string> make(import_request asked);
  // The user's own, oldest first.
  std::vector<import_view> list(const std::string& user) const;
  // Of this user. unknown_run.
  [[nodiscard]] result<import_view> find(const std::string& id, const std::string& user) const;
  // What the last run refused, in the order of the lines, up to import_rejections_max.
  std::vector<problem> rejections(const std::string& id) const;

  // A part of the file, which must follow on what is there. bad_argument with what is expected,
  // too_large, overloaded (another part comes in just now). Throws world_error if the disk fails.
  [[nodiscard]] result<void> receive(const std::string& id, std::uint64_t offset,
                                     std::string_view bytes);
  // bad_argument: it runs, or its file is gone.
  [[nodiscard]] result<void> start(const std::string& id, bool dry_run);
  // Cancels it if it runs, and removes its file.
  void remove(const std::string& id);

 private:
  struct held;
  std::shared_ptr<held> at(const std::string& id) const;  // under mutex_
  std::filesystem::path file_of(const held& h) const;
  void drop_file(held& h);  // under mutex_
  void sweep();             // under mutex_
  void work(std::stop_token stop);
  void run(const std::shared_ptr<held>& h);

  ledger& book_;
  const importer* with_;
  bool accept_clock_;
  std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::condition_variable_any more_;
  std::list<std::shared_ptr<held>> held_;  // oldest first
  std::jthread worker_;
};

}  // namespace stegvis::http

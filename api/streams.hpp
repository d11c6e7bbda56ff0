#pragma once
// Where a command reads and writes. It may run in the owner's process on another process's
// descriptors, so nothing here touches this process's own standard streams.
#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "events/descriptor.hpp"

namespace stegvis {

// Nobody reads the output any more (a closed pipe): the command ends without a word.
struct output_closed {};

// Buffered output to a descriptor it does not own. Nothing is written on destruction: who puts,
// flushes. Throws output_closed, or world_error if the write fails. One thread at a time.
class output {
 public:
  explicit output(int fd) : fd_(fd) {}
  output& put(std::string_view text);
  void flush();
  // Drops what is not written yet.
  void discard() { buffer_.clear(); }
  int fd() const { return fd_; }

 private:
  int fd_;
  std::string buffer_;
};

struct streams {
  int in;
  output out, err;
  bool out_is_terminal, err_is_terminal;
  bool colour = false;  // of `out`
  int width = 80;       // columns of `out`; 0: not a terminal, lines are never cut

  streams(int input, int output_fd, int error_fd);
};

struct numbered_line {
  std::string text;  // without line break
  std::size_t number = 0;
  bool too_long = false;  // over line_bytes_max: `text` is empty
};

// Lines of a descriptor it does not own, each as soon as it is there. Memory is bounded by
// line_bytes_max. Reading ends early when a stop is asked for. One thread at a time.
class line_input {
 public:
  line_input(int fd, std::stop_token stop);
  // Empty lines are passed over; nothing at the end or after a stop.
  std::optional<numbered_line> next();
  // Read so far, for progress; any thread may ask.
  std::uint64_t bytes_read() const { return bytes_read_.load(std::memory_order_relaxed); }

 private:
  bool fill();
  bool read_line(numbered_line& into);

  int fd_;
  std::stop_token stop_;
  descriptor wake_;
  std::string buffer_;
  std::size_t from_ = 0;
  std::size_t line_ = 0;
  std::atomic<std::uint64_t> bytes_read_{0};
};

// How much of a whole is done, in any unit; `whole` 0: not known.
struct share {
  std::uint64_t done = 0, whole = 0;
};

// Progress on a terminal: one line that is drawn over, with rate and time left. Silent elsewhere.
class progress_line {
 public:
  // `what` is counted, such as "events".
  progress_line(streams& io, std::string_view what, bool quiet);
  ~progress_line();  // clears the line
  void show(std::uint64_t count, share of_whole);

 private:
  output* err_;  // nullptr: silent
  std::string what_;
  std::int64_t started_us_;
  std::int64_t shown_us_ = 0;
};

}  // namespace stegvis

#include "ingest/import.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace stegvis {
namespace {
constexpr std::size_t chunk_lines = 8'000;  // read, checked and appended together
constexpr std::size_t chunks_ahead = 8;     // bounds memory
constexpr std::size_t read_bytes = 256 * 1024;
constexpr auto progress_interval = std::chrono::milliseconds(200);

// Splits what a descriptor gives into lines.
class line_reader {
 public:
  explicit line_reader(int fd) : fd_(fd) {}

  bool next(source_line& into) {
    do {
      if (!read_line(into)) return false;
    } while (into.text.empty() && !into.wrong);
    return true;
  }

 private:
  bool read_line(source_line& into) {
    into.text.clear();
    into.wrong.reset();
    into.number = ++line_;
    for (bool any = false;;) {
      if (from_ == to_ && !fill()) return any;
      any = true;
      const char* begin = buffer_.data() + from_;
      const auto* end = static_cast<const char*>(std::memchr(begin, '\n', to_ - from_));
      const std::size_t n = end != nullptr ? static_cast<std::size_t>(end - begin) : to_ - from_;
      take({begin, n}, into);
      from_ += n + (end != nullptr ? 1 : 0);
      if (end == nullptr) continue;
      if (!into.text.empty() && into.text.back() == '\r') into.text.pop_back();
      return true;
    }
  }
  void take(std::string_view part, source_line& into) {
    if (into.text.size() + part.size() > line_bytes_max) {
      into.text.clear();
      into.wrong = problem{errc::too_large, "a line of over 1 MiB"};
    }
    if (!into.wrong) into.text += part;
  }
  bool fill() {
    ssize_t n = 0;
    do n = ::read(fd_, buffer_.data(), buffer_.size());
    while (n < 0 && errno == EINTR);
    if (n < 0) throw world_error(std::string("read: ") + std::strerror(errno));
    from_ = 0;
    to_ = static_cast<std::size_t>(n);
    return n > 0;
  }

  int fd_;
  std::vector<char> buffer_ = std::vector<char>(read_bytes);
  std::size_t from_ = 0, to_ = 0;
  std::uint64_t line_ = 0;
};

struct open_file {
  explicit open_file(int f) : fd(f) {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() { ::close(fd); }
  int fd;
};

// What becomes of one line: an event of the batch, or a refusal.
struct line_outcome {
  std::uint64_t number;
  std::optional<problem> wrong;
};

struct chunk {
  std::vector<source_line> lines;
  std::vector<line_outcome> outcomes;  // one a line
  prepared_batch batch;                // the lines that are not refused, in order
  std::exception_ptr failed;
  bool ready = false;
};

void check_chunk(chunk& c, const ledger& into, const import_options& options) {
  thread_local json_parser parser;
  std::vector<draft> drafts;
  drafts.reserve(c.lines.size());
  for (source_line& line : c.lines) {
    auto& outcome = c.outcomes.emplace_back(line_outcome{line.number, std::move(line.wrong)});
    if (outcome.wrong) continue;
    auto d = parse_event(parser, line.text, {options.keep_recorded});
    if (d)
      drafts.push_back(std::move(*d));
    else
      outcome.wrong = d.error();
  }
  if (!options.dry_run) {
    c.batch = into.prepare(std::move(drafts));
    if (const auto keys = into.keys()) (*keys)->sync();  // here, so that the writer need not wait
  }
  c.lines.clear();
}

// Reader and checkers fill chunks; the caller's thread appends them in the order of the lines.
class pipeline {
 public:
  pipeline(ledger& into, const line_source& lines, const import_options& options)
      : into_(into), lines_(lines), options_(options) {}
  ~pipeline() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
  }
  result<import_totals> run();

 private:
  void read_and_check();
  std::shared_ptr<chunk> claim();
  std::shared_ptr<chunk> next_ready();
  bool fill(chunk& c);
  result<bool> append(chunk& c);  // false: ends at a rejected line
  bool reject(problem p, std::uint64_t line);
  bool count(chunk& c, const std::vector<result<appended>>& answers);
  void report();

  ledger& into_;
  const line_source& lines_;
  const import_options& options_;
  import_totals totals_;
  std::chrono::steady_clock::time_point reported_ = std::chrono::steady_clock::now();

  std::mutex source_mutex_;  // held while lines are read, so that chunks keep their order
  std::mutex mutex_;         // guards what follows
  std::condition_variable changed_;
  std::deque<std::shared_ptr<chunk>> chunks_;  // in the order of the lines
  bool at_end_ = false;
  bool stopped_ = false;
  std::exception_ptr failed_;
  std::vector<std::jthread> workers_;  // last: they stop before the rest goes
};

bool pipeline::fill(chunk& c) {
  source_line line;
  while (c.lines.size() < chunk_lines && lines_(line)) c.lines.push_back(std::move(line));
  return !c.lines.empty();
}

// The next chunk of lines, entered into the queue before anybody else can read on.
std::shared_ptr<chunk> pipeline::claim() {
  const std::lock_guard source(source_mutex_);
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || at_end_ || chunks_.size() < chunks_ahead; });
    if (stopped_ || at_end_) return nullptr;
  }
  auto c = std::make_shared<chunk>();
  bool more = false;
  try {
    more = !options_.stop.stop_requested() && fill(*c);
  } catch (...) {
    c->failed = std::current_exception();
    c->ready = true;
  }
  const std::lock_guard lock(mutex_);
  if (!more) at_end_ = true;
  if (more || c->failed) chunks_.push_back(c);
  changed_.notify_all();
  return more ? c : nullptr;
}

void pipeline::read_and_check() {
  while (const auto c = claim()) {
    std::exception_ptr failed;
    try {
      check_chunk(*c, into_, options_);
    } catch (...) {
      failed = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    c->failed = failed;
    c->ready = true;
    changed_.notify_all();
  }
}

std::shared_ptr<chunk> pipeline::next_ready() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return (!chunks_.empty() && chunks_.front()->ready) || (chunks_.empty() && at_end_);
  });
  if (chunks_.empty()) return nullptr;
  auto c = std::move(chunks_.front());
  chunks_.pop_front();
  changed_.notify_all();
  return c;
}

// Says whether the import goes on.
bool pipeline::reject(problem p, std::uint64_t line) {
  ++totals_.rejected;
  p.line = line;
  if (options_.rejected) options_.rejected(p);
  return options_.skip_rejected;
}

bool pipeline::count(chunk& c, const std::vector<result<appended>>& answers) {
  std::size_t at = 0;
  for (line_outcome& o : c.outcomes) {
    ++totals_.read;
    if (o.wrong) {
      if (!reject(*o.wrong, o.number)) return false;
      continue;
    }
    if (options_.dry_run) continue;
    if (at == answers.size()) return false;
    const auto& answer = answers[at++];
    if (!answer) {
      if (!reject(answer.error(), o.number)) return false;
      continue;
    }
    ++(answer->existed ? totals_.exists : totals_.appended);
  }
  return true;
}

result<bool> pipeline::append(chunk& c) {
  if (c.failed) std::rethrow_exception(c.failed);
  if (options_.dry_run || c.batch.size() == 0) return count(c, {});
  append_options how;
  how.atomic = false;
  how.keep_recorded = options_.keep_recorded;
  how.until_refused = !options_.skip_rejected;
  if (how.until_refused) {
    std::size_t before = 0;
    for (const auto& o : c.outcomes) {
      if (o.wrong) {
        c.batch.truncate(before);
        break;
      }
      ++before;
    }
  }
  const auto answers = into_.append(std::move(c.batch), how);
  if (!answers) return answers.error();
  return count(c, *answers);
}

void pipeline::report() {
  const auto now = std::chrono::steady_clock::now();
  if (!options_.progress || now - reported_ < progress_interval) return;
  reported_ = now;
  options_.progress(totals_);
}

result<import_totals> pipeline::run() {
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) workers_.emplace_back([this] { read_and_check(); });
  while (const auto c = next_ready()) {
    const auto more = append(*c);
    if (!more) return more.error();
    if (!*more) break;
    report();
  }
  return totals_;
}
}  // namespace

line_source lines_of_descriptor(int fd) {
  const auto reader = std::make_shared<line_reader>(fd);
  return [reader](source_line& into) { return reader->next(into); };
}

result<line_source> lines_of_file(const std::string& path) {
  if (path == "-") return lines_of_descriptor(STDIN_FILENO);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    problem p{errc::bad_file, std::strerror(errno)};
    p.file = path;
    return p;
  }
  const auto file = std::make_shared<open_file>(fd);
  const auto reader = std::make_shared<line_reader>(fd);
  return line_source([file, reader](source_line& into) { return reader->next(into); });
}

result<import_totals> import_events(ledger& into, const line_source& lines,
                                    const import_options& options) {
  return pipeline(into, lines, options).run();
}

}  // namespace stegvis

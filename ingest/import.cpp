#include "ingest/import.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace stegvis {
namespace {
constexpr std::size_t chunk_lines = 8'000;    // read, checked and appended together
constexpr std::size_t chunk_bytes = 8 << 20;  // after which no further line is added
constexpr std::size_t chunks_ahead = 8;       // bounds memory
constexpr auto progress_interval = std::chrono::milliseconds(200);

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
  std::vector<std::jthread> workers_;  // last: they stop before the rest goes
};

bool pipeline::fill(chunk& c) {
  source_line line;
  std::size_t bytes = 0;
  while (c.lines.size() < chunk_lines && bytes < chunk_bytes && lines_(line)) {
    bytes += line.text.size();
    c.lines.push_back(std::move(line));
  }
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
    totals_.pending += answer->pending ? 1 : 0;
  }
  return true;
}

result<bool> pipeline::append(chunk& c) {
  if (c.failed) std::rethrow_exception(c.failed);
  if (options_.dry_run || c.batch.size() == 0) return count(c, {});
  append_options how;
  how.atomic = false;
  how.keep_recorded = options_.keep_recorded;
  how.accept_clock = options_.accept_clock;
  how.until_refused = !options_.skip_rejected;
  if (totals_.pending > 0) how.replicated_wait = {};  // nobody relays
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

result<import_totals> import_events(ledger& into, const line_source& lines,
                                    const import_options& options) {
  return pipeline(into, lines, options).run();
}

}  // namespace stegvis

#include "api/http/imports.hpp"

#include <fcntl.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "events/descriptor.hpp"
#include "events/sha256.hpp"

namespace stegvis::http {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr auto held_for = std::chrono::hours(1);
constexpr auto sweep_interval = std::chrono::minutes(1);

std::string random_id() {
  char bytes[12];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw world_error("no random numbers");
  return base64url({bytes, sizeof bytes});
}

bool has_ended(import_state s) {
  return s >= import_state::done;
}
bool is_busy(import_state s) {
  return s == import_state::waiting || s == import_state::running;
}

// The bytes at this place of the file, all of them, for nobody else to read.
void write_part(const fs::path& file, std::uint64_t offset, std::string_view bytes) {
  const descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out) throw world_error("cannot write the file of an import");
  while (!bytes.empty()) {
    const auto n = ::pwrite(out.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw world_error("cannot write the file of an import");
    offset += static_cast<std::uint64_t>(n);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

std::string_view name_of(import_state s) {
  constexpr std::string_view names[] = {"receiving", "waiting", "running",
                                        "done",      "failed",  "cancelled"};
  return names[static_cast<std::size_t>(s)];
}

// All but the file is guarded by the imports' mutex.
struct imports::held {
  import_view seen;
  std::vector<problem> rejections;
  std::stop_source stop;
  steady_clock::time_point touched = steady_clock::now();
  bool writing = false;  // a part of the file comes in
};

imports::imports(ledger& book, const importer* with, bool accept_clock)
    : book_(book), with_(with), accept_clock_(accept_clock), folder_(book.folder() / "imports") {
  fs::remove_all(folder_);
  worker_ = std::jthread([this](std::stop_token stop) { work(std::move(stop)); });
}

imports::~imports() {
  worker_.request_stop();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& h : held_) h->stop.request_stop();
  }
  worker_.join();
  std::error_code gone;
  fs::remove_all(folder_, gone);
}

result<std::string> imports::make(import_request asked) {
  if (with_ == nullptr) return problem{errc::overloaded, "this server imports nothing"};
  if (asked.format != import_format::events) {
    if (const auto r = with_->check_mapping(asked.mapping); !r) return r.error();
  }
  const std::lock_guard lock(mutex_);
  sweep();
  const auto files = std::ranges::count_if(held_, [](const auto& h) { return h->seen.file_held; });
  if (files >= static_cast<std::ptrdiff_t>(imports_held_max)) {
    return problem{errc::overloaded, "as many files are held as may; remove one"};
  }
  fs::create_directories(folder_);
  fs::permissions(folder_, fs::perms::owner_all);
  auto h = std::make_shared<held>();
  h->seen.id = random_id();
  h->seen.asked = std::move(asked);
  held_.push_back(h);
  return h->seen.id;
}

std::shared_ptr<imports::held> imports::at(const std::string& id) const {
  const auto found = std::ranges::find(held_, id, [](const auto& h) { return h->seen.id; });
  return found == held_.end() ? nullptr : *found;
}

fs::path imports::file_of(const held& h) const {
  return folder_ / h.seen.id;
}

void imports::drop_file(held& h) {
  h.seen.file_held = false;
  std::error_code gone;
  fs::remove(file_of(h), gone);
}

void imports::sweep() {
  const auto now = steady_clock::now();
  for (auto it = held_.begin(); it != held_.end();) {
    held& h = **it;
    const bool idle = !is_busy(h.seen.state) && !h.writing;
    if (idle && h.seen.file_held && now - h.touched > held_for) drop_file(h);
    if (idle && !h.seen.file_held && (held_.size() > imports_kept_max || !has_ended(h.seen.state)))
      it = held_.erase(it);
    else
      ++it;
  }
}

std::vector<import_view> imports::list(const std::string& user) const {
  const std::lock_guard lock(mutex_);
  std::vector<import_view> own;
  for (const auto& h : held_) {
    if (h->seen.asked.user == user) own.push_back(h->seen);
  }
  return own;
}

result<import_view> imports::find(const std::string& id, const std::string& user) const {
  const std::lock_guard lock(mutex_);
  const auto h = at(id);
  if (!h || h->seen.asked.user != user) {
    return problem{errc::unknown_run, "there is no such import"};
  }
  return h->seen;
}

std::vector<problem> imports::rejections(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto h = at(id);
  return h ? h->rejections : std::vector<problem>();
}

result<void> imports::receive(const std::string& id, std::uint64_t offset, std::string_view bytes) {
  std::shared_ptr<held> h;
  {
    const std::lock_guard lock(mutex_);
    h = at(id);
    if (!h || !h->seen.file_held || h->seen.state != import_state::receiving) {
      return problem{errc::bad_argument, "the import takes no more of its file"};
    }
    if (h->writing) return problem{errc::overloaded, "another part comes in just now"};
    if (offset != h->seen.received) {
      return problem{errc::bad_argument,
                     "the next part begins at " + std::to_string(h->seen.received), "offset"};
    }
    if (bytes.size() > import_bytes_max - offset) {
      return problem{errc::too_large, "a file is at most 1 GiB"};
    }
    h->writing = true;
  }
  const auto settle = [&](std::uint64_t received) {
    const std::lock_guard lock(mutex_);
    h->writing = false;
    h->seen.received = received;
    h->touched = steady_clock::now();
    // Removed meanwhile.
    if (!h->seen.file_held) drop_file(*h);
  };
  try {
    write_part(file_of(*h), offset, bytes);
  } catch (...) {
    settle(offset);
    throw;
  }
  settle(offset + bytes.size());
  return {};
}

result<void> imports::start(const std::string& id, bool dry_run) {
  const std::lock_guard lock(mutex_);
  const auto h = at(id);
  if (!h || !h->seen.file_held || h->writing || h->seen.received == 0) {
    return problem{errc::bad_argument, "the import has no file"};
  }
  if (is_busy(h->seen.state)) return problem{errc::bad_argument, "the import runs already"};
  h->seen.state = import_state::waiting;
  h->seen.dry_run = dry_run;
  h->seen.counts = {};
  h->seen.failure.reset();
  h->seen.rejected_by_code.clear();
  h->rejections.clear();
  h->stop = std::stop_source();
  h->touched = steady_clock::now();
  more_.notify_one();
  return {};
}

void imports::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto h = at(id);
  if (!h) return;
  h->stop.request_stop();
  if (h->seen.state == import_state::running) return;  // its end removes the file
  if (!has_ended(h->seen.state)) h->seen.state = import_state::cancelled;
  drop_file(*h);
}

void imports::work(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::shared_ptr<held> chosen;
    {
      std::unique_lock lock(mutex_);
      const auto waits = [&] {
        return std::ranges::find_if(
            held_, [](const auto& h) { return h->seen.state == import_state::waiting; });
      };
      const auto some = [&] { return waits() != held_.end(); };
      if (!more_.wait_for(lock, stop, sweep_interval, some)) {
        sweep();
        continue;
      }
      chosen = *waits();
      chosen->seen.state = import_state::running;
    }
    run(chosen);
  }
}

void imports::run(const std::shared_ptr<held>& h) {
  import_job job;
  job.file = file_of(*h);
  job.format = h->seen.asked.format;
  job.mapping = h->seen.asked.mapping;
  job.skip_rejected = h->seen.asked.skip_rejected;
  job.dry_run = h->seen.dry_run;
  job.accept_clock = accept_clock_;
  job.stop = h->stop.get_token();
  job.progress = [&](const import_counts& so_far) {
    const std::lock_guard lock(mutex_);
    h->seen.counts = so_far;
  };
  job.rejected = [&](const problem& p) {
    const std::lock_guard lock(mutex_);
    ++h->seen.rejected_by_code[p.code];
    if (h->rejections.size() < import_rejections_max) h->rejections.push_back(p);
  };
  result<import_counts> done = problem{errc::corrupt, "the import failed"};
  try {
    done = with_->run(book_, job);
  } catch (const std::exception&) {
    // A disk or library failed; what was appended is in the ledger.
  }
  const std::lock_guard lock(mutex_);
  if (done)
    h->seen.counts = *done;
  else
    h->seen.failure = done.error();
  h->seen.state = !done                      ? import_state::failed
                  : h->stop.stop_requested() ? import_state::cancelled
                                             : import_state::done;
  h->touched = steady_clock::now();
  if (!h->seen.dry_run || h->stop.stop_requested()) drop_file(*h);
}

}  // namespace stegvis::http

#include "api/streams.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "events/types.hpp"

namespace stegvis {
namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;
constexpr std::int64_t redraw_interval_us = 200'000;
constexpr int narrowest = 40;

std::int64_t now_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

int terminal_width(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < narrowest) return 80;
  return size.ws_col;
}

// A descriptor may be non-blocking because the other end of it is.
void wait_writable(int fd) {
  pollfd waiting{fd, POLLOUT, 0};
  (void)::poll(&waiting, 1, -1);
}

std::string span_of(std::int64_t seconds) {
  if (seconds < 60) return std::to_string(seconds) + " s";
  return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

}  // namespace

output& output::put(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= buffer_bytes) flush();
  return *this;
}

void output::flush() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const auto n = ::write(fd_, left.data(), left.size());
    if (n >= 0) {
      left.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      wait_writable(fd_);
    } else if (errno != EINTR) {
      const int error = errno;
      buffer_.clear();
      if (error == EPIPE) throw output_closed{};
      throw world_error(std::string("cannot write the output: ") + std::strerror(error));
    }
  }
  buffer_.clear();
}

streams::streams(int input, int output_fd, int error_fd)
    : in(input),
      out(output_fd),
      err(error_fd),
      out_is_terminal(::isatty(output_fd) == 1),
      err_is_terminal(::isatty(error_fd) == 1),
      width(out_is_terminal ? terminal_width(output_fd) : 0) {}

line_input::line_input(int fd, std::stop_token stop)
    : fd_(fd), stop_(std::move(stop)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw world_error("cannot wait for input");
}

bool line_input::fill() {
  const int wake = wake_.get();
  const std::stop_callback on_stop(stop_, [wake] {
    const std::uint64_t one = 1;
    (void)!::write(wake, &one, sizeof one);
  });
  if (from_ > 0) {
    buffer_.erase(0, from_);
    from_ = 0;
  }
  for (;;) {
    if (stop_.stop_requested()) return false;
    pollfd waiting[2]{{fd_, POLLIN, 0}, {wake, POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0 || waiting[0].revents == 0) continue;
    const auto before = buffer_.size();
    buffer_.resize(before + buffer_bytes);
    const auto n = ::read(fd_, buffer_.data() + before, buffer_bytes);
    const int error = errno;
    const auto taken = n > 0 ? static_cast<std::size_t>(n) : 0;
    buffer_.resize(before + taken);
    bytes_read_ += taken;
    if (n >= 0) return n > 0;
    if (error != EINTR && error != EAGAIN) {
      throw world_error(std::string("cannot read the input: ") + std::strerror(error));
    }
  }
}

bool line_input::read_line(numbered_line& into) {
  into = {{}, ++line_, false};
  std::size_t looked = from_;
  for (;;) {
    const auto end = buffer_.find('\n', looked);
    const auto upto = end == buffer_.npos ? buffer_.size() : end;
    if (upto - from_ > line_bytes_max) into.too_long = true;
    if (end != buffer_.npos) {
      if (!into.too_long) into.text.assign(buffer_, from_, end - from_);
      from_ = end + 1;
      break;
    }
    // Of a line that is too long nothing is kept.
    if (into.too_long) from_ = buffer_.size();
    const auto kept = buffer_.size() - from_;
    if (!fill()) {
      if (stop_.stop_requested()) return false;
      if (!into.too_long) into.text.assign(buffer_, from_);
      from_ = buffer_.size();
      return kept > 0 || into.too_long;
    }
    looked = from_ + kept;
  }
  if (into.text.ends_with('\r')) into.text.pop_back();
  return true;
}

std::optional<numbered_line> line_input::next() {
  numbered_line line;
  do {
    if (stop_.stop_requested() || !read_line(line)) return std::nullopt;
  } while (line.text.empty() && !line.too_long);
  return line;
}

progress_line::progress_line(streams& io, std::string_view what, bool quiet)
    : err_(io.err_is_terminal && !quiet ? &io.err : nullptr), what_(what), started_us_(now_us()) {}

progress_line::~progress_line() {
  if (err_ == nullptr || shown_us_ == 0) return;
  try {
    err_->put("\r\x1b[K").flush();
  } catch (const std::exception&) {
    // The terminal went away: nothing to clear.
  } catch (const output_closed&) {
  }
}

void progress_line::show(std::uint64_t count, share of_whole) {
  if (err_ == nullptr) return;
  const auto now = now_us();
  if (now - shown_us_ < redraw_interval_us) return;
  shown_us_ = now;
  const auto elapsed_ms =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, (now - started_us_) / 1000));
  std::string text = "\r\x1b[K" + std::to_string(count) + ' ' + what_ + ", " +
                     std::to_string(count * 1000 / elapsed_ms) + "/s";
  if (of_whole.done > 0 && of_whole.done < of_whole.whole) {
    const auto left_ms = elapsed_ms * (of_whole.whole - of_whole.done) / of_whole.done;
    text += ", " + std::to_string(of_whole.done * 100 / of_whole.whole) + " %, " +
            span_of(static_cast<std::int64_t>(left_ms / 1000)) + " left";
  }
  err_->put(text).flush();
}

}  // namespace stegvis

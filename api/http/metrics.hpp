#pragma once
// Counters in Prometheus' text form. Labels are patterns and codes, never anything of a person.
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace stegvis::http {

// Gauges that others know.
struct gauges {
  std::uint64_t head = 0, view_lag = 0, disk_bytes = 0;
  std::map<std::string, std::int64_t> told{};  // by commands that run: name with labels, value
};

// Thread safe.
class metrics {
 public:
  void answered(std::string_view method, std::string_view pattern, int status,
                std::chrono::microseconds took);
  void appended(std::uint64_t events) { appended_ += events; }
  void recorded(std::uint64_t reads) { recorded_ += reads; }
  std::string text(const gauges&) const;

  std::atomic<std::int64_t> connections{0}, streams{0}, queued{0};
  std::atomic<std::uint64_t> refused_connections{0}, overloaded{0};

 private:
  static constexpr std::array<std::int64_t, 8> bounds_us{1'000,   5'000,   25'000,    100'000,
                                                         250'000, 500'000, 1'000'000, 5'000'000};
  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, int>, std::uint64_t> requests_;
  std::array<std::uint64_t, bounds_us.size() + 1> took_{};
  std::uint64_t took_us_ = 0, count_ = 0;
  std::atomic<std::uint64_t> appended_{0}, recorded_{0};
};

}  // namespace stegvis::http

#include "api/http/broken_glass.hpp"

#include <chrono>

#include "events/catalogue.hpp"

namespace stegvis::http {

result<void> broken_glass::load(const access_log& log, recorded_time now) {
  if (loaded_) return {};
  const recorded_time from{now.us - lasts_us};
  // A clock set back hides nothing.
  const recorded_time until{INT64_MAX};
  const auto read = log.each(from, until, [&](const event& e) {
    if (const auto* v = e.data.get<break_glass_used>()) {
      until_[{v->user, e.subject}] = {e.recorded.us + lasts_us};
    }
    return true;
  });
  if (!read) return read.error();
  loaded_ = true;
  return {};
}

result<std::optional<recorded_time>> broken_glass::until(const access_log& log,
                                                         const std::string& user,
                                                         const std::string& subject,
                                                         recorded_time now) {
  const std::lock_guard lock(mutex_);
  if (const auto r = load(log, now); !r) return r.error();
  const auto found = until_.find({user, subject});
  if (found == until_.end()) return std::optional<recorded_time>();
  if (now < found->second) return std::optional(found->second);
  until_.erase(found);
  return std::optional<recorded_time>();
}

recorded_time broken_glass::add(const std::string& user, const std::string& subject,
                                recorded_time at) {
  const std::lock_guard lock(mutex_);
  std::erase_if(until_, [&](const auto& one) { return one.second <= at; });
  const recorded_time until{at.us + lasts_us};
  until_[{user, subject}] = until;
  return until;
}

recorded_time time_now() {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace stegvis::http

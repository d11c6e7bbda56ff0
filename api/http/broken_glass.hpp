#pragma once
// Break-the-glass: whom a reader sees for a while outside their units, having said why. What the
// access log holds is what counts, so it goes on after a restart.
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "api/access_log.hpp"

namespace stegvis::http {

// Thread safe.
class broken_glass {
 public:
  static constexpr std::int64_t lasts_us = 3LL * 60 * 60 * 1'000'000;

  // Until when the user sees the person; nothing if not. Reads the log's last three hours at the
  // first call. Whatever the log's ledger refuses.
  [[nodiscard]] result<std::optional<recorded_time>> until(const access_log&,
                                                           const std::string& user,
                                                           const std::string& subject,
                                                           recorded_time now);
  // Of what was recorded just now; until when it holds.
  recorded_time add(const std::string& user, const std::string& subject, recorded_time at);

 private:
  result<void> load(const access_log&, recorded_time now);

  std::mutex mutex_;
  bool loaded_ = false;  // guarded by `mutex_`, as is what follows
  std::map<std::pair<std::string, std::string>, recorded_time> until_;  // by user and subject
};

recorded_time time_now();

}  // namespace stegvis::http

#pragma once
// Indexes of long timelines, kept so that a page of one is not paid for with all its events.
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "events/ledger.hpp"
#include "projections/timeline.hpp"

namespace stegvis::http {

// Thread safe. Holds no data of events but their days and positions.
class timelines {
 public:
  // The index of the subject's events up to `at`; without places if there are none. corrupt,
  // newer_version.
  [[nodiscard]] result<std::shared_ptr<const timeline_index>> index(const ledger& book,
                                                                    const std::string& subject,
                                                                    position at);

 private:
  struct kept {
    std::string subject;
    stream_version version;
    position at;  // of the last event
    std::shared_ptr<const timeline_index> index;
  };
  static constexpr std::size_t kept_max = 64;
  static constexpr std::size_t events_min = 200;  // shorter ones are read again
  std::shared_ptr<const timeline_index> find(const std::string& subject, stream_version version,
                                             position at);
  void keep(kept made);

  std::mutex mutex_;
  std::list<kept> kept_;  // the last used first
};

}  // namespace stegvis::http

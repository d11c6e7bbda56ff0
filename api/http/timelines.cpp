#include "api/http/timelines.hpp"

#include <algorithm>

namespace stegvis::http {

result<std::shared_ptr<const timeline_index>> timelines::index(const ledger& book,
                                                               const std::string& subject,
                                                               position at) {
  const auto version = book.version(subject);
  if (auto found = find(subject, version, at)) return found;
  const auto events = book.journey(subject, position{1}, at);
  if (!events) return events.error();
  auto made = std::make_shared<const timeline_index>(*events, at);
  // Only what has every event of its version can answer later questions.
  if (events->size() >= events_min && events->size() == version.value) {
    keep({subject, version, events->back().position, made});
  }
  return made;
}

std::shared_ptr<const timeline_index> timelines::find(const std::string& subject,
                                                      stream_version version, position at) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(kept_, [&](const kept& k) {
    return k.subject == subject && k.version == version && k.at <= at;
  });
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return found->index;
}

void timelines::keep(kept made) {
  const std::lock_guard lock(mutex_);
  kept_.remove_if([&](const kept& k) { return k.subject == made.subject; });
  kept_.push_front(std::move(made));
  if (kept_.size() > kept_max) kept_.pop_back();
}

}  // namespace stegvis::http

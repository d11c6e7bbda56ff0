#include "ingest/kafka/relay_machine.hpp"

#include <algorithm>

namespace stegvis {
namespace {

relay_step plain(relay_step::kind what) {
  relay_step s{};
  s.what = what;
  return s;
}

relay_step waiting(relay_time for_, bool for_events) {
  auto s = plain(relay_step::kind::wait);
  s.wait = std::max(for_, relay_time{1});
  s.for_events = for_events;
  return s;
}
}  // namespace

relay_machine::relay_machine(std::uint32_t epoch, std::size_t partitions, relay_note note,
                             bool until_caught_up, const relay_limits& limits)
    : epoch_(epoch),
      note_(std::move(note)),
      until_caught_up_(until_caught_up),
      limits_(limits),
      lasts_(partitions),
      completes_(partitions),
      behind_since_(partitions),
      checkpointed_(partitions) {
  note_.lasts.resize(partitions);
}

void relay_machine::stop(problem why) {
  state_ = state::ended;
  why_ = std::move(why);
}

relay_step relay_machine::next(relay_time now, position synced) {
  if (state_ == state::ended) {
    auto s = plain(relay_step::kind::stop);
    s.why = why_;
    return s;
  }
  if (now < not_before_) return waiting(not_before_ - now, false);
  if (state_ == state::connecting) return plain(relay_step::kind::connect);
  if (state_ == state::reading) return plain(relay_step::kind::read_tails);
  const auto pending = synced.value - sent_.value;
  if (pending > 0) {
    if (!waiting_since_) waiting_since_ = now;
    const auto due = *waiting_since_ + limits_.batch_wait;
    if (pending < limits_.batch_events_min && now < due && !until_caught_up_)
      return waiting(due - now, false);
    auto s = plain(relay_step::kind::send);
    s.from = stegvis::next(sent_);
    s.to = {sent_.value + std::min(pending, limits_.batch_events_max)};
    return s;
  }
  for (std::size_t i = 0; i < completes_.size(); ++i) {
    if (completes_[i] >= sent_)
      behind_since_[i].reset();
    else if (!behind_since_[i])
      behind_since_[i] = now;
  }
  auto s = plain(relay_step::kind::checkpoint);
  s.partitions = behind(now, until_caught_up_);
  if (!s.partitions.empty()) return s;
  if (until_caught_up_) return plain(relay_step::kind::stop);
  return waiting(next_checkpoint(now) - now, true);
}

void relay_machine::connected() {
  state_ = state::reading;
}

// What lies behind the note is sent again unless its partition has it: so the note saves the way
// from the start, and a topic that was made anew is filled from the start.
void relay_machine::tails_read(const std::vector<partition_tail>& tails, position synced,
                               std::optional<problem> wrong) {
  STEGVIS_ASSERT(tails.size() == lasts_.size());
  bool as_noted = note_.confirmed <= synced;
  position first_missing = synced;
  const auto newest = std::ranges::max(tails, {}, &partition_tail::epoch).epoch;
  const auto furthest = std::ranges::max(tails, {}, &partition_tail::last).last;
  if (newest > epoch_) {
    return stop({errc::fenced, "the topics are at epoch " + std::to_string(newest) +
                                   ", this ledger is at " + std::to_string(epoch_)});
  }
  if (furthest > synced) {
    return stop({errc::bad_topic,
                 "the topics hold position " + std::to_string(furthest.value) +
                     ", the ledger ends at " + std::to_string(synced.value) +
                     ": a backup was restored; get the rest back with `stegvis follow` into a "
                     "new folder, or relay under another name"});
  }
  for (std::size_t i = 0; i < tails.size(); ++i) {
    as_noted = as_noted && tails[i].last >= note_.lasts[i];
    lasts_[i] = tails[i].last;
    completes_[i] = tails[i].complete;
    first_missing = std::min(first_missing, tails[i].last);
  }
  if (wrong) return stop(*wrong);
  sent_ = as_noted ? std::max(note_.confirmed, first_missing) : first_missing;
  std::ranges::fill(behind_since_, std::nullopt);
  waiting_since_.reset();
  state_ = state::relaying;
}

void relay_machine::committed(const relay_step& step, const std::vector<position>& lasts,
                              relay_time now) {
  pause_ = relay_time{0};
  failing_since_.reset();
  if (step.what == relay_step::kind::send) {
    sent_ = step.to;
    waiting_since_.reset();
    for (std::size_t i = 0; i < lasts.size(); ++i) {
      if (lasts[i] > lasts_[i]) completes_[i] = sent_;
    }
    lasts_ = lasts;
  }
  for (const auto i : step.partitions) {
    completes_[i] = sent_;
    checkpointed_[i] = now;
  }
  note_ = {sent_, lasts_};
}

void relay_machine::failed(kafka_failure kind, const std::string& what, relay_time now) {
  if (kind == kafka_failure::fenced) {
    return stop({errc::fenced, "another relay has taken over: " + what});
  }
  if (kind == kafka_failure::refused) return stop({errc::broker, what});
  if (!failing_since_) failing_since_ = now;
  if (until_caught_up_ && now >= *failing_since_ + limits_.give_up) {
    return stop({errc::broker, what});
  }
  state_ = state::connecting;
  pause_ = std::clamp(pause_ * 2, limits_.pause_min, limits_.pause_max);
  not_before_ = now + pause_;
}

std::vector<std::size_t> relay_machine::behind(relay_time now, bool all) const {
  std::vector<std::size_t> due;
  for (std::size_t i = 0; i < completes_.size(); ++i) {
    if (completes_[i] >= sent_) continue;
    const bool long_enough = behind_since_[i] && now >= *behind_since_[i] + limits_.behind;
    const bool rested = !checkpointed_[i] || now >= *checkpointed_[i] + limits_.checkpoint_every;
    if (all || (long_enough && rested)) due.push_back(i);
  }
  return due;
}

relay_time relay_machine::next_checkpoint(relay_time now) const {
  auto at = now + limits_.idle;
  for (std::size_t i = 0; i < completes_.size(); ++i) {
    if (completes_[i] >= sent_ || !behind_since_[i]) continue;
    auto due = *behind_since_[i] + limits_.behind;
    if (checkpointed_[i]) due = std::max(due, *checkpointed_[i] + limits_.checkpoint_every);
    at = std::min(at, due);
  }
  return at;
}

}  // namespace stegvis

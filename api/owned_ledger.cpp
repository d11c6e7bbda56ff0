#include "api/owned_ledger.hpp"

#include <algorithm>
#include <chrono>

namespace stegvis {

view_lease owned_ledger::view() {
  std::shared_lock lease(leases_);
  const std::lock_guard lock(opening_);
  if (!view_) {
    // What an interrupted rebuild left. One that runs has opened the live view before.
    status_view::remove(*book_, rebuilt_view_name);
    view_ = status_view::open(*book_, journey_view_name);
  }
  return {std::move(lease), *view_};
}

result<view_lease> owned_ledger::view_at(position to,
                                         const std::function<void(position)>& progress) {
  view_lease folded = view();
  if (const auto r = folded->catch_up(*book_, to, fold_batch, progress); !r) return r.error();
  if (folded->checkpoint() >= book_->head()) remove_other_versions();
  return folded;
}

result<std::shared_ptr<const column_set>> owned_ledger::columns_at(
    position to, const std::function<void(position)>& progress) {
  {
    const std::lock_guard lock(opening_);
    if (!columns_) columns_ = columns::open(*book_);
  }
  if (const auto r = columns_->catch_up(*book_, to, fold_batch, progress); !r) return r.error();
  return columns_->current();
}

head_hashes& owned_ledger::hashes() {
  const std::lock_guard lock(opening_);
  if (!hashes_) hashes_ = std::make_unique<head_hashes>(*book_);
  return *hashes_;
}

result<access_log*> owned_ledger::access() {
  const std::lock_guard lock(opening_access_);
  if (!access_) {
    try {
      auto opened = access_log::open(book_->folder());
      if (!opened) return opened.error();
      access_ = std::move(*opened);
    } catch (const std::exception&) {
      return problem{errc::access_unrecorded, "the access log cannot be opened"};
    }
  }
  return access_.get();
}

void owned_ledger::remove_other_versions() {
  const std::lock_guard lock(opening_);
  if (alone_) return;
  for (const auto& name : status_view::stored(*book_)) {
    if (name != journey_view_name && name != rebuilt_view_name) status_view::remove(*book_, name);
  }
  alone_ = true;
}

void owned_ledger::swap_view(std::unique_ptr<status_view> rebuilt) {
  const std::unique_lock nobody_reads(leases_);
  rebuilt.reset();
  view_.reset();
  status_view::replace(*book_, journey_view_name, rebuilt_view_name);
  view_ = status_view::open(*book_, journey_view_name);
}

result<reference_facts> owned_ledger::references(position to) {
  const auto folded = view_at(to);
  if (!folded) return folded.error();
  reference_facts facts;
  for (const std::string_view kind : {"job/", "ladder/", "programme/", "unit/", "workplace/"}) {
    (*folded)->each(kind, [&](std::string_view subject, const journey& j) {
      facts.subjects.emplace(subject, j);
      return true;
    });
  }
  return facts;
}

void owned_ledger::tell(const told_name& name, std::int64_t value) {
  const std::lock_guard lock(telling_);
  told_[name] = value;
}

std::map<told_name, std::int64_t> owned_ledger::told() const {
  std::map<told_name, std::int64_t> all;
  {
    const std::lock_guard lock(telling_);
    all = told_;
  }
  const auto relayed = all.find({"relay", "position"});
  if (relayed == all.end()) return all;
  const position sent{static_cast<std::uint64_t>(relayed->second)};
  const auto behind = book_->synced().value - sent.value;
  all[{"relay", "lag_events"}] = static_cast<std::int64_t>(behind);
  std::int64_t seconds = 0;
  if (behind > 0) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto now_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    const auto waits_us = now_us - book_->recorded_at(next(sent)).us;
    seconds = std::max<std::int64_t>(0, waits_us / 1'000'000);
  }
  all[{"relay", "lag_seconds"}] = seconds;
  return all;
}

}  // namespace stegvis

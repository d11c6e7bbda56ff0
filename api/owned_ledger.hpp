#pragma once
// The ledger as its owner shares it among the commands that run in its process at a time: the
// ledger itself, and the one open copy of each view.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "api/access_log.hpp"
#include "events/head_hashes.hpp"
#include "projections/columns/columns.hpp"
#include "projections/quality.hpp"
#include "projections/status_view.hpp"

namespace stegvis {

// Events folded into a view with one write.
inline constexpr std::uint64_t fold_batch = 200'000;
// The view that is built beside the live one, to be compared with it or to take its place.
inline constexpr std::string_view rebuilt_view_name = "status.rebuilt";

// The live view, which nobody replaces while a lease of it lives. A thread holds one at a time.
class view_lease {
 public:
  view_lease(std::shared_lock<std::shared_mutex> lock, status_view& view)
      : lock_(std::move(lock)), view_(&view) {}
  status_view& operator*() const { return *view_; }
  status_view* operator->() const { return view_; }

 private:
  std::shared_lock<std::shared_mutex> lock_;
  status_view* view_;
};

// What a number is that a long-running command tells for watching.
struct told_name {
  std::string who;   // relay, intake ...
  std::string what;  // lag_events; labels may follow

  auto operator<=>(const told_name&) const = default;
  std::string metric() const { return "stegvis_" + who + '_' + what; }
};

// Thread safe.
class owned_ledger {
 public:
  explicit owned_ledger(std::unique_ptr<ledger> book) : book_(std::move(book)) {}

  ledger& book() { return *book_; }
  // The status view, opened at first use. What it has folded may lie anywhere up to the head.
  view_lease view();
  // The same, folded at least to `to`. Views of other versions of the fold stay until this one has
  // caught up with the head, then they are removed. corrupt, newer_version.
  [[nodiscard]] result<view_lease> view_at(position to,
                                           const std::function<void(position)>& progress = {});
  // The access log, opened or made at first use; then it stays open.
  // access_unrecorded if its disk fails, or what ledger::open refuses.
  [[nodiscard]] result<access_log*> access();
  // The journeys of reference subjects, folded at least to `to`.
  [[nodiscard]] result<reference_facts> references(position to);

  // The columns, folded at least to `to`: a state that does not change while it is held. corrupt,
  // newer_version.
  [[nodiscard]] result<std::shared_ptr<const column_set>> columns_at(
      position to, const std::function<void(position)>& progress = {});

  // The head hash at any position, kept beside the log; opened at first use.
  head_hashes& hashes();

  void tell(const told_name& name, std::int64_t value);
  // The relay's lag is reckoned when it is asked for: a relay that hangs tells nothing.
  std::map<told_name, std::int64_t> told() const;

  // One command at a time follows the topics.
  std::mutex& following() { return following_; }
  // One command at a time rebuilds views.
  std::mutex& rebuilding() { return rebuilding_; }
  // Puts a view opened under rebuilt_view_name in the place of the live one, once nobody has a
  // lease of that. Crash-safe, see status_view::replace.
  void swap_view(std::unique_ptr<status_view> rebuilt);

 private:
  void remove_other_versions();

  std::unique_ptr<ledger> book_;
  std::mutex opening_, rebuilding_, opening_access_, following_;
  std::unique_ptr<access_log> access_;   // made under `opening_access_`
  std::shared_mutex leases_;             // shared by each lease, alone by a swap
  std::unique_ptr<status_view> view_;    // made under `opening_`, changed under `leases_` alone
  std::unique_ptr<columns> columns_;     // made under `opening_`
  std::unique_ptr<head_hashes> hashes_;  // made under `opening_`
  mutable std::mutex telling_;
  std::map<told_name, std::int64_t> told_;  // guarded by `telling_`
  bool alone_ = false;                      // no other version is stored; guarded by `opening_`
};

}  // namespace stegvis

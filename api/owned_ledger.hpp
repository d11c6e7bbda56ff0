#pragma once
// The ledger as its owner shares it among the commands that run in its process at a time: the
// ledger itself, and the one open copy of each view.
#include <functional>
#include <memory>
#include <mutex>

#include "events/ledger.hpp"
#include "projections/quality.hpp"
#include "projections/status_view.hpp"

namespace stegvis {

// Events folded into a view with one write.
inline constexpr std::uint64_t fold_batch = 200'000;

// Thread safe.
class owned_ledger {
 public:
  explicit owned_ledger(std::unique_ptr<ledger> book) : book_(std::move(book)) {}

  ledger& book() { return *book_; }
  // The status view, opened at first use. What it has folded may lie anywhere up to the head.
  status_view& view();
  // The same, folded at least to `to`. corrupt, newer_version.
  [[nodiscard]] result<status_view*> view_at(position to,
                                             const std::function<void(position)>& progress = {});
  // The journeys of reference subjects, folded at least to `to`.
  [[nodiscard]] result<reference_facts> references(position to);

  // One command at a time rebuilds views.
  std::mutex& rebuilding() { return rebuilding_; }

 private:
  std::unique_ptr<ledger> book_;
  std::mutex opening_, rebuilding_;
  std::unique_ptr<status_view> view_;  // made under `opening_`, then never changed
};

}  // namespace stegvis

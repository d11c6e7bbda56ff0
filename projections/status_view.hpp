#pragma once
// The stored status view: each subject's folded journey (projections/journey.hpp) and the position
// it is folded to, in RocksDB under DIR/index/views/NAME. View and checkpoint move together.
//
// Derived: it may be deleted, and is built again. A new version of the fold has another NAME and is
// built beside the old one.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/ledger.hpp"
#include "events/sha256.hpp"
#include "projections/journey.hpp"

namespace stegvis {

class status_view {
 public:
  // Opens or makes DIR/index/views/NAME. What is damaged or ahead of the ledger is made anew.
  static std::unique_ptr<status_view> open(const ledger& of, std::string_view name);
  ~status_view();

  // Puts the view `by` in the place of the view `name`, both closed, and removes what was there.
  // The exchange is one rename: a crash leaves the one or the other under the name, never a part,
  // and the rest under `by`, to be removed.
  static void replace(const ledger& of, std::string_view name, std::string_view by);
  static void remove(const ledger& of, std::string_view name);  // closed, or not there
  // Names of all views in the ledger's folder, ascending.
  static std::vector<std::string> stored(const ledger& of);

  position checkpoint() const;
  // Folds the log up to `to` (at most the head) in steps of `batch` events, each with its
  // checkpoint in one write; a crash between steps costs the step. `progress` after each.
  [[nodiscard]] result<void> catch_up(const ledger& from, position to,
                                      std::uint64_t batch = 200'000,
                                      const std::function<void(position)>& progress = {});

  // The journey folded to the head: what is stored and the events behind the checkpoint.
  // unknown_subject if there is no event; forgotten.
  [[nodiscard]] result<journey> find(const ledger& from, std::string_view subject) const;
  // Every stored subject whose id starts with `prefix`, ascending, folded to the checkpoint.
  void each(std::string_view prefix,
            const std::function<bool(std::string_view subject, const journey&)>& visit) const;
  // SHA-256 over every subject and its stored bytes, ascending: equal folds, equal hash.
  digest state_hash() const;
  // Subjects whose stored bytes differ between two views, ascending.
  std::vector<std::string> differences(const status_view& other) const;

 private:
  struct state;
  explicit status_view(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

}  // namespace stegvis

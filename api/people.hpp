#pragma once
// What decides whom a reader sees, by now: who is protected or restricted, and which units lie
// below which. Folded from the log in memory; sealed handling is opened here and nowhere kept on
// disk.
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "events/ledger.hpp"
#include "projections/visibility.hpp"

namespace stegvis {

// Thread safe.
class people {
 public:
  // Folds what was recorded since the last call. corrupt, newer_version.
  [[nodiscard]] result<void> catch_up(ledger& book);

  handling_state handling(std::string_view subject) const;
  // The units and all that lie below them on the day, but for units of another secrecy domain: a
  // unit without one has that of the nearest unit above.
  std::set<std::string, std::less<>> units_below(std::span<const std::string> units, day on) const;
  // Whether all the units are known and of a secrecy domain that one of `own` is of; false for no
  // unit: of whom nothing is known, nothing is shown.
  bool within_domains(std::span<const std::string> units, std::span<const std::string> own,
                      day on) const;

 private:
  struct placing {
    day from{};
    std::string parent{}, domain{};
    bool moves = false;  // says its parent
    bool names_domain = false;
  };
  result<void> reread(ledger& book, const std::string& subject);
  // The unit above on the day, and the domain of the nearest unit that names one; empty: none.
  std::string parent_of(const std::string& unit, day on) const;
  std::string domain_of(std::string unit, day on) const;
  void place_unit(const std::string& subject, const std::vector<event>& events);
  void judge_person(const std::string& subject, std::vector<event> events, const ledger& book);

  mutable std::mutex mutex_;
  position folded_{};
  std::map<std::string, handling_state, std::less<>> handled_;      // whoever has such an event
  std::map<std::string, std::vector<placing>, std::less<>> units_;  // by day
};

}  // namespace stegvis

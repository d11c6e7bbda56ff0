#pragma once
// A sheet that is imported again after somebody changed it: rows that changed give corrections, and
// rows that left the sheet are listed. Nothing is voided on its own.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "events/ledger.hpp"

namespace stegvis {

// One import of one sheet. Not thread safe. Keeps the name of each event the sheet gives (about 150
// bytes each).
class snapshot {
 public:
  explicit snapshot(const ledger& of) : ledger_(of) {}

  // `json`: an event as the table gives it now. Returns what is to be appended: the event itself if
  // its name is new or nothing changed since; nothing (an empty text) if it was corrected to this
  // before, voided, or given by an earlier row too; else an event_corrected of it, named by the
  // original's id, "-c" and the number of the correction, so that an import cut short goes on.
  // bad_target if the row now is another type or subject (void the event, then import).
  // id_conflict if an earlier row of this import gave the event otherwise.
  [[nodiscard]] result<std::string> turn(const std::string& json);

  // Events of the same sources that stand in the ledger and that no row gave, in ledger order.
  struct vanished_event {
    stegvis::position position;
    std::string source, id, subject;
  };
  [[nodiscard]] result<std::vector<vanished_event>> vanished() const;

 private:
  const ledger& ledger_;
  std::unordered_map<std::string, std::size_t> given_;  // by rows so far: name and hash of the JSON
  std::unordered_set<std::string> sources_;             // of them
};

}  // namespace stegvis

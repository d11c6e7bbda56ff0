#pragma once
// The access log, DIR/access: a ledger of its own in which every read of a person is an event about
// that person. Never relayed; made at its first use.
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "events/ledger.hpp"

namespace stegvis {

// Who read, and why. `role`, `unit` and `purpose` may be empty.
struct reading {
  std::string user, role, unit;
  std::string action;   // what was asked: status, timeline ...
  std::string purpose;  // sealed, as free text
};

// Thread safe.
class access_log {
 public:
  // Opens or makes the log of the ledger in the folder. The key-encryption key is the ledger's;
  // without one the log gets its own, `access.kek` in the folder. Whatever ledger::open refuses.
  [[nodiscard]] static result<std::unique_ptr<access_log>> open(
      const std::filesystem::path& ledger_folder);

  // One event for each subject, all or none, on disk at return. access_unrecorded: it could not be
  // written, so nothing may be shown.
  [[nodiscard]] result<void> record(const reading&, std::span<const std::string> subjects);

  // The newest first, at most `limit`, recorded before `before` (0: all); only about `subject`
  // unless it is empty. Purposes are opened.
  [[nodiscard]] result<std::vector<event>> list(const std::string& subject, position before,
                                                std::size_t limit) const;
  const ledger& book() const { return *book_; }
  // Locks the log's keys with the ledger's new key-encryption key, unless they have their own.
  [[nodiscard]] result<void> rotate_kek(const std::filesystem::path& new_kek_file);

 private:
  explicit access_log(std::unique_ptr<ledger> book) : book_(std::move(book)) {}
  std::unique_ptr<ledger> book_;
};

// The account that this process runs under, as it stands in the log: "os:NAME".
std::string own_account();

// One entry as a JSON object with a line break.
std::string access_json(const event&);

}  // namespace stegvis

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

// The action of whoever reads outside their units with a reason; the purpose holds the reason.
constexpr std::string_view break_glass_action = "break_glass";

// Which entries are asked for. Empty: all.
struct access_query {
  std::string subject{}, action{};
  position before{};        // only older ones; 0: from the newest
  std::size_t limit = 100;  // at most
};
struct access_reads {
  std::vector<event> reads{};  // the newest first
  position before{};           // where the next page begins; 0: that was all
};

// Some of a time's entries, drawn by chance for a check. The same seed draws the same ones.
struct access_sample {
  recorded_time from{}, until{};  // without `until`
  std::size_t size = 0;
  std::string seed{};
  std::string unit{};  // only reads by this unit; empty: by all
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
  // The same, also by action; looks at so many entries at most, so a page may be short.
  [[nodiscard]] result<access_reads> page(const access_query&) const;
  // In the order of the log: the `size` entries whose hash with the seed is smallest.
  [[nodiscard]] result<std::vector<event>> sample(const access_sample&) const;
  // Visits the entries of a time in order, sealed, until `visit` says false.
  [[nodiscard]] result<void> each(recorded_time from, recorded_time until,
                                  const std::function<bool(const event&)>& visit) const;
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

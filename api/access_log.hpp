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

// The action of a break_glass_used.
constexpr std::string_view break_glass_action = "break_glass";

// Which entries are asked for. Empty: all.
struct access_query {
  std::string subject{}, action{};
  std::optional<day> from{}, until{};  // recorded on these days, in Stockholm
  position before{};                   // only older ones; 0: from the newest
  std::size_t limit = 100;             // at most
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
// Persons who were shown together: whoever has an event from `from` to `until` may be among them.
struct listing {
  position from{1}, until{};
  std::optional<day> as_of{};
  std::vector<std::string> subjects{};  // ascending
};
// Of so many or fewer the log holds the subjects, of more their number and a digest.
inline constexpr std::size_t listed_subjects_max = 200;
// What a list or an export is about in the log: nobody by name.
inline constexpr std::string_view everyone = "programme/everyone";

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

  // That somebody reads of the person outside their units; `purpose` is the reason. The same
  // promise.
  [[nodiscard]] result<void> record_break_glass(const reading&, const std::string& subject);
  // One event for all of them together. The same promise.
  [[nodiscard]] result<void> record_list(const reading&, const listing&);
  // That reads recorded on these days (or all) were given out, so many. The same promise.
  [[nodiscard]] result<void> record_export(const reading&, std::optional<day> from,
                                           std::optional<day> until, std::size_t count);

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
  [[nodiscard]] result<void> write(std::span<const std::string> subjects, const event_data&);
  std::unique_ptr<ledger> book_;
};

// The account that this process runs under, as it stands in the log: "os:NAME".
std::string own_account();

// One entry as a JSON object.
std::string access_json(const event&);
// Why it was read, opened; "sealed" if it cannot be, empty if nobody said.
std::string purpose_of(const event&);

}  // namespace stegvis

#pragma once
// The keys of a ledger: what its sealed fields are sealed under, which person an identifier means,
// and what makes both unreadable for ever.
//
// Folder `keys/`: `generation` (key_files.hpp) and `db-N`, the database of generation N:
//   "d" subject 0x00 class (1)   data key wrapped under the generation key
//   "i" blinded identifier (16)  wrapped: keyed hash of the identifier (16), subject
//   "m" name                     hash_key, box_secret (wrapped); forget (subjects, in clear, a line
//                                each); noted/ and a subject (empty)
// A wrapped value is bound to its key (key_wrapping.hpp). Identifiers are blinded under a key that
// follows from the generation key, so without the generation file an old copy of the folder tells
// of nobody.
//
// Forgetting writes a new database of all other keys under a new generation key, switches to it by
// replacing the generation file, overwrites the old file and removes the old database: no file of
// the folder then holds a byte of the old ones. A crash before the switch leaves the old generation
// and the order to forget, after it the new one; the next open finishes the rest.
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/privacy.hpp"
#include "events/sealing.hpp"

namespace stegvis {

struct key_store_options {
  std::filesystem::path folder;    // `keys/` of the ledger
  std::filesystem::path kek_file;  // key-encryption key: 64 hex digits and a newline, mode 0600
  // The day by which ten-digit personal numbers get their century; empty = the system's clock.
  std::function<std::chrono::sys_days()> today{};
  // Called after each step of forgetting that a crash may follow, with its name; for tests.
  std::function<void(std::string_view step)> at_step{};
};

// Where the KEK of a ledger is: STEGVIS_KEK_FILE, or else `DIR.kek` beside the folder.
std::filesystem::path kek_file_for(const std::filesystem::path& ledger_folder);

using public_key_bytes = std::array<std::uint8_t, 32>;

// A person's number in a register: scheme personnummer, samordningsnummer, interim or local, and
// who issued it. The first two share one space, are brought to twelve digits and have no issuer.
// Other values are trimmed of blanks.
struct person_identifier {
  std::string_view scheme, issuer, value;
};

// Thread safe. New keys and identifiers are kept in memory until sync(); whoever writes events that
// depend on them calls it first. After a failed write everything throws world_error until the store
// is opened anew.
class key_store {
 public:
  // Makes the folder and, if missing, the KEK file. already_exists if the folder has a generation;
  // bad_key if the KEK file is no key.
  [[nodiscard]] static result<key_store> create(key_store_options options);
  // bad_key: no or another KEK, or no generation file (the ledger is usable without keys for all
  // that needs none); locked: another process has it open; corrupt; newer_format.
  // Finishes an interrupted forget().
  [[nodiscard]] static result<key_store> open(key_store_options options);
  key_store(key_store&&) noexcept;
  ~key_store();

  // Subjects are at most 128 bytes without control characters. Nothing = never made, or forgotten.
  std::optional<data_key> find(std::string_view subject, privacy p) const;
  data_key find_or_create(std::string_view subject, privacy p);
  // All keys and identifiers given out before this call are on disk when it returns.
  void sync();

  struct counts {
    std::uint64_t keys = 0, identifiers = 0;
  };
  // Destroys the subjects' keys and identifiers; all else is rewrapped. Takes time and disk with
  // the number of keys, some seconds at a million; whoever seals, opens or links waits so long, and
  // so do appends that need a key. Nothing of either is also fine. On disk at return.
  counts forget(const std::vector<std::string>& subjects);
  counts forget(std::string_view subject);
  // Notes, on disk at return, that these are about to be forgotten: for whoever decides elsewhere
  // and may crash in between. Notes go with forget(); one that came to nothing does no harm.
  void note_forgetting(const std::vector<std::string>& subjects);
  std::vector<std::string> noted_forgettings() const;

  // Wraps the generation key under the KEK of another file, made if missing. The old file is not
  // touched: it may serve other ledgers. bad_argument if it is the file in use, bad_key.
  [[nodiscard]] result<void> rotate_kek(const std::filesystem::path& new_kek_file);

  // Everything to one file (key_transfer.hpp) under a transfer key file, made if missing.
  // already_exists, bad_key.
  [[nodiscard]] result<counts> export_keys(const std::filesystem::path& file,
                                           const std::filesystem::path& transfer_key_file);
  // Takes in such a file, but for subjects that `skip` names (those forgotten since). A store
  // without keys and identifiers also takes over the hash key and the key pair. key_conflict, with
  // nothing written, if the hash key, a key or an identifier's subject is another. After a crash:
  // do it again. Counts what was new.
  [[nodiscard]] result<counts> import_keys(
      const std::filesystem::path& file, const std::filesystem::path& transfer_key_file,
      const std::function<bool(std::string_view subject)>& skip = {});

  // The ledger's X25519 key for senders (crypto_box_seal), and what opens their boxes.
  public_key_bytes public_key() const;
  std::optional<std::string> open_box(std::string_view boxed) const;
  // The mask shared with another ledger's key, on every number (pairwise_mask.hpp): the other side
  // with this one's key and the same context takes it off again. Never give a context two lists.
  // bad_public_key, with the numbers as they were.
  [[nodiscard]] result<void> add_mask(std::span<std::uint64_t> numbers,
                                      const public_key_bytes& peer,
                                      std::string_view context) const;

  // 128 bits of keyed BLAKE2b as 32 letters a-p (no digits: it never looks like a personal number);
  // the same text has the same hash for the ledger's life. It survives forget(), so never hash what
  // names a person into something that is kept.
  std::string keyed_hash(std::string_view text) const;

  // The identifier index. bad_field: no valid number of its scheme, or empty. Never says the value.
  [[nodiscard]] result<std::optional<std::string>> find_person(const person_identifier& id) const;
  // A new person gets a random subject, "participant/p-" and 16 characters of a-z2-7.
  [[nodiscard]] result<std::string> find_or_create_person(const person_identifier& id);
  // From now on the identifier means this subject; gives the other one that it meant before.
  [[nodiscard]] result<std::optional<std::string>> link_person(const person_identifier& id,
                                                               std::string_view subject);

 private:
  struct state;
  explicit key_store(std::unique_ptr<state> s);
  std::unique_ptr<state> state_;
};

}  // namespace stegvis

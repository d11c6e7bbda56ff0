#pragma once
// Federated evaluation: each ledger writes its counts masked, so that one partial alone looks
// random, and the masks cancel when those of all named ledgers are added.
//
// Masks: for each pair of ledgers a list of u64 (events/pairwise_mask.hpp) bound to the run, the
// definition hash, the as-of date, the shape and the names and keys of all who take part. One of
// the pair adds it, the other subtracts it, mod 2^64.
//
// What it does not hide: the sum itself from whoever merges, and so, from all the others together,
// what the last one counted. Of two ledgers each learns the other's counts. Whoever writes the list
// decides who the others are: a ledger must know the keys for those of real ledgers.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/keys.hpp"

namespace stegvis {

constexpr std::size_t participants_max = 100;
constexpr std::size_t partial_counts_max = 1'000'000;
constexpr std::size_t partial_shape_bytes_max = 1024 * 1024;
constexpr std::size_t partial_file_bytes_max = 16 * 1024 * 1024;

// What names a ledger or a run: 1 to 128 bytes of UTF-8 without control characters.
bool is_federation_name(std::string_view text);

struct participant_key {
  std::string name;  // of the ledger
  public_key_bytes key{};
  friend bool operator==(const participant_key&, const participant_key&) = default;
};

// The file that all who take part share: who they are, and a run that is never used twice for
// other facts. TOML: run = "2021-q1" and [[ledger]] name, public_key (base64url, as
// `stegvis keys public DIR` prints it).
struct participant_list {
  std::string run;
  std::vector<participant_key> ledgers;  // ascending by key; at least two, names and keys differ
};
// bad_participants with line and key.
[[nodiscard]] result<participant_list> read_participants(std::string_view toml,
                                                         std::string_view file);

// One ledger's contribution. `counts` are exact (personal data, for the named role) until masked.
struct partial_file {
  bool masked = false;
  std::string ledger_id, name;  // whose
  std::string run, definition_hash, definition_text, as_of;
  std::uint64_t cut = 0;
  std::string cut_recorded;  // may be empty at cut 0
  std::string head_hash;     // of the ledger at the cut, hex
  std::string shape;         // canonical JSON of what the counts mean, equal in all
  std::vector<participant_key> participants;
  std::vector<std::uint64_t> counts;
  // Masked only: sum of the counts, each times an odd number that follows from its index, masked
  // like one more count. Added up, it tells counts whose masks did not cancel.
  std::optional<std::uint64_t> check{};
  friend bool operator==(const partial_file&, const partial_file&) = default;
};
// Form and limits; the name must be a participant's. bad_partial with the member's JSON pointer.
[[nodiscard]] result<void> check_partial(const partial_file&);
// Canonical JSON, one line without its end; wants a partial that passes check_partial. Keys and
// counts (u64, little-endian) are base64url.
std::string to_json(const partial_file&);
// bad_partial, never with a value of `counts`; newer_version. Needs each member once, no others.
[[nodiscard]] result<partial_file> partial_from_json(std::string_view text, std::string_view file);

// What masks are bound to: canonical JSON of run, definition hash, as-of date, the shape's SHA-256
// and the participants.
std::string mask_context(const partial_file&);

// The partial with its counts masked and the name that the participants have for this ledger, whose
// key must be among theirs (bad_participants). bad_partial, bad_public_key (a participant's is
// weak). The same in gives the same out. Two lists of counts under one mask give away their
// difference, so nothing masked may leave but through mask_once (claimed_runs.hpp).
[[nodiscard]] result<partial_file> mask(partial_file exact, const key_store& keys);

// What all partials say together.
struct merged_partials {
  struct source {
    std::string ledger_id, name;
    std::uint64_t cut = 0;
    std::string cut_recorded, head_hash;
    friend bool operator==(const source&, const source&) = default;
  };
  bool masked = false;  // they came masked
  std::string run, definition_hash, as_of, shape;
  std::string definition_text;  // the first participant's; to be hashed before it is used
  std::vector<participant_key> participants;
  std::vector<source> ledgers;        // one for each participant, in their order
  std::vector<std::uint64_t> counts;  // sums mod 2^64: exact
  friend bool operator==(const merged_partials&, const merged_partials&) = default;
};
// Exactly one partial of each participant, in any order, all masked or all exact, of the same run,
// definition, as-of date, shape and participants. bad_partial that names the ledgers it is about:
// who differs, is missing or is there twice; or masks that do not cancel.
[[nodiscard]] result<merged_partials> merge(std::span<const partial_file> partials);

}  // namespace stegvis

#pragma once
// An evaluation shared out among workers: the question as the ledger's owner puts it, and what a
// worker counted of one partition of the ledger's persons. Both are files of one line of JSON, and
// personal data: the question names who is restricted, and counts of a partition are small.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "projections/evaluations/evaluate.hpp"

namespace stegvis {

constexpr std::size_t shared_file_bytes_max = 1 << 30;

// Everything that only the owner knows: workers see some journeys each, and have no log.
struct shared_question {
  std::string build;   // of the program; only the same counts alike
  std::string ledger;  // its id
  std::string topics;  // NAME of its topics
  std::string definition_text;
  std::map<std::string, std::string> used;  // texts of definitions beside it that a report uses
  std::uint64_t cut = 0, reports_until = 0;
  std::string head_hash;  // at the cut
  std::string as_of;
  // Recorded times of the cut and of published reports' cuts, by position.
  std::map<std::uint64_t, std::string> recorded;
  std::vector<std::string> restricted;  // persons left out, ascending, as known at the owner
  std::uint64_t erased = 0, erased_until = 0;
  friend bool operator==(const shared_question&, const shared_question&) = default;
};
// Canonical JSON, without a line break; its SHA-256 is the question's hash.
std::string to_json(const shared_question&);
// bad_file with a JSON pointer; newer_version.
[[nodiscard]] result<shared_question> question_from_json(std::string_view text,
                                                         std::string_view file);
std::string hash_of(const shared_question&);

// The question of an owner's ledger. `facts.set` holds at least the journeys of all subjects with
// events of exclusion_types. `build` and `topics` are the caller's to set. What the head hash is
// refused with.
[[nodiscard]] result<shared_question> share_question(const definition&, const evaluation_facts&,
                                                     const evaluation_question&);
// What tells who is left out, and which reports were published.
std::vector<const type_description*> exclusion_types();

// What evaluating takes of it. bad_definition, bad_file.
[[nodiscard]] result<definition> definition_of(const shared_question&);
[[nodiscard]] result<evaluation_question> asked_by(const shared_question&);
exclusions exclusions_of(const shared_question&);
// The recorded time of a position that the question tells. Throws world_error if it does not.
recorded_time recorded_in(const shared_question&, position at);

// What was counted of one partition.
struct partition_counts {
  std::string question;  // its hash
  std::uint64_t partition = 0, partitions = 0;
  std::vector<counted_scan> scans;  // count_scans()
};
// Canonical JSON, without a line break: the same bytes whoever counted, in any number of pieces.
std::string to_json(const partition_counts&);
// bad_partial with a JSON pointer, never with a count; newer_version.
[[nodiscard]] result<partition_counts> partition_counts_from_json(std::string_view text,
                                                                  std::string_view file);

// The sums over all partitions. bad_partial that names what is missing or there twice, or which
// counts are of another question or of another number of partitions. `files` are their names.
[[nodiscard]] result<std::vector<counted_scan>> add_partitions(
    std::vector<partition_counts> counts, const std::vector<std::string>& files,
    const shared_question&, std::uint64_t partitions);

}  // namespace stegvis

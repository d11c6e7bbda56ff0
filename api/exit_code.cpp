#include "api/exit_code.hpp"

#include <algorithm>
#include <array>

namespace stegvis {
namespace {

constexpr auto rows = std::to_array<exit_row>({
    {exit_code::done, "done", "done"},
    {exit_code::failure, "failure", "failure"},
    {exit_code::usage, "usage", "the command was not understood"},
    {exit_code::partial, "partial", "some lines or rows were rejected"},
    {exit_code::verification_failed, "verification_failed",
     "verification failed: something recorded is missing, damaged or different"},
    {exit_code::conflict, "conflict", "conflict: another version, or the name has other content"},
    {exit_code::no_ledger, "no_ledger", "there is no ledger in the folder"},
    {exit_code::locked, "locked", "the ledger's owner does not answer"},
    {exit_code::key, "key", "the key is missing or is another"},
    {exit_code::broker, "broker", "Kafka cannot be reached or refuses"},
    {exit_code::newer_format, "newer_format", "written by a newer stegvis"},
    {exit_code::interrupted, "interrupted", "interrupted; what was kept is said"},
});

// Every other code ends a command with a plain failure.
struct ending_of {
  errc code;
  exit_code ends;
};
constexpr auto endings = std::to_array<ending_of>({
    {errc::bad_argument, exit_code::usage},
    {errc::not_confirmed, exit_code::usage},
    {errc::bad_date, exit_code::usage},
    {errc::bad_cut, exit_code::usage},
    {errc::corrupt, exit_code::verification_failed},
    {errc::id_conflict, exit_code::conflict},
    {errc::version_conflict, exit_code::conflict},
    {errc::batch_partly_exists, exit_code::conflict},
    {errc::key_conflict, exit_code::conflict},
    {errc::run_reused, exit_code::conflict},
    {errc::follower, exit_code::conflict},
    {errc::fenced, exit_code::conflict},
    {errc::broker, exit_code::broker},
    {errc::bad_topic, exit_code::broker},
    {errc::event_lost, exit_code::verification_failed},
    {errc::other_history, exit_code::verification_failed},
    {errc::no_ledger, exit_code::no_ledger},
    {errc::locked, exit_code::locked},
    {errc::bad_key, exit_code::key},
    {errc::newer_version, exit_code::newer_format},
    {errc::newer_format, exit_code::newer_format},
});

}  // namespace

std::span<const exit_row> exit_codes() {
  return rows;
}

std::string_view name_of(exit_code code) {
  return std::ranges::find(rows, code, &exit_row::code)->name;
}

exit_code exit_code_of(errc code) {
  const auto found = std::ranges::find(endings, code, &ending_of::code);
  return found == endings.end() ? exit_code::failure : found->ends;
}

}  // namespace stegvis

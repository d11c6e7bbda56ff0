#pragma once
// Errors that depend on what a caller gave. The world's failures (disk, memory) are exceptions
// (`world_error`); a programmer's are assertions (`STEGVIS_ASSERT`).
#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace stegvis {

// One row a code: name, what a person should do about it. The name is the code people and
// programs see, so it never changes once released.
#define STEGVIS_ERRORS(X)                                                                        \
  X(bad_json, "one JSON object a line, UTF-8")                                                   \
  X(duplicate_key, "give each key once")                                                         \
  X(missing_attribute, "specversion, id, source, type, subject and time are required")           \
  X(unknown_attribute, "remove it, or put it into data if the type has such a field")            \
  X(bad_attribute, "see the example in the README of events/")                                   \
  X(bad_specversion, "stegvis speaks CloudEvents 1.0: \"specversion\":\"1.0\"")                  \
  X(bad_id, "1 to 128 bytes without spaces or control characters")                               \
  X(bad_subject, "kind/id, for example participant/p-000017")                                    \
  X(wrong_subject, "`stegvis schema TYPE` says whom the type is about")                          \
  X(personal_number, "use a random id; record the number with identifier_recorded")              \
  X(bad_time, "RFC 3339 with an offset, for example 2018-03-01T00:00:00+01:00")                  \
  X(bad_precision, "timeprecision is day, month or year; leave it out for an exact time")        \
  X(future_time, "valid times lie at most five years ahead")                                     \
  X(unknown_type, "`stegvis schema` lists the types")                                            \
  X(bad_schema, "dataschema is stegvis:TYPE:VERSION")                                            \
  X(newer_version, "written by a newer stegvis; update this one")                                \
  X(unknown_field, "`stegvis schema TYPE` lists the fields")                                     \
  X(missing_field, "`stegvis schema TYPE` says which fields are required")                       \
  X(bad_field, "`stegvis schema TYPE` says what the field takes")                                \
  X(sealed_input, "sealed values come in by `import --keep-recorded` only")                      \
  X(too_large, "an event is at most 65535 canonical bytes, a batch 10000 events and 16 MiB")     \
  X(recorded_given, "only `import --keep-recorded` takes recordedtime and sequence")             \
  X(bad_recorded, "recorded times never fall and do not lie ahead of the clock")                 \
  X(bad_sequence, "a sequence must equal the position the event gets")                           \
  X(id_conflict, "same source and id, other content: give the new fact a new id")                \
  X(batch_partly_exists, "send the batch whole under its first names, or only what is new")      \
  X(bad_target, "the id of an original event of the same subject; same type and subject")        \
  X(version_conflict, "read the journey again and decide anew")                                  \
  X(clock_behind, "set the clock, or accept it once with --accept-clock")                        \
  X(poisoned, "a sync failed; nothing is accepted until the ledger is reopened and verified")    \
  X(bad_cut, "a position (digits), a date, or an RFC 3339 time not ahead of the clock")          \
  X(bad_date, "a date is YYYY-MM-DD")                                                            \
  X(unknown_subject, "no event about this subject is known at the cut")                          \
  X(forgotten, "this person was forgotten; the journey is no longer shown")                      \
  X(no_ledger, "`stegvis init DIR` makes a ledger")                                              \
  X(already_exists, "init never overwrites; choose another folder")                              \
  X(locked, "another process owns the ledger and does not answer")                               \
  X(bad_key, "STEGVIS_KEK_FILE must name the key file this ledger was made with")                \
  X(key_conflict, "import keys into a ledger that has none, or the same ones")                   \
  X(newer_format, "this ledger was written by a newer stegvis; update this one")                 \
  X(corrupt, "restore from a backup; `stegvis verify` shows what is readable")                   \
  X(bad_argument, "`stegvis help COMMAND` shows what it takes")                                  \
  X(not_confirmed, "repeat the subject: --confirm=SUBJECT")                                      \
  X(bad_file, "the file must exist and be readable")                                             \
  X(bad_encoding, "declare the encoding: utf-8 or windows-1252")                                 \
  X(bad_table, "a header row, then rows with as many cells")                                     \
  X(bad_mapping, "ingest/README.md describes the mapping file")                                  \
  X(bad_definition, "projections/definitions/README.md describes definition files")              \
  X(bad_participants, "run, and name and public_key of each [[ledger]]; one file for all")       \
  X(bad_public_key, "`stegvis keys public DIR` prints the key of a ledger")                      \
  X(bad_partial, "every ledger named in the keys file writes one partial of the same run")       \
  X(follower,                                                                                    \
    "append at the ledger's owner, or make this one the owner: `stegvis follow --promote`")      \
  X(broker, "check the address, the credentials and that the broker runs")                       \
  X(bad_topic, "ingest/README.md says how the topics of a ledger are set")                       \
  X(fenced, "another owner has the ledger under a newer epoch; follow it, or remove this copy")  \
  X(event_lost, "rebuild the topics under a new name, or `follow` from an owner that has all")   \
  X(bad_record, "ingest/README.md says what a record on .intake holds")                          \
  X(clear_field, "encrypt it to the ledger's key (`stegvis keys public`), as {\"box\":\"...\"}") \
  X(run_reused, "repeat it on the same facts, or agree on a new run in the keys file")           \
  X(other_history, "find the ledger, or its backup, whose events the result was made of")        \
  X(bad_cell, "the mapping says what the column holds")                                          \
  X(missing_column, "the column names stand in the table's header row")                          \
  X(vanished_row, "rows that left the sheet are listed; void their events if they were wrong")   \
  X(unauthenticated, "send the token that `stegvis serve` printed: Authorization: Bearer TOKEN") \
  X(forbidden, "the role has no such right; api/http/README.md has the table")                   \
  X(no_route, "/openapi.json lists the paths")                                                   \
  X(bad_method, "/openapi.json lists the methods of each path")                                  \
  X(bad_media, "/openapi.json lists the content types of each path")                             \
  X(bad_request, "the request is not HTTP/1.1 as RFC 9112 describes it")                         \
  X(overloaded, "try again after the seconds in Retry-After")                                    \
  X(not_caught_up, "min_position is not reached yet; ask again")                                 \
  X(access_unrecorded, "a read of a person that cannot be recorded in DIR/access is refused")    \
  X(cross_site, "send Stegvis-Csrf as GET /v1/session gives it, from the service's own pages")   \
  X(login_failed, "begin again at /login")                                                       \
  X(provider, "check --oidc-issuer, its certificates and that the login provider answers")       \
  X(unknown_run, "runs are kept until the server stops, the last 32 of them")                    \
  X(cancelled, "it was cancelled; start it anew")

enum class errc {
#define X(name, hint) name,
  STEGVIS_ERRORS(X)
#undef X
};

// The stable code, such as "id_conflict".
std::string_view name_of(errc code);
// What to do about it, one sentence, the same for every occurrence.
std::string_view hint_of(errc code);

// What was refused and where. Never holds a value of a sealed field, nor any other personal data.
struct problem {
  errc code = errc::bad_argument;
  std::string message{};   // what was found and what was expected
  std::string field{};     // JSON pointer, column or key; empty if the whole is meant
  std::uint64_t line = 0;  // 1-based line of the input; 0 = not from a file
  std::string file{};      // file of the input, if any

  problem() = default;
  problem(errc c, std::string what, std::string where = {})
      : code(c), message(std::move(what)), field(std::move(where)) {}
};

// "events.ndjson:17: /data/kind: bad_field: expected one of ... (hint)"
std::string to_string(const problem& p);

// Results are never ignored: write [[nodiscard]] on each function that returns one.
template <class T>
using result = boost::system::result<T, problem>;

// A disk, a library or the system failed. Caught once a command.
struct world_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void throw_exception_from_error(const problem& p, const boost::source_location&);
[[noreturn]] void assertion_failed(const char* what, const char* file, int line);

#define STEGVIS_ASSERT(condition) \
  ((condition) ? void() : ::stegvis::assertion_failed(#condition, __FILE__, __LINE__))

}  // namespace stegvis

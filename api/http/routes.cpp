// Every path of the API, once. Adding one is a row here and a function in handlers.hpp.
#include <array>

#include "api/http/handlers.hpp"

namespace stegvis::http {
namespace {

constexpr std::size_t event_bytes = batch_bytes_max;  // of a batch, as the ledger takes it
constexpr std::size_t small_bytes = 16 << 10;
constexpr std::size_t definition_bytes = 256 << 10;  // an order with a definition of one's own
constexpr std::string_view states =
    "merged deceased employed_regular employed_subsidised employed_reserved paused education "
    "ladder_step job_track work_training activity assessment enrolled_idle scheduled applied "
    "exited none";
constexpr std::string_view phases = "deceased active paused scheduled applied exited none";

constexpr parameter as_of{"as_of", place::query, value_kind::date,
                          "As it was at the end of this day; else today."};
constexpr parameter as_recorded{"as_recorded", place::query, value_kind::cut,
                                "As known at this position, date or time; else now."};
constexpr parameter min_position{"min_position", place::query, value_kind::integer,
                                 "Wait until the ledger has this position."};
constexpr parameter limit{"limit", place::query, value_kind::integer,
                          "Rows at most, 1 to 1000; else 100."};
constexpr parameter cursor{"cursor", place::query, value_kind::cursor,
                           "Where the page before ended."};
constexpr parameter person_id{"id", place::path, value_kind::text,
                              "The person's id without participant/, or a pseudonym."};
constexpr parameter purpose{"Stegvis-Purpose", place::header, value_kind::text,
                            "Why a person is read; recorded."};
constexpr parameter from{"from", place::query, value_kind::integer, "First position."};
constexpr parameter subject{"subject", place::query, value_kind::text,
                            "Only events about this subject."};
constexpr parameter type{"type", place::query, value_kind::text, "Only events of this type."};
constexpr parameter run_id{"run", place::path, value_kind::text, "The run's id."};
constexpr parameter caseworker{"caseworker", place::query, value_kind::text,
                               "Only what this member of staff is responsible for."};

constexpr parameter start_takes[]{
    {"token", place::query, value_kind::text, "The token of the printed link."}};
constexpr parameter schema_takes[]{
    {"type", place::path, value_kind::text, "The type's name."},
    {"version", place::path, value_kind::integer, "The version of its data."}};
constexpr parameter events_take[]{from, subject, type, limit, cursor, min_position, purpose};
constexpr parameter append_takes[]{
    {"If-Match", place::header, value_kind::text, "The journey's version, in quotes."},
    {"If-None-Match", place::header, value_kind::text, "*: the journey has no event yet."}};
constexpr parameter stream_takes[]{
    from,
    subject,
    type,
    {"Last-Event-ID", place::header, value_kind::text, "The position that was read last."}};
constexpr parameter persons_take[]{
    {"state", place::query, value_kind::code, "Only persons in this state.", states},
    {"phase", place::query, value_kind::code, "Only persons in this phase.", phases},
    {"unit", place::query, value_kind::text, "Only persons of this unit and those below it."},
    as_of,
    as_recorded,
    min_position,
    limit,
    cursor,
    purpose};
constexpr parameter search_takes[]{purpose};
constexpr parameter view_takes[]{person_id, as_of, as_recorded, min_position, purpose};
constexpr parameter timeline_takes[]{
    person_id,
    as_of,
    as_recorded,
    min_position,
    limit,
    cursor,
    {"order", place::query, value_kind::code, "Which comes first.", "oldest newest"},
    purpose};
constexpr parameter lists_take[]{caseworker, as_of, as_recorded, min_position};
constexpr parameter list_takes[]{{"name", place::path, value_kind::text, "The list's name."},
                                 caseworker,
                                 as_of,
                                 as_recorded,
                                 min_position,
                                 limit,
                                 cursor,
                                 purpose};
constexpr parameter quality_takes[]{
    {"rule", place::query, value_kind::text, "Only this rule, by number (Q01) or name."},
    as_of,
    as_recorded,
    min_position,
    limit,
    cursor,
    purpose};
constexpr parameter import_id{"import", place::path, value_kind::text, "The import's id."};
constexpr parameter import_takes[]{import_id};
constexpr parameter file_takes[]{
    import_id,
    {"offset", place::query, value_kind::integer, "Where in the file the part begins; else 0."}};
constexpr parameter rejects_take[]{
    import_id,
    {"format", place::query, value_kind::code, "Before what Accept says.", "json csv"},
    limit,
    cursor};
constexpr parameter run_takes[]{run_id};
constexpr parameter result_takes[]{
    run_id,
    {"format", place::query, value_kind::code, "Before what Accept says.", "json csv html svg"},
    {"figure", place::query, value_kind::text, "Of SVG: which figure, as f2; else the first."},
    {"table", place::query, value_kind::text, "Of CSV: which table; else the first."},
    {"dialect", place::query, value_kind::code, "Of CSV.", "rfc4180 excel"}};
constexpr parameter login_takes[]{
    {"return", place::query, value_kind::text, "The path to come back to; else /."}};
constexpr parameter callback_takes[]{
    {"code", place::query, value_kind::text, "The code to be exchanged."},
    {"state", place::query, value_kind::text, "As /login made it."},
    {"iss", place::query, value_kind::text, "The issuer (RFC 9207)."}};
constexpr parameter logout_takes[]{
    {"Stegvis-Csrf", place::header, value_kind::text, "The session's token, of GET /v1/session."}};
constexpr parameter as_file{"format", place::query, value_kind::code, "Before what Accept says.",
                            "json csv"};
constexpr parameter dialect{"dialect", place::query, value_kind::code, "Of CSV.", "rfc4180 excel"};
constexpr parameter access_takes[]{
    {"person", place::query, value_kind::text, "Only reads of this person."},
    {"action", place::query, value_kind::text, "Only these, such as break_glass."},
    {"from", place::query, value_kind::date, "Only reads recorded on this day or later."},
    {"until", place::query, value_kind::date, "Only reads recorded on this day or before."},
    as_file,
    dialect,
    limit,
    cursor};
constexpr parameter sample_takes[]{
    {"month", place::query, value_kind::text, "The month in Stockholm, such as 2026-10."},
    {"seed", place::query, value_kind::text, "Draws the same ones again; else a new one."},
    {"unit", place::query, value_kind::text, "Only reads by this unit."},
    as_file,
    dialect,
    limit};
constexpr parameter glass_takes[]{
    {"id", place::path, value_kind::text, "The person's id without participant/."}};
constexpr parameter board_takes[]{
    {"unit", place::query, value_kind::text, "Whose board, with the units below; required."},
    {"state", place::query, value_kind::code, "Only the column of this state.",
     "applied scheduled assessment enrolled_idle activity education ladder_step job_track "
     "work_training employed_reserved employed_subsidised employed_regular paused exited"},
    caseworker,
    as_of,
    as_recorded,
    min_position,
    limit,
    cursor,
    purpose};
constexpr parameter extract_takes[]{person_id, purpose};

constexpr std::string_view json = "application/json";
constexpr std::string_view page = "text/html";
constexpr std::string_view two_forms = "application/json application/x-ndjson";
constexpr std::string_view two_streams = "text/event-stream application/x-ndjson";
constexpr std::string_view two_events =
    "application/cloudevents+json application/cloudevents-batch+json";
constexpr std::string_view results = "application/json text/csv text/html image/svg+xml";
constexpr std::string_view reads = "application/json text/csv";

using r = resource;
using d = action;
constexpr std::optional<right> anyone{};
constexpr std::optional<right> may(resource what, action does) {
  return right{what, does};
}

// clang-format off
const auto table = std::to_array<route>({
    {"GET", "/", "getStart", "Startsida", "Start page",
     may(r::catalogue, d::read), start_takes, "", "", page, "", 200, 0, get_start},
    {"GET", "/callback", "finishLogin", "Slutet av en inloggning", "The end of a login",
     anyone, callback_takes, "", "", "", "", 303, 0, get_callback},
    {"GET", "/healthz", "getHealth", "Lever tjänsten", "Whether the service lives",
     anyone, {}, "", "", json, "Health", 200, 0, get_health},
    {"GET", "/login", "startLogin", "Logga in hos utfärdaren", "Log in at the issuer",
     anyone, login_takes, "", "", "", "", 303, 0, get_login},
    {"POST", "/logout", "endSession", "Logga ut: sessionen upphör", "Log out: the session ends",
     anyone, logout_takes, "", "", json, "SessionEnded", 200, 0, post_logout},
    {"GET", "/metrics", "getMetrics", "Mätvärden för Prometheus; utan nyckel endast lokalt",
     "Metrics for Prometheus; without a token on loopback only",
     anyone, {}, "", "", "text/plain", "", 200, 0, get_metrics},
    {"GET", "/openapi-3.0.json", "getOpenapi30", "Denna beskrivning, OpenAPI 3.0",
     "This description, OpenAPI 3.0", anyone, {}, "", "", json, "Any", 200, 0, get_openapi_3_0},
    {"GET", "/openapi.json", "getOpenapi", "Denna beskrivning, OpenAPI 3.1",
     "This description, OpenAPI 3.1", anyone, {}, "", "", json, "Any", 200, 0, get_openapi},
    {"GET", "/readyz", "getReady", "Är tjänsten ikapp", "Whether the views have caught up",
     anyone, {}, "", "", json, "Ready", 200, 0, get_ready},
    {"GET", "/v1/access", "listAccess", "Åtkomstloggen, senaste först",
     "The access log, newest first", may(r::access_log, d::read), access_takes,
     "", "", reads, "AccessPage", 200, 0, get_access},
    {"GET", "/v1/access/sample", "sampleAccess", "Stickprov ur en månads åtkomster",
     "A month's reads, drawn by chance", may(r::access_log, d::read), sample_takes,
     "", "", reads, "AccessSample", 200, 0, get_access_sample},
    {"GET", "/v1/boards", "getBoard", "En enhets tavla: personer efter status",
     "A unit's board: persons by state", may(r::boards, d::read), board_takes,
     "", "", json, "Board", 200, 0, get_board},
    {"GET", "/v1/evaluations", "listDefinitions", "Definitioner att utvärdera med",
     "Definitions to evaluate with", may(r::evaluations, d::read), {},
     "", "", json, "Definitions", 200, 0, get_evaluations},
    {"POST", "/v1/evaluations", "startEvaluation", "Starta en utvärdering", "Start an evaluation",
     may(r::evaluations, d::run), {}, json, "RunOrder", json, "Run", 202, definition_bytes,
     post_evaluation},
    {"POST", "/v1/evaluations/differences", "startDifference",
     "Jämför två körningar: varför skiljer de sig", "Compare two runs: why they differ",
     may(r::evaluations, d::run), {}, json, "DifferenceOrder", json, "Run", 202, small_bytes,
     post_difference},
    {"GET", "/v1/evaluations/runs/{run}", "getRun", "Hur långt en körning kommit",
     "How far a run is", may(r::evaluations, d::read), run_takes,
     "", "", json, "Run", 200, 0, get_run},
    {"DELETE", "/v1/evaluations/runs/{run}", "cancelRun", "Avbryt en körning", "Cancel a run",
     may(r::evaluations, d::run), run_takes, "", "", "", "", 204, 0, delete_run},
    {"GET", "/v1/evaluations/runs/{run}/figures", "listRunFigures",
     "Figurerna och tabellerna i en körnings resultat", "The figures and tables of a run's result",
     may(r::evaluations, d::read), run_takes, "", "", json, "Figures", 200, 0, get_run_figures},
    {"GET", "/v1/evaluations/runs/{run}/result", "getRunResult", "En körnings resultat",
     "The result of a run", may(r::evaluations, d::read), result_takes,
     "", "", results, "Any", 200, 0, get_run_result},
    {"GET", "/v1/events", "listEvents", "Händelser i ordning", "Events in ledger order",
     may(r::events, d::read), events_take, "", "", two_forms, "EventPage", 200, 0, get_events},
    {"POST", "/v1/events", "appendEvents", "Lägg till en händelse eller en sats, allt eller inget",
     "Append an event or a batch, all or nothing", may(r::events, d::append), append_takes,
     two_events, "Event", json, "Appended", 201, event_bytes, post_events},
    {"GET", "/v1/events/stream", "streamEvents", "Händelser i takt med att de kommer",
     "Events as they come", may(r::events, d::read), stream_takes,
     "", "", two_streams, "", 200, 0, get_event_stream},
    {"GET", "/v1/imports", "listImports", "Egna importer", "One's own imports",
     may(r::imports, d::run), {}, "", "", json, "Imports", 200, 0, get_imports},
    {"POST", "/v1/imports", "createImport", "Förbered en import av en fil",
     "Prepare the import of a file", may(r::imports, d::run), {}, json, "ImportOrder",
     json, "Import", 201, definition_bytes, post_import},
    {"GET", "/v1/imports/{import}", "getImport", "Hur långt en import kommit",
     "How far an import is", may(r::imports, d::run), import_takes,
     "", "", json, "Import", 200, 0, get_import},
    {"DELETE", "/v1/imports/{import}", "removeImport", "Avbryt en import och ta bort dess fil",
     "Cancel an import and remove its file", may(r::imports, d::run), import_takes,
     "", "", "", "", 204, 0, delete_import},
    {"PUT", "/v1/imports/{import}/file", "putImportFile", "Nästa del av filen",
     "The next part of the file", may(r::imports, d::run), file_takes,
     "application/octet-stream", "", json, "Import", 200, import_part_bytes_max, put_import_file},
    {"GET", "/v1/imports/{import}/rejects", "listRejects", "Rader som nekades",
     "Lines that were refused", may(r::imports, d::run), rejects_take,
     "", "", "application/json text/csv", "RejectPage", 200, 0, get_import_rejects},
    {"POST", "/v1/imports/{import}/run", "runImport", "Prova eller importera filen",
     "Try the file, or import it", may(r::imports, d::run), import_takes, json, "ImportRun",
     json, "Import", 202, small_bytes, post_import_run},
    {"GET", "/v1/ledger", "getLedger", "Liggaren och dess senaste position",
     "The ledger and its last position", may(r::ledger, d::read), {},
     "", "", json, "Ledger", 200, 0, get_ledger},
    {"GET", "/v1/persons", "listPersons", "Personer och deras status", "Persons and their status",
     may(r::persons, d::read), persons_take, "", "", json, "PersonPage", 200, 0, get_persons},
    {"POST", "/v1/persons/search", "searchPersons", "Sök personer på nummer eller namn",
     "Find persons by number or name", may(r::search, d::run), search_takes,
     json, "PersonSearch", json, "PersonsFound", 200, small_bytes, post_person_search},
    {"POST", "/v1/persons/{id}/break-the-glass", "breakGlass",
     "Läs en person utanför sina enheter i tre timmar, med skäl",
     "Read a person outside one's units for three hours, with a reason",
     may(r::persons, d::break_glass), glass_takes,
     json, "GlassReason", json, "GlassBroken", 201, small_bytes, post_break_glass},
    {"GET", "/v1/persons/{id}/episodes", "getEpisodes", "En persons episoder",
     "What held from when to when", may(r::persons, d::read), view_takes,
     "", "", json, "Episodes", 200, 0, get_episodes},
    {"GET", "/v1/persons/{id}/extract", "getExtract",
     "Registerutdrag: allt om en person, och vem som läst",
     "All that is held about a person, and who has read it", may(r::extracts, d::read),
     extract_takes, "", "", "application/zip", "", 200, 0, get_extract},
    {"GET", "/v1/persons/{id}/status", "getStatus", "Var en person står", "Where a person stands",
     may(r::persons, d::read), view_takes, "", "", json, "Status", 200, 0, get_status},
    {"GET", "/v1/persons/{id}/timeline", "getTimeline", "En persons händelser",
     "A person's events", may(r::timeline, d::read), timeline_takes,
     "", "", json, "Timeline", 200, 0, get_timeline},
    {"GET", "/v1/quality", "listFindings", "Det som är märkligt i uppgifterna",
     "What is odd in the data", may(r::quality, d::read), quality_takes,
     "", "", json, "FindingPage", 200, 0, get_quality},
    {"GET", "/v1/schemas", "listSchemas", "Händelsetyper", "Event types",
     may(r::catalogue, d::read), {}, "", "", json, "Types", 200, 0, get_schemas},
    {"GET", "/v1/schemas/{type}/{version}", "getSchema", "En händelsetyps schema",
     "The schema of an event type", may(r::catalogue, d::read), schema_takes,
     "", "", "application/schema+json", "Any", 200, 0, get_schema},
    {"GET", "/v1/session", "getSession", "Vem man är och vad man får göra",
     "Who one is and what one may do", anyone, {}, "", "", json, "Session", 200, 0, get_session},
    {"GET", "/v1/streams", "getStreams", "Hur det går för relay, intake och follow",
     "What relay, intake and follower tell", may(r::streams, d::read), {},
     "", "", json, "Streams", 200, 0, get_streams},
    {"GET", "/v1/worklists", "listWorklists", "Arbetslistor och hur mycket de rymmer",
     "Worklists and how much is on them", may(r::worklists, d::read), lists_take,
     "", "", json, "Worklists", 200, 0, get_worklists},
    {"GET", "/v1/worklists/{name}", "getWorklist", "En arbetslista", "One worklist",
     may(r::worklists, d::read), list_takes, "", "", json, "ItemPage", 200, 0, get_worklist},
    {"GET", "/version", "getVersion", "Programmets version", "The program's version",
     anyone, {}, "", "", json, "Version", 200, 0, get_version},
});
// clang-format on

}  // namespace

std::span<const route> routes() {
  return table;
}

}  // namespace stegvis::http

#include "api/http/schemas.hpp"

#include "api/http/runs.hpp"
#include "events/catalogue.hpp"
#include "events/json.hpp"
#include "projections/status.hpp"
#include "projections/timeline.hpp"
#include "projections/worklists.hpp"

namespace stegvis::http {
namespace {

const std::string text = R"({"type":"string"})";
const std::string text_or_null = R"({"type":["string","null"]})";
const std::string word = R"({"type":"string","minLength":1})";
const std::string name_128 = R"({"type":"string","minLength":1,"maxLength":128})";
const std::string whole = R"({"type":"integer"})";
const std::string whole_or_null = R"({"type":["integer","null"]})";
const std::string flag = R"({"type":"boolean"})";
const std::string date = R"({"type":"string","format":"date"})";
const std::string date_or_null = R"({"type":["string","null"],"format":"date"})";
const std::string moment = R"({"type":"string","format":"date-time"})";
// Said outright: without it some generators make an object that takes nothing.
const std::string anything = R"({"type":"object","additionalProperties":true})";

struct member {
  std::string_view name;
  std::string schema;
  bool required = true;
};
constexpr bool optional = false;

enum class others : bool { allowed, refused };

std::string object(const std::vector<member>& members, others also = others::allowed) {
  std::string required, properties;
  for (const auto& m : members) {
    if (m.required) required += (required.empty() ? "" : ",") + quoted(m.name);
    properties += (properties.empty() ? "" : ",") + quoted(m.name) + ':' + m.schema;
  }
  std::string out = R"({"type":"object")";
  if (!required.empty()) out += R"(,"required":[)" + required + ']';
  if (also == others::refused) out += R"(,"additionalProperties":false)";
  return out + R"(,"properties":{)" + properties + "}}";
}

std::string list(const std::string& items) {
  return R"({"type":"array","items":)" + items + '}';
}

std::string list_of(std::string_view name) {
  return list(schema_reference(name));
}

// The codes of an enumeration from its first to its last value.
template <class E>
std::string codes(E first, E last) {
  std::vector<std::string_view> names;
  for (auto i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    names.push_back(name_of(static_cast<E>(i)));
  }
  return code_schema(names);
}

// What every page of a list ends with.
std::vector<member> page(std::string_view name, std::string_view items) {
  return {{name, list_of(items)}, {"total", whole},    {"total_capped", flag, optional},
          {"as_of", date},        {"position", whole}, {"next", text_or_null}};
}

std::string status_schema() {
  const auto states = codes(state::merged, state::none);
  const auto phases = codes(phase::deceased, phase::none);
  const auto enrolment = object({{"caseworker", text_or_null},
                                 {"destination", text_or_null},
                                 {"enrolment", text_or_null},
                                 {"from", date_or_null},
                                 {"phase", phases},
                                 {"state", states},
                                 {"to", date_or_null},
                                 {"unit", text_or_null}});
  const auto change =
      object({{"day", date}, {"id", text_or_null}, {"state", states}, {"type", text}});
  return object({{"also", list(states)},
                 {"as_of", date},
                 {"beyond_cut", flag},
                 {"caseworker", text_or_null},
                 {"destination", text_or_null},
                 {"enrolments", list(enrolment)},
                 {"episode", text_or_null},
                 {"episode_from", date_or_null},
                 {"merged_into", text_or_null},
                 {"next", list(change)},
                 {"overdue", flag},
                 {"phase", phases},
                 {"planned_end", date_or_null},
                 {"position", whole},
                 {"since", date_or_null},
                 {"situation", text},
                 {"situation_day", date_or_null},
                 {"situation_scheme", text_or_null},
                 {"situation_source", text_or_null},
                 {"state", states},
                 {"subject", text},
                 {"unit", text_or_null}});
}

std::string event_schema() {
  return object({{"specversion", R"({"type":"string","enum":["1.0"]})"},
                 {"id", name_128},
                 {"source", name_128},
                 {"type", word},
                 {"subject", word},
                 {"time", moment},
                 {"timeprecision", code_schema({"day", "month", "year"}), optional},
                 {"recordedtime", text, optional},
                 {"sequence", text, optional},
                 {"dataschema", text, optional},
                 {"copiedfrom", text, optional},
                 {"data", anything, optional}});
}

std::string entry_schema() {
  return object({{"subject", text},
                 {"type", text},
                 {"time", text},
                 {"timeprecision", text_or_null},
                 {"recordedtime", moment},
                 {"sequence", text},
                 {"source", text},
                 {"id", text},
                 {"standing", codes(entry_standing::original, entry_standing::voiding)},
                 {"changed_by", text, optional},
                 {"copiedfrom", text, optional},
                 {"data", anything},
                 {"original", object({{"time", text}, {"data", anything}}), optional}});
}

// Of a situation, what is about jobs and courses is not there, and the other way round.
std::string episode_schema() {
  return object({{"subject", text},
                 {"kind", text},
                 {"from", date},
                 {"to", date_or_null},
                 {"running", flag},
                 {"position", whole},
                 {"id", text_or_null, optional},
                 {"enrolment", text_or_null, optional},
                 {"detail", text_or_null, optional},
                 {"unit", text_or_null, optional},
                 {"ended_by", text, optional},
                 {"overdue", flag, optional},
                 {"subsidised", flag, optional},
                 {"reserved", flag, optional},
                 {"planned_end", date_or_null, optional},
                 {"confirmed_until", date_or_null, optional},
                 {"value", text, optional},
                 {"scheme", text_or_null, optional},
                 {"source", text_or_null, optional},
                 {"confirmed", date, optional}});
}

std::string item_schema() {
  return object({{"list", text},
                 {"subject", text},
                 {"anchor", text_or_null},
                 {"detail", text_or_null},
                 {"since", date},
                 {"due", date},
                 {"overdue", flag},
                 {"cleared_by", text},
                 {"caseworker", text_or_null}});
}

std::string run_schema() {
  return object({{"id", text},
                 {"kind", code_schema({"evaluation", "difference"})},
                 {"definition", text},
                 {"state", codes(run_state::waiting, run_state::cancelled)},
                 {"cut", whole},
                 {"as_of", date},
                 {"folded", whole, optional},
                 {"code", text, optional},
                 {"detail", text, optional}});
}

std::string problem_schema() {
  const auto error =
      object({{"pointer", text}, {"line", whole, optional}, {"code", text}, {"detail", text}});
  return object({{"type", text},
                 {"title", text},
                 {"status", whole},
                 {"code", text},
                 {"detail", text},
                 {"hint", text, optional},
                 {"request_id", text, optional},
                 {"position", whole, optional},
                 {"current_version", whole, optional},
                 {"errors", list(error), optional}});
}

std::string streams_schema() {
  const std::string numbers = R"({"type":"object","additionalProperties":{"type":"integer"}})";
  return object({{"head", whole},
                 {"synced", whole},
                 {"epoch", whole},
                 {"durability", code_schema({"local", "replicated"})},
                 {"follows", text_or_null, optional},
                 {"streams", R"({"type":"object","additionalProperties":)" + numbers + '}'}});
}

std::string card_schema() {
  const auto todo = object(
      {{"list", text}, {"label_sv", text}, {"label_en", text}, {"due", date}, {"overdue", flag}});
  return object({{"subject", text},
                 {"name", text_or_null, optional},
                 {"state", text},
                 {"since", date_or_null, optional},
                 {"unit", text_or_null, optional},
                 {"caseworker", text_or_null, optional},
                 {"episode", text_or_null, optional},
                 {"planned_end", date_or_null, optional},
                 {"next_day", date_or_null, optional},
                 {"next_state", text_or_null, optional},
                 {"overdue", flag},
                 {"todo", list(todo)}});
}

std::string board_schema() {
  const auto column = object({{"state", text},
                              {"label_sv", text},
                              {"label_en", text},
                              {"count", whole},
                              {"overdue", whole},
                              {"people", list_of("Card")},
                              {"next", text_or_null}});
  return object({{"columns", list(column)}, {"as_of", date}, {"position", whole}});
}

std::string import_schema() {
  const std::string counts = R"({"type":"object","additionalProperties":{"type":"integer"}})";
  return object(
      {{"id", text},
       {"state", code_schema({"receiving", "waiting", "running", "done", "failed", "cancelled"})},
       {"format", text},
       {"on_error", text, optional},
       {"dry_run", flag},
       {"file_held", flag},
       {"received", whole},
       {"read", whole},
       {"appended", whole},
       {"exists", whole},
       {"rejected", whole},
       {"pending", whole},
       {"bytes_done", whole, optional},
       {"rejected_by_code", counts},
       {"code", text, optional},
       {"detail", text, optional},
       {"hint", text, optional},
       {"field", text_or_null, optional},
       {"line", whole, optional}});
}

std::vector<named_schema> import_schemas() {
  const auto reject = object({{"line", whole},
                              {"field", text_or_null},
                              {"code", text},
                              {"hint", text},
                              {"message", text}});
  return {
      {"ImportOrder", object({{"format", code_schema({"events", "csv", "xlsx"}), optional},
                              {"mapping", text, optional},
                              {"on_error", code_schema({"stop", "skip"}), optional}},
                             others::refused)},
      {"ImportRun", object({{"dry_run", flag, optional}}, others::refused)},
      {"Import", import_schema()},
      {"Imports", object({{"imports", list_of("Import")}})},
      {"RejectPage", object({{"rejects", list(reject)}, {"total", whole}, {"next", text_or_null}})},
  };
}

std::vector<named_schema> service_schemas() {
  const auto type = object(
      {{"type", text}, {"version", whole}, {"label_sv", text}, {"label_en", text}, {"use", text}});
  return {
      {"Any", anything},
      {"Problem", problem_schema()},
      {"Health", object({{"status", text}})},
      {"Ready", object({{"ready", flag}, {"head", whole}, {"folded", whole}})},
      {"Version", object({{"version", text}, {"api", text}})},
      {"Ledger", object({{"id", text},
                         {"name", text},
                         {"head", whole},
                         {"last_recorded", text_or_null},
                         {"head_hash", text_or_null, optional},
                         {"hashed", whole, optional}})},
      {"Streams", streams_schema()},
      {"Types", object({{"types", list(type)}})},
  };
}

std::vector<named_schema> access_schemas() {
  const auto reason = R"({"type":"string","minLength":10,"maxLength":500})";
  const auto read = object({{"position", whole},
                            {"type", text},
                            {"subject", text},
                            {"time", moment},
                            {"data", anything}});
  return {
      {"AccessPage", object({{"reads", list(read)}, {"next", text_or_null}})},
      {"AccessSample", object({{"reads", list(read)}, {"seed", text}})},
      {"GlassReason", object({{"reason", reason}}, others::refused)},
      {"GlassBroken", object({{"subject", text}, {"until", moment}})},
      {"Session", object({{"user", text},
                          {"roles", list(text)},
                          {"confidential", flag},
                          {"units", list(text)},
                          {"until", text_or_null},
                          {"csrf", text_or_null}})},
      {"SessionEnded", object({{"end_session", text_or_null}})},
  };
}

std::vector<named_schema> event_schemas() {
  const auto appended =
      object({{"name", text}, {"position", whole}, {"existed", flag}, {"pending", flag, optional}});
  return {
      {"Event", event_schema()},
      {"EventPage", object({{"events", list_of("Event")},
                            {"position", whole},
                            {"searched_to", whole},
                            {"next", text_or_null}})},
      {"Appended", object({{"events", list(appended)},
                           {"position", whole},
                           {"version", whole_or_null, optional}})},
  };
}

std::vector<named_schema> person_schemas() {
  const auto found = object({{"subject", text},
                             {"name", text_or_null},
                             {"state", text},
                             {"unit", text_or_null, optional}});
  return {
      {"Status", status_schema()},
      {"PersonPage", object(page("persons", "Status"))},
      {"PersonSearch",
       object({{"scheme", text, optional},
               {"issuer", text, optional},
               {"value", word, optional},
               {"name", R"({"type":"string","minLength":2,"maxLength":200})", optional}},
              others::refused)},
      {"PersonsFound", object({{"persons", list(text)}, {"found", list(found)}, {"more", flag}})},
      {"Entry", entry_schema()},
      {"Timeline", object({{"subject", text},
                           {"as_of", date},
                           {"position", whole},
                           {"total", whole},
                           {"entries", list_of("Entry")},
                           {"next", text_or_null}})},
      {"Episode", episode_schema()},
      {"Episodes", object({{"subject", text},
                           {"as_of", date},
                           {"position", whole},
                           {"episodes", list_of("Episode")}})},
  };
}

std::vector<named_schema> list_schemas() {
  const auto worklist = object({{"list", text},
                                {"label_sv", text},
                                {"label_en", text},
                                {"count", whole},
                                {"overdue", whole}});
  return {
      {"Board", board_schema()},
      {"Card", card_schema()},
      {"Worklists", object({{"worklists", list(worklist)}})},
      {"Item", item_schema()},
      {"ItemPage", object(page("items", "Item"))},
      {"Finding", object({{"rule", text},
                          {"name", text},
                          {"subject", text},
                          {"at", whole},
                          {"other", whole, optional},
                          {"day", date},
                          {"detail", text_or_null}})},
      {"FindingPage", object(page("findings", "Finding"))},
  };
}

std::string figures_schema() {
  const auto figure = object({{"figure", text},
                              {"section", text},
                              {"table", text},
                              {"by", list(text)},
                              {"title", text},
                              {"finding", text}});
  const auto table = object({{"name", text},
                             {"section", text},
                             {"table", text},
                             {"by", list(text)},
                             {"title", text},
                             {"rows", whole}});
  return object({{"figures", list(figure)}, {"tables", list(table)}});
}

std::vector<named_schema> evaluation_schemas() {
  return {
      {"Definitions", object({{"definitions", list(object({{"name", text}}))}})},
      {"RunOrder", object({{"definition", word, optional},
                           {"definition_text", word, optional},
                           {"as_of", date, optional},
                           {"as_recorded", word, optional},
                           {"unsuppressed", flag, optional}},
                          others::refused)},
      {"DifferenceOrder", object({{"before", word}, {"after", word}}, others::refused)},
      {"Figures", figures_schema()},
      {"Run", run_schema()},
  };
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

std::string schema_reference(std::string_view name) {
  return R"({"$ref":"#/components/schemas/)" + std::string(name) + "\"}";
}

std::string code_schema(const std::vector<std::string_view>& codes) {
  std::string all;
  for (const auto code : codes) all += (all.empty() ? "" : ",") + quoted(code);
  return R"({"type":"string","enum":[)" + all + "]}";
}

std::vector<named_schema> schemas() {
  std::vector<named_schema> all;
  for (const auto& part : {service_schemas(), access_schemas(), event_schemas(), person_schemas(),
                           list_schemas(), evaluation_schemas(), import_schemas()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace stegvis::http

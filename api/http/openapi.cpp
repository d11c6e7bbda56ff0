// The routes as an OpenAPI document.
#include <algorithm>

#include "api/http/route.hpp"
#include "api/http/schemas.hpp"
#include "events/json.hpp"

namespace stegvis::http {
namespace {

// Where the answer of one operation has what another asks for.
struct link {
  std::string_view from, to, parameter, pointer;
};
constexpr link links[] = {
    {"startEvaluation", "getRun", "run", "/id"},
    {"startEvaluation", "cancelRun", "run", "/id"},
    {"startEvaluation", "getRunResult", "run", "/id"},
    {"startEvaluation", "listRunFigures", "run", "/id"},
    {"createImport", "getImport", "import", "/id"},
    {"createImport", "runImport", "import", "/id"},
    {"createImport", "listRejects", "import", "/id"},
    {"listWorklists", "getWorklist", "name", "/worklists/0/list"},
};

// Calls `visit` with each word of a list separated by spaces.
template <class F>
void each_word(std::string_view words, F&& visit) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    visit(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

std::string value_schema(const parameter& p) {
  // An empty header is none.
  if (p.in == place::header) return R"({"type":"string","maxLength":512})";
  switch (p.kind) {
    case value_kind::integer:
      return R"({"type":"integer","minimum":0,"maximum":9007199254740992})";
    case value_kind::date:
      return R"({"type":"string","format":"date"})";
    case value_kind::code: {
      std::vector<std::string_view> all;
      each_word(p.codes, [&](std::string_view code) { all.push_back(code); });
      return code_schema(all);
    }
    case value_kind::cut:
      return R"({"type":"string","minLength":1,"maxLength":40,"pattern":"^[0-9TZ:.+-]+$"})";
    case value_kind::text:
    case value_kind::cursor:
      return R"({"type":"string","minLength":1,"maxLength":512,"pattern":"^[^\\u0000-\\u001f]+$"})";
  }
  return "{}";
}

std::string parameter_json(const parameter& p) {
  constexpr std::string_view places[] = {"path", "query", "header"};
  std::string out = "{\"name\":" + quoted(p.name) + ",\"in\":\"";
  out += places[static_cast<std::size_t>(p.in)];
  out += "\",\"required\":";
  out += p.in == place::path ? "true" : "false";
  return out + ",\"description\":" + quoted(p.about) + ",\"schema\":" + value_schema(p) + '}';
}

// A batch is an array of what one event is; text forms are strings.
std::string media_schema(std::string_view media, std::string_view name) {
  if (media.starts_with("text/") || media.starts_with("image/") || media.ends_with("ndjson") ||
      name.empty()) {
    return R"({"type":"string"})";
  }
  if (media.find("-batch+") != media.npos) {
    return "{\"type\":\"array\",\"minItems\":1,\"items\":" + schema_reference(name) + '}';
  }
  return schema_reference(name);
}

std::string content_of(std::string_view medias, std::string_view name) {
  std::string out = "{";
  each_word(medias, [&](std::string_view media) {
    out += (out.size() > 1 ? "," : "") + quoted(media) +
           ":{\"schema\":" + media_schema(media, name) + '}';
  });
  return out + '}';
}

std::string links_of(const route& r) {
  std::string out;
  for (const link& l : links) {
    if (l.from != r.operation) continue;
    out += (out.empty() ? "" : ",") + quoted(l.to) + ":{\"operationId\":" + quoted(l.to) +
           ",\"parameters\":{" + quoted(l.parameter) + ':' +
           quoted("$response.body#" + std::string(l.pointer)) + "}}";
  }
  return out.empty() ? out : ",\"links\":{" + out + '}';
}

std::string responses_of(const route& r) {
  const auto good = [&](int status) {
    std::string out =
        '"' + std::to_string(status) + "\":{\"description\":" + quoted(reason_of(status));
    if (!r.gives.empty()) out += ",\"content\":" + content_of(r.gives, r.answers);
    return out + links_of(r) + '}';
  };
  std::string out = '{' + good(r.success);
  // A repeated append answers what the first one did; a service that lags says how far it is.
  if (r.path == "/v1/events" && r.success == 201) out += ',' + good(200) + ',' + good(202);
  // A link with a token becomes a session.
  if (r.path == "/") out += R"(,"303":{"description":"See Other"})";
  if (r.path == "/readyz") out += ',' + good(503);
  if (r.needs && r.method == "GET" && r.success == 200) {
    out += R"(,"304":{"description":"Not Modified"})";
  }
  return out + R"(,"4XX":{"$ref":"#/components/responses/Problem"})" +
         R"(,"5XX":{"$ref":"#/components/responses/Problem"}})";
}

std::string operation_json(const route& r) {
  std::string out = "{\"operationId\":" + quoted(r.operation) +
                    ",\"summary\":" + quoted(r.summary_en) +
                    ",\"x-summary-sv\":" + quoted(r.summary_sv);
  std::string_view tag = r.needs ? name_of(r.needs->what) : std::string_view("service");
  out += ",\"tags\":[" + quoted(tag) + ']';
  if (!r.needs) out += ",\"security\":[]";
  if (r.needs)
    out += ",\"x-access\":" + quoted(std::string(tag) + ' ' + std::string(name_of(r.needs->does)));
  if (!r.parameters.empty()) {
    std::string list;
    for (const parameter& p : r.parameters) list += (list.empty() ? "" : ",") + parameter_json(p);
    out += ",\"parameters\":[" + list + ']';
  }
  if (!r.takes.empty()) {
    out += ",\"requestBody\":{\"required\":true,\"content\":" + content_of(r.takes, r.asks) + '}';
  }
  return out + ",\"responses\":" + responses_of(r) + '}';
}

std::string lower(std::string_view method) {
  std::string out(method);
  for (char& c : out) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// 3.0 has no list of types: {"type":["string","null"]} is a nullable string there.
std::string without_type_lists(std::string text) {
  constexpr std::string_view before = "\"type\":[\"";
  for (auto at = text.find(before); at != text.npos; at = text.find(before, at)) {
    const auto end = text.find(']', at);
    const auto name =
        text.substr(at + before.size(), text.find('"', at + before.size()) - at - before.size());
    text.replace(at, end + 1 - at, "\"type\":\"" + name + "\",\"nullable\":true");
  }
  return text;
}

}  // namespace

std::string openapi_document(std::span<const route> all, openapi_version version) {
  std::string out =
      version == openapi_version::v3_1 ? R"({"openapi":"3.1.0")" : R"({"openapi":"3.0.3")";
  out += R"(,"info":{"title":"stegvis","version":"1","description":)";
  out += quoted("An event-sourced ledger of journeys through labour-market programmes.");
  out += "},";
  out += R"("servers":[{"url":"/"}],"security":[{"token":[]},{"session":[]}],"paths":{)";
  std::string_view path;
  for (const route& r : all) {
    if (r.path == path)
      out += ',';
    else
      out += std::string(path.empty() ? "" : "},") + quoted(r.path) + ":{";
    path = r.path;
    out += '"' + lower(r.method) + "\":" + operation_json(r);
  }
  out += R"(}},"components":{"securitySchemes":{"token":{"type":"http","scheme":"bearer"},)";
  out += R"("session":{"type":"apiKey","in":"cookie","name":"__Host-stegvis-session"}},)";
  out += R"("responses":{"Problem":{"description":"A problem","content":)";
  out += content_of("application/problem+json", "Problem") + R"(}},"schemas":{)";
  std::string objects;
  for (const auto& [name, json] : schemas()) {
    objects += (objects.empty() ? "" : ",") + quoted(name) + ':' + json;
  }
  out += objects + "}}}\n";
  return version == openapi_version::v3_1 ? out : without_type_lists(std::move(out));
}

}  // namespace stegvis::http

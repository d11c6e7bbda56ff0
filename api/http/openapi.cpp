// The routes as an OpenAPI document.
#include <array>

#include "api/http/route.hpp"
#include "events/json.hpp"

namespace stegvis::http {
namespace {

struct schema {
  std::string_view name, json;
};

// Objects whose members are given, with more allowed: members may be added, never renamed.
constexpr auto schemas = std::to_array<schema>({
    {"Any", R"({"type":"object"})"},
    {"Problem",
     R"({"type":"object","required":["type","title","status","code","detail"],)"
     R"("properties":{"type":{"type":"string"},"title":{"type":"string"},)"
     R"("status":{"type":"integer"},"code":{"type":"string"},)"
     R"("detail":{"type":"string"},"hint":{"type":"string"},)"
     R"("current_version":{"type":"integer"},"errors":{"type":"array","items":)"
     R"({"type":"object","required":["pointer","code","detail"],"properties":)"
     R"({"pointer":{"type":"string"},"line":{"type":"integer"},"code":{"type":"string"},)"
     R"("detail":{"type":"string"}}}}}})"},
    {"Health", R"({"type":"object","required":["status"],)"
               R"("properties":{"status":{"type":"string"}}})"},
    {"Ready", R"({"type":"object","required":["ready","head","folded"],"properties":)"
              R"({"ready":{"type":"boolean"},"head":{"type":"integer"},)"
              R"("folded":{"type":"integer"}}})"},
    {"Version", R"({"type":"object","required":["version","api"],"properties":)"
                R"({"version":{"type":"string"},"api":{"type":"string"}}})"},
    {"Ledger", R"({"type":"object","required":["id","name","head","last_recorded"],"properties":)"
               R"({"id":{"type":"string"},"name":{"type":"string"},"head":{"type":"integer"},)"
               R"("last_recorded":{"type":["string","null"]},"head_hash":)"
               R"({"type":["string","null"]},"hashed":{"type":"integer"}}})"},
    {"Streams", R"({"type":"object","required":["head","synced","epoch","durability","streams"],)"
                R"("properties":{"head":{"type":"integer"},"synced":{"type":"integer"},)"
                R"("epoch":{"type":"integer"},"durability":{"type":"string"},"follows":)"
                R"({"type":["string","null"]},"streams":{"type":"object",)"
                R"("additionalProperties":{"type":"object"}}}})"},
    {"Board", R"({"type":"object","required":["columns","as_of","position"],"properties":)"
              R"({"columns":{"type":"array","items":{"type":"object","required":["state",)"
              R"("count","overdue","people","next"],"properties":{"state":{"type":"string"},)"
              R"("label_sv":{"type":"string"},"label_en":{"type":"string"},"count":)"
              R"({"type":"integer"},"overdue":{"type":"integer"},"people":{"type":"array",)"
              R"("items":{"$ref":"#/components/schemas/Card"}},"next":)"
              R"({"type":["string","null"]}}}},"as_of":{"type":"string","format":"date"},)"
              R"("position":{"type":"integer"}}})"},
    {"Card", R"({"type":"object","required":["subject","state","overdue","todo"],"properties":)"
             R"({"subject":{"type":"string"},"name":{"type":["string","null"]},"state":)"
             R"({"type":"string"},"since":{"type":["string","null"]},"unit":)"
             R"({"type":["string","null"]},"caseworker":{"type":["string","null"]},"episode":)"
             R"({"type":["string","null"]},"planned_end":{"type":["string","null"]},)"
             R"("next_day":{"type":["string","null"]},"next_state":{"type":["string","null"]},)"
             R"("overdue":{"type":"boolean"},"todo":{"type":"array","items":)"
             R"({"type":"object","required":["list","due","overdue"],"properties":{"list":)"
             R"({"type":"string"},"label_sv":{"type":"string"},"label_en":{"type":"string"},)"
             R"("due":{"type":"string","format":"date"},"overdue":{"type":"boolean"}}}}}})"},
    {"Event", R"({"type":"object","required":["specversion","id","source","type","subject",)"
              R"("time"],"properties":{"specversion":{"type":"string","enum":["1.0"]},)"
              R"("id":{"type":"string","minLength":1,"maxLength":128},)"
              R"("source":{"type":"string","minLength":1,"maxLength":128},)"
              R"("type":{"type":"string"},"subject":{"type":"string"},)"
              R"("time":{"type":"string","format":"date-time"},)"
              R"("timeprecision":{"type":"string","enum":["day","month","year"]},)"
              R"("recordedtime":{"type":"string"},"sequence":{"type":"string"},)"
              R"("dataschema":{"type":"string"},"copiedfrom":{"type":"string"},)"
              R"("data":{"type":"object"}}})"},
    {"EventPage", R"({"type":"object","required":["events","position","searched_to","next"],)"
                  R"("properties":{"events":{"type":"array","items":)"
                  R"({"$ref":"#/components/schemas/Event"}},"position":{"type":"integer"},)"
                  R"("searched_to":{"type":"integer"},"next":{"type":["string","null"]}}})"},
    {"Appended", R"({"type":"object","required":["events","position"],"properties":{"events":)"
                 R"({"type":"array","items":{"type":"object","required":["name","position",)"
                 R"("existed"],"properties":{"name":{"type":"string"},"position":)"
                 R"({"type":"integer"},"existed":{"type":"boolean"},"pending":{"type":)"
                 R"("boolean"}}}},)"
                 R"("position":{"type":"integer"},"version":{"type":["integer","null"]}}})"},
    {"Status", R"({"type":"object","properties":{"state":{"type":"string"},)"
               R"("phase":{"type":"string"},"subject":{"type":"string"}}})"},
    {"PersonPage", R"({"type":"object","required":["persons","total","total_capped","as_of",)"
                   R"("position","next"],"properties":{"persons":{"type":"array","items":)"
                   R"({"$ref":"#/components/schemas/Status"}},"total":{"type":"integer"},)"
                   R"("total_capped":{"type":"boolean"},"as_of":{"type":"string",)"
                   R"("format":"date"},"position":{"type":"integer"},)"
                   R"("next":{"type":["string","null"]}}})"},
    {"PersonSearch", R"({"type":"object","additionalProperties":false,"description":)"
                     R"("Either a number (value) or the beginnings of the words of a name.",)"
                     R"("properties":{"scheme":{"type":"string"},"issuer":{"type":"string"},)"
                     R"("value":{"type":"string","minLength":1},"name":)"
                     R"({"type":"string","minLength":2,"maxLength":200}}})"},
    {"PersonsFound", R"({"type":"object","required":["persons","found","more"],"properties":)"
                     R"({"persons":{"type":"array","items":{"type":"string"}},"found":)"
                     R"({"type":"array","items":{"type":"object","required":["subject","name",)"
                     R"("state"],"properties":{"subject":{"type":"string"},"name":)"
                     R"({"type":["string","null"]},"state":{"type":"string"},"unit":)"
                     R"({"type":["string","null"]}}}},"more":{"type":"boolean"}}})"},
    {"Timeline", R"({"type":"object","required":["subject","as_of","position","total",)"
                 R"("entries","next"],"properties":{"subject":{"type":"string"},"as_of":)"
                 R"({"type":"string","format":"date"},"position":{"type":"integer"},"total":)"
                 R"({"type":"integer"},"entries":{"type":"array","items":{"type":"object"}},)"
                 R"("next":{"type":["string","null"]}}})"},
    {"Episodes", R"({"type":"object","required":["subject","as_of","position","episodes"],)"
                 R"("properties":{"subject":{"type":"string"},"as_of":{"type":"string",)"
                 R"("format":"date"},"position":{"type":"integer"},"episodes":)"
                 R"({"type":"array","items":{"type":"object"}}}})"},
    {"Worklists", R"({"type":"object","required":["worklists"],"properties":{"worklists":)"
                  R"({"type":"array","items":{"type":"object","required":["list","count",)"
                  R"("overdue"],"properties":{"list":{"type":"string"},"label_sv":)"
                  R"({"type":"string"},"label_en":{"type":"string"},"count":)"
                  R"({"type":"integer"},"overdue":{"type":"integer"}}}}}})"},
    {"ItemPage", R"({"type":"object","required":["items","total","next"],"properties":{"items":)"
                 R"({"type":"array","items":{"type":"object"}},"total":{"type":"integer"},)"
                 R"("as_of":{"type":"string","format":"date"},"position":{"type":"integer"},)"
                 R"("next":{"type":["string","null"]}}})"},
    {"FindingPage", R"({"type":"object","required":["findings","total","next"],"properties":)"
                    R"({"findings":{"type":"array","items":{"type":"object"}},"total":)"
                    R"({"type":"integer"},"as_of":{"type":"string","format":"date"},)"
                    R"("position":{"type":"integer"},"next":{"type":["string","null"]}}})"},
    {"Definitions", R"({"type":"object","required":["definitions"],"properties":{"definitions":)"
                    R"({"type":"array","items":{"type":"object","required":["name"],)"
                    R"("properties":{"name":{"type":"string"}}}}}})"},
    {"RunOrder", R"({"type":"object","additionalProperties":false,"description":)"
                 R"("A shipped definition by its name, or one's own as TOML.",)"
                 R"("properties":{"definition":{"type":"string","minLength":1},)"
                 R"("definition_text":{"type":"string","minLength":1},"as_of":)"
                 R"({"type":"string","format":"date"},"as_recorded":{"type":"string"},)"
                 R"("unsuppressed":{"type":"boolean"}}})"},
    {"DifferenceOrder", R"({"type":"object","required":["before","after"],)"
                        R"("additionalProperties":false,"properties":{"before":)"
                        R"({"type":"string","minLength":1},"after":)"
                        R"({"type":"string","minLength":1}}})"},
    {"Figures", R"({"type":"object","required":["figures","tables"],"properties":{"figures":)"
                R"({"type":"array","items":{"type":"object","required":["figure","section",)"
                R"("table","by","title","finding"],"properties":{"figure":{"type":"string"},)"
                R"("section":{"type":"string"},"table":{"type":"string"},"by":)"
                R"({"type":"array","items":{"type":"string"}},"title":{"type":"string"},)"
                R"("finding":{"type":"string"}}}},"tables":{"type":"array","items":)"
                R"({"type":"object","required":["name","section","table","by","title","rows"],)"
                R"("properties":{"name":{"type":"string"},"section":{"type":"string"},"table":)"
                R"({"type":"string"},"by":{"type":"array","items":{"type":"string"}},)"
                R"("title":{"type":"string"},"rows":{"type":"integer"}}}}}})"},
    {"Run", R"({"type":"object","required":["id","kind","definition","state","cut","as_of"],)"
            R"("properties":{"id":{"type":"string"},"kind":{"type":"string","enum":)"
            R"(["evaluation","difference"]},"definition":{"type":"string"},"state":)"
            R"({"type":"string","enum":["waiting","reading","counting","done","failed",)"
            R"("cancelled"]},"cut":{"type":"integer"},"as_of":{"type":"string",)"
            R"("format":"date"},"folded":{"type":"integer"},"code":{"type":"string"},)"
            R"("detail":{"type":"string"}}})"},
    {"ImportOrder", R"({"type":"object","required":["format"],"additionalProperties":false,)"
                    R"("properties":{"format":{"type":"string","enum":["events","csv","xlsx"]},)"
                    R"("mapping":{"type":"string","minLength":1,"description":)"
                    R"("Of a table: TOML, what its rows become."},"on_error":)"
                    R"({"type":"string","enum":["stop","skip"]}}})"},
    {"ImportRun", R"({"type":"object","additionalProperties":false,"properties":{"dry_run":)"
                  R"({"type":"boolean"}}})"},
    {"Import", R"({"type":"object","required":["id","state","format","dry_run","file_held",)"
               R"("received","read","appended","exists","rejected","pending",)"
               R"("rejected_by_code"],"properties":{"id":{"type":"string"},"state":)"
               R"({"type":"string","enum":["receiving","waiting","running","done","failed",)"
               R"("cancelled"]},"format":{"type":"string"},"on_error":{"type":"string"},)"
               R"("dry_run":{"type":"boolean"},"file_held":{"type":"boolean"},"received":)"
               R"({"type":"integer"},"read":{"type":"integer"},"appended":{"type":"integer"},)"
               R"("exists":{"type":"integer"},"rejected":{"type":"integer"},"pending":)"
               R"({"type":"integer"},"bytes_done":{"type":"integer"},"rejected_by_code":)"
               R"({"type":"object","additionalProperties":{"type":"integer"}},"code":)"
               R"({"type":"string"},"detail":{"type":"string"},"hint":{"type":"string"},)"
               R"("field":{"type":["string","null"]},"line":{"type":"integer"}}})"},
    {"Imports", R"({"type":"object","required":["imports"],"properties":{"imports":)"
                R"({"type":"array","items":{"$ref":"#/components/schemas/Import"}}}})"},
    {"RejectPage", R"({"type":"object","required":["rejects","total","next"],"properties":)"
                   R"({"rejects":{"type":"array","items":{"type":"object","required":["line",)"
                   R"("field","code","hint","message"],"properties":{"line":)"
                   R"({"type":"integer"},"field":{"type":["string","null"]},"code":)"
                   R"({"type":"string"},"hint":{"type":"string"},"message":)"
                   R"({"type":"string"}}}},"total":{"type":"integer"},)"
                   R"("next":{"type":["string","null"]}}})"},
    {"Types", R"({"type":"object","required":["types"],"properties":{"types":{"type":"array",)"
              R"("items":{"type":"object","required":["type","version"],"properties":{"type":)"
              R"({"type":"string"},"version":{"type":"integer"},"label_sv":)"
              R"({"type":"string"},"label_en":{"type":"string"},"use":{"type":"string"}}}}}})"},
    {"AccessPage", R"({"type":"object","required":["reads","next"],"properties":{"reads":)"
                   R"({"type":"array","items":{"type":"object","required":["position","type",)"
                   R"("subject","time","data"],"properties":{"position":{"type":"integer"},)"
                   R"("type":{"type":"string"},"subject":{"type":"string"},"time":)"
                   R"({"type":"string"},"data":{"type":"object"}}}},)"
                   R"("next":{"type":["string","null"]}}})"},
});

std::string quoted(std::string_view text) {
  std::string out;
  append_json_text(out, text);
  return out;
}

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
  switch (p.kind) {
    case value_kind::integer:
      return R"({"type":"integer","minimum":0,"maximum":9007199254740992})";
    case value_kind::date:
      return R"({"type":"string","format":"date"})";
    case value_kind::code: {
      std::string list;
      each_word(p.codes,
                [&](std::string_view code) { list += (list.empty() ? "" : ",") + quoted(code); });
      return R"({"type":"string","enum":[)" + list + "]}";
    }
    case value_kind::text:
    case value_kind::cut:
    case value_kind::cursor:
      return R"({"type":"string","minLength":1,"maxLength":512})";
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

std::string reference_to(std::string_view name) {
  return "{\"$ref\":\"#/components/schemas/" + std::string(name) + "\"}";
}

// A batch is an array of what one event is; text forms are strings.
std::string media_schema(std::string_view media, std::string_view name) {
  if (media.starts_with("text/") || media.starts_with("image/") || media.ends_with("ndjson") ||
      name.empty()) {
    return R"({"type":"string"})";
  }
  if (media.find("-batch+") != media.npos) {
    return "{\"type\":\"array\",\"minItems\":1,\"items\":" + reference_to(name) + '}';
  }
  return reference_to(name);
}

std::string content_of(std::string_view medias, std::string_view name) {
  std::string out = "{";
  each_word(medias, [&](std::string_view media) {
    out += (out.size() > 1 ? "," : "") + quoted(media) +
           ":{\"schema\":" + media_schema(media, name) + '}';
  });
  return out + '}';
}

std::string responses_of(const route& r) {
  const auto good = [&](int status) {
    std::string out =
        '"' + std::to_string(status) + "\":{\"description\":" + quoted(reason_of(status));
    if (!r.gives.empty()) out += ",\"content\":" + content_of(r.gives, r.answers);
    return out + '}';
  };
  std::string out = '{' + good(r.success);
  // A repeated append answers what the first one did; a service that lags says how far it is.
  if (r.success == 201) out += ',' + good(200) + ',' + good(202);
  if (r.path == "/readyz") out += ',' + good(503);
  if (r.needs && r.method == "GET" && r.success == 200) {
    out += R"(,"304":{"description":"Not Modified"})";
  }
  return out + R"(,"default":{"description":"A problem","content":{"application/problem+json":)" +
         R"({"schema":{"$ref":"#/components/schemas/Problem"}}}}})";
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
  out += R"("servers":[{"url":"/"}],"security":[{"token":[]}],"paths":{)";
  std::string_view path;
  for (const route& r : all) {
    if (r.path == path)
      out += ',';
    else
      out += std::string(path.empty() ? "" : "},") + quoted(r.path) + ":{";
    path = r.path;
    out += '"' + lower(r.method) + "\":" + operation_json(r);
  }
  out += R"(}},"components":{"securitySchemes":{"token":{"type":"http","scheme":"bearer"}},)";
  out += R"("schemas":{)";
  for (const schema& s : schemas) {
    out += (&s == schemas.data() ? "" : ",") + quoted(s.name) + ':' + std::string(s.json);
  }
  out += "}}}\n";
  return version == openapi_version::v3_1 ? out : without_type_lists(std::move(out));
}

}  // namespace stegvis::http

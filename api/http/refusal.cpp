#include "api/http/refusal.hpp"

#include <algorithm>
#include <array>

#include "events/json.hpp"

namespace stegvis::http {
namespace {

struct status_row {
  errc code;
  int status;
};
// Every other code is about what was sent: 400.
constexpr auto statuses = std::to_array<status_row>({
    {errc::unauthenticated, 401},   {errc::forbidden, 403},
    {errc::access_unrecorded, 503}, {errc::no_route, 404},
    {errc::unknown_subject, 404},   {errc::unknown_run, 404},
    {errc::unknown_type, 404},      {errc::bad_method, 405},
    {errc::id_conflict, 409},       {errc::batch_partly_exists, 409},
    {errc::not_caught_up, 409},     {errc::cancelled, 409},
    {errc::key_conflict, 409},      {errc::forgotten, 410},
    {errc::version_conflict, 412},  {errc::too_large, 413},
    {errc::bad_media, 415},         {errc::overloaded, 503},
    {errc::poisoned, 503},          {errc::clock_behind, 503},
    {errc::bad_key, 503},           {errc::locked, 503},
    {errc::corrupt, 500},           {errc::newer_version, 500},
    {errc::cross_site, 403},        {errc::provider, 503},
});

struct title_row {
  int status;
  std::string_view sv, en;
};
constexpr auto titles = std::to_array<title_row>({
    {400, "Begäran går inte att förstå", "The request is not understood"},
    {401, "Inloggning krävs", "Authentication is required"},
    {403, "Behörighet saknas", "Access is denied"},
    {404, "Finns inte", "Not found"},
    {405, "Metoden tillåts inte här", "The method is not allowed here"},
    {408, "Begäran kom inte i tid", "The request did not come in time"},
    {409, "Strider mot det som redan finns", "In conflict with what is there"},
    {410, "Uppgifterna är raderade", "It was erased"},
    {412, "Någon annan hann före", "Somebody else was first"},
    {413, "För stort", "Too large"},
    {415, "Innehållstypen stöds inte", "The content type is not supported"},
    {431, "Rubrikfälten är för stora", "The header fields are too large"},
    {500, "Fel i tjänsten", "An error of the service"},
    {503, "Tillfälligt otillgängligt", "Unavailable for now"},
});

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"" + std::string(name) + "\":";
  append_json_text(out, text);
}

}  // namespace

int status_of(errc code) {
  const auto found = std::ranges::find(statuses, code, &status_row::code);
  return found == statuses.end() ? 400 : found->status;
}

std::string_view title_of(int status, bool swedish) {
  auto found = std::ranges::find(titles, status, &title_row::status);
  if (found == titles.end()) found = titles.begin();
  return swedish ? found->sv : found->en;
}

response refuse(const problem& p, bool swedish, const refusal_extras& extras) {
  const auto code = name_of(p.code);
  response r;
  r.status = status_of(p.code);
  r.body = R"({"type":"urn:stegvis:problem:)" + std::string(code) + '"';
  append_member(r.body, "title", title_of(r.status, swedish));
  r.body += ",\"status\":" + std::to_string(r.status);
  append_member(r.body, "code", code);
  append_member(r.body, "detail", p.message);
  append_member(r.body, "hint", hint_of(p.code));
  if (extras.current_version) {
    r.body += ",\"current_version\":" + std::to_string(extras.current_version->value);
  }
  if (!p.field.empty() || p.line > 0) {
    r.body += R"(,"errors":[{"pointer":)";
    append_json_text(r.body, p.field);
    if (p.line > 0) r.body += ",\"line\":" + std::to_string(p.line);
    append_member(r.body, "code", code);
    append_member(r.body, "detail", p.message);
    r.body += "}]";
  }
  r.body += "}\n";
  r.set("Content-Type", "application/problem+json");
  r.set("Content-Language", swedish ? "sv" : "en");
  if (r.status == 401) r.set("WWW-Authenticate", "Bearer realm=\"stegvis\"");
  if (extras.retry_after_s > 0) r.set("Retry-After", std::to_string(extras.retry_after_s));
  return r;
}

void name_request(response& r, const std::string& id) {
  r.set("X-Request-Id", id);
  const auto end = r.body.rfind('}');
  if (r.header("Content-Type") != "application/problem+json" || end == r.body.npos) return;
  r.body.insert(end, ",\"request_id\":\"" + id + '"');
}

}  // namespace stegvis::http

// The ledger as a whole, the catalogue, and how the service is.
#include <algorithm>
#include <map>

#include "api/http/handlers.hpp"
#include "api/json_line.hpp"
#include "api/settings.hpp"
#include "api/version.hpp"
#include "events/catalogue.hpp"
#include "events/sha256.hpp"

namespace stegvis::http {
namespace {

// Behind by so much, the view is not ready: its first question would wait for seconds.
constexpr std::uint64_t ready_lag_max = 200'000;
// Hashed within one request.
constexpr std::uint64_t hashed_at_once_max = 50'000;

response text_response(std::string type, std::string body) {
  response r;
  r.set("Content-Type", std::move(type));
  r.body = std::move(body);
  return r;
}

gauges gauges_of(call& c) {
  gauges g;
  g.head = c.book().head().value;
  const auto folded = c.s.owned().view()->checkpoint().value;
  g.view_lag = g.head - std::min(g.head, folded);
  g.disk_bytes = c.book().disk_bytes();
  for (const auto& [name, value] : c.s.owned().told()) g.told[name.metric()] = value;
  return g;
}

}  // namespace

result<response> get_start(call& c) {
  if (!c.query("token").empty()) return begin_session(c, c.who(), "/");
  const bool sv = c.a.swedish;
  std::string page = "<!doctype html><html lang=\"" + std::string(sv ? "sv" : "en") +
                     "\"><meta charset=\"utf-8\"><title>stegvis</title><h1>stegvis</h1><p>" +
                     (sv ? "Tjänsten är igång. Vägarna in:" : "The service is up. The ways in:") +
                     "</p><ul>";
  for (const route& r : routes()) {
    page += "<li><code>" + std::string(r.method) + ' ' + std::string(r.path) + "</code> " +
            std::string(sv ? r.summary_sv : r.summary_en);
  }
  auto r = text_response("text/html; charset=utf-8", page + "</ul>\n");
  r.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  r.set("Referrer-Policy", "no-referrer");
  return r;
}

result<response> get_health(call&) {
  return json_response("{\"status\":\"ok\"}\n");
}

result<response> get_ready(call& c) {
  const auto head = c.book().head().value;
  const auto folded = std::min(head, c.s.owned().view()->checkpoint().value);
  const bool ready = head - folded <= ready_lag_max;
  auto r = json_response(
      json_line().flag("ready", ready).number("head", head).number("folded", folded).end());
  if (!ready) r.status = 503;
  return r;
}

result<response> get_version(call&) {
  return json_response(json_line().text("version", STEGVIS_VERSION).text("api", "v1").end());
}

result<response> get_metrics(call& c) {
  return text_response("text/plain; version=0.0.4; charset=utf-8",
                       c.s.counters().text(gauges_of(c)));
}

result<response> get_openapi(call&) {
  return json_response(openapi_document(routes(), openapi_version::v3_1));
}

result<response> get_openapi_3_0(call&) {
  return json_response(openapi_document(routes(), openapi_version::v3_0));
}

result<response> get_ledger(call& c) {
  // After a start the log is hashed beside the requests; what came since then is hashed here.
  const position head = c.book().head();
  head_hashes& hashes = c.s.owned().hashes();
  const position hashed{std::min(head.value, hashes.covered().value + hashed_at_once_max)};
  const auto root = hashes.at(hashed);
  if (!root) return root.error();
  const auto recorded = head.value > 0 ? to_string(c.book().recorded_at(head)) : std::string();
  auto r = json_response(json_line()
                             .text("id", c.book().id())
                             .text("name", ledger_name(c.book().folder()))
                             .number("head", head.value)
                             .text_or_null("last_recorded", recorded)
                             .text_or_null("head_hash", hashed == head ? hex(*root) : std::string())
                             .number("hashed", hashed.value)
                             .end());
  r.set("Stegvis-Position", std::to_string(head.value));
  r.set("ETag", '"' + std::to_string(head.value) + '.' + std::to_string(hashed.value) + '"');
  return r;
}

result<response> get_streams(call& c) {
  std::map<std::string, json_line> numbers;
  for (const auto& [name, value] : c.s.owned().told()) {
    numbers[name.who].raw(name.what, std::to_string(value));
  }
  json_line streams;
  for (auto& [who, all] : numbers) streams.raw(who, all.object());
  const auto settings = read_settings(settings_file(c.book().folder()));
  const bool replicated = settings && settings->durability == durability::replicated;
  return json_response(json_line()
                           .number("head", c.book().head().value)
                           .number("synced", c.book().synced().value)
                           .number("epoch", c.book().epoch())
                           .text("durability", replicated ? "replicated" : "local")
                           .text_or_null("follows", c.book().follows().value_or(""))
                           .raw("streams", streams.object())
                           .end());
}

result<response> get_schemas(call&) {
  std::string body = "{\"types\":[";
  for (const type_description* t : all_types()) {
    if (!body.ends_with('[')) body += ',';
    body += json_line()
                .text("type", t->name)
                .number("version", t->version)
                .text("label_sv", t->label_sv)
                .text("label_en", t->label_en)
                .text("use", t->use)
                .object();
  }
  return json_response(body + "]}\n");
}

result<response> get_schema(call& c) {
  std::string name = c.path("type");
  constexpr std::string_view prefix = "stegvis.";
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  const type_description* t = find_type(name);
  if (t == nullptr) return problem{errc::unknown_type, "there is no such event type"};
  if (c.path("version") != std::to_string(t->version)) {
    return problem{errc::unknown_type, "the type has version " + std::to_string(t->version)};
  }
  return text_response("application/schema+json", json_schema(*t) + "\n");
}

}  // namespace stegvis::http

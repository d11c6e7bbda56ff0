// Goal: between sockets and ledger every request means one thing, and what is said of the API is
// what it does. Method: tables of targets, headers and routes; the access table cell by cell,
// written down here a second time; the OpenAPI document read back.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "api/access_table.hpp"
#include "api/http/message.hpp"
#include "api/http/metrics.hpp"
#include "api/http/refusal.hpp"
#include "api/http/route.hpp"
#include "api/http/service.hpp"
#include "events/json.hpp"
#include "events/sha256.hpp"
#include "projections/status.hpp"

namespace stegvis::http {
namespace {

std::string path_of(std::string_view target) {
  const auto parsed = parse_target(target);
  if (!parsed) return "refused";
  std::string all;
  for (const auto& segment : parsed->path) all += '/' + segment;
  for (const auto& [name, value] : parsed->query) all += ' ' + name + '=' + value;
  return all;
}

TEST(HttpTarget, IsReadOnceAndStrictly) {
  EXPECT_EQ(path_of("/"), "");
  EXPECT_EQ(path_of("/v1/events?from=3&type=a%2Fb+c"), "/v1/events from=3 type=a/b c");
  EXPECT_EQ(path_of("/v1/persons/p%2F..%2Fx/status"), "/v1/persons/p/../x/status");
  EXPECT_EQ(path_of("/a//b"), "/a//b");
  EXPECT_EQ(path_of("/%c3%a5"), "/\u00e5");
  for (const char* bad : {"", "v1", "http://x/v1", "*", "/a/../b", "/a/./b", "/%2e%2e/b", "/%",
                          "/%4", "/%zz", "/a%00b", "/a%0d%0ab", "/%ff", "/a?x=%0a", "/a?x=%c3"}) {
    EXPECT_EQ(path_of(bad), "refused") << bad;
  }
}

TEST(HttpHeaders, AreFoundWithoutCaseAndWeighed) {
  request q;
  q.headers = {{"ACCEPT", "text/html;q=0.5, application/x-ndjson"}, {"accept", "b"}};
  EXPECT_EQ(q.header("Accept"), "text/html;q=0.5, application/x-ndjson");
  EXPECT_EQ(q.header("Host"), "");
  EXPECT_TRUE(accepts("text/*", "text/html"));
  EXPECT_FALSE(accepts("text/html;q=0", "text/html"));
  EXPECT_FALSE(accepts("application/json", "text/html"));
  EXPECT_EQ(media_type_of(" Application/JSON ; charset=utf-8"), "application/json");
  EXPECT_TRUE(wants_swedish(""));
  EXPECT_TRUE(wants_swedish("sv-SE,en;q=0.8"));
  EXPECT_FALSE(wants_swedish("en-GB,sv;q=0.3"));
}

TEST(HttpCursor, IsOpaqueAndComesBackAsItWas) {
  for (const std::string key : {"", "a", "ab", "abc", "2018-03-01|participant/p-1|\u00e5"}) {
    EXPECT_EQ(read_cursor(make_cursor(key)).value(), key);
    EXPECT_EQ(base64url_decode(base64url(key)), key);
  }
  for (const char* bad : {"", "a", "!!!!", "MQ==", "Mh", "AAAA", "Mf8"}) {
    EXPECT_FALSE(read_cursor(bad)) << bad;
  }
}

std::string chosen(std::string_view method, std::string_view target) {
  const auto parsed = parse_target(target).value();
  const auto m = find_route(routes(), method, parsed.path);
  if (m.chosen == nullptr) return m.path_exists ? "405 " + m.allowed : "404";
  std::string text(m.chosen->operation);
  for (const auto& [name, value] : m.path_values) text += ' ' + std::string(name) + '=' + value;
  return text;
}

TEST(HttpRoutes, MatchTheNearestPathAndSayWhatItTakes) {
  EXPECT_EQ(chosen("GET", "/v1/events"), "listEvents");
  EXPECT_EQ(chosen("HEAD", "/v1/events"), "listEvents");
  EXPECT_EQ(chosen("POST", "/v1/events"), "appendEvents");
  EXPECT_EQ(chosen("PUT", "/v1/events"), "405 GET, HEAD, POST");
  EXPECT_EQ(chosen("get", "/v1/events"), "405 GET, HEAD, POST");
  EXPECT_EQ(chosen("GET", "/v1/events/stream"), "streamEvents");
  EXPECT_EQ(chosen("POST", "/v1/persons/search"), "searchPersons");
  EXPECT_EQ(chosen("GET", "/v1/persons/p-1/status"), "getStatus id=p-1");
  EXPECT_EQ(chosen("GET", "/v1/schemas/note_recorded/1"), "getSchema type=note_recorded version=1");
  EXPECT_EQ(chosen("GET", "/"), "getStart");
  for (const char* no :
       {"/v1", "/v1/events/", "/v1/events/x", "/V1/events", "/v1/persons//status"}) {
    EXPECT_EQ(chosen("GET", no), "404") << no;
  }
}

TEST(HttpRoutes, AreSortedAndComplete) {
  std::string_view before;
  std::set<std::string_view> operations;
  for (const route& r : routes()) {
    EXPECT_LE(before, r.path);
    before = r.path;
    EXPECT_TRUE(operations.insert(r.operation).second) << r.operation;
    EXPECT_FALSE(r.summary_sv.empty() || r.summary_en.empty()) << r.path;
    EXPECT_EQ(r.takes.empty(), r.body_bytes_max == 0) << r.path;
    EXPECT_LE(r.body_bytes_max, batch_bytes_max);
    std::size_t variables = 0;
    for (const parameter& p : r.parameters) variables += p.in == place::path ? 1 : 0;
    EXPECT_EQ(variables, static_cast<std::size_t>(std::ranges::count(r.path, '{'))) << r.path;
  }
}

std::string checked(std::string_view target) {
  const auto parsed = parse_target(target).value();
  const auto m = find_route(routes(), "GET", parsed.path);
  const auto fine = check_parameters(*m.chosen, parsed, {});
  return fine ? "fine" : std::string(name_of(fine.error().code)) + ' ' + fine.error().field;
}

TEST(HttpQuery, KnowsItsParametersAndNoOthers) {
  EXPECT_EQ(checked("/v1/events?from=3&limit=10"), "fine");
  EXPECT_EQ(checked("/v1/persons?state=exited&as_of=2018-03-01"), "fine");
  EXPECT_EQ(checked("/v1/events?form=3"), "bad_argument query");
  EXPECT_EQ(checked("/v1/events?from=3&from=4"), "bad_argument from");
  EXPECT_EQ(checked("/v1/events?from=-1"), "bad_argument from");
  EXPECT_EQ(checked("/v1/events?from=99999999999999999999"), "bad_argument from");
  EXPECT_EQ(checked("/v1/events?from="), "bad_argument from");
  EXPECT_EQ(checked("/v1/persons?state=fine"), "bad_argument state");
  EXPECT_EQ(checked("/v1/persons?as_of=2018-02-30"), "bad_date as_of");
  EXPECT_EQ(checked("/v1/events?subject=" + std::string(600, 'x')), "bad_argument subject");
}

TEST(HttpQuery, LooksAtHeadersToo) {
  const auto parsed = parse_target("/v1/persons").value();
  const auto m = find_route(routes(), "GET", parsed.path);
  const auto purpose = [&](std::string text) {
    request head;
    head.headers = {{"stegvis-purpose", std::move(text)}};
    return check_parameters(*m.chosen, parsed, head).has_value();
  };
  EXPECT_TRUE(purpose("review"));
  EXPECT_TRUE(purpose(""));
  EXPECT_FALSE(purpose(std::string(513, 'x')));
}

TEST(HttpQuery, TakesEveryStateAndPhaseThereIs) {
  for (std::size_t i = 0; i < state_count; ++i) {
    const auto name = std::string(name_of(static_cast<state>(i)));
    EXPECT_EQ(checked("/v1/persons?state=" + name), "fine") << name;
  }
  for (auto p = phase::deceased; p <= phase::none;
       p = static_cast<phase>(static_cast<int>(p) + 1)) {
    const auto name = std::string(name_of(p));
    EXPECT_EQ(checked("/v1/persons?phase=" + name), "fine") << name;
  }
}

TEST(HttpRefusal, NamesCodeStatusAndPlaceInTwoLanguages) {
  problem p{errc::bad_field, "expected a \"day\"", "/data/until"};
  const auto r = refuse(p, true);
  EXPECT_EQ(r.status, 400);
  EXPECT_EQ(r.header("content-type"), "application/problem+json");
  json_parser parser;
  const auto document = parser.parse(r.body);
  ASSERT_TRUE(document);
  std::string pointer;
  std::string code;
  document->each_member([&](std::string_view key, const json_value& v) {
    if (key == "code") code = v.text();
    if (key == "errors") {
      v.each_element([&](const json_value& error) {
        return error.each_member([&](std::string_view name, const json_value& inner) {
          if (name == "pointer") pointer = inner.text();
          return true;
        });
      });
    }
    return true;
  });
  EXPECT_EQ(code, "bad_field");
  EXPECT_EQ(pointer, "/data/until");
  EXPECT_NE(r.body, refuse(p, false).body);
  EXPECT_EQ(refuse({errc::unauthenticated, ""}, true).header("WWW-Authenticate"),
            "Bearer realm=\"stegvis\"");
  EXPECT_EQ(refuse({errc::overloaded, ""}, true, {.retry_after_s = 2}).header("Retry-After"), "2");
  EXPECT_NE(refuse({errc::version_conflict, ""}, true, {.current_version = stream_version{7}})
                .body.find(R"("current_version":7)"),
            std::string::npos);
}

TEST(HttpOpenapi, IsJsonAndNamesEveryRoute) {
  for (const auto version : {openapi_version::v3_1, openapi_version::v3_0}) {
    const auto text = openapi_document(routes(), version);
    json_parser parser;
    ASSERT_TRUE(parser.parse(text));
    for (const route& r : routes()) {
      EXPECT_NE(text.find("\"operationId\":\"" + std::string(r.operation) + '"'),
                std::string::npos);
      if (!r.answers.empty()) {
        EXPECT_NE(text.find("\"" + std::string(r.answers) + "\":{\"type\":"), std::string::npos)
            << r.answers;
      }
    }
    const bool lists = text.find("[\"string\",\"null\"]") != std::string::npos;
    EXPECT_EQ(lists, version == openapi_version::v3_1);
  }
}

TEST(HttpMessage, RequestIdsAreTakenIfTheyAreHarmless) {
  for (const char* good : {"a", "2f1c-9A_b.c", "0af7651916cd43dd8448eb211c80319c"}) {
    EXPECT_EQ(request_id_of(good), good);
  }
  for (const std::string& bad :
       {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a\"b"),
        std::string("\xc3\xa5"), std::string("191212121212"), std::string("x-191212121212-y")}) {
    EXPECT_NE(request_id_of(bad), bad);
    EXPECT_EQ(request_id_of(bad).size(), 16u);
  }
  EXPECT_NE(request_id_of(""), request_id_of(""));
}

TEST(HttpMessage, TraceparentsAreThoseOfTheStandard) {
  const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(traceparent_of(good), good);
  for (const char* bad : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
                          "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                          "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                          "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                          "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                          "00-4bf92f3577b34da6a3ce929d0e0e4736x00f067aa0ba902b7-01",
                          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x"}) {
    EXPECT_EQ(traceparent_of(bad), "") << bad;
  }
}

TEST(HttpMetrics, CountByPatternAndAddUp) {
  metrics m;
  m.answered("GET", "/v1/persons/{id}/status", 200, std::chrono::microseconds(1'500'001));
  m.answered("GET", "/v1/persons/{id}/status", 200, std::chrono::microseconds(900));
  const auto text = m.text({.head = 9, .view_lag = 2, .disk_bytes = 0});
  for (const char* line :
       {"stegvis_head_position 9\n", "stegvis_view_lag_events 2\n",
        "stegvis_http_requests_total{method=\"GET\",path=\"/v1/persons/{id}/status\","
        "status=\"200\"} 2\n",
        "stegvis_http_request_seconds_bucket{le=\"0.001000\"} 1\n",
        "stegvis_http_request_seconds_bucket{le=\"1.000000\"} 1\n",
        "stegvis_http_request_seconds_bucket{le=\"+Inf\"} 2\n",
        "stegvis_http_request_seconds_sum 1.500901\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

// --- access, every cell once more: - none, P pseudonyms, O own units, D own domain, A all.

struct expected_row {
  resource what;
  action does;
  std::string_view cells;  // caseworker manager evaluator analyst data_protection admin
};
constexpr expected_row expected[] = {
    {resource::catalogue, action::read, "AAAAAA"},
    {resource::ledger, action::read, "AAAAAA"},
    {resource::events, action::read, "OO--AA"},
    {resource::events, action::append, "OO---A"},
    {resource::reference, action::read, "AA--AA"},
    {resource::reference, action::append, "-----A"},
    {resource::persons, action::read, "OOP-AA"},
    {resource::timeline, action::read, "OO--AA"},
    {resource::persons, action::break_glass, "DD----"},
    {resource::search, action::run, "OO--AA"},
    {resource::worklists, action::read, "OO---A"},
    {resource::quality, action::read, "OOP-AA"},
    {resource::evaluations, action::read, "-AAA-A"},
    {resource::evaluations, action::run, "-AAA-A"},
    {resource::access_log, action::read, "----A-"},
    {resource::background, action::open, "OO--AA"},
    {resource::identity, action::open, "OO--AA"},
    {resource::contact, action::open, "OO--AA"},
    {resource::health, action::open, "O---AA"},
    {resource::freetext, action::open, "O---AA"},
    {resource::boards, action::read, "OO---A"},
    {resource::definitions, action::run, "-AA--A"},
    {resource::imports, action::run, "-----A"},
    {resource::streams, action::read, "----AA"},
    {resource::extracts, action::read, "----A-"},
};

std::string_view cells_of(resource what, action does) {
  for (const auto& row : expected) {
    if (row.what == what && row.does == does) return row.cells;
  }
  return "------";
}

TEST(AccessTable, IsAsWrittenHereInEveryCellAndDeniesTheRest) {
  constexpr std::string_view letters = "-PODA";
  for (std::size_t what = 0; what < resource_count; ++what) {
    for (const action does :
         {action::read, action::append, action::run, action::open, action::break_glass}) {
      const auto cells = cells_of(static_cast<resource>(what), does);
      for (std::size_t r = 0; r < role_count; ++r) {
        const auto got = reach_of(static_cast<role>(r), static_cast<resource>(what), does);
        EXPECT_EQ(letters[static_cast<std::size_t>(got)], cells[r])
            << name_of(static_cast<resource>(what)) << ' ' << name_of(does) << ' '
            << name_of(static_cast<role>(r));
      }
    }
  }
  EXPECT_EQ(access_table().size(), std::size(expected));
  const std::span<const role> nobody;
  EXPECT_EQ(reach_of(nobody, resource::ledger, action::read), reach::none);
}

TEST(AccessTable, StandsInTheReadme) {
  std::ifstream in(STEGVIS_SOURCE_DIR "/api/http/README.md");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_NE(text.find(access_page()), std::string::npos);
}

}  // namespace
}  // namespace stegvis::http

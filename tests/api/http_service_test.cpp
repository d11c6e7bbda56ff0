// Goal: each role sees and does what the access table says and nothing else, and no read of a
// person goes unrecorded. Method: a small ledger with a unit tree, two secrecy domains and a
// protected person, behind the service without sockets; each role asks each path.
#include <set>

#include "api/access_export.hpp"
#include "api/http/handlers.hpp"
#include "api/http/service.hpp"
#include "events/ledger_vocabulary.hpp"

namespace stegvis::http {
namespace {

using test::of_type;

struct HttpService : test::ledger_fixture {
  HttpService() {
    options.clock = {};
    owned = std::make_unique<owned_ledger>(std::move(ledger::open(options).value()));
    const auto unit = [](const std::string& name, const std::string& more) {
      return of_type("unit_registered", "u-" + name, "unit/" + name,
                     R"({"kind":"unit")" + more + '}');
    };
    tell({unit("town", ""), unit("school", R"(,"parent":"unit/town")"),
          unit("class", R"(,"parent":"unit/school")"),
          unit("clinic", R"(,"parent":"unit/town","secrecy_domain":"care")"),
          enrolled("school-1", "school"), enrolled("class-1", "class"), enrolled("town-1", "town"),
          enrolled("clinic-1", "clinic"), enrolled("hidden-1", "school"),
          of_type("handling_changed", "h-1", "participant/p-hidden-1",
                  R"({"detail":["secrecy_marked"]})"),
          of_type("note_recorded", "n-1", "participant/p-school-1", R"({"text":"Marked note"})"),
          of_type("person_registered", "n-2", "participant/p-school-1",
                  R"({"name":"Marked Name"})")});
  }

  static std::string enrolled(const std::string& person, const std::string& unit) {
    return of_type("participant_enrolled", "e-" + person, "participant/p-" + person,
                   R"({"enrolment":"e-1","unit":"unit/)" + unit + R"("})");
  }
  void tell(const std::vector<std::string>& lines) {
    owned->book().append(test::drafts(lines), {}).value();
  }
  void as(std::vector<role> roles, std::vector<std::string> units = {}, bool confidential = false) {
    s = std::make_unique<service>(
        *owned,
        service_options{
            "secret", {"kim", std::move(roles), confidential, std::move(units)}, {}, {}, false});
  }
  response ask(const std::string& method, const std::string& target, const std::string& body = "",
               const std::string& type = "application/json") {
    request q;
    q.method = method;
    q.target = target;
    q.headers = {{"Authorization", "Bearer secret"}, {"Content-Type", type}};
    q.body = body;
    auto a = s->admit(q);
    if (a.refused) return *a.refused;
    return s->answer(q, a);
  }
  response get(const std::string& target) { return ask("GET", target); }
  response post(const std::string& line) {
    return ask("POST", "/v1/events", line, "application/cloudevents+json");
  }
  // Ids of the persons listed.
  std::set<std::string> listed() {
    const auto body = get("/v1/persons").body;
    std::set<std::string> found;
    for (const char* name : {"school-1", "class-1", "town-1", "clinic-1", "hidden-1"}) {
      if (body.find("participant/p-" + std::string(name) + '"') != std::string::npos) {
        found.insert(name);
      }
    }
    return found;
  }
  std::vector<event> reads() { return owned->access().value()->list("", {}, 1'000).value(); }

  std::unique_ptr<owned_ledger> owned;
  std::unique_ptr<service> s;
};

using names = std::set<std::string>;

TEST_F(HttpService, AdmitsByTheTableAndByTokenOnly) {
  for (std::size_t r = 0; r < role_count; ++r) {
    as({static_cast<role>(r)}, {"unit/town"});
    for (const route& path : routes()) {
      std::string target(path.path);
      for (auto at = target.find('{'); at != target.npos; at = target.find('{')) {
        target.replace(at, target.find('}') - at + 1, "x");
      }
      request q{std::string(path.method), target, {}, {}, true};
      std::string media(path.takes.substr(0, path.takes.find(' ')));
      q.headers = {{"Authorization", "bearer secret"}, {"Content-Type", media}};
      const bool may = !path.needs || reach_of(static_cast<role>(r), path.needs->what,
                                               path.needs->does) != reach::none;
      const auto with = s->admit(q);
      EXPECT_EQ(with.refused ? with.refused->status : 0, may ? 0 : 403)
          << target << ' ' << name_of(static_cast<role>(r));
      for (const char* wrong :
           {"", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret", "secret"}) {
        q.headers[0].second = wrong;
        const auto without = s->admit(q);
        EXPECT_EQ(without.refused ? without.refused->status : 0, path.needs ? 401 : 0) << target;
      }
    }
  }
}

TEST_F(HttpService, MetricsNeedATokenBeyondLoopback) {
  as({role::admin});
  request q{"GET", "/metrics", {}, {}, false};
  EXPECT_EQ(s->admit(q).refused->status, 401);
  q.from_loopback = true;
  EXPECT_FALSE(s->admit(q).refused);
}

TEST_F(HttpService, UnitScopeFollowsTheTreeWithinASecrecyDomain) {
  as({role::caseworker}, {"unit/town"});
  EXPECT_EQ(listed(), (names{"school-1", "class-1", "town-1"}));
  as({role::caseworker}, {"unit/school"});
  EXPECT_EQ(listed(), (names{"school-1", "class-1"}));
  as({role::manager}, {"unit/clinic"});
  EXPECT_EQ(listed(), (names{"clinic-1"}));
  as({role::caseworker});
  EXPECT_EQ(listed(), names{});
  as({role::admin});
  EXPECT_EQ(listed(), (names{"school-1", "class-1", "town-1", "clinic-1"}));
  // A unit that moves takes its persons along, from that day.
  tell({of_type("unit_moved", "m-1", "unit/class", R"({"parent":"unit/town"})")});
  as({role::caseworker}, {"unit/school"});
  EXPECT_EQ(listed(), (names{"school-1"}));
}

TEST_F(HttpService, ProtectedPersonsLeaveNoTraceButForTheNamedRole) {
  as({role::admin});
  EXPECT_NE(get("/v1/persons").body.find(R"("total":4,)"), std::string::npos);
  for (const char* view : {"status", "timeline", "episodes"}) {
    const auto hidden = get("/v1/persons/p-hidden-1/" + std::string(view));
    const auto absent = get("/v1/persons/p-nobody/" + std::string(view));
    EXPECT_EQ(hidden.status, 404);
    EXPECT_EQ(hidden.body, absent.body);
  }
  // Also as known before the mark was set: decided by now.
  EXPECT_EQ(get("/v1/persons/p-hidden-1/status?as_recorded=9").status, 404);
  for (const char* list : {"/v1/events?limit=1000", "/v1/quality", "/v1/worklists/plan_missing",
                           "/v1/worklists/idle", "/v1/events?subject=participant/p-hidden-1"}) {
    const auto answered = get(list);
    EXPECT_EQ(answered.status, 200) << list;
    EXPECT_EQ(answered.body.find("hidden-1"), std::string::npos) << list;
  }
  as({role::admin}, {}, true);
  EXPECT_EQ(get("/v1/persons/p-hidden-1/status").status, 200);
  EXPECT_NE(get("/v1/persons").body.find(R"("total":5,)"), std::string::npos);
  // The mark is lifted by a void: then everybody of the role sees the person.
  tell({of_type("event_voided", "v-1", "participant/p-hidden-1",
                R"({"target":"h-1","reason":"mistaken"})")});
  as({role::admin});
  EXPECT_EQ(get("/v1/persons/p-hidden-1/status").status, 200);
}

TEST_F(HttpService, EveryReadOfAPersonIsRecordedWithWhoAndWhat) {
  as({role::caseworker}, {"unit/school"});
  get("/v1/persons/p-school-1/status");
  get("/v1/persons/p-town-1/status");
  get("/v1/persons/p-nobody/status");
  get("/v1/ledger");
  auto all = reads();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].subject, "participant/p-school-1");
  const auto line = access_json(all[0]);
  for (const char* part : {R"("user":"kim")", R"("action":"status")", R"("role":"caseworker")",
                           R"("unit":"unit/school")"}) {
    EXPECT_NE(line.find(part), std::string::npos) << line;
  }
  get("/v1/persons?limit=1");
  EXPECT_EQ(reads().size(), 2u);
  get("/v1/events?subject=participant/p-class-1");
  all = reads();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].subject, "participant/p-class-1");
}

TEST_F(HttpService, AReadThatCannotBeRecordedIsRefused) {
  as({role::admin});
  // A file where the log's folder should be: it cannot be made.
  std::filesystem::remove_all(options.folder / "access");
  const auto blocked = options.folder / "access";
  std::filesystem::create_directories(blocked / "head");
  const auto refused = get("/v1/persons/p-school-1/status");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.body.find("enrolled"), std::string::npos);
  EXPECT_EQ(get("/v1/ledger").status, 200);
}

TEST_F(HttpService, SealedFieldsAreOpenedByRole) {
  as({role::caseworker}, {"unit/school"});
  auto body = get("/v1/persons/p-school-1/timeline").body;
  EXPECT_NE(body.find("Marked note"), std::string::npos);
  EXPECT_NE(body.find("Marked Name"), std::string::npos);
  as({role::manager}, {"unit/school"});
  for (const char* target :
       {"/v1/persons/p-school-1/timeline", "/v1/events?subject=participant/p-school-1"}) {
    body = get(target).body;
    EXPECT_EQ(body.find("Marked note"), std::string::npos);
    EXPECT_NE(body.find("sealed"), std::string::npos);
    EXPECT_NE(body.find("Marked Name"), std::string::npos);
  }
}

TEST_F(HttpService, EvaluatorsSeePseudonymsOnly) {
  as({role::evaluator});
  const auto body = get("/v1/persons").body;
  EXPECT_EQ(body.find("participant/"), std::string::npos);
  EXPECT_EQ(body.find("staff/"), std::string::npos);
  const auto at = body.find("pseudonym/");
  ASSERT_NE(at, std::string::npos);
  const auto id = body.substr(at + 10, 32);
  EXPECT_EQ(get("/v1/persons/" + id + "/status").status, 200);
  EXPECT_EQ(get("/v1/persons/" + id + "/episodes").body.find("participant/"), std::string::npos);
  EXPECT_EQ(get("/v1/persons/p-school-1/status").status, 404);
  EXPECT_EQ(get("/v1/persons/" + id + "/timeline").status, 403);
}

TEST_F(HttpService, BrokenGlassShowsOnePersonOfTheDomainForAWhile) {
  const auto path = [](const std::string& person, const std::string& view) {
    return "/v1/persons/p-" + person + '/' + view;
  };
  const auto break_it = [&](const std::string& person, const std::string& reason) {
    return ask("POST", path(person, "break-the-glass"), R"({"reason":")" + reason + "\"}");
  };
  const std::string why = "Marked reason, asked by phone";
  as({role::caseworker}, {"unit/school"});
  EXPECT_EQ(get(path("town-1", "status")).status, 404);
  for (const char* short_one : {"", "because", "a b c d e f g   "}) {
    EXPECT_EQ(break_it("town-1", short_one).status, 400);
  }
  EXPECT_EQ(ask("POST", path("town-1", "break-the-glass"), R"({"why":"x"})").status, 400);
  EXPECT_TRUE(reads().empty());
  const auto broken = break_it("town-1", why);
  EXPECT_EQ(broken.status, 201) << broken.body;
  // Written with its reason, sealed, before anything is seen.
  const auto first = reads();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_NE(access_json(first[0]).find(R"("reason":"Marked reason)"), std::string::npos);
  EXPECT_EQ(first[0].type().name, "break_glass_used");
  for (const char* view : {"status", "timeline", "episodes"}) {
    EXPECT_EQ(get(path("town-1", view)).status, 200) << view;
  }
  EXPECT_EQ(reads().size(), 4u);
  // One person is read: no list, no append, nobody else.
  EXPECT_EQ(listed(), (names{"school-1", "class-1"}));
  EXPECT_EQ(
      post(of_type("contact_made", "g-1", "participant/p-town-1", R"({"kind":"phone"})")).status,
      403);
  EXPECT_EQ(get(path("clinic-1", "status")).status, 404);
  as({role::evaluator}, {"unit/school"});
  EXPECT_EQ(get(path("town-1", "status")).status, 404);
  as({role::caseworker}, {"unit/clinic"});
  EXPECT_EQ(get(path("town-1", "status")).status, 404);
  // A restart, which a new service is, forgets nothing.
  as({role::manager}, {"unit/school"});
  EXPECT_EQ(get(path("town-1", "status")).status, 200);
  // A mark or a wall that comes later holds at once.
  tell({of_type("handling_changed", "h-2", "participant/p-town-1",
                R"({"detail":["secrecy_marked"]})")});
  EXPECT_EQ(get(path("town-1", "status")).status, 404);
}

TEST_F(HttpService, GlassIsNotBrokenAcrossDomainsNorForTheProtected) {
  const auto break_it = [&](const std::string& person) {
    return ask("POST", "/v1/persons/p-" + person + "/break-the-glass",
               R"({"reason":"asked by phone"})");
  };
  tell({of_type("participant_enrolled", "e-both-1", "participant/p-both-1",
                R"({"enrolment":"e-1","unit":"unit/town"})"),
        of_type("participant_enrolled", "e-both-2", "participant/p-both-1",
                R"({"enrolment":"e-2","unit":"unit/clinic"})"),
        enrolled("lost-1", "nowhere")});
  as({role::caseworker}, {"unit/school"});
  const auto absent = break_it("nobody");
  EXPECT_EQ(absent.status, 404);
  for (const char* person : {"clinic-1", "hidden-1", "both-1", "lost-1"}) {
    const auto refused = break_it(person);
    EXPECT_EQ(refused.status, 404) << person;
    EXPECT_EQ(refused.body, absent.body) << person;
    EXPECT_EQ(get("/v1/persons/p-" + std::string(person) + "/status").status, 404) << person;
  }
  EXPECT_TRUE(reads().empty());
  as({role::caseworker});  // of no unit, so of no domain
  EXPECT_EQ(break_it("town-1").status, 404);
  for (const role other : {role::evaluator, role::analyst, role::data_protection, role::admin}) {
    as({other}, {"unit/school"});
    EXPECT_EQ(break_it("town-1").status, 403) << name_of(other);
  }
  as({role::caseworker}, {"unit/town"}, true);
  EXPECT_EQ(break_it("hidden-1").status, 201);
  as({role::manager}, {"unit/clinic"});
  EXPECT_EQ(break_it("clinic-1").status, 201);
  EXPECT_EQ(break_it("town-1").status, 404);
}

TEST_F(HttpService, WhatIsNotRecordedBreaksNoGlass) {
  as({role::caseworker}, {"unit/school"});
  std::filesystem::remove_all(options.folder / "access");
  std::filesystem::create_directories(options.folder / "access" / "head");
  EXPECT_EQ(
      ask("POST", "/v1/persons/p-town-1/break-the-glass", R"({"reason":"asked by phone"})").status,
      503);
  EXPECT_NE(get("/v1/persons/p-town-1/status").status, 200);
}

struct BrokenGlass : test::ledger_fixture {};

TEST_F(BrokenGlass, MendsAfterThreeHoursAndIsReadFromTheLog) {
  const auto log = access_log::open(options.folder).value();
  const std::string one[] = {"participant/p-1"};
  reading r;
  r.user = "kim";
  r.purpose = "asked by phone";
  log->record_break_glass(r, one[0]).value();
  r.action = "status";
  r.user = "eve";
  log->record(r, one).value();
  const auto at = log->book().recorded_at(position{1});
  constexpr auto lasts = broken_glass::lasts_us;
  EXPECT_EQ(lasts, 3 * 3'600 * 1'000'000LL);
  const auto holds = [&](broken_glass& g, const std::string& user, std::int64_t later_us) {
    return g.until(*log, user, one[0], {at.us + later_us}).value().has_value();
  };
  broken_glass read;
  EXPECT_TRUE(holds(read, "kim", 0));
  EXPECT_FALSE(holds(read, "eve", 0));
  EXPECT_TRUE(holds(read, "kim", lasts - 1));
  EXPECT_FALSE(holds(read, "kim", lasts));
  broken_glass later;
  EXPECT_TRUE(holds(later, "kim", lasts - 1));
  broken_glass too_late;
  EXPECT_FALSE(holds(too_late, "kim", lasts + 1));
}

TEST_F(HttpService, AppendsGoToSeenPersonsOnly) {
  as({role::caseworker}, {"unit/school"});
  const auto contact = [](const std::string& id, const std::string& person) {
    return of_type("contact_made", id, "participant/p-" + person, R"({"kind":"phone"})");
  };
  EXPECT_EQ(post(contact("c-1", "school-1")).status, 201);
  EXPECT_EQ(post(contact("c-1", "school-1")).status, 200);
  EXPECT_EQ(post(contact("c-2", "town-1")).status, 403);
  EXPECT_EQ(post(contact("c-3", "hidden-1")).status, 403);
  EXPECT_EQ(post(of_type("unit_moved", "c-4", "unit/class", "{}")).status, 403);
  EXPECT_EQ(post(enrolled("new-1", "school")).status, 201);
  EXPECT_EQ(post(of_type("person_forgotten", "c-5", "participant/p-school-1", "{}")).status, 403);
  EXPECT_FALSE(owned->book().is_forgotten("participant/p-school-1"));
}

}  // namespace
}  // namespace stegvis::http

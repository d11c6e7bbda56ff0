"""Goal: a token does what its role may and no more, reads of persons are recorded on either way in,
and nothing personal leaks into logs, metrics, problems or the access log's clear part. Method:
servers with narrowed roles on one ledger; names, numbers and notes that are marked are planted and
searched for wherever text comes out."""
import datetime
import json
import signal
import unittest
import zoneinfo

from browser import Browser
from stegvis_http import ServedTest
from stegvis_cli import enrolled, event

PERSON = "participant/p-1"
MARKS = ("Markname", "Marknote", "Markpurpose", "191212121212", "19121212-1212")


def unit(name, **data):
    return event("u-" + name, "unit_registered", "unit/" + name, "2018-01-01",
                 {"kind": "unit", **data})


class AccessTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.append(
            unit("a"), unit("b"), unit("a-1", parent="unit/a"),
            enrolled(PERSON, "e-1"),
            event("p-1", "person_registered", PERSON, "2018-01-01", {"name": "Markname"}),
            event("n-1", "note_recorded", PERSON, "2018-02-02", {"text": "Marknote"}),
            event("i-1", "identifier_recorded", PERSON, "2018-01-01",
                  {"scheme": "personnummer", "identifier": "191212121212"}),
            event("e-2", "participant_enrolled", "participant/p-2", "2018-02-01",
                  {"enrolment": "e-1", "unit": "unit/b"}))

    def reads(self, *options):
        return self.ok("access", self.ledger, "--json", *options).objects

    def test_without_the_token_there_is_nothing(self):
        server = self.serve()
        for target in ("/", "/v1/ledger", "/v1/events", "/v1/persons", "/v1/events/stream"):
            for token in (False, "x", server.token[:-1], server.token + "x"):
                answer = server.get(target, token=token)
                self.assertEqual((answer.status, answer.code), (401, "unauthenticated"), target)
                self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
        # The link works, and nowhere else does the address carry the token.
        self.assertEqual(server.get("/?token=" + server.token, token=False).status, 303)
        self.assertEqual(server.get("/?token=x" + server.token, token=False).status, 401)
        self.assertEqual(server.get("/v1/ledger?token=" + server.token, token=False).status, 401)
        for target in ("/healthz", "/readyz", "/version", "/openapi.json", "/metrics"):
            self.assertEqual(server.get(target, token=False).status, 200, target)

    def test_each_start_has_its_own_token(self):
        first = self.serve()
        token = first.token
        self.assertGreaterEqual(len(token), 43)
        first.stop()
        second = self.serve()
        self.assertNotEqual(token, second.token)
        self.assertEqual(second.get("/v1/ledger", token=token).status, 401)

    def test_the_link_makes_a_session_and_leaves_the_address(self):
        server = self.serve("--role", "caseworker", "--unit", "unit/a", "--user", "kim")
        browser = Browser()
        page = browser.visit(server.url + "?token=" + server.token)
        self.assertEqual((page.status, browser.url), (200, server.url))
        [cookie] = browser.cookies[server.url.rstrip("/")]
        self.assertEqual(cookie, f"stegvis-session-{server.port}")
        self.assertIn("httponly", browser.attributes[cookie])
        told = browser.ask("GET", server.url + "v1/session").json
        self.assertEqual((told["user"], told["units"]), ("kim", ["unit/a"]))
        self.assertEqual(browser.ask("GET", server.url + "v1/persons/p-1/status").status, 200)
        search = ("POST", server.url + "v1/persons/search")
        body = {"body": '{"value":"191212121212"}', "Content_Type": "application/json"}
        self.assertEqual(browser.ask(*search, **body).code, "cross_site")
        self.assertEqual(browser.ask(*search, **body, Stegvis_Csrf=told["csrf"]).status, 200)
        self.assertEqual(browser.ask("GET", server.url + "login").status, 404)
        self.assertEqual(browser.ask("GET", server.url + "callback?code=x&state=y").status, 404)
        out = browser.ask("POST", server.url + "logout", Stegvis_Csrf=told["csrf"])
        self.assertEqual((out.status, out.json["end_session"]), (200, None))
        self.assertEqual(browser.ask("GET", server.url).status, 401)
        self.assertEqual(server.ask("POST", "/logout").status, 401)  # a token has no session
        self.assertNotIn(server.token, server.log.decode())

    def test_the_glass_is_broken_with_a_reason_for_those_who_check(self):
        server = self.serve("--role", "caseworker", "--unit", "unit/a", "--user", "kim")
        path = "/v1/persons/p-2"
        self.assertEqual(server.get(path + "/status").status, 404)
        self.assertEqual(server.ask("POST", path + "/break-the-glass", {"reason": "x"}).status, 400)
        done = server.ask("POST", path + "/break-the-glass", {"reason": "Markpurpose, by phone"})
        self.assertEqual((done.status, done.json["subject"]), (201, "participant/p-2"))
        self.assertEqual(server.get(path + "/status").status, 200)
        server.stop(signal.SIGKILL)
        again = self.serve("--role", "caseworker", "--unit", "unit/a", "--user", "kim")
        self.assertEqual(again.get(path + "/status").status, 200)
        other = self.serve("--role", "caseworker", "--unit", "unit/a", "--user", "eve")
        self.assertEqual(other.get(path + "/status").status, 404)
        check = self.serve("--role", "data_protection")
        [told] = check.get("/v1/access?action=break_glass").json["reads"]
        self.assertEqual((told["subject"], told["data"]["user"], told["data"]["reason"]),
                         ("participant/p-2", "kim", "Markpurpose, by phone"))
        table = check.get("/v1/access?action=break_glass&format=csv&dialect=excel").text
        self.assertIn("kim;caseworker;unit/a;break_glass;participant/p-2;", table)
        self.assertNotIn(b"Markpurpose", b"".join(
            f.read_bytes() for f in self.files_of(self.ledger / "access")))

    def test_a_months_reads_are_drawn_for_the_check(self):
        server = self.serve("--role", "data_protection", "--user", "=kim")
        for _ in range(30):
            server.get("/v1/persons/p-1/status")
        month = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Stockholm")).strftime("%Y-%m")

        def drawn(seed, size=5, *more):
            return self.ok("access", self.ledger, "--sample", size, "--month", month, "--seed",
                           seed, "--json", *more).objects
        first = drawn("a")
        self.assertEqual(len({r["position"] for r in first}), 5)
        self.assertEqual(first, drawn("a"))
        self.assertNotEqual(first, drawn("b"))
        self.assertEqual(drawn("a", 100), self.reads()[::-1])
        # The larger sample holds the smaller one: it can be gone on with.
        self.assertLessEqual({r["position"] for r in first}, {r["position"] for r in drawn("a", 9)})
        self.assertEqual(drawn("a", 5, "--unit", "unit/none"), [])
        over_http = server.get(f"/v1/access/sample?month={month}&limit=5&seed=a").json
        self.assertEqual((over_http["reads"], over_http["seed"]), (first, "a"))
        self.assertEqual(server.get("/v1/access/sample?month=2019-01").json["reads"], [])
        self.assertEqual(server.get("/v1/access/sample?month=2019-13").status, 400)
        self.assertEqual(server.get("/v1/access/sample").status, 400)
        self.fails(2, "--month", "access", self.ledger, "--sample", 3)
        told = self.ok("access", self.ledger, "--sample", 3, "--month", month)
        self.assertIn("seed ", told.err)
        table = self.ok("access", self.ledger, "--csv", "excel", "--limit", 1).out.splitlines()
        self.assertEqual(table[0].split(";"),
                         ["\ufeffposition", "time", "type", "user", "role", "unit", "action",
                          "subject", "count", "purpose"])
        self.assertIn(";'=kim;data_protection;", table[1])

    def test_requests_are_named_in_answers_problems_and_log(self):
        server = self.serve()
        mine = server.get("/v1/nothing", X_Request_Id="mine-1")
        self.assertEqual((mine.headers["X-Request-Id"], mine.json["request_id"]),
                         ("mine-1", "mine-1"))
        trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        made = server.get("/healthz", X_Request_Id="191212121212", traceparent=trace)
        name = made.headers["X-Request-Id"]
        self.assertRegex(name, "^[0-9a-f]{16}$")
        self.assertNotEqual(server.get("/healthz").headers["X-Request-Id"], name)
        self.assertIn(b'"request_id"', server.raw(b"bad\r\n\r\n"))
        server.stop()
        lines = [json.loads(line) for line in server.log.splitlines() if line.startswith(b"{")]
        by_name = {line.get("id"): line for line in lines}
        self.assertEqual(by_name["mine-1"]["status"], 404)
        self.assertEqual(by_name[name]["traceparent"], trace)

    def test_a_caseworker_sees_the_own_units(self):
        server = self.serve("--role", "caseworker", "--unit", "unit/a", "--user", "kim")
        page = server.get("/v1/persons").json
        self.assertEqual([p["subject"] for p in page["persons"]], [PERSON])
        self.assertEqual(page["total"], 1)
        self.assertEqual(server.get("/v1/persons/p-1/status").status, 200)
        hidden, absent = (server.get(f"/v1/persons/{p}/status", X_Request_Id="same")
                          for p in ("p-2", "p-9"))
        self.assertEqual((hidden.status, hidden.raw), (404, absent.raw))
        events = server.get("/v1/events").json["events"]
        self.assertNotIn("participant/p-2", {e["subject"] for e in events})
        self.assertEqual(server.get("/v1/evaluations").status, 403)
        self.assertEqual(server.get("/v1/access").status, 403)
        move = event("u-9", "unit_moved", "unit/a-1", "2018-03-01", {"parent": "unit/b"})
        self.assertEqual(server.append(move).status, 403)

    def test_an_analyst_gets_suppressed_aggregates_only(self):
        server = self.serve("--role", "analyst")
        for target in ("/v1/persons", "/v1/events", "/v1/events/stream", "/v1/quality",
                       "/v1/worklists", "/v1/persons/p-1/timeline"):
            self.assertEqual(server.get(target).status, 403, target)
        self.assertEqual(server.get("/v1/evaluations").status, 200)
        order = {"definition": "ladder_funnel", "unsuppressed": True}
        self.assertEqual(server.ask("POST", "/v1/evaluations", order).status, 403)

    def test_a_number_finds_its_person_and_stays_out_of_the_address(self):
        server = self.serve()
        number = {"scheme": "personnummer", "identifier": "191212121212"}
        self.assertEqual(server.append(event("i-2", "identifier_recorded", PERSON, "2018-01-01",
                                             number)).status, 201)
        taken = event("i-3", "identifier_recorded", "participant/p-2", "2018-01-01", number)
        self.assertEqual(server.append(taken).status, 201)  # odd, but the number stays where it was
        found = server.ask("POST", "/v1/persons/search", {"value": "19121212-1212"})
        self.assertEqual(found.json["persons"], [PERSON])
        wrong = server.ask("POST", "/v1/persons/search", {"value": "19121212-1213"})
        self.assertEqual((wrong.status, wrong.code), (400, "bad_field"))
        self.assertNotIn("1213", wrong.text)
        other = self.serve("--role", "caseworker", "--unit", "unit/b")
        self.assertEqual(other.ask("POST", "/v1/persons/search",
                                   {"value": "191212121212"}).json["persons"], [])

    def test_reads_are_recorded_on_either_way_in(self):
        server = self.serve("--user", "kim")
        server.get("/v1/persons/p-1/status", Stegvis_Purpose="Markpurpose")
        [read] = self.reads()
        self.assertEqual((read["subject"], read["type"]), (PERSON, "record_viewed"))
        self.assertEqual(read["data"], {"action": "status", "purpose": "Markpurpose",
                                        "role": "admin", "user": "kim"})
        for command in ("status", "timeline", "episodes", "quality"):
            self.ok(command, self.ledger, PERSON)
        self.ok("export", self.ledger, "--subject", PERSON)
        self.ok("timeline", self.ledger, "unit/a")  # no person
        actions = [r["data"]["action"] for r in self.reads("--person", PERSON)]
        self.assertEqual(actions, ["export", "quality", "episodes", "timeline", "status", "status"])
        server.stop()
        self.ok("status", self.ledger, PERSON)  # without a server
        self.assertEqual(len(self.reads()), 7)
        self.assertTrue(self.reads()[0]["data"]["user"].startswith("os:"))

    def test_the_access_log_is_read_by_its_role(self):
        server = self.serve("--role", "data_protection")
        server.get("/v1/persons/p-1/status")
        server.get("/v1/persons/p-2/status")
        page = server.get("/v1/access?limit=1").json
        self.assertEqual([r["subject"] for r in page["reads"]], ["participant/p-2"])
        older = server.get("/v1/access?cursor=" + page["next"]).json
        self.assertEqual([r["subject"] for r in older["reads"]], [PERSON])
        one = server.get("/v1/access?person=p-1").json["reads"]
        self.assertEqual([r["subject"] for r in one], [PERSON])

    def test_an_evaluation_runs_and_is_fetched_in_three_forms(self):
        server = self.serve("--role", "analyst")
        started = server.ask("POST", "/v1/evaluations",
                             {"definition": "ladder_funnel", "as_of": "2018-12-31"})
        self.assertEqual(started.status, 202, started.text)
        where = started.headers["Location"]
        while server.get(where).json["state"] not in ("done", "failed", "cancelled"):
            pass
        self.assertEqual(server.get(where).json["state"], "done")
        over_http = server.get(where + "/result")
        on_line = self.ok("evaluate", self.ledger, "ladder_funnel", "--as-of", "2018-12-31",
                          "--json")
        self.assertEqual(over_http.text, on_line.out)
        self.assertIn("text/csv", server.get(where + "/result?format=csv").headers["Content-Type"])
        page = server.get(where + "/result", Accept="text/html", Accept_Language="en")
        self.assertIn('lang="en"', page.text)
        self.assertEqual(server.ask("DELETE", where).status, 204)
        self.assertEqual(server.get("/v1/evaluations/runs/none").status, 404)
        wrong = server.ask("POST", "/v1/evaluations", {"definition": "none"})
        self.assertEqual((wrong.status, wrong.json["errors"][0]["pointer"]), (400, "/definition"))

    def test_nothing_personal_leaks(self):
        server = self.serve("--user", "kim")
        said = []
        said.append(server.get("/v1/persons/p-1/timeline", Stegvis_Purpose="Markpurpose"))
        self.assertIn("Markname", said.pop().text)  # it is there to be leaked
        for target in ("/v1/persons/Markname/status", "/v1/persons/191212121212/status",
                       "/v1/events?subject=Markname", "/v1/events?Markname=1",
                       "/v1/events?type=Markname", "/Markname", "/v1/persons?state=Markname"):
            said.append(server.get(target))
        said.append(server.ask("POST", "/v1/persons/search", {"value": "19121212-1212x"}))
        said.append(server.append(event("x-1", "note_recorded", PERSON, "2018-02-02",
                                        {"text": "Marknote", "more": 1})))
        said.append(server.append(event("x-2", "note_recorded", "participant/191212121212",
                                        "2018-02-02", {"text": "Marknote"})))
        said.append(server.append(event("n-1", "note_recorded", PERSON, "2018-02-02",
                                        {"text": "Marknote, another"})))
        said.append(server.get("/metrics"))
        said.append(server.ask("MARKNAME", "/v1/events"))
        server.stop()
        texts = [a.text for a in said] + [server.log.decode()]
        clear = [f.read_bytes() for f in self.files_of(self.ledger / "access")]
        for mark in MARKS:
            for text in texts:
                self.assertNotIn(mark.lower(), text.lower(), text[:500])
            for data in clear:
                self.assertNotIn(mark.encode(), data)
        self.assertIn('"path":"/v1/persons/{id}/status"', server.log.decode())
        for line in server.log.decode().splitlines():
            if line.startswith("{"):
                json.loads(line)

    def test_listening_beyond_loopback_wants_a_word(self):
        self.fails(2, "behind-proxy", "serve", self.ledger, "--listen", "0.0.0.0:0")
        self.fails(2, "--role", "serve", self.ledger, "--role", "king")
        self.fails(2, "--role", "serve", self.ledger, "--role", "confidential")
        self.fails(2, "--listen", "serve", self.ledger, "--listen", "8080")


if __name__ == "__main__":
    unittest.main()

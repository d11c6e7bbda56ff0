"""Goal: persons are found by name by those who may, stand on their unit's board with what comes
next, and get all that is held about them, with who read it. Method: a small ledger of units, names
that carry markup and formulas, and hidden persons, behind servers with narrowed roles."""
import io
import json
import unittest
import zipfile
from html.parser import HTMLParser

from stegvis_http import ServedTest
from stegvis_cli import event

EVIL = '<script>alert("1")</script>&=cmd'


def person(id, name, unit, day="2018-02-01"):
    subject = "participant/p-" + id
    return (event("n-" + id, "person_registered", subject, "2018-01-01", {"name": name}) +
            event("e-" + id, "participant_enrolled", subject, day,
                  {"enrolment": "e-1", "unit": "unit/" + unit}))


def details(id, subject, name, day="2018-05-01"):
    return event(id, "person_details_changed", "participant/p-" + subject, day, {"name": name})


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.seen, self.text = set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        assert not any(name.startswith("on") for name, _ in attributes)

    def handle_data(self, data):
        self.text += data


class PersonsTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.append(
            event("u-a", "unit_registered", "unit/a", "2018-01-01", {"kind": "unit"}),
            event("u-b", "unit_registered", "unit/b", "2018-01-01", {"kind": "unit"}),
            event("u-1", "unit_registered", "unit/a-1", "2018-01-01",
                  {"kind": "unit", "parent": "unit/a"}),
            person("1", "Åsa Löfgren-Él", "a"), person("2", "Asa Lofgren", "a-1"),
            person("3", "Åsa Berg", "b"), person("4", "Åsa Dold", "a"),
            person("5", EVIL, "a"),
            event("h-4", "handling_changed", "participant/p-4", "2018-02-02",
                  {"detail": ["secrecy_marked"]}))

    def found(self, server, name):
        answer = server.ask("POST", "/v1/persons/search", {"name": name})
        self.assertEqual(answer.status, 200, answer.text)
        self.assertEqual(answer.json["persons"], [f["subject"] for f in answer.json["found"]])
        return [f["subject"].removeprefix("participant/p-") for f in answer.json["found"]]

    def test_names_are_found_by_the_beginnings_of_their_words(self):
        self.append(event("s-1", "person_registered", "staff/s-1", "2018-01-01",
                          {"name": "Åsa Handläggare"}))
        server = self.serve()
        for text, expected in (("åsa", ["1", "3"]), ("ÅSA LÖF", ["1"]), ("asa", ["2"]),
                               ("löf ås", ["1"]), ("el åsa", ["1"]), ("gren", []),
                               ("berg, åsa", ["3"]), ("dold", []), ("script", ["5"])):
            self.assertEqual(self.found(server, text), expected, text)
        [one] = server.ask("POST", "/v1/persons/search", {"name": "berg"}).json["found"]
        self.assertEqual(one, {"subject": "participant/p-3", "name": "Åsa Berg",
                               "state": "assessment", "unit": "unit/b"})
        for body in ({"name": "x"}, {"name": "x" * 201}, {}, {"name": "ab", "value": "1"},
                     {"name": 1}):
            self.assertEqual(server.ask("POST", "/v1/persons/search", body).status, 400, body)
        self.assertEqual(server.get("/v1/persons/search?name=berg").status, 405)

    def test_names_follow_what_is_recorded(self):
        server = self.serve()
        self.assertEqual(self.found(server, "berg"), ["3"])
        server.append(details("d-1", "3", "Åsa Ny"))
        self.assertEqual((self.found(server, "berg"), self.found(server, "ny")), (["3"], ["3"]))
        server.append(event("c-1", "event_corrected", "participant/p-3", "2018-06-01",
                            {"target": "n-3", "data": {"name": "Åsa Borg"}, "reason": "mistyped"}))
        self.assertEqual((self.found(server, "berg"), self.found(server, "borg")), ([], ["3"]))
        server.append(event("v-1", "event_voided", "participant/p-3", "2018-06-01",
                            {"target": "d-1", "reason": "mistaken"}))
        self.assertEqual((self.found(server, "ny"), self.found(server, "borg")), ([], ["3"]))
        self.ok("forget", self.ledger, "participant/p-3", "--confirm", "participant/p-3")
        self.assertEqual(self.found(server, "borg"), [])

    def test_names_are_for_those_who_see_the_person(self):
        own = self.serve("--role", "caseworker", "--unit", "unit/a", "--user", "kim")
        self.assertEqual(self.found(own, "åsa"), ["1"])
        self.assertEqual(self.found(own, "asa"), ["2"])
        read = self.ok("access", self.ledger, "--json").objects
        self.assertEqual([(r["subject"], r["data"]["action"]) for r in read],
                         [("participant/p-2", "search"), ("participant/p-1", "search")])
        self.assertNotIn("sa ", json.dumps(read))
        own.stop()
        named = self.serve("--role", "admin", "--role", "confidential")
        self.assertEqual(self.found(named, "dold"), ["4"])
        named.stop()
        other = self.serve("--role", "evaluator")
        self.assertEqual(other.ask("POST", "/v1/persons/search", {"name": "åsa"}).status, 403)
        self.assertNotIn("Löf", other.log.decode())

    def board(self, server, query):
        answer = server.get("/v1/boards?as_of=2018-06-01&" + query)
        self.assertEqual(answer.status, 200, answer.text)
        return answer, {c["state"]: c for c in answer.json["columns"]}

    def test_a_board_shows_who_is_where_and_what_comes_next(self):
        self.append(
            event("i-6", "intake_registered", "participant/p-6", "2018-05-01", {"intake": "i-1"}),
            person("6", "Bo Ek", "a", "2018-05-20"),
            event("k-1", "caseworker_assigned", "participant/p-1", "2018-02-02",
                  {"enrolment": "e-1", "caseworker": "staff/s-1"}),
            event("p-1", "plan_agreed", "participant/p-1", "2018-02-10", {"enrolment": "e-1"}),
            event("s-1", "placement_started", "participant/p-1", "2018-03-01",
                  {"placement": "pl-1", "enrolment": "e-1", "kind": "work_training",
                   "planned_end": "2018-05-15"}))
        server = self.serve("--role", "manager", "--unit", "unit/a", "--user", "kim")
        answer, columns = self.board(server, "unit=unit/a")
        order = [c["state"] for c in answer.json["columns"]]
        self.assertEqual((order[0], order[-1], len(order)), ("applied", "exited", 14))
        self.assertEqual({s: c["count"] for s, c in columns.items() if c["count"]},
                         {"assessment": 3, "work_training": 1})
        [card] = columns["work_training"]["people"]
        self.assertEqual(
            {k: card[k] for k in ("subject", "name", "since", "unit", "caseworker", "planned_end",
                                  "overdue", "next_day")},
            {"subject": "participant/p-1", "name": "Åsa Löfgren-Él", "since": "2018-03-01",
             "unit": "unit/a", "caseworker": "staff/s-1", "planned_end": "2018-05-15",
             "overdue": True, "next_day": card["todo"][0]["due"]})
        self.assertEqual(columns["work_training"]["overdue"], 1)
        # The same items as on the worklists.
        listed = [i["list"] for name in {t["list"] for t in card["todo"]}
                  for i in server.get(f"/v1/worklists/{name}?as_of=2018-06-01").json["items"]
                  if i["subject"] == "participant/p-1"]
        self.assertEqual(sorted(listed), sorted(t["list"] for t in card["todo"]))
        _, below = self.board(server, "unit=unit/a-1")
        self.assertEqual([p["subject"] for p in below["assessment"]["people"]],
                         ["participant/p-2"])
        _, mine = self.board(server, "unit=unit/a&caseworker=staff/s-1")
        self.assertEqual(sum(c["count"] for c in mine.values()), 1)
        # Another unit's persons are not this manager's, the unit's board or not.
        _, others = self.board(server, "unit=unit/b")
        self.assertEqual(sum(c["count"] for c in others.values()), 0)
        before, _ = self.board(server, "unit=unit/a&as_recorded=3")
        self.assertEqual(sum(c["count"] for c in before.json["columns"]), 0)

    def test_a_column_is_paged_and_each_person_shown_is_recorded(self):
        server = self.serve("--role", "admin", "--user", "kim")
        self.assertEqual(server.get("/v1/boards").status, 400)
        self.assertEqual(server.get("/v1/boards?unit=unit/a&state=none").status, 400)
        seen, target = [], "/v1/boards?unit=unit/a&state=assessment&limit=2&as_of=2018-06-01"
        while target:
            answer = server.get(target)
            [column] = answer.json["columns"]
            self.assertEqual(column["count"], 3)
            seen += [p["subject"] for p in column["people"]]
            link = answer.headers.get("Link")
            self.assertEqual(link is None, column["next"] is None)
            target = link and link[1:link.index(">")]
        self.assertEqual(seen, ["participant/p-1", "participant/p-2", "participant/p-5"])
        read = self.ok("access", self.ledger, "--json").objects
        self.assertEqual(sorted(r["subject"] for r in read), seen)
        self.assertEqual({r["data"]["action"] for r in read}, {"board"})
        cursor = server.get("/v1/boards?unit=unit/a&state=assessment&limit=1").json
        refused = server.get("/v1/boards?unit=unit/a&cursor=" + cursor["columns"][0]["next"])
        self.assertEqual((refused.status, refused.json["errors"][0]["pointer"]), (400, "cursor"))

    def parts_of(self, data):
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            self.assertIsNone(z.testzip())
            return {name: z.read(name).decode() for name in z.namelist()}

    def test_an_extract_holds_all_and_who_read_it(self):
        self.append(event("t-5", "note_recorded", "participant/p-5", "2018-03-01",
                          {"text": "Said " + EVIL}),
                    event("c-5", "event_corrected", "participant/p-5", "2018-03-02",
                          {"target": "t-5", "data": {"text": "Meant it"}, "reason": "typo"}))
        server = self.serve("--role", "caseworker", "--unit", "unit/a", "--user", EVIL)
        server.get("/v1/persons/p-5/status", Stegvis_Purpose="=why <b>")
        server.get("/v1/persons/p-1/status")
        server.stop()
        self.ok("status", self.ledger)
        file = self.path("p-5.zip")
        self.ok("extract", self.ledger, "participant/p-5", "-o", file)
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        parts = self.parts_of(file.read_bytes())
        self.assertEqual(sorted(parts), ["extract.html", "extract.json", "utdrag.html"])
        told = json.loads(parts["extract.json"])
        self.assertEqual([e["id"] for e in told["events"]], ["n-5", "e-5", "t-5", "c-5"])
        self.assertEqual(told["events"][0]["data"]["name"], EVIL)
        self.assertEqual(told["events"][2]["original"]["data"]["text"], "Said " + EVIL)
        self.assertEqual([r["data"]["action"] for r in told["reads"]], ["extract", "status"])
        self.assertEqual(told["reads"][1]["data"]["purpose"], "=why <b>")
        self.assertEqual([(l["named"], l["entry"]["data"]["action"]) for l in told["lists"]],
                         [(True, "status")])
        self.assertEqual(told["status"]["state"], "assessment")
        self.assertEqual([e["kind"] for e in told["episodes"]], ["enrolment"])
        for name, words in (("extract.html", "Person registered"),
                            ("utdrag.html", "Person registrerad")):
            page = Tags(parts[name])
            self.assertFalse(page.seen & {"script", "b", "iframe", "img", "link"}, page.seen)
            for text in (EVIL, "Said " + EVIL, "Meant it", "=why <b>", words):
                self.assertIn(text, page.text)
        self.assertIn('lang="sv"', parts["utdrag.html"])

    def test_an_extract_follows_a_merge_and_ends_with_the_person(self):
        self.ok("merge", self.ledger, "participant/p-2", "participant/p-1")
        self.ok("extract", self.ledger, "participant/p-1", "-o", self.path("x.zip"))
        told = json.loads(self.parts_of(self.path("x.zip").read_bytes())["extract.json"])
        self.assertEqual(told["merged_from"], ["participant/p-2"])
        self.assertEqual({e["subject"] for e in told["events"]},
                         {"participant/p-1", "participant/p-2"})
        self.assertNotIn("participant/p-3", json.dumps(told))
        self.ok("forget", self.ledger, "participant/p-1", "--confirm", "participant/p-1")
        self.fails(1, "forgotten", "extract", self.ledger, "participant/p-1", "-o",
                   self.path("y.zip"))
        self.assertFalse(self.path("y.zip").exists())
        self.fails(2, "bad_argument", "extract", self.ledger, "unit/a", "-o", self.path("y.zip"))

    def test_an_extract_is_for_data_protection(self):
        server = self.serve("--role", "data_protection", "--user", "dpo")
        answer = server.get("/v1/persons/p-5/extract")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/zip"))
        told = json.loads(self.parts_of(answer.raw)["extract.json"])
        self.assertEqual(told["reads"][0]["data"],
                         {"action": "extract", "role": "data_protection", "user": "dpo"})
        hidden, absent = (server.get(f"/v1/persons/{p}/extract", X_Request_Id="same")
                          for p in ("p-4", "p-9"))
        self.assertEqual((hidden.status, hidden.raw), (404, absent.raw))
        server.stop()
        for role in ("caseworker", "manager", "evaluator", "analyst", "admin"):
            narrow = self.serve("--role", role, "--unit", "unit/a")
            self.assertEqual(narrow.get("/v1/persons/p-5/extract").status, 403, role)
            narrow.stop()


if __name__ == "__main__":
    unittest.main()

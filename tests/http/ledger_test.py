"""Goal: the ledger tells its head and hash as `verify` does, what runs beside it, and who read of
whom as CSV; lists over everybody leave one entry in the access log; numbers find their persons
whichever way they came in. Method: a server and the command line on one ledger, each the other's
judge."""
import csv
import hashlib
import io
import json
import unittest
import zipfile

from stegvis_http import ServedTest
from stegvis_cli import enrolled, event

PERSON = "participant/p-1"


class LedgerTest(ServedTest):
    def reads(self):
        return self.ok("access", self.ledger, "--json").objects

    def test_the_head_hash_is_that_of_verify_as_the_ledger_grows(self):
        self.sample(30)
        server = self.serve()
        for n in range(3):
            verified = self.ok("verify", self.ledger, "--json").objects[-1]
            told = server.get("/v1/ledger")
            self.assertEqual((told.json["head"], told.json["head_hash"], told.json["hashed"]),
                             (verified["head"], verified["head_hash"], verified["head"]))
            server.append(enrolled(PERSON, f"x-{n}", enrolment=f"e-{n}"))
            self.assertNotEqual(server.get("/v1/ledger").headers["ETag"], told.headers["ETag"])
        empty = self.serve(ledger=self.init("empty")).get("/v1/ledger").json
        self.assertEqual(empty["head_hash"], hashlib.sha256().hexdigest())

    def test_streams_are_told_to_those_who_run_it(self):
        self.init()
        server = self.serve("--role", "admin")
        told = server.get("/v1/streams").json
        info = self.ok("info", self.ledger, "--json").objects[0]
        for name in ("head", "epoch", "durability", "follows", "streams"):
            self.assertEqual(told[name], info[name], name)
        server.stop()
        self.assertEqual(self.serve("--role", "manager").get("/v1/streams").status, 403)

    def test_a_list_over_everybody_leaves_one_entry(self):
        self.sample(20)
        participants = sorted({e["subject"] for e in self.ok("export", self.ledger).objects
                               if e["subject"].startswith(("participant/", "staff/"))})
        [entry] = self.reads()
        self.assertEqual((entry["type"], entry["subject"], entry["data"]["action"]),
                         ("persons_listed", "programme/everyone", "export"))
        self.assertEqual(entry["data"]["count"], len(participants))
        self.assertEqual(entry["data"]["subjects"], participants)
        digest = hashlib.sha256("".join(p + "\n" for p in participants).encode()).hexdigest()
        self.assertEqual(entry["data"]["digest"], digest)
        half = self.ok("info", self.ledger, "--json").objects[0]["head"] // 2
        shown = [s["subject"] for s in self.ok("status", self.ledger, "--json", "--as-recorded",
                                               half).objects]
        self.assertGreater(len(shown), 0)
        entry = self.reads()[0]["data"]
        self.assertEqual((entry["action"], entry["subjects"], entry["until"]),
                         ("status", shown, half))
        odd = {f["subject"] for f in self.ok("quality", self.ledger, "--json").objects
               if f["subject"].startswith("participant/")}
        entry = self.reads()[0]["data"]
        self.assertEqual((entry["action"], set(entry["subjects"])), ("quality", odd))
        part = self.ok("export", self.ledger, "--from", half, "--to", half + 10).objects
        entry = self.reads()[0]["data"]
        self.assertEqual((entry["from"], entry["until"]), (half, half + 10))
        self.assertEqual(set(entry["subjects"]),
                         {e["subject"] for e in part
                          if e["subject"].startswith(("participant/", "staff/"))})
        self.assertEqual(len(self.reads()), 4)

    def test_of_a_long_list_the_log_holds_number_and_digest(self):
        self.init()
        lines = "".join(enrolled(f"participant/p-{n:04}", f"e-{n}") for n in range(201))
        self.ok("import", self.ledger, "-", stdin=lines)
        self.ok("status", self.ledger)
        data = self.reads()[0]["data"]
        self.assertEqual((data["count"], data.get("subjects", [])), (201, []))
        self.assertEqual(len(data["digest"]), 64)
        self.assertIn("201 persons", self.ok("access", self.ledger).out)
        # Whoever was there may have been on it, and whoever came later was not.
        self.append(enrolled("participant/p-late", "late"))
        for who, lists in (("participant/p-0007", [False]), ("participant/p-late", [])):
            self.ok("extract", self.ledger, who, "-o", self.path(who[-4:]))
            self.assertEqual(self.listed(self.path(who[-4:])), lists)

    def listed(self, file):
        with zipfile.ZipFile(file) as z:
            return [l["named"] for l in json.loads(z.read("extract.json"))["lists"]]

    def test_a_list_that_cannot_be_recorded_is_not_shown(self):
        self.sample(5)
        (self.ledger / "access" / "head").mkdir(parents=True)
        for command in ("status", "quality", "export"):
            done = self.fails(1, "access", command, self.ledger, "--json")
            self.assertNotIn("participant/", done.out)

    def test_the_access_log_goes_out_as_csv(self):
        self.init()
        self.append(enrolled(PERSON, "a-1"), enrolled("participant/p-2", "a-2"))
        user = "=HYPERLINK(\"http://x\")"
        reader = self.serve("--user", user)
        reader.get("/v1/persons/p-1/status", Stegvis_Purpose="+1;\"two\",three")
        reader.get("/v1/persons/p-2/status")
        reader.stop()
        server = self.serve("--role", "data_protection", "--user", "dpo")
        answer = server.get("/v1/access?format=csv&person=p-1")
        self.assertTrue(answer.headers["Content-Type"].startswith("text/csv"))
        [row] = csv.DictReader(io.StringIO(answer.text))
        self.assertEqual((row["user"], row["subject"], row["action"], row["purpose"]),
                         ("'" + user, PERSON, "status", "'+1;\"two\",three"))
        whole = list(csv.DictReader(io.StringIO(server.get("/v1/access", Accept="text/csv").text)))
        self.assertEqual([r["type"] for r in whole],
                         ["access_exported", "record_viewed", "record_viewed"])
        self.assertEqual([r["data"].get("count") for r in self.reads()[:2]], [3, 1])
        for query, n in (("from=2000-01-01&until=2000-01-02", 0), ("until=2000-01-02", 0),
                         ("from=2000-01-01", 4)):
            self.assertEqual(len(server.get("/v1/access?" + query).json["reads"]), n, query)
        self.assertEqual(server.get("/v1/access?from=yesterday").status, 400)
        pages, target = [], "/v1/access?limit=2"
        while target:
            page = server.get(target)
            pages += [r["position"] for r in page.json["reads"]]
            link = page.headers.get("Link")
            target = link and link[1:link.index(">")]
        self.assertEqual(pages, [4, 3, 2, 1])

    def test_numbers_find_their_person_whichever_way_they_came(self):
        self.init()

        def number(id, person, value):
            return event(id, "identifier_recorded", person, "2018-01-01",
                         {"scheme": "personnummer", "identifier": value})

        self.append(number("i-1", "participant/p-1", "191212121212"))
        self.ok("append", self.ledger, "-", "--atomic",
                stdin=number("i-2", "participant/p-2", "198211059954"))
        self.ok("import", self.ledger, "-", stdin=number("i-3", "participant/p-3", "199012119948") +
                number("i-4", "participant/p-4", "191212121212") +  # another's already
                number("i-5", "participant/p-5", "191212121213"))   # no valid number
        server = self.serve()
        self.assertEqual(server.append(event(
            "i-6", "identifier_replaced", "participant/p-6", "2018-01-01",
            {"scheme": "personnummer", "identifier": "195705749959"})).status, 201)
        for value, persons in (("191212121212", ["1"]), ("198211059954", ["2"]),
                               ("19901211-9948", ["3"]), ("195705749959", ["6"])):
            found = server.ask("POST", "/v1/persons/search", {"value": value}).json["persons"]
            self.assertEqual(found, ["participant/p-" + p for p in persons], value)
        self.ok("forget", self.ledger, "participant/p-2", "--confirm", "participant/p-2")
        again = server.append(number("i-2", "participant/p-2", "198211059954"))
        self.assertEqual(again.status, 200)  # exists, and finds nobody
        self.assertEqual(server.ask("POST", "/v1/persons/search",
                                    {"value": "198211059954"}).json["persons"], [])


if __name__ == "__main__":
    unittest.main()

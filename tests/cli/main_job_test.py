"""Goal: the main job works end to end: journeys in, status and timelines out, and an export that
makes the same ledger again. Method: a simulated programme through the real binary."""
import json
import unittest

from stegvis_cli import LedgerTest, enrolled, event, stegvis


class MainJobTest(LedgerTest):
    def test_simulated_programme_goes_in_and_status_comes_out(self):
        lines = self.sample(50)
        table = self.ok("status", self.ledger, "--as-of", "2020-06-30")
        people = self.ok("status", self.ledger, "--as-of", "2020-06-30", "--json").objects
        subjects = [p["subject"] for p in people]
        self.assertEqual(subjects, sorted(set(subjects)))
        asked = {json.loads(line)["subject"] for line in lines.splitlines()}
        self.assertEqual(set(subjects), {s for s in asked if s.startswith("participant/")})
        self.assertIn("as of 2020-06-30", table.out)
        for subject in subjects:
            self.assertIn(subject, table.out)
        self.assertRegex(table.out, rf"total +{len(people)}\n")

    def test_one_person_reads_the_same_as_in_the_list(self):
        self.sample()
        asked = ("--as-of", "2019-05-01", "--as-recorded", "2019-12-31", "--json")
        for line in self.ok("status", self.ledger, *asked).out.splitlines(True):
            subject = json.loads(line)["subject"]
            self.assertEqual(self.ok("status", self.ledger, subject, *asked).out, line)

    def test_export_import_and_export_give_the_same_bytes(self):
        self.sample()
        first = self.ok("export", self.ledger).raw
        copy = self.init("copy")
        done = self.ok("import", copy, "-", "--keep-recorded", "--json", stdin=first)
        n = len(first.splitlines())
        self.assertEqual(done.objects[-1],
                         {"read": n, "appended": n, "exists": 0, "rejected": 0, "head": n})
        self.assertEqual(self.ok("export", copy).raw, first)
        again = self.ok("import", copy, "-", "--keep-recorded", "--json", stdin=first)
        self.assertEqual(again.objects[-1],
                         {"read": n, "appended": 0, "exists": n, "rejected": 0, "head": n})
        hashes = [self.ok("verify", x, "--json").objects[0]["head_hash"]
                  for x in (self.ledger, copy)]
        self.assertEqual(hashes[0], hashes[1])

    def test_as_known_at_a_cut_equals_a_ledger_that_stopped_there(self):
        lines = self.sample().splitlines(True)
        cut = len(lines) * 2 // 3
        stopped = self.init("stopped")
        self.ok("import", stopped, "-", "--keep-recorded", stdin=b"".join(lines[:cut]))
        asked = ("--as-of", "2019-03-01", "--json")
        self.assertEqual(self.ok("status", self.ledger, "--as-recorded", cut, *asked).raw,
                         self.ok("status", stopped, *asked).raw)

    def test_timeline_shows_data_in_clear_and_what_was_corrected(self):
        self.init()
        person = "participant/p-1"
        self.append(enrolled(person, "a"),
                    event("b", "placement_started", person, "2018-03-15",
                          {"placement": "pl-1", "kind": "employment",
                           "supervisor": "Handledare 1"}),
                    event("c", "contact_made", person, "2018-03-16", {"kind": "phone"}),
                    event("d", "event_corrected", person, "2018-04-01",
                          {"target": "b", "time": "2018-03-01T00:00:00+01:00",
                           "reason": "fel dag",
                           "data": {"placement": "pl-1", "kind": "simple_job"}}),
                    event("e", "event_voided", person, "2018-04-02",
                          {"target": "c", "reason": "dubblett"}))
        entries = self.ok("timeline", self.ledger, person, "--json").objects
        by_id = {e["id"]: e for e in entries}
        self.assertEqual([e["id"] for e in entries], ["a", "b", "c", "d", "e"])
        self.assertEqual(by_id["b"]["time"], "2018-03-01T00:00:00+01:00")
        self.assertEqual(by_id["b"]["data"]["kind"], "simple_job")
        self.assertEqual(by_id["b"]["original"]["data"]["supervisor"], "Handledare 1")
        self.assertEqual(by_id["b"]["standing"], "corrected")
        self.assertEqual(by_id["b"]["changed_by"], by_id["d"]["sequence"])
        self.assertEqual(by_id["c"]["standing"], "voided")
        before = self.ok("timeline", self.ledger, person, "--json", "--as-recorded", 2).objects
        self.assertEqual([e["standing"] for e in before], ["original", "original"])
        words = self.ok("timeline", self.ledger, person).out
        self.assertIn("corrected by 4", words)
        self.assertIn("voided by 5", words)

    def test_export_takes_a_range_and_a_subject(self):
        self.sample()
        every = self.ok("export", self.ledger).raw.splitlines(True)
        self.assertEqual(self.ok("export", self.ledger, "--from", 5, "--to", 9).raw,
                         b"".join(every[4:9]))
        of_2018 = [x for x in every if json.loads(x)["recordedtime"] > "2017-12-31T23:00:00"
                   and json.loads(x)["recordedtime"] < "2018-12-31T23:00:00"]
        ranged = self.ok("export", self.ledger, "--from", "2018-01-01", "--to", "2018-12-31").raw
        self.assertEqual(ranged, b"".join(of_2018))
        subject = json.loads(every[-1])["subject"]
        self.assertEqual(self.ok("export", self.ledger, "--subject", subject).raw,
                         b"".join(x for x in every if json.loads(x)["subject"] == subject))
        self.ok("export", self.ledger, "-o", self.path("out.ndjson"))
        self.assertEqual(self.path("out.ndjson").read_bytes(), b"".join(every))

    def test_replay_finds_nothing_to_tell(self):
        self.sample()
        done = self.ok("replay", self.ledger, "--json").objects[0]
        self.assertEqual(done["live_hash"], done["rebuilt_hash"])
        self.assertEqual(done["subjects"], [])
        self.assertEqual(list(self.ledger.glob("index/views/*rebuild*")), [])

    def test_dry_run_writes_nothing(self):
        self.init()
        done = self.ok("import", self.ledger, "-", "--dry-run", "--json",
                       stdin=enrolled("participant/p-1", "a"))
        self.assertEqual(done.objects[-1]["head"], 0)
        self.assertEqual(self.ok("export", self.ledger).raw, b"")

    def test_rejected_lines_are_listed_with_their_code(self):
        self.init()
        lines = enrolled("participant/p-1", "a") + "{\n" + enrolled("participant/p-2", "b")
        stopped = stegvis("import", self.ledger, "-", "--json", stdin=lines)
        self.assertEqual((stopped.code, stopped.objects[-1]["head"]), (3, 1))
        self.assertIn("-:2: bad_json", stopped.err)
        rejects = self.path("rejects.csv")
        skipped = stegvis("import", self.ledger, "-", "--json", "--on-error", "skip", "--rejects",
                          rejects, stdin=lines)
        self.assertEqual(skipped.code, 3)
        self.assertEqual(skipped.objects[-1],
                         {"read": 3, "appended": 1, "exists": 1, "rejected": 1, "head": 2})
        header, row = rejects.read_text().splitlines()
        self.assertTrue(header.startswith("line,field,code,hint"))
        self.assertTrue(row.startswith("2,,bad_json,"))

    def test_a_table_comes_in_by_its_mapping(self):
        self.init()
        table = self.path("people.csv", "nr;start\nA1;2018-03-01\nA2;2018-04-01\n")
        mapping = self.path("people.toml", """
source = "/table"
row_key = ["nr"]
[person]
column = "nr"
scheme = "local"
issuer = "test"
[[event]]
type = "participant_enrolled"
time = { column = "start" }
data.enrolment = "e-1"
""")
        self.fails(2, "--mapping", "import", self.ledger, table)
        first = self.ok("import", self.ledger, table, "--mapping", mapping, "--json").objects[-1]
        self.assertEqual((first["appended"], first["rejected"]), (6, 0))
        again = self.ok("import", self.ledger, table, "--mapping", mapping, "--json").objects[-1]
        self.assertEqual((again["appended"], again["exists"]), (0, 6))
        table.write_text("nr;start\nA1;2018-03-02\n")
        changed = self.ok("import", self.ledger, table, "--mapping", mapping, "--snapshot",
                          "--json").objects[-1]
        self.assertEqual((changed["vanished"] > 0, changed["rejected"]), (True, 0))
        people = self.ok("status", self.ledger, "--as-of", "2018-12-31", "--json").objects
        self.assertEqual(sorted(p["since"] for p in people), ["2018-03-02", "2018-04-01"])


if __name__ == "__main__":
    unittest.main()

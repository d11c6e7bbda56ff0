"""Goal: forgetting leaves nothing readable and changes no count; merging moves a whole journey.
Method: planted clear text and wrapped keys are searched in every file of the ledger."""
import json
import threading
import unittest

from stegvis_cli import Appender, LedgerTest, enrolled, event, stegvis

PLANTED = "Rosenqvarn 4711 planterad"
PERSON, OTHER = "participant/p-1", "participant/p-2"


def note(person, id, text):
    return event(id, "note_recorded", person, "2018-03-01", {"text": text})


class ForgetTest(LedgerTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.append(enrolled(PERSON, "a"), note(PERSON, "n", PLANTED), enrolled(OTHER, "b"),
                    note(OTHER, "m", "annan text"),
                    event("i", "identifier_recorded", PERSON, "2018-03-01",
                          {"scheme": "local", "issuer": "test", "identifier": "PLANT-77"}))

    def files_with(self, needle):
        return [str(p) for p in self.files_of(self.folder) if needle in p.read_bytes()]

    def test_nothing_of_the_person_is_readable_and_counts_stay(self):
        self.ok("status", self.ledger)
        before = self.ok("export", self.ledger).raw
        self.assertIn(PLANTED, self.ok("timeline", self.ledger, PERSON).out)
        done = self.ok("forget", self.ledger, PERSON, f"--confirm={PERSON}", "--ground", "rule 3",
                       "--json").objects[0]
        self.assertEqual(done["position"], 6)
        after = self.ok("export", self.ledger).raw
        self.assertEqual(after[:len(before)], before)
        self.assertEqual(len(after.splitlines()), len(before.splitlines()) + 1)
        for needle in (PLANTED, "planterad", "PLANT-77"):
            self.assertEqual(self.files_with(needle.encode()), [])
        # RocksDB's own logs would name the keys of what was compacted.
        self.assertEqual([p for p in self.files_of(self.ledger) if p.name.startswith("LOG")], [])
        for command in ("status", "timeline", "episodes", "quality"):
            self.fails(1, "forgotten", command, self.ledger, PERSON)
        self.fails(1, "forgotten", "forget", self.ledger, PERSON, f"--confirm={PERSON}")
        people = self.ok("status", self.ledger, "--json").objects
        self.assertEqual([p["subject"] for p in people], [OTHER])
        self.assertIn("annan text", self.ok("timeline", self.ledger, OTHER).out)
        self.assertTrue(self.ok("verify", self.ledger).out.endswith("OK\n"))
        self.ok("replay", self.ledger)

    def test_no_file_of_the_keys_outlives_forgetting(self):
        old = {p.relative_to(self.ledger): p.read_bytes()
               for p in self.files_of(self.ledger / "keys")}
        generation = old[next(p for p in old if p.name == "generation")]
        wrapped = generation[-40:]
        self.ok("forget", self.ledger, PERSON, f"--confirm={PERSON}")
        self.assertEqual(self.files_with(wrapped), [])
        # Old databases with the person's wrapped keys are gone, whatever their names were.
        for path in self.files_of(self.ledger / "keys"):
            if path.suffix == ".sst":
                self.assertNotIn(PERSON.encode(), path.read_bytes())

    def test_forgotten_events_stay_forgotten_when_sent_again(self):
        self.ok("forget", self.ledger, PERSON, f"--confirm={PERSON}")
        again = stegvis("append", self.ledger, "-", "--json", stdin=note(PERSON, "n", PLANTED))
        self.assertEqual((again.code, again.objects[0]["result"]), (0, "exists"))
        new = stegvis("append", self.ledger, "-", "--json", stdin=note(PERSON, "n2", PLANTED))
        self.assertEqual((new.code, new.objects[0]["code"]), (3, "forgotten"))
        self.assertEqual(self.files_with(PLANTED.encode()), [])

    def test_it_works_while_another_process_owns_the_ledger(self):
        owner = Appender(self.ledger)
        owner.send(enrolled("participant/p-3", "c"))
        self.ok("forget", self.ledger, PERSON, f"--confirm={PERSON}")
        self.fails(1, "forgotten", "timeline", self.ledger, PERSON)
        owner.close()
        self.fails(1, "forgotten", "timeline", self.ledger, PERSON)

    def test_keys_travel_apart_from_the_events(self):
        copy = self.init("copy")
        self.ok("import", copy, "-", "--keep-recorded", stdin=self.ok("export", self.ledger).raw)
        self.assertIn("erased", self.ok("timeline", copy, PERSON).out)
        keys, lock = self.path("all.keys"), self.path("transfer.key")
        self.ok("keys", "export", self.ledger, keys, "--transfer-key", lock)
        self.ok("keys", "import", copy, keys, "--transfer-key", lock)
        self.assertIn(PLANTED, self.ok("timeline", copy, PERSON).out)
        self.assertEqual(self.ok("keys", "public", copy).out,
                         self.ok("keys", "public", self.ledger).out)


class MergeTest(LedgerTest):
    def test_the_survivor_has_both_journeys_and_the_other_says_merged(self):
        self.init()
        self.append(
            enrolled(OTHER, "b", day="2018-01-10", enrolment="e-9"),
            note(OTHER, "n", PLANTED),
            event("j", "placement_started", OTHER, "2018-03-15",
                  {"placement": "pl-1", "kind": "employment", "enrolment": "e-9"}),
            event("k", "event_corrected", OTHER, "2018-04-01",
                  {"target": "j", "time": "2018-03-01T00:00:00+01:00", "reason": "fel dag",
                   "data": {"placement": "pl-1", "kind": "employment", "enrolment": "e-9",
                            "subsidised": True}}),
            event("v", "contact_made", OTHER, "2018-04-01", {"kind": "phone"}),
            event("w", "event_voided", OTHER, "2018-04-02",
                  {"target": "v", "reason": "dubblett"}),
            enrolled(PERSON, "a", day="2018-02-01"))
        done = self.ok("merge", self.ledger, OTHER, PERSON, "--json").objects[0]
        self.assertEqual((done["copied"], done["position"], done["head"]), (3, 8, 11))
        gone = self.ok("status", self.ledger, OTHER, "--json").objects[0]
        self.assertEqual((gone["state"], gone["merged_into"]), ("merged", PERSON))
        kept = self.ok("status", self.ledger, PERSON, "--json", "--as-of", "2018-05-01").objects[0]
        self.assertEqual(kept["state"], "employed_subsidised")
        self.assertEqual(kept["since"], "2018-03-01")
        self.assertEqual([e["enrolment"] for e in kept["enrolments"]], ["e-9", "e-1"])
        before = self.ok("status", self.ledger, OTHER, "--json", "--as-of", "2018-05-01",
                         "--as-recorded", 7).objects[0]
        self.assertEqual(before["state"], "employed_subsidised")
        copies = [json.loads(x) for x in self.ok("export", self.ledger).out.splitlines()[8:]]
        self.assertEqual([c["copiedfrom"] for c in copies], ["/test b", "/test n", "/test j"])
        self.assertEqual(copies[2]["time"], "2018-03-01T00:00:00+01:00")
        self.assertEqual(len({json.loads(x)["recordedtime"]
                              for x in self.ok("export", self.ledger).out.splitlines()[7:]}), 1)
        self.assertIn(PLANTED, self.ok("timeline", self.ledger, PERSON).out)
        self.fails(2, "already merged", "merge", self.ledger, OTHER, PERSON)
        self.fails(2, "itself", "merge", self.ledger, PERSON, PERSON)

    def test_two_subjects_are_one_person_with_both_enrolments(self):
        # Example 15 of the status rules: e1 here, e9 there, merged later.
        self.init()
        self.append(enrolled(PERSON, "a", day="2018-01-10", enrolment="e1"),
                    enrolled(OTHER, "b", day="2018-02-01", enrolment="e9"))
        self.ok("merge", self.ledger, OTHER, PERSON)
        before = self.ok("status", self.ledger, "--json", "--as-recorded", 2).objects
        self.assertEqual([[e["enrolment"] for e in p["enrolments"]] for p in before],
                         [["e1"], ["e9"]])
        kept, gone = self.ok("status", self.ledger, "--json").objects
        self.assertEqual([e["enrolment"] for e in kept["enrolments"]], ["e1", "e9"])
        self.assertEqual((kept["subject"], gone["state"]), (PERSON, "merged"))

    def test_pairing_ids_that_both_use_stay_apart(self):
        self.init()
        self.append(
            enrolled(PERSON, "a", day="2018-01-10"),
            event("p", "placement_started", PERSON, "2018-02-01",
                  {"placement": "pl-1", "kind": "employment", "enrolment": "e-1"}),
            enrolled(OTHER, "b", day="2018-02-01"),
            event("q", "placement_started", OTHER, "2018-03-01",
                  {"placement": "pl-1", "kind": "practice", "enrolment": "e-1"}),
            event("r", "placement_ended", OTHER, "2018-04-01", {"placement": "pl-1"}),
            event("f", "follow_up_done", OTHER, "2018-05-01",
                  {"anchor": "e-1", "horizon": "28d", "labour_status": "unemployed",
                   "source": "contact"}),
            event("x", "participant_exited", OTHER, "2018-04-10",
                  {"enrolment": "e-1", "destination": "moved"}))
        at = self.ok("merge", self.ledger, OTHER, PERSON, "--json").objects[0]["position"]
        enrolments = self.ok("status", self.ledger, PERSON, "--json").objects[0]["enrolments"]
        self.assertEqual([(e["enrolment"], e["state"]) for e in enrolments],
                         [("e-1", "employed_regular"), (f"e-1-m{at}", "exited")])
        episodes = {(e["kind"], e["id"]): e
                    for e in self.ok("episodes", self.ledger, PERSON, "--json").objects
                    if e["kind"] != "situation"}
        self.assertIsNone(episodes["job", "pl-1"]["to"])
        moved = episodes["work_training", f"pl-1-m{at}"]
        self.assertEqual((moved["enrolment"], moved["to"]), (f"e-1-m{at}", "2018-04-01"))
        copies = [json.loads(x)["data"] for x in self.ok("export", self.ledger).out.splitlines()]
        self.assertIn(f"e-1-m{at}", [c.get("anchor") for c in copies])
        odd = {f["name"] for f in self.ok("quality", self.ledger, PERSON, "--json").objects}
        self.assertEqual(odd & {"second_start", "second_end", "end_without_start", "no_enrolment"},
                         set())

    def test_what_comes_while_the_journeys_are_merged_is_not_lost(self):
        self.init()
        owner = Appender(self.ledger)
        owner.send(enrolled(PERSON, "a"))
        owner.send(enrolled(OTHER, "b", enrolment="e-9"))
        done = []
        merge = threading.Thread(
            target=lambda: done.append(stegvis("merge", self.ledger, OTHER, PERSON, "--json")))
        merge.start()
        sent = 0
        while not done:
            sent += 1
            owner.send(event(f"c-{sent}", "contact_made", OTHER, "2018-03-01", {"kind": "phone"}))
        merge.join()
        owner.close()
        self.assertEqual(done[0].code, 0, done[0].err)
        at = done[0].objects[0]["position"]
        lines = [json.loads(x) for x in self.ok("export", self.ledger).out.splitlines()]
        theirs = [f"{e['source']} {e['id']}" for e in lines[:at - 1] if e["subject"] == OTHER]
        self.assertEqual([e["copiedfrom"] for e in lines if "copiedfrom" in e], theirs)

    def test_fields_without_keys_are_left_out_or_their_events(self):
        source = self.init("source")
        self.append(enrolled(PERSON, "a"), enrolled(OTHER, "b", enrolment="e-9"),
                    note(OTHER, "n", PLANTED),
                    event("g", "person_registered", OTHER, "2018-01-01", {"birth_year": 1990}),
                    ledger=source)
        self.init()
        self.ok("import", self.ledger, "-", "--keep-recorded", stdin=self.ok("export", source).raw)
        done = self.ok("merge", self.ledger, OTHER, PERSON, "--json").objects[0]
        self.assertEqual((done["copied"], done["left_out"]), (2, 1))
        lines = [json.loads(x) for x in self.ok("export", self.ledger).out.splitlines()]
        copies = {e["copiedfrom"]: e["data"] for e in lines if "copiedfrom" in e}
        self.assertEqual(sorted(copies), ["/test b", "/test g"])
        self.assertEqual(copies["/test g"], {})


if __name__ == "__main__":
    unittest.main()

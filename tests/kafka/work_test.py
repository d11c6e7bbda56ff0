"""Goal: workers on a ledger's partitions give the bytes that one machine gives, also if one of them
dies, and whoever finishes them is told what does not belong together. Method: the executable and a
real broker; a simulated programme with corrections, voids, restricted and forgotten persons and a
published report; folders of results compared byte for byte."""
import filecmp
import os
import select
import stat

from streams import (TIMEOUT_S, Running, StreamTest, event, json, pathlib, shutil, stegvis,
                     tempfile, unittest)

PARTICIPANTS = 120
WORKERS = 3


def changes(events):
    """What goes wrong in a programme: voids, corrections, voided corrections; and who is hidden."""
    lines = []

    def add(type, subject, **data):
        name = f"w-{len(lines)}"
        lines.append(event(name, type, subject, "2019-06-01", data, source="/work"))
        return f"/work {name}"

    started = [e for e in events if e["type"] == "stegvis.placement_started"][:40]
    for i, e in enumerate(started):
        target = f"{e['source']} {e['id']}"
        moved = {"target": target, "time": "2019-01-15T00:00:00+01:00", "reason": "late"}
        data = {k: v for k, v in e["data"].items() if not isinstance(v, dict)}
        if i % 4 == 0:
            add("event_voided", e["subject"], target=target, reason="never was")
        elif i % 4 == 1:
            add("event_corrected", e["subject"], target=target, data=data, reason="terms")
        elif i % 4 == 2:
            add("event_corrected", e["subject"], **moved)
        else:
            again = add("event_corrected", e["subject"], **moved)
            add("event_voided", e["subject"], target=again, reason="it was right")
    people = sorted({e["subject"] for e in events if e["subject"].startswith("participant/")})
    for person in people[:3]:
        add("handling_changed", person, detail=["restricted"])
    add("handling_changed", people[3], detail=["secrecy_marked"])
    unit = next(e["subject"] for e in events if e["subject"].startswith("unit/"))
    add("report_published", unit, definition="outcomes", manifest_hash="0" * 64,
        table_hash="0" * 64, cut=len(events) // 2, as_of="2018-12-31")
    return "".join(lines), people[4]


class WorkTest(StreamTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="stegvis-work-"))
        cls.addClassCleanup(shutil.rmtree, cls.home, True)
        cls.ledger, cls.topics = cls.home / "ledger", "programme"

        def must(*arguments, stdin=b""):
            done = stegvis(*arguments, stdin=stdin)
            assert done.code == 0, done.out + done.err
            return done
        must("init", cls.ledger, "--name", cls.topics)
        told = must("simulate", "--participants", PARTICIPANTS).raw
        must("import", cls.ledger, "-", "--keep-recorded", stdin=told)
        events = [json.loads(line) for line in told.splitlines()]
        lines, forgotten = changes(events)
        must("append", cls.ledger, "-", stdin=lines)
        must("forget", cls.ledger, forgotten, "--confirm", forgotten)
        must("relay", cls.ledger, "--kafka", cls.kafka.bootstrap, "--until-caught-up")
        cls.middle = len(events) * 3 // 4
        cls.keys = ("--keys", cls.home / "keys", "--transfer-key", cls.home / "transfer")
        must("keys", "export", cls.ledger, *(cls.keys[1:]))

    def ask(self, definition, *options):
        question = self.folder / "question.json"
        self.must("work", "question", self.ledger, definition, "--out", question, *options)
        return question

    def count(self, question, folder, *options, code=0):
        return self.must("work", "count", question, "--kafka", self.address, "--out",
                         self.folder / folder, *options, code=code)

    def finish(self, question, files, *options, code=0):
        return self.must("work", "finish", question, *files, "--kafka", self.address, "--out",
                         self.folder / "report", *options, code=code)

    def expect_as_on_one_machine(self, definition, *options):
        one = self.folder / "one"
        self.must("evaluate", self.ledger, definition, "--out", one, *options)
        names = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
        self.assertIn(pathlib.Path("result.json"), names)
        same = filecmp.cmpfiles(one, self.folder / "report", map(str, names), shallow=False)
        self.assertEqual([], same[1] + same[2])
        found = [p for p in (self.folder / "report").rglob("*") if p.is_file()]
        self.assertEqual(len(names), len(found))
        return json.loads((one / "result.json").read_text())["manifest"]

    def test_one_of_three_dies(self):
        question = self.ask("four_years")
        settings = self.folder / "quick.toml"
        settings.write_text('[kafka.properties]\n"session.timeout.ms" = "6000"\n')
        workers = [Running("work", "count", question, "--kafka", self.address, "--config",
                           settings, "--out", self.folder / str(n), "--json", *self.keys)
                   for n in range(WORKERS)]
        for w in workers:
            self.addCleanup(lambda w=w: w.process.poll() is None and w.kill9())
        # The first that has counted a partition.
        dies = select.select([w.process.stdout for w in workers], [], [], TIMEOUT_S)[0][0]
        killed = next(n for n in range(WORKERS) if workers[n].process.stdout is dies)
        workers[killed].kill9()
        for w in workers:
            self.assertEqual(-9 if w is workers[killed] else 0, w.ended(), w.err)
        files = {}
        for n in range(WORKERS):
            for file in sorted((self.folder / str(n)).glob("*.json")):
                self.assertEqual(0o600, stat.S_IMODE(os.stat(file).st_mode))
                first = files.setdefault(file.name, file)
                self.assertEqual(first.read_bytes(), file.read_bytes())
        self.assertEqual(12, len(files))
        self.assertLess(len(list((self.folder / str(killed)).glob("*.json"))), 12)
        # Hiding small counts takes half a minute for so many tables, and is another test's.
        self.finish(question, files.values(), "--unsuppressed", *self.keys)
        self.expect_as_on_one_machine("four_years", "--unsuppressed")

    def test_at_a_cut_and_in_small_pieces(self):
        asked = ("--as-recorded", self.middle, "--as-of", "2019-09-30")
        question = self.ask("outcomes", *asked)
        self.count(question, "counts", "--at-once", 40, *self.keys)
        self.finish(question, (self.folder / "counts").iterdir(), *self.keys)
        manifest = self.expect_as_on_one_machine("outcomes", *asked)
        self.assertEqual((3, 1, 1), (manifest["restricted"], manifest["erased"],
                                     manifest["reports_compared"]))

    def test_what_does_not_belong_together_is_told(self):
        question = self.ask("job_by_cohort")  # reads nothing that is sealed
        self.count(question, "counts")
        files = sorted((self.folder / "counts").iterdir())
        again = self.count(question, "counts", "--group", "again", "--json").objects
        self.assertEqual({"there"}, {line["result"] for line in again})
        for given, told in (
                (files[:7] + files[8:], "there are no counts of partition 7 of 12"),
                (files + files[3:4], "partition 3 is there twice")):
            self.assertIn(told, self.finish(question, given, code=1).err)
        damaged = self.folder / "damaged.json"
        damaged.write_text(files[0].read_text().replace('"cells":"', '"cells":"A', 1))
        done = self.finish(question, [damaged, *files[1:]], code=1)
        self.assertIn("damaged.json: /scans/0: bad_partial", done.err)
        other = self.ask("job_by_cohort", "--as-recorded", self.middle)
        self.assertIn("is of another question", self.finish(other, files, code=1).err)

    def test_who_cannot_count_is_told(self):
        question = self.ask("retention")
        self.assertIn("give --keys", self.count(question, "counts", code=12).err)
        self.assertEqual(0o600, stat.S_IMODE(os.stat(question).st_mode))
        newer = json.loads(question.read_text())
        newer["build"] = "9.9.9"
        question.write_text(json.dumps(newer))
        done = self.count(question, "counts", *self.keys, code=20)
        self.assertIn("only the same version counts the same", done.err)
        self.assertEqual([], list((self.folder / "counts").glob("*")))


if __name__ == "__main__":
    unittest.main()

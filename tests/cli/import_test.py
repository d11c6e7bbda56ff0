"""Goal: an import that is killed is run again and ends as if nothing had happened, and its memory
does not grow with the file. Method: imports killed with SIGKILL at seeded places, compared with one
that was left alone (STEGVIS_ROUNDS kills, default 15; STEGVIS_SEED repeats a run's choices); peak
resident size of two imports, one of twice as many events."""
import json
import os
import random
import subprocess
import unittest

from stegvis_cli import BIN, TIMEOUT_S, Appender, LedgerTest, enrolled, environment, event

KILLS = min(200, max(15, int(os.environ.get("STEGVIS_ROUNDS", "15"))))
SEED = int(os.environ.get("STEGVIS_SEED", str(random.SystemRandom().randrange(10**6))))

PEOPLE = """
source = "/people"
row_key = ["nr"]
time = { date = "2018-01-01" }
[person]
column = "nr"
scheme = "local"
issuer = "test"
data = { birth_year = { column = "born", as = "integer" } }
[[event]]
type = "participant_enrolled"
time = { column = "start" }
data = { enrolment = { template = "e-{nr}" } }
[[event]]
type = "note_recorded"
time = { column = "start" }
data = { text = { column = "note" } }
"""


class KilledImportTest(LedgerTest):
    def cut_short(self, command, lines, chance, kill):
        """Feeds so many lines, and kills wherever the import is a moment later; or lets it end."""
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=environment())
        try:
            process.stdin.write(lines)
            process.stdin.close()
            process.wait(timeout=chance.choice((0, chance.uniform(0, 0.5))) if kill else TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill_again_and_again(self, lines, *options):
        """Imports of ever more of the lines, all but every fourth killed. Heads after each."""
        print(f"seed {SEED}, {KILLS} kills", flush=True)
        chance = random.Random(SEED)
        rows = lines.splitlines(True)
        command = [BIN, "import", str(self.ledger), "-", *map(str, options)]
        rounds = KILLS * 4 // 3
        heads = []
        for n in range(1, rounds + 1):
            self.cut_short(command, b"".join(rows[:1 + len(rows) * n // (rounds + 1)]), chance,
                           n % 4 != 0)
            heads.append(self.ok("info", self.ledger, "--json").objects[0]["head"])
            self.assertEqual(heads, sorted(heads), f"seed {SEED}")
        return heads

    def test_export_killed_again_and_again_exports_the_same_bytes(self):
        lines = self.ok("simulate", "--participants", 1000, "--seed", 12).raw
        whole = self.init("whole")
        self.ok("import", whole, "-", "--keep-recorded", stdin=lines)
        exported = self.ok("export", whole).raw
        self.init()
        heads = self.kill_again_and_again(exported, "--keep-recorded")
        self.assertTrue(0 < heads[-1] < exported.count(b"\n"), f"seed {SEED}")
        self.ok("import", self.ledger, "-", "--keep-recorded", stdin=exported)
        self.assertEqual(self.ok("export", self.ledger).raw, exported, f"seed {SEED}")

    def clear_facts(self, ledger):
        """(type, day, data in clear) of all events, in ledger order, persons told apart by the
        order in which they come: their ids are random."""
        persons, facts = {}, []
        for e in self.ok("export", ledger).objects:
            persons.setdefault(e["subject"], len(persons))
        owner = Appender(ledger)  # so that not each command opens the ledger
        owner.send(enrolled("participant/p-owned", "owned"))
        for subject, number in persons.items():
            for e in self.ok("timeline", ledger, subject, "--json").objects:
                facts.append((number, e["type"], e["time"], json.dumps(e["data"])))
        self.assertEqual(owner.close().code, 0)
        return facts

    def test_table_killed_again_and_again_gives_the_same_events(self):
        rows = [f"{n};19{50 + n % 40};2018-0{1 + n % 9}-01;not {n}" for n in range(300)]
        table = ("nr;born;start;note\n" + "\n".join(rows) + "\n").encode()
        mapping = self.path("people.toml", PEOPLE)
        whole = self.init("whole")
        self.ok("import", whole, "-", "--mapping", mapping, stdin=table)
        self.init()
        self.kill_again_and_again(table, "--mapping", mapping)
        done = self.ok("import", self.ledger, "-", "--mapping", mapping, "--json", stdin=table)
        self.assertEqual(done.objects[-1]["head"], 4 * len(rows), f"seed {SEED}")
        self.assertEqual(self.clear_facts(self.ledger), self.clear_facts(whole), f"seed {SEED}")


class MemoryTest(LedgerTest):
    """All files are larger than what the index keeps in memory (500,000 events)."""

    # The cache of keys (events/key_cache.hpp) is bounded, but not full with so few persons.
    KEYS_IN_MEMORY_KIB = 90 * 1024

    def peak_of_import(self, events, *options):
        """Peak resident size in KiB."""
        ledger = self.init(events.stem)
        command = [BIN, "import", str(ledger), str(events), "-q", *options]
        pid = os.posix_spawn(BIN, command, environment(), file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
        _, status, usage = os.wait4(pid, 0)
        self.assertEqual(status, 0)
        head = self.ok("info", ledger, "--json").objects[0]["head"]
        print(f"{head} events: {usage.ru_maxrss // 1024} MiB", flush=True)
        self.assertGreater(head, 600_000)
        events.unlink()
        return usage.ru_maxrss

    def programme(self, participants):
        events = self.folder / f"of-{participants}.ndjson"
        with events.open("wb") as out:
            subprocess.run([BIN, "simulate", "--participants", str(participants), "-q"],
                           stdout=out, check=True, env=environment())
        return events

    def facts(self, count):
        """About a thousand persons."""
        events = self.folder / f"{count}.ndjson"
        with events.open("w") as out:
            for n in range(count):
                out.write(event(f"f-{n}", "consent_given", f"participant/p-{n % 1000}",
                                "2018-03-01", {"purpose": f"purpose {n}"}))
        return events

    def test_twice_the_events_of_the_same_persons_take_no_more_memory(self):
        first = self.peak_of_import(self.facts(620_000))
        second = self.peak_of_import(self.facts(1_240_000))
        self.assertLessEqual(second, 1.3 * first)

    def test_twice_the_persons_take_no_more_than_their_keys(self):
        first = self.peak_of_import(self.programme(24_000), "--keep-recorded")
        second = self.peak_of_import(self.programme(48_000), "--keep-recorded")
        self.assertLessEqual(second, 1.3 * first + self.KEYS_IN_MEMORY_KIB)


if __name__ == "__main__":
    unittest.main()

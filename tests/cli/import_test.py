"""Goal: an import that is killed is run again and ends as if nothing had happened, and its memory
does not grow with the file. Method: imports killed with SIGKILL at seeded places, compared with one
that was left alone (STEGVIS_ROUNDS kills, default 15; STEGVIS_SEED repeats a run's choices); peak
resident size when half of an import was read, and in the end."""
import json
import os
import pathlib
import random
import re
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
    """Half of an import has more events than the index keeps in memory (500,000), and than are
    about to leave it."""

    FACTS = 800_000
    # The cache of keys (events/key_cache.hpp) is bounded, but not full with so few persons.
    KEYS_IN_MEMORY_KIB = 90 * 1024

    def peaks_of_import(self, *halves):
        """Peak resident size in KiB when the first half was read, and in the end."""
        ledger = self.init()
        process = subprocess.Popen([BIN, "import", str(ledger), "-", "-q"], stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, env=environment())
        self.addCleanup(process.kill)
        peaks, events = [], 0
        for half in halves:
            for lines in half:
                process.stdin.write(lines)
                events += lines.count(b"\n")
            peaks.append(self.peak_of(process.pid))
            self.assertGreater(events, 600_000 * len(peaks))
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.ok("info", ledger, "--json").objects[0]["head"], events)
        print(f"{events} events, MiB: {peaks[0] // 1024}, {usage.ru_maxrss // 1024}", flush=True)
        return peaks[0], usage.ru_maxrss

    def peak_of(self, pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.M)[1])

    def programme(self, seed):
        """A simulated programme as another sender would tell it."""
        with subprocess.Popen([BIN, "simulate", "--participants", "21000", "--seed", str(seed),
                               "-q"], stdout=subprocess.PIPE, env=environment()) as simulated:
            while lines := b"".join(simulated.stdout.readlines(1 << 20)):
                lines = re.sub(rb'"(recordedtime|sequence)":"[^"]*",', b"", lines)
                yield lines.replace(b'"source":"/', b'"source":"/%d/' % seed)
        self.assertEqual(simulated.returncode, 0)

    def facts(self, first):
        """About a thousand persons."""
        fact = event("f-%d", "consent_given", "participant/p-%d", "2018-03-01",
                     {"purpose": "purpose %d"}).encode()
        for n in range(first, first + self.FACTS):
            yield fact % (n, n % 1000, n)

    def test_twice_the_events_of_the_same_persons_take_no_more_memory(self):
        half, whole = self.peaks_of_import(self.facts(0), self.facts(self.FACTS))
        self.assertLessEqual(whole, 1.3 * half)

    def test_twice_the_persons_take_no_more_than_their_keys(self):
        half, whole = self.peaks_of_import(self.programme(1), self.programme(2))
        self.assertLessEqual(whole, 1.3 * half + self.KEYS_IN_MEMORY_KIB)


if __name__ == "__main__":
    unittest.main()

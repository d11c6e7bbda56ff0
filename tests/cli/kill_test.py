"""Goal: an acknowledged event is there, once, at its position, whenever the process is killed.
Method: an appender that prints each acknowledged position is killed with SIGKILL at seeded places
(STEGVIS_ROUNDS times, default 50): while it opens, between answers, while it closes. After each
kill an export shows every printed id at its position and no gap; in the end verify and replay
agree. STEGVIS_SEED repeats a run's choices."""
import json
import os
import random
import subprocess
import threading
import unittest

from stegvis_cli import BIN, LedgerTest, environment

ROUNDS = int(os.environ.get("STEGVIS_ROUNDS", "50"))
SEED = int(os.environ.get("STEGVIS_SEED", str(random.SystemRandom().randrange(10**6))))


def event(number):
    """Every third has a sealed field, so that keys are written too."""
    line = {
        "specversion": "1.0",
        "id": f"k-{number}",
        "source": "/test/kill",
        "subject": f"participant/p-{number % 7}",
        "time": "2018-03-01T00:00:00+01:00",
        "timeprecision": "day",
    }
    if number % 3 == 0:
        line |= {"type": "stegvis.note_recorded", "data": {"text": f"Testnote {number}"}}
    else:
        line |= {"type": "stegvis.consent_given", "data": {"purpose": f"purpose {number}"}}
    return json.dumps(line)


class Appender:
    """`append DIR - --json`, fed without end until it is killed or told to stop."""

    def __init__(self, folder, numbers):
        self.process = subprocess.Popen(
            [BIN, "append", str(folder), "-", "--json"], env=environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        self.answers = []
        self.sent = 0
        self.enough = threading.Event()
        self.feeder = threading.Thread(target=self.feed, args=(numbers,))
        self.feeder.start()

    def feed(self, numbers):
        try:
            for number in numbers:
                if self.enough.is_set():
                    break
                self.process.stdin.write(event(number).encode() + b"\n")
                self.process.stdin.flush()
                self.sent += 1
            self.process.stdin.close()
        except (BrokenPipeError, ValueError):
            pass

    def read(self, count):
        """Waits for so many more answers."""
        for _ in range(count):
            self.take(self.process.stdout.readline())

    def take(self, line):
        if line.endswith(b"\n"):  # a last line may be cut short by the kill
            self.answers.append(json.loads(line))

    def close(self):
        """Its input ends; the kill then comes while it closes the ledger."""
        self.enough.set()
        while self.feeder.is_alive() or len(self.answers) < self.sent:
            line = self.process.stdout.readline()
            if not line:
                break
            self.take(line)

    def kill(self):
        """SIGKILL; then whatever it had printed before."""
        self.process.kill()
        self.enough.set()
        for line in self.process.stdout:
            self.take(line)
        self.end()

    def end(self):
        self.feeder.join()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


class KillTest(LedgerTest):
    def setUp(self):
        super().setUp()
        self.acknowledged = {}
        self.init()

    def take_answers(self, answers):
        for answer in answers:
            self.assertIn(answer["result"], ("appended", "exists"), f"seed {SEED}: {answer}")
            known = self.acknowledged.setdefault(answer["id"], answer["position"])
            self.assertEqual(known, answer["position"], f"seed {SEED}: {answer['id']} moved")

    def check_export(self):
        """No gap, each id once, each acknowledged one at its position. Gives the last number."""
        places, last = {}, 0
        for n, line in enumerate(self.ok("export", self.ledger).out.splitlines(), 1):
            exported = json.loads(line)
            self.assertEqual(f"{n:019}", exported["sequence"], f"seed {SEED}: a gap")
            self.assertNotIn(exported["id"], places, f"seed {SEED}: recorded twice")
            places[exported["id"]] = n
            last = max(last, int(exported["id"][2:]))
        for name, position in self.acknowledged.items():
            self.assertEqual(position, places.get(name), f"seed {SEED}: {name}")
        return last

    def round(self, chance, first):
        """One appender's life. It begins with names that may be there already."""
        appender = Appender(self.ledger, range(first, first + 100_000))
        try:
            for _ in range(chance.choice((0, 1, chance.randrange(60), chance.randrange(200)))):
                appender.read(1)
            if chance.randrange(4) == 0:
                appender.close()
        finally:
            appender.kill()
        self.take_answers(appender.answers)

    def test_every_acknowledged_event_survives(self):
        print(f"seed {SEED}, {ROUNDS} kills", flush=True)
        chance = random.Random(SEED)
        last = 0
        for _ in range(ROUNDS):
            self.round(chance, max(1, last - chance.randrange(5)))
            last = self.check_export()
        self.assertGreater(len(self.acknowledged), ROUNDS)
        self.assertTrue(self.ok("verify", self.ledger).out.splitlines()[-1].startswith("OK"))
        self.ok("replay", self.ledger)


if __name__ == "__main__":
    unittest.main()

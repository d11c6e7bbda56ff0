"""Goal: the consumer that the guide shows applies each event once, finds a loss, and folds
corrections and voids. Method: records as the relay writes them, with duplicates, aborted
transactions and gaps; the consumer and what writes them use the official client."""
import json
import re
import subprocess
import unittest

from broker import ROOT, broker, compiled, java
from records import Records, checkpoint, event

CONSUMER = ROOT / "ingest" / "consumer" / "LedgerConsumer.java"
GUIDE = CONSUMER.with_name("README.md")
PARTITIONS = ROOT / "tests" / "kafka" / "Partitions.java"
TIMEOUT_S = 60
PERSON, OTHER = "participant/p-1", "participant/p-2"


class Read:
    """What the consumer printed."""

    def __init__(self, *arguments):
        done = subprocess.run(java("LedgerConsumer", *arguments,
                                   classes=compiled(CONSUMER)), capture_output=True, text=True,
                              timeout=TIMEOUT_S)
        self.code, self.err = done.returncode, done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.applied = [line for line in lines if "offset" in line]
        self.standing = [line for line in lines if "data" in line]

    @property
    def sequences(self):
        return [line["sequence"] for line in self.applied]


class ConsumerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kafka = broker()
        cls.addClassCleanup(cls.kafka.stop)
        cls.kafka.start()

    def ledger(self, name, partitions=1):
        records = Records(self.kafka.bootstrap, f"{name}.relay")
        self.addCleanup(records.close)
        records.create(f"{name}.events", partitions)
        records.create(f"{name}.reference")
        return records

    def read(self, name, *options):
        return Read("--kafka", self.kafka.bootstrap, "--ledger", name, "--idle", 10, *options)

    def test_each_event_once(self):
        to = self.ledger("once")
        to.send("once.events", event(1, 0, PERSON), event(2, 1, PERSON))
        to.commit()
        to.send("once.events", event(2, 1, PERSON), event(3, 2, PERSON))  # the relay doubted
        to.abort()
        to.send("once.events", event(1, 0, PERSON), event(2, 1, PERSON), event(3, 2, PERSON))
        to.commit()
        to.send("once.reference", event(4, 0, "unit/a", type="unit_opened"), checkpoint(5))
        to.send("once.events", event(5, 3, OTHER, complete=5))
        to.commit()
        done = self.read("once", "--until", 5)
        self.assertEqual(0, done.code, done.err)
        self.assertEqual([1, 2, 3, 4, 5], sorted(done.sequences))
        self.assertIn("2 duplicates ignored, complete to 5", done.err)
        self.assertEqual([1, 2, 3], sorted(self.read("once", "--until", 3).sequences))

    def test_a_gap_is_proof_of_a_loss(self):
        to = self.ledger("gap")
        to.send("gap.events", event(1, 0, PERSON), event(4, 3, PERSON, complete=4))
        to.commit()
        done = self.read("gap", "--until", 4)
        self.assertEqual(4, done.code, done.err)
        self.assertEqual([1], done.sequences)
        self.assertIn("gap.events-0, offset 1: event 4 follows 3, but the last one here was 1",
                      done.err)

    def test_a_lost_end_shows_in_complete(self):
        to = self.ledger("tail")
        to.send("tail.events", event(1, 0, PERSON))
        to.send("tail.reference", checkpoint(2))
        to.commit()
        done = self.read("tail", "--until", 2)
        self.assertEqual(4, done.code, done.err)
        self.assertIn("only 1 of the events up to 2", done.err)

    def test_corrections_and_voids_are_folded(self):
        to = self.ledger("fold")
        changes = [
            event(1, 0, PERSON, id="a", data={"n": 1}, timeprecision="month"),
            event(2, 1, PERSON, id="b", data={"n": 2}),
            event(3, 2, PERSON, id="c", data={"n": 3}),
            correction(4, PERSON, "x4", target="a", data={"n": 10}),
            correction(5, PERSON, "x5", target="/test a", data={"n": 11},
                       time="2018-04-01T00:00:00+02:00"),
            correction(6, PERSON, "x6", target="b", data={"n": 20}),
            void(7, PERSON, "v7", target="x6"),
            void(8, PERSON, "v8", target="/test c", source="/another"),
            correction(9, PERSON, "x9", target="c", data={"n": 30}),  # void for good
        ]
        to.send("fold.events", *changes)
        to.commit()
        done = self.read("fold", "--until", 9, "--standing")
        self.assertEqual(0, done.code, done.err)
        self.assertEqual(
            [(1, "a", 11, "2018-04-01T00:00:00+02:00", "day"),
             (2, "b", 2, "2018-03-01T09:00:00+01:00", None)],
            [(f["sequence"], f["id"], f["data"]["n"], f["time"], f.get("timeprecision"))
             for f in done.standing])

    def test_partitions_are_those_of_the_java_client(self):
        keys = [f"participant/p-{n}" for n in range(40)]
        keys += ["unit/Ängelholm", "x", "12345", "1234567"]
        to = self.ledger("spread", partitions=7)
        last = {}
        told = subprocess.run(java(PARTITIONS, 7), input="".join(k + "\n" for k in keys),
                              capture_output=True, text=True, timeout=TIMEOUT_S).stdout.split()
        for n, (key, partition) in enumerate(zip(keys, told), 1):
            to.send("spread.events", event(n, last.get(partition, 0), key, complete=len(keys)))
            last[partition] = n
        to.commit()
        done = self.read("spread", "--until", len(keys))
        self.assertEqual(0, done.code, done.err)
        self.assertEqual(dict(zip(keys, map(int, told))),
                         {line["subject"]: line["partition"] for line in done.applied})
        self.assertGreater(len(set(told)), 1)

    def test_the_example_of_the_guide_runs_and_prints_what_it_shows(self):
        to = self.ledger("landskrona")
        to.send("landskrona.events", event(
            1, 0, "participant/p-000017", id="a-1", source="/landskrona/ame",
            type="participant_enrolled", data={"enrolment": "e-1"}, timeprecision="day",
            time="2018-02-01T00:00:00+01:00"))
        to.commit()
        shell, shown = re.findall(r"^```(?:sh|json)\n(.*?)^```", GUIDE.read_text(), re.M | re.S)[:2]
        example = shell[shell.index("java "):].replace("127.0.0.1:9092", self.kafka.bootstrap)
        done = subprocess.run(["bash", "-c", example], cwd=ROOT, capture_output=True, text=True,
                              timeout=TIMEOUT_S)
        self.assertEqual(shown, done.stdout, done.stderr)

    def test_what_cannot_be_is_told(self):
        self.assertEqual(2, Read("--kafka", self.kafka.bootstrap).code)
        self.assertEqual(2, self.read("nowhere", "--until", "soon").code)
        done = self.read("nowhere")
        self.assertEqual(1, done.code)
        self.assertIn("nowhere.events", done.err)


def correction(position, subject, id, target, data, **more):
    changed = {"target": target, "data": data, "reason": "", **more}
    return event(position, position - 1, subject, id=id, type="event_corrected", data=changed)


def void(position, subject, id, target, source="/test"):
    return event(position, position - 1, subject, id=id, type="event_voided", source=source,
                 data={"target": target, "reason": ""}, complete=9)


if __name__ == "__main__":
    unittest.main()

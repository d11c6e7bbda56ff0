"""Ledgers on a real broker, in few words: what the tests of relay, intake, follow and reconcile
share."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from broker import ROOT, broker, compiled, java, until  # noqa: F401

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / room) for room in ("cli", "http")]
from stegvis_cli import BIN, environment, event, stegvis  # noqa: E402
from stegvis_http import Server  # noqa: E402, F401

CONSUMER = ROOT / "ingest" / "consumer" / "LedgerConsumer.java"
TIMEOUT_S = 120
CATCH_UP_S = 90


class Running:
    """A command that goes on until it is ended, by its own process id."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([BIN, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment())
        self.out = self.err = None

    def line_with(self, text):
        """The first line of its errors that has it; the process is ended if none comes."""
        timer = threading.Timer(TIMEOUT_S, self.process.kill)
        timer.start()
        try:
            for line in self.process.stderr:
                if text in line.decode():
                    return line.decode()
        finally:
            timer.cancel()
        raise AssertionError(f"never said: {text}")

    def kill9(self):
        self.process.kill()
        self.ended()

    def stop(self):
        """As a service manager does; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self):
        if self.err is None:
            self.out, err = self.process.communicate(timeout=TIMEOUT_S)
            self.err = err.decode()
        return self.process.returncode


def enrolments(first, count, source="/test"):
    """As NDJSON: persons of 97, so that journeys lie on all partitions."""
    return "".join(
        event(f"e-{n}", "participant_enrolled", f"participant/p-{n % 97}", "2018-02-01",
              {"enrolment": f"e-{n}", "unit": "unit/a"}, source=source)
        for n in range(first, first + count))


class StreamTest(unittest.TestCase):
    brokers = 1

    @classmethod
    def setUpClass(cls):
        """The classes of a module that want the same brokers share them: each test has topics of
        its own. They stand at the class that says what they are like."""
        home = next(c for c in cls.__mro__ if {"brokers", "start_brokers"} & vars(c).keys())
        if "kafka" not in vars(home):
            home.kafka = broker()
            unittest.addModuleCleanup(home.kafka.stop)
            home.start_brokers()

    @classmethod
    def start_brokers(cls):
        cls.kafka.start(brokers=cls.brokers)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stegvis-stream-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        # Topics outlive a test, so each has its own.
        self.name = self.id().rsplit(".", 1)[1].replace("_", "-")[:80]
        self.book = self.folder / "book"

    @property
    def address(self):
        return self.kafka.bootstrap

    def must(self, *arguments, stdin=b"", code=0):
        done = stegvis(*arguments, stdin=stdin)
        self.assertEqual(code, done.code, f"{arguments[0]}: {done.out}{done.err}")
        return done

    def init(self, book=None, *options):
        self.must("init", book or self.book, "--name", self.name, *options)

    def simulate(self, participants, book=None):
        lines = self.must("simulate", "--participants", participants).raw
        self.must("import", book or self.book, "-", "--keep-recorded", stdin=lines)

    def on_kafka(self, *options, address=None):
        return ("--kafka", address or self.address, "--name", self.name, *options)

    def relay(self, book=None, code=0, address=None):
        return self.must("relay", book or self.book,
                         *self.on_kafka("--until-caught-up", address=address), code=code)

    def running(self, command, book=None, *options, address=None):
        run = Running(command, book or self.book, *self.on_kafka(*options, address=address))
        self.addCleanup(lambda: run.process.poll() is None and run.kill9())
        return run

    def follow(self, copy="copy", code=0, *options):
        return self.must("follow", self.folder / copy, *self.on_kafka("--until-caught-up"),
                         *options, code=code)

    def reconcile(self, book=None, code=0):
        done = self.must("reconcile", book or self.book, *self.on_kafka("--json"), code=code)
        return done.objects[0]

    def expect_caught_up(self, what, run):
        """The relay `run` has sent everything; if not, the test fails with what it said."""
        try:
            until(lambda: stegvis("reconcile", self.book, *self.on_kafka("--json"))
                  .objects[0].get("waiting") == 0, f"{what}: all is relayed", CATCH_UP_S)
        except AssertionError as e:
            run.kill9()
            raise AssertionError(f"{e}\n{run.err}") from None

    def head(self, book=None):
        return self.must("info", book or self.book, "--json").objects[0]["head"]

    def canonical(self, book=None):
        return self.must("export", book or self.book).raw

    def consume(self, until=None):
        """What the Java consumer applied; its exit code 4 would be a loss."""
        done = subprocess.run(
            java("LedgerConsumer", "--kafka", self.kafka.bootstrap, "--ledger", self.name,
                 "--until", until or self.head(), "--idle", 20, classes=compiled(CONSUMER)),
            capture_output=True, text=True, timeout=TIMEOUT_S)
        self.assertEqual(0, done.returncode, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def expect_all_there(self, what=""):
        """Kafka proves the ledger; a consumer by the rule has each event once; a follower is the
        same ledger."""
        found = self.reconcile()
        self.assertEqual("ok", found["result"], f"{what}: {found}")
        self.assertEqual(self.head(), found["events"], what)
        self.assertEqual(list(range(1, self.head() + 1)),
                         sorted(line["sequence"] for line in self.consume()), what)
        self.follow()
        self.assertEqual(self.canonical(), self.canonical(self.folder / "copy"), what)


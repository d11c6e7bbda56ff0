"""What the tests of the command line share: the binary named by STEGVIS_BIN, ledgers in temporary
folders, and events in few words."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

BIN = os.environ.get("STEGVIS_BIN", "build/release/stegvis")
TIMEOUT_S = 120


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if k not in ("STEGVIS_KEK_FILE", "LC_ALL", "LANG")}
    return {**kept, "LANG": "en_GB.UTF-8", **more}


class Done:
    """A command that has ended."""

    def __init__(self, code, out, err):
        self.code, self.raw, self.err = code, out, err.decode()

    @property
    def out(self):
        return self.raw.decode()

    @property
    def objects(self):
        return [json.loads(line) for line in self.out.splitlines()]


def stegvis(*arguments, stdin=b"", cwd=None, env=None):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    p = subprocess.run([BIN, *map(str, arguments)], input=stdin, capture_output=True, cwd=cwd,
                       env=env or environment(), timeout=TIMEOUT_S)
    return Done(p.returncode, p.stdout, p.stderr)


def event(id, type, subject, day, data=None, **more):
    return json.dumps({"specversion": "1.0", "source": "/test", "id": id, "type": "stegvis." + type,
                       "subject": subject, "time": day + "T00:00:00+01:00", "timeprecision": "day",
                       "data": data or {}, **more}) + "\n"


def enrolled(person, id, day="2018-02-01", enrolment="e-1"):
    return event(id, "participant_enrolled", person, day,
                 {"enrolment": enrolment, "unit": "unit/a"})


class Appender:
    """`append DIR - --json`, fed a line at a time."""

    def __init__(self, ledger, *options):
        self.process = subprocess.Popen([BIN, "append", str(ledger), "-", "--json", *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment())

    def send(self, line):
        """Sends one event and waits for its answer."""
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def close(self):
        out, err = self.process.communicate(timeout=TIMEOUT_S)
        return Done(self.process.returncode, out, err)


class LedgerTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stegvis-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.ledger = self.folder / "ledger"

    def path(self, name, text=None):
        path = self.folder / name
        if text is not None:
            path.write_text(text)
        return path

    def ok(self, *arguments, **options):
        done = stegvis(*arguments, **options)
        self.assertEqual(done.code, 0, f"{arguments}: {done.err}{done.out[-2000:]}")
        return done

    def fails(self, code, error, *arguments, **options):
        """The command ends with that exit code and names that error."""
        done = stegvis(*arguments, **options)
        self.assertEqual(done.code, code, f"{arguments}: {done.err}{done.out[-2000:]}")
        self.assertIn(error, done.err)
        return done

    def init(self, name="ledger"):
        self.ok("init", self.folder / name)
        return self.folder / name

    def append(self, *lines, ledger=None):
        return self.ok("append", ledger or self.ledger, "-", "--json", stdin="".join(lines)).objects

    def sample(self, participants=20, seed=3):
        """A ledger with a simulated programme, and the programme's lines."""
        lines = self.ok("simulate", "--participants", participants, "--seed", seed).raw
        self.init()
        self.ok("import", self.ledger, "-", "--keep-recorded", stdin=lines)
        return lines

    def files_of(self, folder):
        return [p for p in pathlib.Path(folder).rglob("*") if p.is_file()]

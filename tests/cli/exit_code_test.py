"""Goal: every way to end has its exit code, tells people on stderr and programs on stdout. Method:
one case for each, and a loop over all commands for what they share."""
import os
import re
import signal
import subprocess
import unittest

from stegvis_cli import BIN, TIMEOUT_S, LedgerTest, enrolled, environment, event, stegvis


def command_names():
    page = stegvis("help").out
    table = page[page.index("Commands"):page.index("Exit codes")]
    return [m.strip() for m in re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", table, re.M)]


class ExitCodeTest(LedgerTest):
    def test_usage_is_2(self):
        self.fails(2, "did you mean status", "stauts", "x")
        self.fails(2, "DIR is required", "status")
        self.fails(2, "--nonsense", "status", "x", "--nonsense")
        self.fails(2, "expected-version", "append", "x", "-", "--expected-version", "-1")
        self.init()
        self.fails(2, "bad_date", "status", self.ledger, "--as-of", "2018-02-30")
        self.fails(2, "bad_cut", "status", self.ledger, "--as-recorded", "7")
        self.fails(2, "not_confirmed", "forget", self.ledger, "participant/p-1")

    def test_no_ledger_is_10_and_init_never_overwrites(self):
        self.fails(10, "no_ledger", "status", self.ledger)
        self.init()
        self.fails(1, "already_exists", "init", self.ledger)

    def test_unknown_subject_is_1_and_the_one_meant_is_named(self):
        self.init()
        self.append(enrolled("participant/p-1", "a"))
        for command in ("status", "timeline", "episodes", "quality"):
            self.fails(1, "did you mean participant/p-1?", command, self.ledger, "p-1")
        self.fails(1, "unknown_subject", "status", self.ledger, "participant/p-1",
                   "--as-recorded", "0")

    def test_a_personal_number_is_never_repeated(self):
        self.init()
        done = self.fails(1, "personal_number", "status", self.ledger, "participant/191212121212")
        self.assertNotIn("1212121212", done.err)

    def test_rejected_is_3_and_conflict_5(self):
        self.init()
        self.append(enrolled("participant/p-1", "a"))
        bad = stegvis("append", self.ledger, "-", "--json", stdin="{}\n")
        self.assertEqual((bad.code, bad.objects[0]["code"]), (3, "missing_attribute"))
        other = enrolled("participant/p-1", "a", day="2018-02-02")
        conflict = stegvis("append", self.ledger, "-", "--json", stdin=other)
        self.assertEqual((conflict.code, conflict.objects[0]["code"]), (5, "id_conflict"))
        stale = stegvis("append", self.ledger, "-", "--json", "--expected-version", "7",
                        stdin=enrolled("participant/p-1", "b"))
        self.assertEqual((stale.code, stale.objects[0]["code"]), (5, "version_conflict"))

    def test_a_missing_key_is_12(self):
        self.init()
        (self.folder / "ledger.kek").unlink()
        self.fails(12, "bad_key", "keys", "public", self.ledger)
        sealed = event("n", "note_recorded", "participant/p-1", "2018-01-01", {"text": "x"})
        done = stegvis("append", self.ledger, "-", "--json", stdin=sealed)
        self.assertEqual((done.code, done.objects[0]["code"]), (12, "bad_key"))
        # What needs no key goes on.
        self.append(enrolled("participant/p-1", "a"))

    def test_an_owner_that_hangs_is_11(self):
        self.init()
        self.append(enrolled("participant/p-1", "a"))
        owner = subprocess.Popen([BIN, "append", str(self.ledger), "-", "--json"],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment())
        try:
            owner.stdin.write(enrolled("participant/p-2", "b").encode())
            owner.stdin.flush()
            self.assertIn(b"appended", owner.stdout.readline())
            os.kill(owner.pid, signal.SIGSTOP)
            # To a file: what was sent to a hanging owner keeps a pipe open until it ends.
            with open(self.path("err"), "w+") as err:
                done = subprocess.run([BIN, "status", str(self.ledger)], stdout=err, stderr=err,
                                      env=environment(), timeout=TIMEOUT_S)
            self.assertEqual(done.returncode, 11)
            self.assertIn("locked", self.path("err").read_text())
            os.kill(owner.pid, signal.SIGCONT)
            self.ok("status", self.ledger)
        finally:
            owner.kill()
            owner.communicate()

    def test_every_failure_ends_in_one_object_with_json(self):
        for arguments in (["stauts", "--json"], ["status", "--json"],
                          ["status", str(self.ledger), "--json"]):
            done = stegvis(*arguments)
            last = done.objects[-1]
            self.assertEqual(last["message_type"], "exit_error", arguments)
            self.assertEqual(last["code"], done.code)
            self.assertTrue(last["error"] and last["message"])

    def test_help_of_every_command_starts_with_examples_and_lists_json(self):
        names = command_names()
        self.assertEqual(len(names), 35)
        for name in names:
            page = self.ok("help", *name.split()).out
            self.assertEqual(self.ok(*name.split(), "--help").out, page)
            self.assertLess(page.index("Examples:"), page.index("Usage:"))
            self.assertIn("--json", page)
            pattern = r"stegvis ((?:keys |work )?[a-z]+(?: (?:merge|diff|topics)\b)?)"
            for example in re.findall(pattern, page.split("Usage:")[0]):
                self.assertIn(example, names, name)
        self.assertIn("130  interrupted", self.ok("help").out)

    def partials(self):
        """Masked partials of two ledgers."""
        other = self.init("second")
        self.ok("import", other, "-", "--keep-recorded",
                stdin=self.ok("simulate", "--participants", 5, "--seed", 4).raw)
        text = 'run = "r"\n'
        for book in (self.ledger, other):
            key = self.ok("keys", "public", book, "--json").objects[0]["public_key"]
            text += f'[[ledger]]\nname = "{book.name}"\npublic_key = "{key}"\n'
        keys, files = self.path("participants.toml", text), []
        for book in (self.ledger, other):
            files.append(self.path(book.name + ".partial"))
            self.ok("evaluate", book, "ladder_funnel", "--as-of", "2020-06-30", "--partial",
                    files[-1], "--with", keys)
        return files

    def test_every_command_speaks_json(self):
        self.sample(5)
        person = self.ok("status", self.ledger, "--json").objects[0]["subject"]
        other = self.ok("status", self.ledger, "--json").objects[1]["subject"]
        keys = ["--transfer-key", str(self.path("transfer.key"))]
        result = self.path("result.json", self.ok("evaluate", self.ledger, "ladder_funnel",
                                                  "--json").out)
        lines = {
            "init": ["init", self.path("fresh")],
            "import": ["import", self.ledger, "-"],
            "append": ["append", self.ledger, self.path("a", enrolled("participant/x", "a"))],
            "status": ["status", self.ledger], "timeline": ["timeline", self.ledger, person],
            "episodes": ["episodes", self.ledger, person], "quality": ["quality", self.ledger],
            "export": ["export", self.ledger, "-o", self.path("e")],
            "replay": ["replay", self.ledger], "verify": ["verify", self.ledger],
            "simulate": ["simulate", "--participants", "2"], "schema": ["schema"],
            "schema topics": ["schema", "topics"],
            "work question": ["work", "question", self.ledger, "data_latency", "--out",
                              self.path("question.json")],
            "keys export": ["keys", "export", self.ledger, self.path("k"), *keys],
            "keys import": ["keys", "import", self.ledger, self.path("k"), *keys],
            "keys public": ["keys", "public", self.ledger],
            "keys rotate": ["keys", "rotate", self.ledger, self.path("new.kek")],
            "info": ["info", self.ledger], "access": ["access", self.ledger],
            "backup": ["backup", self.ledger, self.path("backup")],
            "restore": ["restore", self.path("again"), "--from", self.path("backup"), "--verify"],
            "evaluate": ["evaluate", self.ledger, "data_latency"],
            "evaluate diff": ["evaluate", "diff", self.ledger, result, result],
            "evaluate merge": ["evaluate", "merge", *self.partials()],
            "extract": ["extract", self.ledger, person, "-o", self.path("x.zip")],
            "merge": ["merge", self.ledger, person, other],
            "forget": ["forget", self.ledger, other, "--confirm", other],
        }
        # `serve` runs until it is stopped, the others want a broker: tests/http and tests/kafka.
        elsewhere = ["serve", "relay", "intake", "follow", "reconcile", "work count", "work finish"]
        self.assertEqual(sorted([*lines, *elsewhere]), sorted(command_names()))
        kek = environment()
        for name, arguments in lines.items():
            done = self.ok(*arguments, "--json", env=kek)
            self.assertTrue(done.objects, name)
            if name == "keys rotate":
                kek = environment(STEGVIS_KEK_FILE=str(self.path("new.kek")))

    def test_json_shapes_are_the_documented_ones(self):
        self.sample(10)
        status = self.ok("status", self.ledger, "--json").objects[0]
        for name in ("subject", "state", "situation", "phase", "since", "unit", "enrolments",
                     "next", "position", "as_of"):
            self.assertIn(name, status)
        self.assertIsInstance(status["state"], str)
        for entry in self.ok("timeline", self.ledger, status["subject"], "--json").objects:
            for name in ("type", "time", "recordedtime", "sequence", "data"):
                self.assertIn(name, entry)
            self.assertRegex(entry["recordedtime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
            self.assertRegex(entry["sequence"], r"^\d{19}$")

    def test_no_colour_and_no_progress_in_pipes(self):
        self.sample(5)
        for command in ("status", "quality", "info", "verify"):
            done = self.ok(command, self.ledger)
            self.assertNotIn("\x1b", done.out + done.err)


if __name__ == "__main__":
    unittest.main()

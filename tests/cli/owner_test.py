"""Goal: one process owns a ledger and runs the commands of all others; appending is answered line
by line. Method: an appender whose input stays open while other commands run beside it."""
import pathlib
import signal
import unittest

from stegvis_cli import Appender, LedgerTest, enrolled, event, stegvis


class OwnerTest(LedgerTest):
    def setUp(self):
        super().setUp()
        self.init()

    def test_each_line_is_answered_before_the_next_is_sent(self):
        appender = Appender(self.ledger)
        for n in range(1, 6):
            answer = appender.send(enrolled(f"participant/p-{n}", f"a-{n}"))
            self.assertEqual(answer, {"id": f"a-{n}", "position": n, "result": "appended"})
        again = appender.send(enrolled("participant/p-1", "a-1"))
        self.assertEqual(again, {"id": "a-1", "position": 1, "result": "exists"})
        refused = appender.send(event("x", "no_such_type", "participant/p-1", "2018-01-01"))
        self.assertEqual((refused["id"], refused["result"], refused["code"], refused["line"]),
                         ("x", "rejected", "unknown_type", 7))
        self.assertEqual(appender.send(enrolled("participant/p-9", "a-9"))["position"], 6)
        self.assertEqual(appender.close().code, 3)

    def test_other_commands_run_at_the_owner_and_see_the_true_head(self):
        owner = Appender(self.ledger)
        owner.send(enrolled("participant/p-1", "a-1"))
        self.assertEqual(self.append(enrolled("participant/p-2", "a-2"))[0]["position"], 2)
        self.assertEqual(owner.send(enrolled("participant/p-3", "a-3"))["position"], 3)
        self.assertEqual(len(self.ok("status", self.ledger, "--json").objects), 3)
        self.assertIn("participant/p-2", self.ok("status", self.ledger, "participant/p-2").out)
        self.assertTrue(self.ok("verify", self.ledger).out.endswith("OK\n"))
        self.fails(1, "unknown_subject", "status", self.ledger, "participant/p-4")
        self.assertEqual(owner.close().code, 0)
        self.assertEqual(len(self.ok("export", self.ledger).out.splitlines()), 3)

    def test_two_appenders_take_turns_in_one_ledger(self):
        first, second = Appender(self.ledger), None
        first.send(enrolled("participant/p-1", "a-1"))
        second = Appender(self.ledger)
        positions = []
        for n in range(2, 8):
            one = first if n % 2 else second
            positions.append(one.send(enrolled("participant/p-1", f"a-{n}", enrolment=f"e-{n}")))
        self.assertEqual([p["position"] for p in positions], list(range(2, 8)))
        # The owner's own command ends first; what it runs for the other goes on to its end.
        first.process.stdin.close()
        self.assertEqual(second.send(enrolled("participant/p-2", "b"))["position"], 8)
        self.assertEqual(second.close().code, 0)
        first.process.stdin = None
        self.assertEqual(first.close().code, 0)

    def test_a_handed_command_speaks_its_senders_language_and_reads_its_folder(self):
        owner = Appender(self.ledger)
        owner.send(enrolled("participant/p-1", "a-1"))
        self.assertIn("Assessment", self.ok("status", self.ledger).out)
        swedish = self.ok("status", self.ledger, "--lang", "sv").out
        self.assertIn("Kartläggning", swedish)
        self.path("here.ndjson", enrolled("participant/p-2", "a-2"))
        done = self.ok("append", "ledger", "here.ndjson", "--json", cwd=self.folder)
        self.assertEqual(done.objects[0]["position"], 2)
        owner.close()

    def test_an_interrupted_appender_says_what_it_kept(self):
        owner = Appender(self.ledger)
        handed = None
        owner.send(enrolled("participant/p-1", "a-1"))
        handed = Appender(self.ledger)
        handed.send(enrolled("participant/p-2", "a-2"))
        handed.interrupt()
        self.assertEqual(handed.process.wait(60), 130)
        self.assertEqual(owner.send(enrolled("participant/p-3", "a-3"))["position"], 3)
        owner.interrupt()
        self.assertEqual(owner.process.wait(60), 130)
        self.assertIn("2 events are in the ledger", owner.close().err)
        handed.close()
        self.assertTrue(self.ok("verify", self.ledger).out.endswith("OK\n"))

    def test_expected_version_counts_the_lines_of_one_sender(self):
        lines = [enrolled("participant/p-1", f"a-{n}", enrolment=f"e-{n}") for n in range(3)]
        done = self.ok("append", self.ledger, "-", "--json", "--expected-version", 0,
                       stdin="".join(lines))
        self.assertEqual([o["result"] for o in done.objects], ["appended"] * 3)
        again = self.ok("append", self.ledger, "-", "--json", "--expected-version", 0,
                        stdin="".join(lines))
        self.assertEqual([o["result"] for o in again.objects], ["exists"] * 3)

    def test_an_atomic_batch_is_all_or_nothing(self):
        good = enrolled("participant/p-1", "a-1")
        bad = stegvis("append", self.ledger, "-", "--atomic", "--json",
                      stdin=good + event("x", "no_such_type", "participant/p-1", "2018-01-01"))
        self.assertEqual(bad.code, 3)
        self.assertEqual(self.ok("export", self.ledger).raw, b"")
        both = good + enrolled("participant/p-2", "a-2")
        done = self.ok("append", self.ledger, "-", "--atomic", "--json", stdin=both)
        self.assertEqual([o["position"] for o in done.objects], [1, 2])
        partly = stegvis("append", self.ledger, "-", "--atomic", "--json",
                         stdin=both + enrolled("participant/p-3", "a-3"))
        self.assertEqual(partly.code, 5)
        self.assertEqual(partly.objects[-1]["code"], "batch_partly_exists")
        stamps = {line.split('"recordedtime":"')[1][:27]
                  for line in self.ok("export", self.ledger).out.splitlines()}
        self.assertEqual(len(stamps), 1)

    def test_a_stopped_owner_is_told_apart_and_holds_nothing_of_the_client(self):
        owner = Appender(self.ledger)
        owner.send(enrolled("participant/p-1", "a-1"))
        owner.process.send_signal(signal.SIGSTOP)
        try:
            # Returns only when standard output is closed by everybody who had it.
            done = stegvis("append", self.ledger, "-", "--json",
                           stdin=enrolled("participant/p-2", "a-2"))
        finally:
            owner.process.send_signal(signal.SIGCONT)
        self.assertEqual(done.code, 11, done.err)
        self.assertEqual(done.objects[-1]["error"], "locked")
        self.assertEqual(owner.send(enrolled("participant/p-3", "a-3"))["position"], 2)
        self.assertEqual(owner.close().code, 0)

    def test_nobody_listens_when_all_commands_have_ended(self):
        self.append(enrolled("participant/p-1", "a-1"))
        self.assertFalse(pathlib.Path(self.ledger, "socket").exists())


if __name__ == "__main__":
    unittest.main()

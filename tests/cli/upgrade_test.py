"""Goal: a ledger of an earlier build is a ledger of this one, and the drill between two builds
finds what differs. Method: a ledger whose files were written by 0.1.0, with what that said of it;
the drill from this build to itself, and to builds that answer wrongly."""
import hashlib
import pathlib
import subprocess
import tarfile
import unittest

from stegvis_cli import BIN, LedgerTest, enrolled, environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "ledger-0.1.0.tar.xz"
HEAD_HASH = "1f5573618b008f70bda9b855d87b26b2694fd87d818c9eeaaaae7e115a61ded9"
STATUS_SHA256 = "3716b3e6e160a8777d289fdec42a729fdf645d9ad271acdad7908a2f19ce1f5c"
NOTED = "participant/p-f2gttqi6djba"


class UpgradeTest(LedgerTest):
    def setUp(self):
        super().setUp()
        with tarfile.open(GOLDEN) as files:
            files.extractall(self.folder)

    def test_a_ledger_of_an_earlier_build_is_whole(self):
        verified = self.ok("verify", self.ledger, "--json").objects[0]
        self.assertEqual((verified["head"], verified["head_hash"]), (421, HEAD_HASH))
        status = self.ok("status", self.ledger, "--json", "--as-of", "2018-06-30").raw
        self.assertEqual(hashlib.sha256(status).hexdigest(), STATUS_SHA256)
        self.assertEqual(self.ok("replay", self.ledger, "--json").objects[-1]["result"], "ok")
        notes = [e["data"] for e in self.ok("timeline", self.ledger, NOTED, "--json").objects
                 if e["type"] == "stegvis.note_recorded"]
        self.assertIn({"text": "Anteckning"}, notes)  # a sealed field, opened with its key

    def test_it_goes_on(self):
        told = self.append(enrolled("participant/p-new", "new-1"))
        self.assertEqual(told[0]["position"], 422)
        again = self.append(enrolled("participant/p-new", "new-1"))
        self.assertEqual(again[0]["result"], "exists")
        self.ok("verify", self.ledger)


class DrillTest(LedgerTest):
    def drill(self, new):
        return subprocess.run([ROOT / "ops" / "upgrade-drill", BIN, new], capture_output=True,
                              text=True, env=environment(), stdin=subprocess.DEVNULL)

    def other_build(self, on, then):
        """This build but for one command."""
        path = self.path("other", f'#!/bin/sh\n[ "$1" != {on} ] || {{ {then}; }}\n'
                         f'exec {BIN} "$@"\n')
        path.chmod(0o755)
        return path

    def test_a_build_follows_itself(self):
        done = self.drill(BIN)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("same  "), 7)

    def test_what_differs_is_found(self):
        for command, what in (("export", "events"), ("status", "status"), ("verify", "code 4")):
            then = "exit 4" if command == "verify" else "echo {}; exit 0"
            done = self.drill(self.other_build(command, then))
            self.assertEqual(done.returncode, 1)
            self.assertIn(what, done.stderr)


if __name__ == "__main__":
    unittest.main()

"""Goal: a backup taken while others append restores to the same ledger, and what is not the same is
found. Method: samples backed up, restored and compared by export and hash; a backup whose log lost
or changed bytes."""
import threading
import unittest

from stegvis_cli import LedgerTest, enrolled


class BackupTest(LedgerTest):
    def setUp(self):
        super().setUp()
        self.sample(10)
        self.backup = self.folder / "backup"
        self.again = self.folder / "again"

    def exported(self, ledger):
        return self.ok("export", ledger).raw

    def test_a_restored_ledger_is_the_same(self):
        person = self.ok("status", self.ledger, "--json").objects[0]["subject"]
        self.ok("status", self.ledger, person)  # a read that is recorded
        made = self.ok("backup", self.ledger, self.backup, "--json").objects[0]
        verified = self.ok("verify", self.ledger, "--json").objects[0]
        self.assertEqual(made["head_hash"], verified["head_hash"])
        self.ok("restore", self.again, "--from", self.backup, "--verify")
        # Before anything reads either again: that is recorded, too.
        self.assertEqual(self.ok("access", self.again).out, self.ok("access", self.ledger).out)
        self.assertEqual(self.exported(self.again), self.exported(self.ledger))
        ids = [self.ok("info", x, "--json").objects[0]["id"] for x in (self.ledger, self.again)]
        self.assertEqual(*ids)

    def test_keys_travel_apart(self):
        self.ok("backup", self.ledger, self.backup)
        person = self.ok("status", self.ledger, "--json").objects[0]["subject"]
        before = self.ok("timeline", self.ledger, person).out
        self.ok("restore", self.again, "--from", self.backup)
        self.assertIn("erased", self.ok("timeline", self.again, person).out)
        transfer = ("--transfer-key", self.path("transfer.key"))
        self.ok("keys", "export", self.ledger, self.path("keys"), *transfer)
        self.ok("keys", "import", self.again, self.path("keys"), *transfer)
        self.assertEqual(self.ok("timeline", self.again, person).out, before)

    def test_a_second_backup_takes_what_is_new(self):
        self.ok("backup", self.ledger, self.backup)
        self.append(enrolled("participant/p-new", "n-1"))
        again = self.ok("backup", self.ledger, self.backup, "--json").objects[0]
        self.assertEqual(again["copied"], 1)
        self.assertEqual(self.exported(self.backup), self.exported(self.ledger))

    def test_others_append_meanwhile(self):
        self.ok("append", self.ledger, "-", stdin=enrolled("participant/p-x", "x-1"))

        def append():
            for n in range(20):
                self.append(enrolled(f"participant/p-{n}", f"b-{n}"))

        beside = threading.Thread(target=append)
        beside.start()
        for _ in range(3):
            self.ok("backup", self.ledger, self.backup)
        beside.join()
        self.ok("restore", self.again, "--from", self.backup, "--verify")
        self.assertTrue(self.exported(self.ledger).startswith(self.exported(self.again)))

    def test_nothing_is_overwritten(self):
        other = self.init("other")
        self.append(enrolled("participant/p-1", "o-1"), ledger=other)
        self.fails(1, "already_exists", "backup", self.ledger, other)
        self.ok("backup", self.ledger, self.backup)
        self.append(enrolled("participant/p-1", "o-1"), ledger=self.backup)  # its own way
        self.fails(1, "already_exists", "backup", self.ledger, self.backup)
        self.fails(1, "already_exists", "restore", other, "--from", self.backup)
        self.fails(10, "no_ledger", "restore", self.again, "--from", self.folder / "none")

    def test_a_damaged_backup_is_found(self):
        self.ok("backup", self.ledger, self.backup)
        logs = [p for p in (self.backup / "log").iterdir() if p.suffix in (".log", ".sst")]
        largest = max(logs, key=lambda p: p.stat().st_size)
        data = bytearray(largest.read_bytes())
        data[len(data) // 2] ^= 0x40
        largest.write_bytes(data)
        self.fails(4, "corrupt", "restore", self.again, "--from", self.backup, "--verify")

    def test_a_drill_leaves_nothing(self):
        self.ok("backup", self.ledger, self.backup)
        self.ok("restore", self.again, "--from", self.backup, "--verify", "--discard")
        self.assertFalse(self.again.exists())
        self.assertEqual(list(self.folder.glob("again*")), [])


if __name__ == "__main__":
    unittest.main()

"""Goal: damage is found and its position named, and nothing is changed by finding it. Method: one
byte of the log's files is flipped at a time; `verify` must fail wherever events lie."""
import unittest

from stegvis_cli import LedgerTest, enrolled, stegvis


class VerifyTest(LedgerTest):
    def test_a_flipped_byte_in_the_log_is_named_with_its_position(self):
        self.sample(30)
        tables = [p for p in self.files_of(self.ledger / "log") if p.suffix == ".sst"]
        self.assertTrue(tables)
        table = max(tables, key=lambda p: p.stat().st_size)
        whole = bytearray(table.read_bytes())
        damaged = bytearray(whole)
        damaged[len(whole) // 2] ^= 0x10
        table.write_bytes(damaged)
        done = self.fails(4, "position", "verify", self.ledger)
        self.assertTrue(done.out.endswith("FAILED\n"), done.out)
        told = stegvis("verify", self.ledger, "--json")
        self.assertEqual((told.code, told.objects[-1]["error"]), (4, "corrupt"))
        table.write_bytes(whole)
        self.assertTrue(self.ok("verify", self.ledger).out.endswith("OK\n"))

    def test_the_derived_index_may_be_deleted(self):
        import shutil
        self.sample(10)
        before = self.ok("status", self.ledger, "--json").raw
        shutil.rmtree(self.ledger / "index")
        self.assertTrue(self.ok("verify", self.ledger).out.endswith("OK\n"))
        self.assertEqual(self.ok("status", self.ledger, "--json").raw, before)

    def test_an_empty_ledger_is_in_order(self):
        self.init()
        done = self.ok("verify", self.ledger, "--json").objects[0]
        # SHA-256 of nothing: the empty tree of RFC 6962.
        self.assertEqual(done["head_hash"], "e3b0c44298fc1c149afbf4c8996fb924"
                                            "27ae41e4649b934ca495991b7852b855")

    def test_info_fits_one_screen_and_counts(self):
        self.init()
        self.append(enrolled("participant/p-1", "a"))
        self.ok("status", self.ledger)
        facts = self.ok("info", self.ledger, "--json").objects[0]
        self.assertEqual((facts["name"], facts["head"], facts["participants"]), ("ledger", 1, 1))
        self.assertEqual(facts["view"]["lag"], 0)
        self.assertTrue(facts["keys"])
        self.assertLess(len(self.ok("info", self.ledger).out.splitlines()), 24)


if __name__ == "__main__":
    unittest.main()

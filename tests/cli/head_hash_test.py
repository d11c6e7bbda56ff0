"""Goal: a result says which events it rests on, and one command proves it. Method: the executable
on ledgers that stopped, went another way, or were given wrong head hashes; `verify`, which hashes
the whole log, is the judge."""
import hashlib
import json
import shutil
import struct
import unittest

from stegvis_cli import LedgerTest, enrolled

DEFINITION = "programme_in_numbers"
FEDERATED = """
name = "pooled"
version = 1
statistic = "proportion"
[title]
sv = "Prov"
en = "Test"
[cohort]
unit = "person"
entry = { event = "participant_enrolled" }
pick = "first"
period = { from = 2017-01-01, until = 2020-12-31 }
[[outcome]]
name = "job_12"
title = { sv = "Jobb inom 12 månader", en = "Job within 12 months" }
when = { episode = "job" }
within = { from = "0d", until = "12m" }
"""
SUBTREE = 1024  # events
HEAD_BYTES, RECORD_BYTES = 32, 36


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


class HeadHashTest(LedgerTest):
    def verified(self, ledger, *options):
        return self.ok("verify", ledger, "--json", *options).objects[-1]

    def evaluate(self, ledger, folder, *options):
        """A result's manifest, its files in the folder."""
        self.ok("evaluate", ledger, DEFINITION, "--out", self.folder / folder, *options)
        return json.loads((self.folder / folder / "result.json").read_text())["manifest"]

    def changed(self, name, file, **members):
        """The result with other members in its manifest; None: without it."""
        result = json.loads(file.read_text())
        for key, value in members.items():
            result["manifest"].pop(key)
            if value is not None:
                result["manifest"][key] = value
        return self.path(name, json.dumps(result))

    def large(self, participants=150):
        self.sample(participants)
        head = self.verified(self.ledger)["head"]
        self.assertGreater(head, 2 * SUBTREE)
        return head

    def test_a_cut_has_the_hash_of_a_ledger_that_stopped_there(self):
        head = self.large()
        lines = self.ok("export", self.ledger).out.splitlines(keepends=True)
        for cut in (2 * SUBTREE, 7, SUBTREE + 1, head):
            stopped = self.init(f"stopped-{cut}")
            self.ok("import", stopped, "-", "--keep-recorded", stdin="".join(lines[:cut]))
            manifest = self.evaluate(self.ledger, f"at-{cut}", "--as-recorded", cut)
            self.assertEqual(manifest["cut"], cut)
            self.assertEqual(manifest["head_hash"], self.verified(stopped)["head_hash"])

    def test_what_is_kept_may_be_deleted(self):
        self.large()
        self.evaluate(self.ledger, "before")
        kept = (self.ledger / "index" / "tree").read_bytes()
        shutil.rmtree(self.ledger / "index")
        self.evaluate(self.ledger, "after")
        self.assertEqual((self.folder / "before" / "result.json").read_bytes(),
                         (self.folder / "after" / "result.json").read_bytes())
        self.assertEqual((self.ledger / "index" / "tree").read_bytes(), kept)

    def test_a_wrong_hash_that_was_kept_is_found_and_made_again(self):
        self.large()
        right = self.evaluate(self.ledger, "right")["head_hash"]
        tree = self.ledger / "index" / "tree"
        sound = tree.read_bytes()
        wrong = hashlib.sha256(b"wrong").digest()
        record = wrong + struct.pack("<I", crc32c(struct.pack("<Q", 0) + wrong))
        self.assertEqual(sound[HEAD_BYTES + 32:HEAD_BYTES + RECORD_BYTES], struct.pack(
            "<I", crc32c(struct.pack("<Q", 0) + sound[HEAD_BYTES:HEAD_BYTES + 32])))
        tree.write_bytes(sound[:HEAD_BYTES] + record + sound[HEAD_BYTES + RECORD_BYTES:])
        self.assertNotEqual(self.evaluate(self.ledger, "wrong")["head_hash"], right)
        done = self.fails(4, "index/tree", "verify", self.ledger)
        self.assertTrue(done.out.endswith("FAILED\n"), done.out)
        self.ok("verify", self.ledger)
        self.assertEqual(self.evaluate(self.ledger, "again")["head_hash"], right)
        self.assertEqual(tree.read_bytes(), sound)

    def test_verify_proves_a_result(self):
        head = self.large()
        manifest = self.evaluate(self.ledger, "report", "--as-recorded", head - 300)
        file = self.folder / "report" / "result.json"
        page = (self.folder / "report" / "report.html").read_text()
        self.assertIn(manifest["head_hash"], page)
        self.assertIn("stegvis verify DIR --result result.json", page)
        shown = self.ok("evaluate", self.ledger, DEFINITION, "--as-recorded", head - 300).out
        self.assertIn(manifest["head_hash"], shown)
        told = self.verified(self.ledger, "--result", file)
        self.assertEqual((told["cut"], told["cut_hash"], told["head"]),
                         (head - 300, manifest["head_hash"], head))
        self.assertIn(f"first {head - 300} ",
                      self.ok("verify", self.ledger, "--result", file).out)
        other = self.init("other")
        self.append(enrolled("participant/p-1", "o-1"), ledger=other)
        for ledger, changes, code, error in (
                (self.ledger, {"head_hash": "ab" * 32}, 4, "other_history"),
                (self.ledger, {"cut": head - 301}, 4, "other_history"),
                (self.ledger, {"cut": head + 1}, 4, "this ledger ends at"),
                (self.ledger, {"ledger": "0" * 32}, 4, "is of the ledger 0000"),
                (self.ledger, {"table_hash": "0" * 64}, 4, "tables' hash"),
                (self.ledger, {"head_hash": None}, 2, "tells no head hash"),
                (other, {}, 4, "other_history")):
            with self.subTest(changes):
                result = self.changed("changed.json", file, **changes)
                done = self.fails(code, error, "verify", ledger, "--result", result)
                self.assertNotIn("OK", done.out)
        self.fails(1, "cannot read", "verify", self.ledger, "--result", "nothing.json")

    def test_results_of_a_ledger_that_went_another_way_are_refused(self):
        self.large(110)
        copy = self.folder / "copy"
        self.ok("backup", self.ledger, copy)
        self.evaluate(self.ledger, "first")
        for n, ledger in enumerate((self.ledger, copy)):
            self.append(enrolled("participant/p-new", f"n-{n}"), ledger=ledger)
            self.evaluate(ledger, f"second-{n}", "--unsuppressed")
        first, ours, theirs = (self.folder / f / "result.json"
                               for f in ("first", "second-0", "second-1"))
        self.ok("evaluate", "diff", self.ledger, first, ours)
        done = self.fails(4, "other_history", "evaluate", "diff", self.ledger, first, theirs)
        self.assertIn("the second result", done.err)
        done = self.fails(4, "other_history", "evaluate", "diff", self.ledger, theirs, ours)
        self.assertIn("the first result", done.err)
        older = self.changed("older.json", theirs, head_hash=None)
        self.ok("evaluate", "diff", self.ledger, first, older)

    def test_each_ledger_proves_its_part_of_a_federated_result(self):
        books, keys = [], 'run = "r1"\n'
        lines = self.ok("simulate", "--participants", 20).raw
        for n, name in enumerate(("Lund, 7 2020-01-01", "Svalöv")):
            book = self.init(f"b{n}")
            self.ok("import", book, "-", "--keep-recorded", stdin=lines)
            if n > 0:
                self.append(enrolled("participant/p-more", "more"), ledger=book)
            key = self.ok("keys", "public", book, "--json").objects[0]["public_key"]
            keys += f'[[ledger]]\nname = "{name}"\npublic_key = "{key}"\n'
            books.append(book)
        file, with_keys = self.path("pooled.toml", FEDERATED), self.path("keys.toml", keys)
        partials = []
        for book in books:
            partials.append(self.folder / f"{book.name}.partial")
            self.ok("evaluate", book, file, "--as-of", "2020-06-30", "--partial", partials[-1],
                    "--with", with_keys)
        self.ok("evaluate", "merge", *partials, "--out", self.folder / "merged")
        file = self.folder / "merged" / "result.json"
        manifest = json.loads(file.read_text())["manifest"]
        verified = {self.ok("info", book, "--json").objects[0]["id"]:
                    self.verified(book, "--result", file) for book in books}
        self.assertEqual(manifest["head_hash"].split(","),
                         [verified[id]["head_hash"] for id in manifest["ledger"].split(",")])
        for told in verified.values():
            self.assertEqual((told["cut"], told["cut_hash"]), (told["head"], told["head_hash"]))
        swapped = ",".join(reversed(manifest["head_hash"].split(",")))
        wrong = self.changed("swapped.json", file, head_hash=swapped)
        for book in books:
            self.fails(4, "other_history", "verify", book, "--result", wrong)


if __name__ == "__main__":
    unittest.main()

"""Goal: a file that comes up in parts is tried and taken as on the command line, its refused lines
are told with line, field, code and hint and never with a value, and the file leaves no trace.
Method: a server, files with planted faults and names, the ledger's folder searched afterwards."""
import csv
import io
import json
import os
import signal
import stat
import time
import unittest
import zipfile
from xml.sax.saxutils import escape

from stegvis_http import ServedTest
from stegvis_cli import enrolled, event
from tables_test import workbook

PERSON = "participant/p-1"
MARK = "Markname"
PEOPLE = '''
source = "/people"
row_key = ["nr"]
[person]
column = "nr"
scheme = "local"
issuer = "test"
[[event]]
type = "participant_enrolled"
time = { column = "=start" }
data = { enrolment = { template = "e-{nr}" }, unit = { column = "unit" } }
[[event]]
type = "person_registered"
time = { column = "=start" }
data = { name = { column = "name" } }
'''
ROWS = [["nr", "=start", "unit", "name"], ["1", "2018-02-01", "unit/a", MARK],
        ["2", "soon" + MARK, "unit/a", MARK], ["3", "2018-02-03", "unit/b", "<b>" + MARK]]
TABLE = "\n".join(";".join(row) for row in ROWS) + "\n"


class ImportsTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.server = self.serve("--user", "kim")

    def made(self, body, server=None, **order):
        """An import whose file is up."""
        server = server or self.server
        made = server.ask("POST", "/v1/imports", {"format": "events", **order})
        self.assertEqual(made.status, 201, made.text)
        where = made.headers["Location"]
        put = self.put(where, body, server=server)
        self.assertEqual((put.status, put.json["received"]), (200, len(body)), put.text)
        return where

    def put(self, where, body, offset=0, server=None):
        return (server or self.server).ask("PUT", f"{where}/file?offset={offset}", body,
                                           Content_Type="application/octet-stream")

    def run_of(self, where, dry_run=False):
        started = self.server.ask("POST", where + "/run", {"dry_run": dry_run})
        self.assertEqual(started.status, 202, started.text)
        while True:
            now = self.server.get(where).json
            if now["state"] not in ("waiting", "running"):
                return now
            time.sleep(0.01)

    def spooled(self):
        return self.files_of(self.ledger / "imports") if (self.ledger / "imports").exists() else []

    def test_events_are_tried_and_taken_once(self):
        lines = enrolled(PERSON, "a-1") + enrolled("participant/p-2", "a-2")
        where = self.made(lines.encode())
        [file] = self.spooled()
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(file.parent).st_mode), 0o700)
        tried = self.run_of(where, dry_run=True)
        self.assertEqual((tried["state"], tried["read"], tried["appended"], tried["file_held"]),
                         ("done", 2, 0, True))
        self.assertEqual(self.server.get("/v1/ledger").json["head"], 0)
        taken = self.run_of(where)
        self.assertEqual((taken["state"], taken["appended"], taken["file_held"]),
                         ("done", 2, False))
        self.assertEqual(self.spooled(), [])
        again = self.run_of(self.made(lines.encode()))
        self.assertEqual((again["appended"], again["exists"]), (0, 2))
        self.assertEqual(self.server.get("/v1/ledger").json["head"], 2)
        self.assertEqual(self.server.ask("POST", where + "/run", {}).status, 400)

    def test_parts_follow_on_one_another(self):
        lines = "".join(enrolled(f"participant/p-{n}", f"a-{n}") for n in range(50)).encode()
        where = self.server.ask("POST", "/v1/imports", {"format": "events"}).headers["Location"]
        self.assertEqual(self.server.ask("POST", where + "/run", {}).status, 400)  # no file yet
        self.assertEqual(self.put(where, lines[:1000]).json["received"], 1000)
        for offset in (0, 999, 1001):
            refused = self.put(where, lines[1000:], offset)
            self.assertEqual((refused.status, refused.json["errors"][0]["pointer"]),
                             (400, "offset"))
            self.assertIn("1000", refused.json["detail"])
        self.assertEqual(self.put(where, lines[1000:], 1000).json["received"], len(lines))
        self.assertEqual(self.run_of(where)["appended"], 50)
        # A part is bounded before it is read.
        with self.server.connect() as s:
            s.sendall((f"PUT {where}/file HTTP/1.1\r\nHost: x\r\nContent-Length: 16777217\r\n"
                       "Content-Type: application/octet-stream\r\n"
                       f"Authorization: Bearer {self.server.token}\r\n\r\n").encode())
            self.assertTrue(s.recv(1000).startswith(b"HTTP/1.1 413 "))

    def test_refused_lines_are_told_without_a_value(self):
        wrong = (event("b-1", "person_registered", PERSON, "2018-01-01", {"nme": MARK}) +
                 "{" + MARK + "\n" +
                 event("b-2", "person_registered", PERSON, "2018-01-01", {"name": 7}) +
                 enrolled(PERSON, "a-1"))
        done = self.run_of(self.made(wrong.encode(), on_error="skip"))
        self.assertEqual((done["read"], done["appended"], done["rejected"]), (4, 1, 3))
        self.assertEqual(sum(done["rejected_by_code"].values()), 3)
        stopped = self.made(wrong.encode(), on_error="stop")
        self.assertEqual(self.run_of(stopped)["rejected"], 1)
        where = self.made(wrong.encode(), on_error="skip")
        self.run_of(where, dry_run=True)
        listed = self.server.get(where + "/rejects").json
        self.assertEqual([r["line"] for r in listed["rejects"]], [1, 2, 3])
        self.assertEqual(listed["rejects"][0]["code"], "unknown_field")
        self.assertTrue(all(r["hint"] for r in listed["rejects"]))
        page = self.server.get(where + "/rejects?limit=2")
        rest = self.server.get(page.headers["Link"][1:].split(">")[0]).json
        self.assertEqual([r["line"] for r in rest["rejects"]], [3])
        self.assertNotIn(MARK, json.dumps(listed))
        self.assertNotIn(MARK, self.server.get(where + "/rejects?format=csv").text)

    def test_tables_come_by_their_mapping_as_on_the_command_line(self):
        workbook(self.path("people.xlsx"), [[escape(cell) for cell in row] for row in ROWS])
        xlsx = self.path("people.xlsx").read_bytes()
        where = self.made(TABLE.encode(), format="csv", mapping=PEOPLE, on_error="skip")
        done = self.run_of(where)
        self.assertEqual((done["appended"], done["rejected_by_code"]), (8, {"bad_cell": 1}))
        table = self.server.get(where + "/rejects?format=csv")
        [row] = csv.DictReader(io.StringIO(table.text))
        # The column's name is a formula: guarded. What the cell holds is not told.
        self.assertEqual((row["line"], row["field"], row["code"]), ("3", "'=start", "bad_cell"))
        self.assertNotIn(MARK, table.text)
        same = self.run_of(self.made(xlsx, format="xlsx", mapping=PEOPLE, on_error="skip"))
        self.assertEqual((same["exists"], same["appended"]), (8, 0))
        copy = self.init("copy")
        self.fails(3, "bad_cell", "import", copy, self.path("p.csv", TABLE), "--mapping",
                   self.path("p.toml", PEOPLE), "--on-error", "skip", "--rejects",
                   self.path("r.csv"))
        [by_hand] = csv.DictReader(io.StringIO(self.path("r.csv").read_text()))
        by_hand["file"] = ""
        self.assertEqual(row, by_hand)
        self.assertEqual([e["type"] for e in self.ok("export", copy).objects],
                         [e["type"] for e in self.ok("export", self.ledger).objects])

    def test_orders_are_checked_before_the_file_comes(self):
        wrong = self.server.ask("POST", "/v1/imports", {
            "format": "csv", "mapping": PEOPLE.replace("row_key", "rowkey")})
        self.assertEqual((wrong.status, wrong.code), (400, "bad_mapping"))
        self.assertGreater(wrong.json["errors"][0]["line"], 0)
        for order in ({"format": "pdf"}, {"format": "csv"}, {"mapping": PEOPLE}, {"more": 1},
                      {"format": "events", "on_error": "go on"}):
            self.assertEqual(self.server.ask("POST", "/v1/imports", order).status, 400, order)
        held = [self.server.ask("POST", "/v1/imports", {"format": "events"}) for _ in range(9)]
        self.assertEqual([h.status for h in held], [201] * 8 + [503])
        self.assertEqual(self.server.ask("DELETE", held[0].headers["Location"]).status, 204)
        self.assertEqual(self.server.ask("POST", "/v1/imports", {}).status, 201)

    def test_a_file_that_is_none_fails_with_a_code(self):
        failed = self.run_of(self.made(b"PK\x03\x04 no workbook", format="xlsx", mapping=PEOPLE))
        self.assertEqual((failed["state"], failed["code"]), ("failed", "bad_table"))
        self.assertEqual(self.spooled(), [])
        bomb = self.path("bomb.xlsx")
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("xl/workbook.xml", b"\0" * (300 << 20))
        failed = self.run_of(self.made(bomb.read_bytes(), format="xlsx", mapping=PEOPLE))
        self.assertEqual((failed["state"], failed["code"]), ("failed", "bad_table"))

    def test_an_import_is_its_starters_and_an_admins(self):
        where = self.made(enrolled(PERSON, "a-1").encode())
        self.assertEqual(len(self.server.get("/v1/imports").json["imports"]), 1)
        self.assertEqual(self.server.ask("DELETE", where).status, 204)
        self.assertEqual(self.spooled(), [])
        self.assertEqual(self.server.get(where).json["state"], "cancelled")
        self.assertEqual(self.server.get("/v1/imports/none").status, 404)
        self.server.stop()
        narrow = self.serve("--role", "caseworker", "--unit", "unit/a")
        self.assertEqual(narrow.ask("POST", "/v1/imports", {"format": "events"}).status, 403)

    def test_files_go_at_the_stop_and_after_a_crash(self):
        mark = event("n-1", "note_recorded", PERSON, "2018-02-02", {"text": MARK}).encode()
        self.made(mark)
        self.assertTrue(any(MARK.encode() in f.read_bytes() for f in self.files_of(self.ledger)))
        self.server.stop(signal.SIGKILL)
        self.assertEqual(len(self.spooled()), 1)
        self.server = self.serve()
        self.assertEqual(self.spooled(), [])
        self.made(mark)
        self.server.stop()
        self.assertEqual(self.spooled(), [])
        self.assertFalse(any(MARK.encode() in f.read_bytes() for f in self.files_of(self.ledger)))


if __name__ == "__main__":
    unittest.main()

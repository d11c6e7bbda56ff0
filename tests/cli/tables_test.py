"""Goal: tables come in as their mapping says, whole, and a changed sheet gives corrections.
Method: the mvad study (712 persons, 72 months; STEGVIS_SHARED/data/mvad.csv) and small sheets
through the real executable; what comes out is compared with the table itself."""
import csv
import json
import os
import pathlib
import signal
import subprocess
import unittest
import zipfile
from collections import Counter

from stegvis_cli import BIN, LedgerTest, environment, stegvis

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("STEGVIS_SHARED", ROOT.parent / "shared"))
MVAD = SHARED / "data" / "mvad.csv"
MVAD_MAPPING = ROOT / "ingest" / "mappings" / "mvad.toml"
MVAD_SPELLS = 2205  # golden numbers of the study, September 1993 to June 1999
MVAD_PERSON_MONTHS = {"employment": 22586, "FE": 8136, "HE": 5980, "joblessness": 4040,
                      "school": 4075, "training": 5023}

PEOPLE = """
source = "/people"
row_key = ["nr"]
[person]
column = "nr"
scheme = "local"
issuer = "test"
[[event]]
type = "participant_enrolled"
time = { column = "start" }
data = { enrolment = { template = "e-{nr}" }, unit = { column = "unit" } }
"""

VISITS = """
source = "/visits"
row_key = ["Nr"]
encoding = "windows-1252"
separator = ";"
decimal_comma = true
subject = "participant/p-{Nr}"
[[event]]
type = "language_support_started"
time = { column = "Start" }
data = { support = { template = "s-{Nr}" }, hours_week = { column = "Timmar", as = "decimal" } }
"""


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def months():
    """(column of the table, its 15th) for each of the 72 months."""
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    for n in range(6, 6 + 72):
        year, month = divmod(n, 12)
        yield f"{names[month]}.{93 + year}", f"{1993 + year}-{month + 1:02}-15"


def workbook(path, rows):
    """A workbook of one sheet, all its cells texts."""
    spread = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    texts = [cell for row in rows for cell in row]

    def cells(n, row):
        return "".join(f'<c r="{chr(65 + i)}{n}" t="s"><v>{texts.index(cell)}</v></c>'
                       for i, cell in enumerate(row) if cell)

    def relation(kind, target):
        return f'<Relationship Id="r-{kind}" Type="{office}/{kind}" Target="{target}"/>'

    def relations(*each):
        return f'<Relationships xmlns="{package}/relationships">{"".join(each)}</Relationships>'

    def override(part, kind):
        kind = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"
        return f'<Override PartName="/{part}" ContentType="{kind}"/>'

    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">' +
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/>' + override("xl/workbook.xml", "sheet.main") +
            override("xl/worksheets/sheet1.xml", "worksheet") +
            override("xl/sharedStrings.xml", "sharedStrings") + "</Types>",
        "_rels/.rels": relations(relation("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": relations(
            relation("worksheet", "worksheets/sheet1.xml"),
            relation("sharedStrings", "sharedStrings.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{spread}" xmlns:r="{office}"><sheets>'
            '<sheet name="Blad1" sheetId="1" r:id="r-worksheet"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{spread}"><sheetData>' + "".join(
            f'<row r="{n}">{cells(n, row)}</row>' for n, row in enumerate(rows, 1)) +
            "</sheetData></worksheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{spread}" uniqueCount="{len(texts)}">' +
            "".join(f"<si><t>{text}</t></si>" for text in texts) + "</sst>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in parts.items():
            out.writestr(name, text)


class TablesTest(LedgerTest):
    def import_table(self, table, mapping, *options, code=0):
        """The last line of the import's answer, and the command."""
        done = stegvis("import", self.ledger, table, "--mapping", mapping, "--json", *options)
        self.assertEqual(done.code, code, done.err)
        return done.objects[-1], done

    def exported(self):
        return self.ok("export", self.ledger).objects


class MvadTest(TablesTest):
    def setUp(self):
        super().setUp()
        if not MVAD.exists():
            self.assertNotIn("CI", os.environ, f"{MVAD} is missing: set STEGVIS_SHARED")
            print(f"skipped: {MVAD} is missing: set STEGVIS_SHARED", flush=True)
            self.skipTest("no mvad.csv")
        self.init()
        self.rows = rows_of(MVAD)

    def persons(self):
        """Random subject -> the study's number: persons come in the order of the rows."""
        subjects = list(dict.fromkeys(e["subject"] for e in self.exported()))
        self.assertEqual(len(subjects), len(self.rows))
        person_of = {s: row["id"] for s, row in zip(subjects, self.rows)}
        for subject in subjects[::60]:
            said = [e["data"]["identifier"]
                    for e in self.ok("timeline", self.ledger, subject, "--json").objects
                    if e["type"] == "stegvis.identifier_recorded"]
            self.assertEqual(said, [person_of[subject]])
        return person_of

    def test_every_month_and_every_spell_of_the_study(self):
        whole, _ = self.import_table(MVAD, MVAD_MAPPING)
        self.assertEqual((whole["rejected"], whole["exists"]), (0, 0))
        person_of = self.persons()
        table = {r["id"]: r for r in self.rows}
        counted = Counter()
        for number, (column, day) in enumerate(months()):
            answers = self.ok("status", self.ledger, "--as-of", day, "--json").objects
            found = {person_of[a["subject"]]: a["situation"] for a in answers}
            self.assertEqual(found, {i: r[column] for i, r in table.items()}, column)
            if number >= 2:
                counted.update(found.values())
        self.assertEqual(counted, MVAD_PERSON_MONTHS)
        self.assertEqual(sum(counted.values()), 49840)
        self.assertEqual(self.spells(), MVAD_SPELLS)
        self.episodes_are_the_spells_of(person_of, table)

    def spells(self):
        """In the 70 months from September 1993: what each person has then, and every change."""
        changes = [e["time"][:10] for e in self.exported()
                   if e["type"] == "stegvis.situation_recorded"]
        return len(self.rows) + sum(day > "1993-09-01" for day in changes)

    def episodes_are_the_spells_of(self, person_of, table):
        """For every 25th person, month by month against the table's row."""
        first_days = [day[:8] + "01" for _, day in months()]
        for subject, number in list(person_of.items())[::25]:
            row = [table[number][column] for column, _ in months()]
            spells = [(day, state) for i, (day, state) in enumerate(zip(first_days, row))
                      if i == 0 or state != row[i - 1]]
            episodes = self.ok("episodes", self.ledger, subject, "--json").objects
            self.assertEqual([(e["from"], e["value"]) for e in episodes
                              if e["kind"] == "situation"], spells, number)

    def test_again_all_exists_and_a_dry_run_writes_nothing(self):
        dry, _ = self.import_table(MVAD, MVAD_MAPPING, "--dry-run")
        self.assertEqual((dry["head"], dry["appended"], dry["rejected"]), (0, 0, 0))
        self.assertEqual(self.ok("export", self.ledger).raw, b"")
        self.assertEqual(self.ok("info", self.ledger, "--json").objects[0]["participants"], 0)
        first, _ = self.import_table(MVAD, MVAD_MAPPING)
        self.assertEqual((dry["read"], first["appended"]), (first["read"], first["read"]))
        again, _ = self.import_table(MVAD, MVAD_MAPPING)
        self.assertEqual(again, {**first, "appended": 0, "exists": first["read"]})


class SnapshotTest(TablesTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.mapping = self.path("people.toml", PEOPLE)

    def sheet(self, *rows):
        return self.path("people.csv", "\n".join(["nr;start;unit", *rows]) + "\n")

    def snapshot(self, *rows, code=0):
        return self.import_table(self.sheet(*rows), self.mapping, "--snapshot", code=code)

    def corrections(self):
        """What each event_corrected says, in ledger order, with its target's number."""
        found = []
        for subject in {e["subject"] for e in self.exported()}:
            for e in self.ok("timeline", self.ledger, subject, "--json").objects:
                if e["type"] == "stegvis.event_corrected":
                    found.append((e["sequence"], e["data"]))
        return [data for _, data in sorted(found, key=lambda f: f[0])]

    def enrolments(self):
        """unit -> day of the enrolments that stand."""
        answers = self.ok("status", self.ledger, "--as-of", "2019-12-31", "--json").objects
        return sorted((e["unit"], e["from"]) for a in answers for e in a["enrolments"])

    def test_changed_data_corrects_the_data(self):
        self.snapshot("A;2018-03-01;unit/a", "B;2018-04-01;unit/b")
        changed, _ = self.snapshot("A;2018-03-01;unit/z", "B;2018-04-01;unit/b")
        self.assertEqual((changed["appended"], changed["exists"], changed["vanished"]), (1, 5, 0))
        correction, = self.corrections()
        self.assertEqual(correction["data"], {"enrolment": "e-A", "unit": "unit/z"})
        self.assertNotIn("time", correction)
        self.assertEqual(self.enrolments(), [("unit/b", "2018-04-01"), ("unit/z", "2018-03-01")])

    def test_a_changed_day_corrects_the_time(self):
        self.snapshot("A;2018-03-01;unit/a")
        self.snapshot("A;2018-03-05;unit/a")
        times = {c.get("time") for c in self.corrections()}
        self.assertEqual(times, {"2018-03-05T00:00:00+01:00"})
        self.assertEqual(self.enrolments(), [("unit/a", "2018-03-05")])

    def test_there_and_back_again(self):
        first, second = "A;2018-03-01;unit/a", "A;2018-03-05;unit/b"
        rows = [first, second, first, second]
        expected = [("unit/a", "2018-03-01"), ("unit/b", "2018-03-05")] * 2
        for number, (row, stands) in enumerate(zip(rows, expected)):
            done, _ = self.snapshot(row)
            self.assertEqual((done["appended"], done["exists"]), (3, 0), f"change {number}")
            self.assertEqual(self.enrolments(), [stands], f"change {number}")
            again, _ = self.snapshot(row)
            self.assertEqual((again["appended"], again["exists"]), (0, 3), f"change {number}")

    def test_rows_that_left_the_sheet_are_listed_and_stay(self):
        self.snapshot("A;2018-03-01;unit/a", "B;2018-04-01;unit/b")
        gone = next(e["subject"] for e in self.exported() if e["time"].startswith("2018-04-01"))
        rejects = self.path("rejects.csv")
        done, command = self.import_table(self.sheet("A;2018-03-01;unit/a"), self.mapping,
                                          "--snapshot", "--rejects", rejects)
        self.assertEqual((done["vanished"], done["appended"], done["rejected"]), (3, 0, 0))
        self.assertEqual(command.err.count("no longer in the table: " + gone), 3, command.err)
        self.assertEqual([o["subject"] for o in command.objects[:-1]], [gone] * 3)
        self.assertEqual([o["result"] for o in command.objects[:-1]], ["vanished"] * 3)
        listed = rows_of(rejects)
        self.assertEqual({r["code"] for r in listed}, {"vanished_row"})
        self.assertEqual(len(self.enrolments()), 2)

    def test_one_row_twice_is_taken_once_and_refused_if_it_says_otherwise(self):
        row = "A;2018-03-02;unit/a"
        self.snapshot(row)
        twice, _ = self.snapshot(row, row)
        self.assertEqual((twice["appended"], twice["vanished"]), (0, 0))
        _, refused = self.snapshot(row, "A;2018-03-03;unit/a", code=3)
        self.assertIn("people.csv:3: id_conflict", refused.err)
        self.assertEqual(self.enrolments(), [("unit/a", "2018-03-02")])

    def test_what_was_voided_stays_void_when_its_row_changes(self):
        self.snapshot("A;2018-03-01;unit/a")
        enrolment = next(e for e in self.exported() if e["type"].endswith("_enrolled"))
        self.append(json.dumps({
            **{k: enrolment[k] for k in ("specversion", "source", "subject", "time")}, "id": "v",
            "type": "stegvis.event_voided",
            "data": {"target": enrolment["id"], "reason": "dubblett"}}) + "\n")
        done, _ = self.snapshot("A;2018-03-01;unit/b")
        self.assertEqual((done["appended"], done["exists"]), (0, 3))
        self.assertEqual(self.enrolments(), [])

    def test_killed_half_way_and_run_again_ends_the_same(self):
        before = [f"{n};2018-03-01;unit/a" for n in range(400)]
        after = [f"{n};2018-03-0{1 + n % 2};unit/{'a' if n % 3 else 'b'}" for n in range(380)]
        self.snapshot(*before)
        sheet = self.sheet(*after)
        killed = subprocess.Popen(
            [BIN, "import", str(self.ledger), str(sheet), "--mapping", str(self.mapping),
             "--snapshot", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        self.import_table(sheet, self.mapping, "--snapshot")
        again, _ = self.import_table(sheet, self.mapping, "--snapshot")
        self.assertEqual((again["appended"], again["vanished"]), (0, 60))
        expected = [(f"unit/{'a' if n % 3 else 'b'}", f"2018-03-0{1 + n % 2}")
                    for n in range(380)] + [("unit/a", "2018-03-01")] * 20
        self.assertEqual(self.enrolments(), sorted(expected))


class FormsTest(TablesTest):
    def setUp(self):
        super().setUp()
        self.init()

    def hours(self, subject):
        return [e["data"]["hours_week"] for e in
                self.ok("timeline", self.ledger, subject, "--json").objects]

    def test_a_workbook_gives_the_same_events_as_the_same_sheet_in_csv(self):
        rows = [["nr", "start", "unit"], ["A", "2018-03-01", "unit/a"], ["B", "2018-04-01", ""]]
        book = self.folder / "people.xlsx"
        workbook(book, rows)
        mapping = self.path("people.toml", PEOPLE)
        first, _ = self.import_table(book, mapping)
        self.assertEqual((first["read"], first["appended"]), (6, 6))
        sheet = self.path("people.csv", "".join(";".join(r) + "\n" for r in rows))
        again, _ = self.import_table(sheet, mapping)
        self.assertEqual((again["appended"], again["exists"]), (0, 6))

    def test_windows_1252_semicolons_and_decimal_commas(self):
        mapping = self.path("visits.toml", VISITS)
        table = self.folder / "besök.csv"
        table.write_bytes("Nr;Start;Timmar\r\nÅ1;2018-03-01;37,5\r\n2;2018-03-01;4\r\n"
                          .encode("windows-1252"))
        done, command = self.import_table(table, mapping, "--on-error", "skip", code=3)
        self.assertEqual((done["appended"], done["rejected"]), (1, 1), command.err)
        table.write_bytes("Nr;Start;Timmar\r\n1;2018-03-01;37,5\r\n2;2018-03-01;4\r\n"
                          .encode("windows-1252"))
        self.import_table(table, mapping)
        self.assertEqual(self.hours("participant/p-1"), ["37.5"])
        self.assertEqual(self.hours("participant/p-2"), ["4"])

    def test_rejects_say_line_field_code_and_hint_and_never_the_value(self):
        mapping = self.path("people.toml", PEOPLE)
        table = self.path("people.csv", "nr;start;unit\nA;2018-03-01;unit/a\n"
                                        "B;19121212-1212;unit/b\nC;2018-05-01;elsewhere\n"
                                        "D;2018-06-01;unit/d\n")
        rejects = self.path("rejects.csv")
        stopped, _ = self.import_table(table, mapping, "--rejects", rejects, code=3)
        self.assertEqual((stopped["appended"], stopped["rejected"]), (3, 1))
        self.assertEqual(len(rows_of(rejects)), 1)
        skipped, command = self.import_table(table, mapping, "--on-error", "skip", "--rejects",
                                             rejects, code=3)
        self.assertEqual((skipped["exists"], skipped["rejected"]), (3, 2))
        self.assertEqual(skipped["appended"], 3 + 2)  # D, and who C is
        rows = rows_of(rejects)
        self.assertEqual([(r["line"], r["field"], r["code"]) for r in rows],
                         [("3", "start", "bad_cell"), ("4", "/data/unit", "bad_field")])
        self.assertTrue(all(r["hint"] and r["file"] == str(table) for r in rows))
        self.assertNotIn("19121212", rejects.read_text() + command.err)
        self.assertIn("all of them: " + str(rejects), command.err)

    def test_opening_balances_are_marked_in_their_source(self):
        mapping = self.path("people.toml", "opening_balance = true\n" + PEOPLE)
        self.import_table(self.path("people.csv", "nr;start;unit\nA;2018-03-01;unit/a\n"), mapping)
        self.assertEqual({e["source"] for e in self.exported()}, {"/people/opening"})


if __name__ == "__main__":
    unittest.main()

"""Goal: whatever malformed thing is given, it is refused with its code, says what and where, and
what to do about it; and nothing is recorded.
Method: tables of events, rows, mappings and arguments through the real executable, each with the
code, the place, part of the message and the hint that must come back."""
import csv
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import stegvis_cli

BIN = str(Path(stegvis_cli.BIN).resolve())

# What a person is told to do, by code.
HINTS = {
    "bad_json": "one JSON object a line, UTF-8",
    "duplicate_key": "give each key once",
    "missing_attribute": "specversion, id, source, type, subject and time are required",
    "unknown_attribute": "put it into data if the type has such a field",
    "bad_attribute": "see the example in the README of events/",
    "bad_specversion": "CloudEvents 1.0",
    "bad_id": "1 to 128 bytes without spaces or control characters",
    "bad_subject": "kind/id, for example participant/p-000017",
    "wrong_subject": "says whom the type is about",
    "personal_number": "record the number with identifier_recorded",
    "bad_time": "RFC 3339 with an offset",
    "bad_precision": "day, month or year",
    "future_time": "at most five years ahead",
    "unknown_type": "`stegvis schema` lists the types",
    "bad_schema": "stegvis:TYPE:VERSION",
    "newer_version": "update this one",
    "unknown_field": "lists the fields",
    "missing_field": "which fields are required",
    "bad_field": "what the field takes",
    "sealed_input": "`import --keep-recorded` only",
    "too_large": "65535 canonical bytes",
    "recorded_given": "only `import --keep-recorded` takes",
    "id_conflict": "give the new fact a new id",
    "bad_target": "the id of an original event of the same subject",
    "version_conflict": "read the journey again",
    "bad_cut": "a position (digits), a date, or an RFC 3339 time",
    "bad_date": "YYYY-MM-DD",
    "unknown_subject": "no event about this subject",
    "no_ledger": "`stegvis init DIR` makes a ledger",
    "already_exists": "init never overwrites",
    "bad_argument": "`stegvis help COMMAND` shows what it takes",
    "not_confirmed": "--confirm=SUBJECT",
    "bad_file": "must exist and be readable",
    "bad_encoding": "declare the encoding",
    "bad_table": "a header row, then rows with as many cells",
    "bad_mapping": "ingest/README.md describes the mapping file",
    "bad_cell": "the mapping says what the column holds",
    "missing_column": "the table's header row",
}

GOOD = {
    "specversion": "1.0", "id": "a-1", "source": "/test", "subject": "participant/p-1",
    "type": "stegvis.participant_enrolled", "time": "2018-03-01T00:00:00+01:00",
    "data": {"enrolment": "e-1"},
}


def with_(**changes):
    return json.dumps({k: v for k, v in (GOOD | changes).items() if v is not ...})


def data(type_, **fields):
    return with_(type="stegvis." + type_, data=fields)


def raw(end):
    """The good event's text with something else in front of its end."""
    return json.dumps(GOOD)[:-1] + end


# (line, code, field, part of the message)
EVENTS = [
    ("{", "bad_json", None, ""),
    ("[]", "bad_json", None, "one JSON object"),
    ("7", "bad_json", None, "one JSON object"),
    (raw("} {}"), "bad_json", None, ""),
    (raw(', "id": "a-2"}'), "duplicate_key", "/id", "given twice"),
    (raw(', "colour": 1}'), "unknown_attribute", "/colour", "no attribute of that name"),
    (with_(id=...), "missing_attribute", "/id", "required"),
    (with_(source=None), "missing_attribute", "/source", "required"),
    (with_(data=...), "missing_attribute", "/data", "at least {}"),
    (with_(source=7), "bad_attribute", "/source", "a text"),
    (with_(type=""), "bad_attribute", "/type", "not empty"),
    (with_(specversion="0.3"), "bad_specversion", "/specversion", "expected 1.0"),
    (with_(id="a 1"), "bad_id", "/id", "not a valid id"),
    (with_(id="x" * 129), "bad_id", "/id", "not a valid id"),
    (with_(subject="p-1"), "bad_subject", "/subject", "a slash and an id"),
    (with_(subject="child/p-1"), "bad_subject", "/subject", "participant, staff, unit"),
    (with_(subject="unit/u-1"), "wrong_subject", "/subject", "is about a person"),
    (with_(subject="participant/191212121212"), "personal_number", "/subject", "personal number"),
    (with_(id="19121212-1212"), "personal_number", "/id", "personal number"),
    (with_(time="2018-03-01"), "bad_time", "/time", "RFC 3339"),
    (with_(time="2018-02-30T00:00:00Z"), "bad_time", "/time", "RFC 3339"),
    (with_(timeprecision="week"), "bad_precision", "/timeprecision", "day, month or year"),
    (with_(time="2150-01-01T00:00:00Z"), "future_time", "/time", "five years"),
    (with_(type="stegvis.enroled"), "unknown_type", "/type", "no event type"),
    (with_(dataschema="x"), "bad_schema", "/dataschema", "stegvis:participant_enrolled:"),
    (with_(dataschema="stegvis:participant_enrolled:99"), "newer_version", "/dataschema", "knows"),
    (with_(data={"enrolment": "e", "x": 1}), "unknown_field", "/data/x", "no field of that name"),
    (with_(data={}), "missing_field", "/data/enrolment", "required"),
    (with_(data={"enrolment": "e", "unit": "x"}), "bad_field", "/data/unit", "unit/"),
    (data("contact_made", kind="fax"), "bad_field", "/data/kind", "meeting, phone"),
    (data("plan_agreed", review_at="soon"), "bad_field", "/data/review_at", "YYYY-MM-DD"),
    (data("plan_agreed", goals=[1]), "bad_field", "/data/goals/0", "a text"),
    (data("person_registered", birth_year=19.5), "bad_field", "/data/birth_year", "an integer"),
    (data("person_registered", name={"sealed": "AA"}), "sealed_input", "/data/name", "sealed"),
    (data("plan_agreed", goals=["x" * 16000] * 5), "too_large", None, "canonical bytes"),
    (with_(recordedtime="2018-03-01T00:00:00Z"), "recorded_given", "/recordedtime", "the ledger"),
    (with_(id="kept"), "id_conflict", "/id", ""),
    (data("event_voided", target="none", reason="r"), "bad_target", "/data/target", "no event"),
]

MAPPING = """
source = "/table"
encoding = "utf-8"
separator = ";"
row_key = ["Nr"]
subject = "participant/p-{Nr}"
time = { date = "2018-03-01" }
"""
RULES = """
[[event]]
name = "date"
type = "plan_agreed"
when = [{ column = "Kind", equals = "date" }]
time = { column = "Start" }
[[event]]
name = "excel"
type = "plan_agreed"
when = [{ column = "Kind", equals = "excel" }]
time = { column = "Start", format = "excel" }
[[event]]
name = "month"
type = "plan_agreed"
when = [{ column = "Kind", equals = "month" }]
time = { column = "Start", format = "month" }
[[event]]
name = "last"
type = "plan_agreed"
when = [{ column = "Kind", equals = "last" }]
time = { last_day = "Start" }
[[event]]
name = "plus"
type = "plan_agreed"
when = [{ column = "Kind", equals = "plus" }]
time = { column = "Start", plus_column = "Value", unit = "days" }
[[event]]
name = "decimal"
type = "language_support_started"
when = [{ column = "Kind", equals = "decimal" }]
data = { support = "s", hours_week = { column = "Value", as = "decimal" } }
[[event]]
name = "integer"
type = "person_registered"
when = [{ column = "Kind", equals = "integer" }]
data = { birth_year = { column = "Value", as = "integer" } }
[[event]]
name = "boolean"
type = "entry_situation_recorded"
when = [{ column = "Kind", equals = "boolean" }]
data = { labour_status = "unknown", absent = { column = "Value", as = "boolean" } }
[[event]]
name = "map"
type = "contact_made"
when = [{ column = "Kind", equals = "map" }]
data = { kind = { column = "Value", map = { M = "meeting" } } }
[[event]]
name = "day"
type = "plan_agreed"
when = [{ column = "Kind", equals = "day" }]
data = { review_at = { column = "Value", as = "date" } }
[[event]]
name = "id"
type = "participant_enrolled"
when = [{ column = "Kind", equals = "id" }]
data = { enrolment = { column = "Value" } }
"""

# (row behind "Nr;Kind;Start;Value", code, field, part of the message)
ROWS = [
    ("1;date;2018-02-30;", "bad_cell", "Start", "not a date of the declared format"),
    ("2;date;;", "bad_cell", "Start", "empty, a date is needed"),
    ("3;date;18-03-01;", "bad_cell", "Start", "not a date of the declared format"),
    ("4;date;1 mars 2018;", "bad_cell", "Start", "not a date of the declared format"),
    ("5;excel;2018-03-01;", "bad_cell", "Start", "not a date of the declared format"),
    ("6;month;2018-13;", "bad_cell", "Start", "not a date of the declared format"),
    ("7;last;x;", "bad_cell", "Start", "not a date of the declared format"),
    ("8;plus;2018-03-01;many", "bad_cell", "Value", "a whole number of days, weeks"),
    ("9;plus;2018-03;5", "bad_cell", "Value", "cannot be moved"),
    ("10;decimal;;37,5", "bad_cell", "Value", "not a decimal number"),
    ("11;decimal;;1.1234567890", "bad_cell", "Value", "at most 9 decimals"),
    ("12;integer;;1980.0", "bad_cell", "Value", "not a whole number"),
    ("13;integer;;9007199254740993", "bad_cell", "Value", "within 2^53"),
    ("14;boolean;;maybe", "bad_cell", "Value", "neither yes nor no"),
    ("15;map;;X", "bad_cell", "Value", "the map does not list"),
    ("16;day;;2018-3-1", "bad_cell", "Value", "not a whole date"),
    ("17;id;;e 1", "bad_field", "/data/enrolment", "without spaces"),
    ("18;id;;", "missing_field", "/data/enrolment", "required"),
    ("19;date;2150-01-01;", "future_time", "/time", "five years"),
    ("2 0;date;2018-03-01;", "bad_id", "/subject", "not a valid id"),
    ("191212121212;date;2018-03-01;", "personal_number", "/subject", "personal number"),
    (";date;2018-03-01;", "bad_cell", None, "empty"),
    ("23;date;2018-03-01", "bad_table", None, "3 cells, the header has 4"),
    ("24;date;2018-03-01;;", "bad_table", None, "5 cells, the header has 4"),
]

HEADER = b"Nr;Kind;Start;Value\n"
# (whole table, code, part of the message)
TABLES = [
    (b"", "bad_table", "there is no header row"),
    (HEADER + b'1;da"te;;\n', "bad_table", "a quote inside an unquoted cell"),
    (HEADER + b'1;"date;;\n', "bad_table", "never closed"),
    (HEADER + b'1;"date"x;;\n', "bad_table", "behind a closing quote"),
    (HEADER + b"1;date\r;;\n", "bad_table", "carriage return"),
    (HEADER + b"1;d\xe5te;;\n", "bad_encoding", ""),
    (HEADER + b"1;d\x00te;;\n", "bad_encoding", "zero byte"),
    ("\ufeffNr;Kind\n".encode("utf-16"), "bad_encoding", ""),
    (b"Nr;Kind;Nr;Start;Value\n", "bad_table", "columns 1 and 3"),
    (b"Nr;Kind;Value\n", "missing_column", "the header does not"),
]

EVENT = '[[event]]\ntype = "plan_agreed"\n'
# (mapping, code, key, part of the message)
MAPPINGS = [
    ("source = ", "bad_mapping", None, "not TOML"),
    (MAPPING, "bad_mapping", "event", "no rules"),
    (EVENT + 'time = { date = "2018" }', "bad_mapping", "source", "required"),
    ('source = "/t"\n' + EVENT, "bad_mapping", "row_key", "required"),
    ('source = 7\nrow_key = ["Nr"]\n' + EVENT, "bad_mapping", "source", "expected a text"),
    ('source = "a b"\nrow_key = ["Nr"]\n' + EVENT, "bad_mapping", "source", "without spaces"),
    ("colour = 1\n" + MAPPING + EVENT, "bad_mapping", "colour", "unknown key"),
    ("seperator = 1\n" + MAPPING + EVENT, "bad_mapping", "seperator", "did you mean separator"),
    (MAPPING.replace("utf-8", "latin"), "bad_mapping", "encoding", "utf-8"),
    ("header_row = 0\n" + MAPPING + EVENT, "bad_mapping", "header_row", "expected 1 to"),
    (MAPPING.replace("{Nr}", "{Nr"), "bad_mapping", "subject", "a brace without a column"),
    (MAPPING.replace("{Nr}", "Nr}"), "bad_mapping", "subject", "a closing brace"),
    (MAPPING.replace("2018-03-01", "March"), "bad_mapping", "time.date", "expected a date"),
    (MAPPING.replace("time =", "times ="), "bad_mapping", "times", "did you mean time"),
    (MAPPING + '[[event]]\ntype = "plan_agred"', "bad_mapping", "event[1].type", "plan_agreed"),
    (MAPPING + "[[event]]\nname = \"x\"", "bad_mapping", "event[1].type", "required"),
    (MAPPING + EVENT + EVENT, "bad_mapping", "event[2]", "two rules have this name"),
    (MAPPING + EVENT + 'data = { goal = "x" }', "bad_mapping", "event[1].data.goal", "goals"),
    (MAPPING + '[[event]]\ntype = "contact_made"', "bad_mapping", "event[1]", "needs the field"),
    (MAPPING + EVENT + 'data = { review_at = { column = "A", as = "day" } }', "bad_mapping",
     "event[1].data.review_at.as", "unknown value"),
    (MAPPING + EVENT + 'data = { review_at = { colum = "A" } }', "bad_mapping",
     "event[1].data.review_at", "exactly one of these keys"),
    (MAPPING + EVENT + 'data = { review_at = 2.5 }', "bad_mapping",
     "event[1].data.review_at", "expected a constant"),
    (MAPPING + EVENT + 'when = [{ column = "A" }]', "bad_mapping", "event[1].when[1]",
     "exactly one of these keys"),
    (MAPPING + EVENT + 'time = { column = "A", plus = 1 }', "bad_mapping", "event[1].time",
     "plus needs a unit"),
    (MAPPING + EVENT + 'time = { column = "A", format = "yymmdd" }', "bad_mapping",
     "event[1].time.format", "two_digit_years"),
    (MAPPING + EVENT + '[person]\ncolumn = "Nr"\nscheme = "local"', "bad_mapping",
     "person.issuer", "without its issuer"),
    (MAPPING + EVENT + '[person]\ncolumn = "Nr"\nscheme = "ssn"', "bad_mapping",
     "person.scheme", "unknown value"),
    (MAPPING + '[sequence]\nfrom = "A"\nto = "B"', "bad_mapping", "sequence.start", "required"),
]

# (arguments, exit code, code, part of the message); D is a ledger, T a table, M its mapping.
ARGUMENTS = [
    (["fly"], 2, "bad_argument", "unknown command"),
    (["statsu", "D"], 2, "bad_argument", "did you mean status"),
    (["keys"], 2, "bad_argument", "unknown command"),
    (["keys", "burn", "D"], 2, "bad_argument", "unknown command"),
    (["init"], 2, "bad_argument", "DIR"),
    (["init", "D"], 1, "already_exists", ""),
    (["init", "new", "--name", "\x01"], 2, "bad_argument", "without control characters"),
    (["init", "new", "--name", "191212121212"], 1, "personal_number", "no personal number"),
    (["status", "nowhere"], 10, "no_ledger", ""),
    (["verify", "nowhere"], 10, "no_ledger", ""),
    (["status", "D", "--colour"], 2, "bad_argument", "--colour"),
    (["status", "D", "--lang", "tlh"], 2, "bad_argument", "tlh"),
    (["status", "D", "a", "b"], 2, "bad_argument", "b"),
    (["status", "D", "--as-of", "today"], 2, "bad_date", "--as-of takes a date"),
    (["status", "D", "--as-of", "2018-02-29"], 2, "bad_date", "--as-of takes a date"),
    (["status", "D", "--as-recorded", "99"], 2, "bad_cut", ""),
    (["status", "D", "--as-recorded", "2150-01-01"], 2, "bad_cut", ""),
    (["timeline", "D", "participant/none", "--as-recorded", "soon"], 2, "bad_cut", ""),
    (["timeline", "D"], 2, "bad_argument", "SUBJECT"),
    (["timeline", "D", "participant/none"], 1, "unknown_subject", "participant/none"),
    (["timeline", "D", "kept"], 1, "unknown_subject", "did you mean participant/kept"),
    (["status", "D", "participant/191212121212"], 1, "personal_number", "no personal number"),
    (["episodes", "D", "participant/none"], 1, "unknown_subject", "participant/none"),
    (["export", "D", "--from", "x"], 2, "bad_cut", ""),
    (["export", "D", "--to", "9999"], 2, "bad_cut", ""),
    (["export", "D", "--subject", "participant/none"], 1, "unknown_subject", "participant/none"),
    (["import", "D"], 2, "bad_argument", "FILE"),
    (["import", "D", "no-such-file"], 1, "bad_file", ""),
    (["import", "D", "T"], 2, "bad_argument", "--mapping FILE"),
    (["import", "D", "T", "--mapping", "no-such-file"], 1, "bad_file", "the mapping"),
    (["import", "D", "T", "--mapping", "M", "--keep-recorded"], 2, "bad_argument", "exported"),
    (["import", "D", "events.ndjson", "--snapshot"], 2, "bad_argument", "needs --mapping"),
    (["import", "D", "T", "--on-error", "shrug"], 2, "bad_argument", "shrug"),
    (["append", "D"], 2, "bad_argument", "FILE"),
    (["append", "D", "no-such-file"], 1, "bad_file", ""),
    (["append", "D", "events.ndjson", "--expected-version", "-1"], 2, "bad_argument", ""),
    (["forget", "D", "participant/kept"], 2, "not_confirmed", "cannot be undone"),
    (["forget", "D", "participant/kept", "--confirm=participant/x"], 2, "not_confirmed", ""),
    (["forget", "D", "unit/u", "--confirm=unit/u"], 1, "wrong_subject", "not a person"),
    (["merge", "D", "participant/kept", "participant/kept"], 2, "bad_argument", "itself"),
    (["merge", "D", "participant/kept", "participant/none"], 1, "unknown_subject", "none"),
    (["schema", "no_such_type"], 1, "unknown_type", ""),
    (["simulate", "--participants", "many"], 2, "bad_argument", "--participants"),
]


class BadInput(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        kept = [with_(id="kept", subject="participant/kept"),
                with_(id="unit", subject="unit/u", type="stegvis.unit_registered",
                      data={"kind": "x"})]
        cls.write("events.ndjson", "\n".join(kept))
        cls.write("table.csv", HEADER + b"1;none;;\n")
        cls.write("rules.toml", MAPPING + RULES)
        for arguments in (["init", "ledger"], ["append", "ledger", "events.ndjson"]):
            done = cls.run_stegvis(*arguments)
            if done.returncode != 0:
                raise RuntimeError(done.stderr)

    @classmethod
    def write(cls, name, content):
        (cls.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    @classmethod
    def run_stegvis(cls, *arguments):
        return subprocess.run([BIN, *arguments], cwd=cls.folder, capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL,
                              env=stegvis_cli.environment())

    def check(self, given, code, says, message):
        """The message says what was wrong and, by the code, what to do."""
        self.assertIn(code, message, given)
        self.assertIn(says, message, given)
        self.assertIn(HINTS[code], message, given)

    def check_ending(self, done, exit_code, code, says, given):
        """The error stream for people, and the last object of --json for programs."""
        self.assertEqual(exit_code, done.returncode, f"{given}: {done.stderr}")
        last = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual("exit_error", last["message_type"], given)
        self.assertEqual((exit_code, code), (last["code"], last["error"]), given)
        self.check(given, code, says, last["message"])
        self.check(given, code, says, done.stderr)

    def tearDown(self):
        """Nothing of it was recorded."""
        info = json.loads(self.run_stegvis("info", "ledger", "--json").stdout)
        self.assertEqual(2, info["head"])

    def test_events(self):
        self.write("bad.ndjson", "\n".join(line for line, *_ in EVENTS))
        done = self.run_stegvis("append", "ledger", "bad.ndjson", "--json")
        self.assertEqual(5, done.returncode, done.stderr)  # there is a conflict among them
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        answers = [a for a in answers if a.get("result")]
        self.assertEqual(len(EVENTS), len(answers))
        for n, (answer, (line, code, field, says)) in enumerate(zip(answers, EVENTS), 1):
            self.assertEqual(("rejected", n), (answer["result"], answer["line"]))
            self.assertEqual((code, field), (answer["code"], answer["field"]), line[:300])
            self.check(line[:300], code, says, answer["message"])

    def test_rows(self):
        self.write("rows.csv", HEADER.decode() + "\n".join(row for row, *_ in ROWS) + "\n")
        done = self.run_stegvis("import", "ledger", "rows.csv", "--mapping", "rules.toml",
                                "--on-error", "skip", "--rejects", "rejects.csv", "--json")
        self.assertEqual(3, done.returncode, done.stderr)
        totals = json.loads(done.stdout.splitlines()[0])
        self.assertEqual((0, len(ROWS)), (totals["appended"], totals["rejected"]))
        with open(self.folder / "rejects.csv", encoding="utf-8", newline="") as file:
            rejects = {int(r["line"]): r for r in csv.DictReader(file)}
        for line, (row, code, field, says) in enumerate(ROWS, 2):
            self.assertIn(line, rejects, row)
            self.assertEqual(code, rejects[line]["code"], row)
            if field is not None:
                self.assertEqual(field, rejects[line]["field"], row)
            self.assertIn(says, rejects[line]["message"], row)
            self.assertIn(HINTS[code], rejects[line]["hint"], row)
            self.assertEqual("rows.csv", rejects[line]["file"], row)

    def test_tables(self):
        for table, code, says in TABLES:
            self.write("bad.csv", table)
            done = self.run_stegvis("import", "ledger", "bad.csv", "--mapping", "rules.toml")
            self.assertIn(done.returncode, (1, 3), table)
            self.check(table, code, says, done.stderr)
            self.assertIn("bad.csv", done.stderr, table)

    def test_mappings(self):
        for rules, code, key, says in MAPPINGS:
            self.write("bad.toml", rules)
            done = self.run_stegvis("import", "ledger", "table.csv", "--mapping", "bad.toml",
                                    "--json")
            self.check_ending(done, 1, code, says, rules)
            self.assertIn("bad.toml:", done.stderr, rules)
            if key is not None:
                self.assertIn(f": {key}", done.stderr, rules)

    def test_arguments(self):
        places = {"D": "ledger", "T": "table.csv", "M": "rules.toml"}
        for given, exit_code, code, says in ARGUMENTS:
            with self.subTest(given):
                done = self.run_stegvis(*[places.get(a, a) for a in given], "--json")
                self.check_ending(done, exit_code, code, says, given)

    def test_the_tables_are_long_enough(self):
        self.assertGreaterEqual(len(EVENTS), 20)
        self.assertGreaterEqual(len(ROWS), 20)
        self.assertGreaterEqual(len(MAPPINGS), 20)
        self.assertGreaterEqual(len(ARGUMENTS), 20)


if __name__ == "__main__":
    unittest.main()

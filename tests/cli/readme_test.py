"""Goal: what the READMEs show works as it stands there. Method: each `stegvis` line of their fenced
blocks runs, with /srv mapped to a temporary folder and the files it names beside it; the mapping
file shown takes a table of its columns."""
import pathlib
import re
import shlex
import unittest

from stegvis_cli import LedgerTest, event, stegvis

ROOT = pathlib.Path(__file__).resolve().parents[2]
READMES = ["README.md", "ingest/README.md", "ingest/mappings/README.md", "api/README.md",
           "projections/README.md", "events/README.md"]
NOT_STEGVIS = ("ops/", "cmake ", "ctest ")  # what builds and tests is tested by being used

MAPPING = """
source = "/deltagare"
row_key = ["nr"]
[person]
column = "nr"
scheme = "local"
issuer = "test"
[[event]]
type = "participant_enrolled"
time = { column = "start" }
data = { enrolment = { template = "e-{nr}" } }
"""
PERSON = "participant/p-000017"
FILES = {
    "programme.ndjson": event("r", "participant_enrolled", PERSON, "2018-02-01",
                              {"enrolment": "e-1"}, recordedtime="2018-02-01T09:00:00.000000Z"),
    "deltagare.csv": "nr;start\nA;2018-03-01\n",
    "deltagare.toml": MAPPING,
}
# A row of the sheet that ingest/mappings/README.md describes, with Skatteverket's test number.
PLACEMENTS = "Placeringar\r\n\r\nNr;Personnummer;Kön;Start;T.o.m.;Timmar\r\n" \
             "1;19121212-1212;K;2018-03-01;2018-05-31;37,5\r\n"


def blocks(name):
    """(language, text) of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / name).read_text(), re.M | re.S)


def commands(text):
    """Its lines without comments; those that end in a backslash go on."""
    for line in text.replace("\\\n", " ").splitlines():
        line = line.split(" #")[0].strip()
        if line and not line.startswith(("#",) + NOT_STEGVIS):
            yield line


class ReadmeTest(LedgerTest):
    def setUp(self):
        super().setUp()
        for name, text in FILES.items():
            self.path(name, text)
        (self.folder / "srv").mkdir()

    def run_line(self, line):
        words = shlex.split(line.replace("/srv/", f"{self.folder}/srv/"))
        self.assertEqual(words[0], "stegvis", f"a command that this test cannot run: {line}")
        done = stegvis(*words[1:], cwd=self.folder)
        self.assertEqual(done.code, 0, f"{line}: {done.err}")
        return done

    def test_every_command_shown_works(self):
        ran = 0
        for name in READMES:
            for language, text in blocks(name):
                if language not in ("", "sh", "bash", "console"):
                    continue
                for line in commands(text):
                    with self.subTest(f"{name}: {line}"):
                        self.run_line(line)
                        ran += 1
        self.assertGreaterEqual(ran, 7, "commands that work")
        answer = self.ok("status", self.folder / "srv/landskrona", PERSON, "--json").objects[0]
        self.assertEqual(answer["subject"], PERSON)

    def test_the_mapping_shown_takes_the_table_it_describes(self):
        (_, example), = (b for b in blocks("ingest/mappings/README.md") if b[0] == "toml")
        mapping = self.path("placements.toml", example)
        table = self.folder / "placements.csv"
        table.write_bytes(PLACEMENTS.encode("windows-1252"))
        self.init()
        done = self.ok("import", self.ledger, table, "--mapping", mapping, "--json").objects[-1]
        self.assertEqual((done["appended"], done["rejected"]), (4, 0))
        ended = [e for e in self.ok("export", self.ledger).objects
                 if e["type"] == "stegvis.placement_ended"]
        self.assertEqual([e["time"][:10] for e in ended], ["2018-06-01"])


if __name__ == "__main__":
    unittest.main()

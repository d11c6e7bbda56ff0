"""Goal: people read words, machines codes. Method: a journey with every kind of code that the views
show, asked in both languages; no word of the answers has an underscore."""
import re
import unittest

from stegvis_cli import LedgerTest, enrolled, event

PERSON = "participant/p-1"


class WordsTest(LedgerTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.append(
            enrolled(PERSON, "a", day="2018-01-10"),
            event("p", "placement_started", PERSON, "2018-02-01",
                  {"placement": "pl-1", "kind": "simple_job", "enrolment": "e-1"}),
            event("q", "placement_started", PERSON, "2018-02-01",
                  {"placement": "pl-2", "kind": "work_training", "enrolment": "e-1"}),
            event("s", "situation_recorded", PERSON, "2018-02-10",
                  {"situation": "inactive", "source": "register"}),
            event("r", "placement_ended", PERSON, "2018-03-01", {"placement": "pl-1"}),
            event("x", "participant_exited", PERSON, "2018-04-10",
                  {"enrolment": "e-1", "destination": "dropped_out"}))

    def both(self, *arguments):
        return [self.ok(*arguments, "--lang", lang).out for lang in ("sv", "en")]

    def test_status_speaks_in_words(self):
        sv, en = self.both("status", self.ledger, PERSON)
        self.assertIn("Avslutad, avbröt", sv)
        self.assertIn("Exited, dropped out", en)
        for text in self.both("status", self.ledger):
            self.assertNotIn("dropped_out", text)
        sv, en = self.both("status", self.ledger, PERSON, "--as-of", "2018-02-15")
        self.assertIn("utanför arbetskraften (register, 2018-02-10)", sv)
        self.assertIn("outside the labour force (register, 2018-02-10)", en)
        self.assertEqual(self.ok("status", self.ledger, PERSON, "--json").objects[0]["destination"],
                         "dropped_out")

    def test_episodes_speak_in_words(self):
        sv, en = self.both("episodes", self.ledger, PERSON)
        for words in ("Anställning", "enkelt jobb", "arbetsträning", "avslutad", "avslut",
                      "utanför arbetskraften (register)"):
            self.assertIn(words, sv)
        for words in ("Work placement", "simple job", "exit", "outside the labour force"):
            self.assertIn(words, en)
        kinds = [e["kind"] for e in self.ok("episodes", self.ledger, PERSON, "--json").objects]
        self.assertIn("work_training", kinds)
        for text in (sv, en):
            self.assertEqual(re.findall(r"\w+_\w+", text), [])

    def test_the_timeline_speaks_in_words(self):
        sv, en = self.both("timeline", self.ledger, PERSON)
        self.assertIn("enkelt jobb", sv)
        self.assertIn("destination dropped out", en)
        for text in (sv, en):
            for code in ("simple_job", "dropped_out", "work_training", "inactive"):
                self.assertNotIn(code, text)

    def test_quality_has_titles_in_words_and_the_subject(self):
        self.append(event("y", "participant_exited", PERSON, "2018-05-10", {"enrolment": "e-1"}))
        sv, en = self.both("quality", self.ledger)
        self.assertIn("Andra slut: 1", sv)
        self.assertIn("Second end: 1", en)
        self.assertIn(PERSON, en)


if __name__ == "__main__":
    unittest.main()

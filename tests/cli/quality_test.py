"""Goal: the oddities that the rules of data quality name are found through the command line, each
under its number, and a simulated programme has none but those it is given on purpose.
Method: one person for each oddity, recorded on chosen days; every finding is counted."""
import collections
import unittest

from stegvis_cli import LedgerTest, event

ENROLLED = ("participant_enrolled", "2018-01-10", {"enrolment": "e-1", "unit": "unit/a"})


def job(id, kind="employment"):
    return {"placement": id, "enrolment": "e-1", "kind": kind}


# What is told of each person beside the enrolment: (type, day, data[, recorded day]).
STORIES = {
    "Q01": [("placement_started", "2018-03-01", job("pl-1")),
            ("placement_started", "2018-04-01", job("pl-2"))],
    "Q02": [("participant_exited", "2018-03-01", {"enrolment": "e-1", "destination": "other"}),
            ("step_started", "2018-04-01", {"step_run": "s-1", "enrolment": "e-1"})],
    "Q03": [("step_started", "2018-01-05", {"step_run": "s-1", "enrolment": "e-1"})],
    "Q04": [("participant_enrolled", "2018-01-20",
             {"enrolment": "e-2", "unit": "unit/a", "subproject": "utbildning"})],
    "Q05": [("certificate_awarded", "2018-03-20", {"colour": "green"}, "2018-03-01")],
    "Q06": [("participant_enrolled", "2018-02-01", {"enrolment": "e-2", "unit": "unit/b"})],
    "Q07": [("participant_exited", "2018-03-01", {"enrolment": "e-1"})],
    "Q08": [("placement_started", "2018-03-10", job("pl-1")),
            ("placement_ended", "2018-03-01", {"placement": "pl-1"}, "2018-03-11")],
    "Q09": [("placement_started", "2018-03-01", job("pl-1")),
            ("placement_ended", "2018-04-01", {"placement": "pl-1"}),
            ("placement_ended", "2018-04-15", {"placement": "pl-1"})],
    "Q10": [("placement_started", "2018-03-01", job("pl-1")),
            ("placement_started", "2018-04-01", job("pl-1"))],
    "Q11": [("activity_ended", "2018-03-01", {"activity": "ac-1"})],
    "Q12": [("participant_exited", "2018-03-01", {"enrolment": "e-1", "destination": "other"}),
            ("enrolment_resumed", "2018-04-01", {"enrolment": "e-1"})],
    "Q13": [("placement_started", "2018-03-01", job("pl-1")),
            ("situation_recorded", "2018-04-01",
             {"situation": "unemployed", "source": "register"})],
    "Q14": [("contact_made", "2018-03-01", {"kind": "phone"}, "2018-04-01")],
    "Q16": [("placement_started", "2018-03-01", job("pl-1")),
            ("placement_ended", "2018-03-20", {"placement": "pl-1"}),
            ("follow_up_done", "2018-03-29",
             {"anchor": "pl-1", "horizon": "28d", "labour_status": "unemployed",
              "source": "contact"})],
    "Q18": [("placement_changed", "2018-03-01", {"placement": "pl-9", "subsidised": True})],
    "Q19": [("step_started", "2018-03-01", {"step_run": "s-1", "enrolment": "e-9"})],
    "Q20": [("death_recorded", "2018-03-01", {}),
            ("contact_made", "2018-03-02", {"kind": "phone"})],
}
REFERENCE = [("unit/a", "unit_registered", "2018-01-01", {"kind": "office"}),
             ("programme/x", "subproject_started", "2018-02-01", {"subproject": "utbildning"},
              "2018-01-02"),
             ("job/j-1", "job_spec_published", "2018-01-02", {"kind": "simple"})]


def rows():
    yield from REFERENCE
    for rule, told in STORIES.items():
        for row in [ENROLLED, *told]:
            yield (f"participant/{rule.lower()}", *row)


def lines():
    """In recorded order, recorded at noon of the day unless another day is given."""
    ordered = sorted(rows(), key=lambda row: row[4] if len(row) > 4 else row[2])
    for i, (subject, type, day, data, *recorded) in enumerate(ordered):
        at = f"{recorded[0] if recorded else day}T11:00:00.{i:06}Z"
        yield event(f"a-{i}", type, subject, day, data, recordedtime=at)


class QualityTest(LedgerTest):
    def test_each_oddity_has_its_number_and_no_other(self):
        self.init()
        self.ok("import", self.ledger, "-", "--keep-recorded", stdin="".join(lines()))
        found = collections.defaultdict(set)
        for finding in self.ok("quality", self.ledger, "--json", "--as-of", "2018-07-01").objects:
            found[finding["subject"]].add(finding["rule"])
        self.assertEqual(found.pop("job/j-1"), {"Q17"})
        expected = {f"participant/{rule.lower()}": {rule} for rule in STORIES}
        self.assertEqual(dict(found), expected)

    def test_one_person_and_another_day(self):
        self.init()
        self.ok("import", self.ledger, "-", "--keep-recorded", stdin="".join(lines()))
        asked = ("quality", self.ledger, "participant/q13", "--json", "--as-of")
        self.assertEqual(self.ok(*asked, "2018-05-01").objects, [])  # 31 days
        finding, = self.ok(*asked, "2018-05-02").objects
        self.assertEqual((finding["rule"], finding["day"]), ("Q13", "2018-04-01"))

    def test_opening_balances_are_never_late(self):
        self.init()
        late = event("a-1", "contact_made", "participant/p-1", "2018-03-01", {"kind": "phone"})
        self.append(late, late.replace('"/test"', '"/test/opening"'))
        found = self.ok("quality", self.ledger, "participant/p-1", "--json").objects
        self.assertEqual([(f["rule"], f["at"]) for f in found], [("Q14", 1)])

    def test_a_simulated_programme_is_odd_only_on_purpose(self):
        self.sample(participants=400, seed=11)
        found = collections.Counter(
            f["rule"] for f in self.ok("quality", self.ledger, "--json").objects)
        self.assertEqual(set(found), {"Q14", "Q17"})
        self.assertLess(found["Q17"], 10)
        events = len(self.ok("export", self.ledger).raw.splitlines())
        self.assertLess(found["Q14"], events * 0.08)


if __name__ == "__main__":
    unittest.main()

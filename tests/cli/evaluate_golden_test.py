"""Goal: the published numbers of golden.md come out of events, at the printed precision or better.
Method: the mvad study imported by its mapping (STEGVIS_SHARED/data/mvad.csv), definitions written
for it, and the real executable; the numbers stand here as they were published."""
import os
import pathlib
import unittest

from stegvis_cli import LedgerTest, stegvis

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("STEGVIS_SHARED", ROOT.parent / "shared"))
MVAD = SHARED / "data" / "mvad.csv"
AS_OF = "1999-06-30"

COHORT = """
version = 1
[title]
sv = "Prov"
en = "Test"
[cohort]
unit = "person"
entry = { event = "situation_recorded", where = { scheme = ["mvad"] } }
pick = "first"
origin = 1993-09-01
[axis]
unit = "month"
first = 1
until = 70
"""
STATES = ["employment", "FE", "HE", "joblessness", "school", "training"]
SHORT = ["em", "fe", "he", "jl", "sc", "tr"]


def cell(row, column, table):
    value = row[[c["id"] for c in table["columns"]].index(column)]
    return value["value"] if isinstance(value, dict) and "value" in value else value


class Golden(LedgerTest):
    """Rows are read by column id; a table by id and breakdown."""

    @classmethod
    def setUpClass(cls):
        if not MVAD.exists():
            if os.environ.get("CI"):
                raise AssertionError(f"{MVAD} is missing")
            raise unittest.SkipTest(f"skipped: {MVAD} is not here")
        import tempfile
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="stegvis-golden-"))
        cls.book = cls.shared / "mvad"
        for arguments in (("init", cls.book),
                          ("import", cls.book, MVAD, "--mapping",
                           ROOT / "ingest" / "mappings" / "mvad.toml")):
            done = stegvis(*arguments)
            assert done.code == 0, done.err

    @classmethod
    def tearDownClass(cls):
        import shutil
        shutil.rmtree(cls.shared, True)

    def evaluate(self, name, head, tail="", *options):
        file = self.path(name + ".toml", f'name = "{name}"\n{head}\n{COHORT}{tail}')
        options = options or ("--unsuppressed",)
        done = self.ok("evaluate", self.book, file, "--as-of", AS_OF, "--json", *options)
        (section,) = done.objects[0]["sections"]
        return section

    def table(self, section, id, by=()):
        (found,) = [t for t in section["tables"] if t["id"] == id and t["by"] == list(by)]
        return found

    def rows(self, table, *columns):
        return [tuple(cell(r, c, table) for c in columns) for r in table["rows"]]

    def test_transitions_unweighted(self):
        s = self.sequence("")
        t = self.table(s, "transitions")
        golden = {"em": (21801, 44, 56, 143, 9, 49), "fe": (227, 7732, 54, 73, 8, 33),
                  "he": (60, 1, 5787, 11, 0, 3), "jl": (165, 33, 9, 3705, 2, 33),
                  "sc": (58, 33, 74, 23, 3875, 12), "tr": (192, 18, 0, 68, 2, 4735)}
        rows = self.rows(t, "from", *("to_" + n for n in SHORT))
        self.assertEqual({r[0]: r[1:] for r in rows}, golden)
        months = {r[0]: r[1] for r in self.rows(self.table(s, "durations"), "state", "months")}
        self.assertEqual(months, {"em": 22586, "fe": 8136, "he": 5980, "jl": 4040, "sc": 4075,
                                  "tr": 5023})
        measures = {r[0]: r[1:] for r in
                    self.rows(self.table(s, "measures"), "measure", "n", "mean", "median")}
        self.assertEqual(measures["longitudinal_entropy"][0], 712)
        self.assertAlmostEqual(measures["longitudinal_entropy"][1], .3996, delta=5e-5)
        self.assertAlmostEqual(measures["longitudinal_entropy"][2], .3866, delta=5e-5)
        self.assertAlmostEqual(measures["complexity"][1], .10698, delta=5e-6)

    def sequence(self, tail, head=""):
        states = ", ".join(
            f'{{ name = "{s}", title = {{ sv = "{s}", en = "{s}" }}, of = ["{w}"] }}'
            for s, w in zip(SHORT, STATES))
        return self.evaluate("mvad_sequence", 'statistic = "sequence"\n' + head,
                             f'[parameters]\nfrom_status = false\nscheme = "mvad"\n'
                             f'states = [{states}]\n{tail}')

    def test_all_72_months(self):
        global COHORT
        whole = COHORT
        try:
            COHORT = whole.replace("1993-09-01", "1993-07-01").replace("until = 70", "until = 72")
            s = self.sequence("")
        finally:
            COHORT = whole
        rows = self.rows(self.table(s, "transitions"), "from", *("to_" + n for n in SHORT))
        self.assertEqual({r[0]: r[1:] for r in rows},
                         {"em": (22039, 115, 56, 146, 39, 58), "jl": (182, 120, 9, 3892, 39, 64),
                          "fe": (227, 7927, 54, 73, 8, 33), "he": (60, 1, 5787, 11, 0, 3),
                          "sc": (59, 50, 74, 23, 4120, 19), "tr": (197, 21, 0, 69, 4, 4973)})

    def test_weighted_rates_costs_and_distribution(self):
        s = self.sequence('[weight]\nattribute = "weight"\n', 'by = [{attribute = "funemp"}]')
        rates = {r[0]: [round(x, 2) for x in r[1:]] for r in
                 self.rows(self.table(s, "transitions"), "from", *("rate_" + n for n in SHORT))}
        self.assertEqual(rates, {"em": [.99, 0, 0, .01, 0, 0], "fe": [.03, .95, .01, .01, 0, 0],
                                 "he": [.01, 0, .99, 0, 0, 0], "jl": [.04, .01, 0, .94, 0, .01],
                                 "sc": [.01, .01, .02, .01, .95, 0],
                                 "tr": [.04, 0, 0, .01, 0, .94]})
        golden = {("em", "fe"): 1.971, ("em", "he"): 1.987, ("em", "jl"): 1.957,
                  ("em", "sc"): 1.988, ("em", "tr"): 1.961, ("fe", "he"): 1.993,
                  ("fe", "jl"): 1.977, ("fe", "sc"): 1.991, ("fe", "tr"): 1.993,
                  ("he", "jl"): 1.997, ("he", "sc"): 1.981, ("he", "tr"): 1.999,
                  ("jl", "sc"): 1.992, ("jl", "tr"): 1.976, ("sc", "tr"): 1.995}
        costs = {r[0]: dict(zip(SHORT, r[1:])) for r in
                 self.rows(self.table(s, "costs"), "state", *("cost_" + n for n in SHORT))}
        for (a, b), cost in golden.items():
            self.assertEqual(round(costs[a][b], 3), cost, (a, b))
            self.assertEqual(costs[a][b], costs[b][a])
        t = self.table(s, "states")
        first = self.rows(t, *("share_" + n for n in SHORT), "entropy", "base")[:8]
        self.assertEqual([round(r[0], 3) for r in first],
                         [.034, .036, .044, .051, .055, .058, .066, .067])
        self.assertEqual([round(r[1], 3) for r in first],
                         [.223, .217, .215, .215, .209, .206, .204, .200])
        self.assertEqual([round(r[3], 3) for r in first],
                         [.048, .055, .051, .050, .058, .068, .064, .067])
        self.assertEqual([round(r[4], 3) for r in first],
                         [.472, .466, .464, .461, .451, .451, .446, .446])
        self.assertEqual([round(r[6], 2) for r in first],
                         [.72, .73, .73, .74, .75, .76, .77, .77])
        self.assertEqual({r[7] for r in first}, {712})
        means = {r[0]: r[1] for r in self.rows(self.table(s, "durations"), "state", "mean")}
        for state, mean in zip(SHORT, (26.950, 9.136, 10.583, 6.095, 10.079, 7.158)):
            self.assertAlmostEqual(means[state], mean, delta=6e-4, msg=state)
        by = {(r[0], r[1]): r[2] for r in self.rows(self.table(s, "durations", ["funemp"]),
                                                    "funemp", "state", "mean")}
        for level, em, jl in (("no", 26.826, 4.988), ("yes", 27.575, 11.703)):
            self.assertAlmostEqual(by[level, "em"], em, delta=6e-4)
            self.assertAlmostEqual(by[level, "jl"], jl, delta=6e-4)
        frequent = self.rows(self.table(s, "frequent"), "sequence", "share")
        self.assertEqual(frequent[0][0], "(sc,24)-(he,46)")
        self.assertEqual([round(100 * x[1], 1) for x in frequent[:2]], [4.7, 3.5])

    OUTCOME = """
[[outcome]]
name = "employment"
title = { sv = "Arbete", en = "Employment" }
when = { situation = ["employment"], scheme = "mvad" }
[parameters]
times = [1, 6, 12, 24, 36, 48, 60, 70]
interval = "log"
tests = ["log_rank"]
"""

    def test_time_to_first_employment(self):
        s = self.evaluate("mvad_km", 'statistic = "survival"\nby = [' + ",".join(
            f'{{attribute = "{a}"}}' for a in ("gcse5eq", "Grammar", "male", "funemp")) + "]",
            self.OUTCOME)
        t = self.table(s, "at_times")
        survival = {r[0]: r[1:] for r in self.rows(t, "time", "survival", "std_error", "at_risk")}
        for time, value in {1: .883426966, 6: .848314607, 12: .721910112, 24: .521067416,
                            36: .337078652, 48: .259831461, 60: .192415730,
                            70: .165730337}.items():
            self.assertAlmostEqual(survival[time][0], value, delta=5e-10, msg=time)
        self.assertAlmostEqual(survival[12][1], .016791681, delta=5e-10)
        self.assertEqual(survival[70][2], 119)
        n, events, median, low, high = self.rows(self.table(s, "summary"), "n", "events", "median",
                                                 "low", "high")[0]
        self.assertEqual((n, events, median, low, high), (712, 594, 25, 23, 25))
        golden = {"gcse5eq": 67.21801287, "Grammar": 24.67516925, "male": 2.29687254,
                  "funemp": 0.06393040}
        for name, chi_square in golden.items():
            ((found,),) = self.rows(self.table(s, "tests_" + name), "chi_square")
            self.assertAlmostEqual(found, chi_square, delta=5e-8, msg=name)
        medians = [m for (m,) in self.rows(self.table(s, "summary", ["gcse5eq"]), "median")]
        self.assertEqual(medians, [23, 36])

    def test_competing_first_exit(self):
        s = self.evaluate("mvad_competing",
                          'statistic = "competing"\nby = [{attribute="gcse5eq"}]', """
[[outcome]]
name = "employment"
title = { sv = "Arbete", en = "Employment" }
when = { situation = ["employment"], scheme = "mvad" }
[[outcome]]
name = "he"
title = { sv = "Högskola", en = "Higher education" }
when = { situation = ["HE"], scheme = "mvad" }
[parameters]
times = [12, 24, 36, 48, 70]
""")
        t = self.table(s, "at_times")
        found = self.rows(t, "time", "incidence_employment", "incidence_he", "event_employment",
                          "event_he")
        golden = {12: (.27808989, 0), 24: (.47893258, .00421348), 36: (.65589888, .12780899),
                  48: (.72191011, .16151685), 70: (.77387640, .18117978)}
        for time, employment, he, n, m in found:
            self.assertAlmostEqual(employment, golden[time][0], delta=5e-9)
            self.assertAlmostEqual(he, golden[time][1], delta=5e-9)
        self.assertEqual(found[-1][3:], (551, 129))
        by = self.table(s, "at_times", ["gcse5eq"])
        (yes,) = [r for r in self.rows(by, "gcse5eq", "time", "incidence_employment",
                                       "incidence_he") if r[:2] == ("yes", 70)]
        self.assertAlmostEqual(yes[2], .56923077, delta=5e-9)
        self.assertAlmostEqual(yes[3], .4, delta=5e-9)

    def test_retention(self):
        file = self.path("mvad_retention.toml", """
name = "mvad_retention"
version = 1
statistic = "retention"
[title]
sv = "Prov"
en = "Test"
[cohort]
unit = "person"
entry = { situation = ["employment"], scheme = "mvad", at = "running" }
pick = "first"
period = { from = 1993-09-01 }
[axis]
unit = "month"
until = 70
[parameters]
times = [3, 6, 12, 24]
gap_days = 0
open = "carry"
spell = { situation = ["employment"], scheme = "mvad" }
""")
        done = self.ok("evaluate", self.book, file, "--as-of", AS_OF, "--json", "--unsuppressed")
        (s,) = done.objects[0]["sections"]
        found = {r[:2]: r[2:] for r in self.rows(self.table(s, "retention"), "indicator", "horizon",
                                                 "n", "yes", "share", "low", "high")}
        golden = {("point", 3): (589, 515, .874363), ("continuous", 3): (589, 514, .872666),
                  ("point", 6): (587, 494, .841567), ("continuous", 6): (587, 483, .822828),
                  ("point", 12): (552, 441, .798913), ("continuous", 12): (552, 402, .728261),
                  ("point", 24): (506, 388, .766798), ("continuous", 24): (506, 317, .626482)}
        for key, (n, yes, share) in golden.items():
            self.assertEqual(found[key][:2], (n, yes), key)
            self.assertAlmostEqual(found[key][2], share, delta=5e-7, msg=key)
        for horizon, low, high in ((12, .763463, .830232), (24, .728027, .801549)):
            self.assertAlmostEqual(found["point", horizon][3], low, delta=5e-7)
            self.assertAlmostEqual(found["point", horizon][4], high, delta=5e-7)

    def test_one_thread_is_many(self):
        head = 'name = "one"\nstatistic = "survival"\nby = [{attribute = "male"}]\n'
        file = self.path("one.toml", head + COHORT + self.OUTCOME)
        one, two = (self.ok("evaluate", self.book, file, "--as-of", AS_OF, "--json", "--threads", n)
                    for n in (1, 7))
        self.assertEqual(one.raw, two.raw)


if __name__ == "__main__":
    unittest.main()

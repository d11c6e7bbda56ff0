"""Goal: what the simulator builds in is found again, with intervals that cover it as often as they
say. Method: the length of first jobs by Kaplan-Meier over thirty seeds. A job ends each month with
a chance of 28 per mille, 22 more if subsidised, a third less with support at the workplace, which
55 % have (ingest/simulate.hpp, ingest/simulate_jobs.cpp); so who still works after six months
follows."""
import unittest

from stegvis_cli import LedgerTest

DEFINITION = """
name = "job_length"
version = 1
statistic = "retention"
[title]
sv = "Prov"
en = "Test"
[cohort]
unit = "person"
entry = { episode = "job", at = "start", where = { subsidised = SUBSIDISED, reserved = false } }
pick = "first"
[axis]
unit = "month"
until = 47
[parameters]
times = [6]
gap_days = 0
open = "carry"
spell = { episode = "job" }
"""
SEEDS = range(100, 130)
SUPPORTED = .55


def still_at_work(per_mille, months=6):
    """A month's chance is drawn at its beginning: the sixth is over at time 5."""
    alone, supported = 1 - per_mille / 1000, 1 - per_mille * 2 // 3 / 1000
    return (1 - SUPPORTED) * alone ** months + SUPPORTED * supported ** months


class Effects(LedgerTest):
    def curve_at(self, book, definition, time):
        done = self.ok("evaluate", book, definition, "--json", "--unsuppressed")
        (s,) = done.objects[0]["sections"]
        (t,) = [t for t in s["tables"] if t["id"] == "curve" and not t["by"]]
        ids = [c["id"] for c in t["columns"]]
        rows = [dict(zip(ids, row)) for row in t["rows"]]
        return [r for r in rows if r["time"] <= time][-1]

    def test_job_ends_are_covered(self):
        effects = {"false": still_at_work(28), "true": still_at_work(50)}
        covered, sums = {s: 0 for s in effects}, {s: 0 for s in effects}
        definitions = {s: self.path(f"d{s}.toml", DEFINITION.replace("SUBSIDISED", s))
                       for s in effects}
        for seed in SEEDS:
            book = self.init(f"l{seed}")
            self.ok("import", book, "-", "--keep-recorded", stdin=self.ok(
                "simulate", "--participants", 500, "--seed", seed).raw)
            for subsidised, truth in effects.items():
                at = self.curve_at(book, definitions[subsidised], 5)
                covered[subsidised] += at["low"] <= truth <= at["high"]
                sums[subsidised] += at["survival"]
        for subsidised, truth in effects.items():
            # 95 % of thirty are 28.5; fewer than 25 would come once in 500 times.
            self.assertGreaterEqual(covered[subsidised], 25, (subsidised, covered))
            self.assertAlmostEqual(sums[subsidised] / len(SEEDS), truth, delta=.015,
                                   msg=f"subsidised {subsidised}")


if __name__ == "__main__":
    unittest.main()

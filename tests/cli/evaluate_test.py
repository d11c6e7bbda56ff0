"""Goal: an evaluation answers the same for the same facts, whoever asks and whenever; federated is
pooled; a difference is explained to the last count; and what is small does not leave.
Method: simulated programmes with printed seeds through the real executable. A ledger stopped at a
cut is made by importing the events up to it; pooled ledgers by importing several into one."""
import json
import random
import subprocess
import unittest

from stegvis_cli import LedgerTest, enrolled, environment, event

# libm gives other last digits under this.
FMA_HIDDEN = "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX512F"
SHIPPED = ["closer_to_work", "data_latency", "employed_now", "esf_2014_2020",
           "esf_2014_2020_outputs", "esf_plus", "esf_plus_outputs", "four_years", "gap_to_region",
           "job_by_cohort", "kolada_ame", "ladder_funnel", "match_to_placement", "outcomes",
           "programme_in_numbers", "ready_newcomers", "retention", "return_24_months",
           "self_support", "states_by_month", "survey_waves", "time_to_first_placement"]

FEDERATED = """
name = "pooled"
version = 1
statistic = "STATISTIC"
by = [{dimension="sex"}, {dimension="half_year"}]
[title]
sv = "Prov"
en = "Test"
[cohort]
unit = "person"
entry = { event = "participant_enrolled" }
pick = "first"
period = { from = 2017-01-01, until = 2020-12-31 }
"""
COMPETING = FEDERATED.replace("STATISTIC", "competing") + """
[[outcome]]
name = "job"
title = { sv = "Jobb", en = "Job" }
when = { episode = "job" }
[[outcome]]
name = "left"
title = { sv = "Avslut", en = "Exit" }
when = { event = "participant_exited" }
[axis]
unit = "month"
until = 24
[parameters]
times = [6, 12, 24]
"""
PROPORTION = FEDERATED.replace("STATISTIC", "proportion") + """
[[outcome]]
name = "job_12"
title = { sv = "Jobb inom 12 månader", en = "Job within 12 months" }
when = { episode = "job" }
within = { from = "0d", until = "12m" }
"""


def read(done):
    return json.loads(done.out)


def tables(result):
    """(section, table id, breakdown) -> [{column: value}]"""
    found = {}
    for section in result["sections"]:
        for t in section["tables"]:
            ids = [c["id"] for c in t["columns"]]
            found[section["definition"], t["id"], tuple(t["by"])] = [
                dict(zip(ids, row)) for row in t["rows"]]
    return found


class EvaluateTest(LedgerTest):
    def programme(self, name, participants, seed, until=None):
        """A ledger of a simulated programme, and its lines."""
        lines = self.ok("simulate", "--participants", participants, "--seed", seed).out.splitlines()
        if until is not None:
            lines = lines[:until]
        book = self.init(name)
        self.ok("import", book, "-", "--keep-recorded", stdin="\n".join(lines) + "\n")
        return book, lines

    def evaluate(self, book, *arguments):
        return read(self.ok("evaluate", book, *arguments, "--json"))

    def test_every_shipped_definition_gives_a_result_in_all_forms(self):
        # With fewer persons more is hidden, which takes longer.
        book, _ = self.programme("ledger", 300, 11)
        for name in SHIPPED:
            with self.subTest(name):
                folder = self.folder / name
                first = self.ok("evaluate", book, name, "--json", "--out", folder)
                again = self.ok("evaluate", book, name, "--json", "--threads", 1,
                                env=environment(GLIBC_TUNABLES=FMA_HIDDEN))
                self.assertEqual(first.raw, again.raw)
                self.assertEqual((folder / "result.json").read_bytes(), first.raw)
                page = (folder / "report.html").read_text()
                self.assertIn("<html lang=", page)
                self.assertNotIn("<script", page)
                self.assertTrue(list(folder.glob("*.csv")))
                self.ok("evaluate", book, name, "--lang", "en")

    def test_known_at_a_cut_is_a_ledger_that_stopped_there(self):
        for seed in (31, 32):
            book, lines = self.programme(f"whole{seed}", 60, seed)
            chosen = random.Random(seed)
            for _ in range(2):
                cut = chosen.randrange(len(lines) // 3, len(lines))
                stopped, _ = self.programme(f"stopped{seed}-{cut}", 60, seed, until=cut)
                for name in ("outcomes", "retention", "self_support", "states_by_month",
                             "ladder_funnel", "programme_in_numbers", "data_latency"):
                    with self.subTest(seed=seed, cut=cut, name=name):
                        a = self.evaluate(book, name, "--as-recorded", cut, "--unsuppressed")
                        b = self.evaluate(stopped, name, "--unsuppressed")
                        self.assertEqual(a["sections"], b["sections"])
                        self.assertEqual(a["manifest"]["table_hash"], b["manifest"]["table_hash"])

    def federation(self, seeds, definition):
        file = self.path("definition.toml", definition)
        books, everything = [], []
        for seed in seeds:
            lines = self.ok("simulate", "--participants", 40, "--seed", seed).out
            lines = lines.replace("participant/p-", f"participant/l{seed}-")
            book = self.init(f"l{seed}")
            self.ok("import", book, "-", "--keep-recorded", stdin=lines)
            books.append(book)
            for line in lines.splitlines():
                e = json.loads(line)
                if e["subject"].startswith("participant/"):
                    e["source"] += f"/{seed}"
                    del e["sequence"]
                    everything.append(e)
        everything.sort(key=lambda e: e["recordedtime"])
        pooled = self.init("pooled")
        self.ok("import", pooled, "-", "--keep-recorded",
                stdin="".join(json.dumps(e) + "\n" for e in everything))
        keys = 'run = "r1"\n'
        for book in books:
            key = self.ok("keys", "public", book, "--json").objects[0]["public_key"]
            keys += f'[[ledger]]\nname = "{book.name}"\npublic_key = "{key}"\n'
        return file, books, pooled, self.path("keys.toml", keys)

    def test_federated_is_pooled(self):
        for n, definition in enumerate((COMPETING, PROPORTION)):
            self.folder.joinpath(f"f{n}").mkdir()
            outer, self.folder = self.folder, self.folder / f"f{n}"
            file, books, pooled, keys = self.federation((51, 52, 53), definition)
            partials = []
            for book in books:
                partials.append(self.folder / f"{book.name}.partial")
                self.ok("evaluate", book, file, "--as-of", "2020-12-01", "--partial", partials[-1],
                        "--with", keys)
            whole = self.evaluate(pooled, file, "--as-of", "2020-12-01", "--unsuppressed")
            merged = read(self.ok("evaluate", "merge", *partials, "--json", "--unsuppressed"))
            self.assertEqual(merged["sections"], whole["sections"])
            self.assertEqual(merged["manifest"]["table_hash"], whole["manifest"]["table_hash"])
            again = self.folder / "again"
            self.ok("evaluate", books[0], file, "--as-of", "2020-12-01", "--partial", again,
                    "--with", keys)
            self.assertEqual(again.read_bytes(), partials[0].read_bytes())
            self.fails(1, "no partial of", "evaluate", "merge", *partials[:2])
            # The same run for other facts would give both away.
            self.fails(5, "run_reused", "evaluate", books[0], file, "--as-of", "2020-11-01",
                       "--partial", again, "--with", keys)
            self.folder = outer

    def test_an_exact_partial_is_recorded_as_disclosed(self):
        file, books, _, keys = self.federation((61, 62), PROPORTION)
        self.ok("evaluate", books[0], file, "--as-of", "2020-12-01", "--partial",
                self.folder / "x", "--with", keys, "--exact")
        told = [e for e in self.ok("export", books[0]).objects
                if e["type"] == "stegvis.disclosure_made" and "federated" in
                e["data"].get("ground", "")]
        counted = self.evaluate(books[0], file, "--as-of", "2020-12-01", "--unsuppressed",
                                "--as-recorded", told[0]["sequence"].lstrip("0"))
        self.assertEqual(len(told), counted["manifest"]["units_out"])

    def test_differences_add_up(self):
        book, _ = self.programme("ledger", 150, 71)
        for name in ("kolada_ame", "retention", "ladder_funnel"):
            for folder, day in (("march", "2019-03-31"), ("june", "2019-06-30")):
                self.ok("evaluate", book, name, "--as-of", day, "--as-recorded", day,
                        "--unsuppressed", "--out", self.folder / name / folder)
            a, b = (self.folder / name / f / "result.json" for f in ("march", "june"))
            *changed, last = self.ok("evaluate", "diff", book, a, b, "--json",
                                     "--unsuppressed").objects
            self.assertEqual(last["changed"], len(changed))
            self.assertGreater(len(changed), 3)
            for c in changed:
                self.assertAlmostEqual(c["before"] + sum(c["causes"].values()), c["after"],
                                       places=9, msg=c)
                self.assertEqual(c["causes"]["exclusions"], 0)
                self.assertEqual(c["causes"]["since"], 0)
            *pooled, _ = self.ok("evaluate", "diff", book, a, b, "--json").objects
            for c in pooled:
                self.assertAlmostEqual(c["before"] + sum(c["causes"].values()), c["after"],
                                       places=9)
                if isinstance(c["before"], int):
                    for cause, n in c["causes"].items():
                        self.assertTrue(cause == "pooled" or n == 0 or abs(n) > 4, c)
            same = self.ok("evaluate", "diff", book, a, a, "--json").objects[-1]
            self.assertEqual(same["result"], "same")

    def test_two_published_vintages_tell_of_no_few(self):
        book, lines = self.programme("ledger", 1000, 81)
        programme = next(json.loads(x)["subject"] for x in lines if "programme_started" in x)
        cut = len(lines) - 60
        first = self.evaluate(book, "kolada_ame", "--as-recorded", cut)
        m = first["manifest"]
        self.append(event("published", "report_published", programme, "2021-01-15",
                          {"definition": "kolada_ame", "manifest_hash": "a" * 64,
                           "table_hash": m["table_hash"], "cut": m["cut"], "as_of": m["as_of"]}),
                    ledger=book)
        second = self.evaluate(book, "kolada_ame", "--as-recorded", len(lines))
        self.assertEqual(second["manifest"]["reports_compared"], 1)
        before, after = tables(first), tables(second)
        compared = 0
        for key, rows in after.items():
            for row, old in zip(rows, before.get(key, [])):
                for column, value in row.items():
                    was = old.get(column)
                    if not isinstance(value, int) or not isinstance(was, int):
                        continue
                    if column in ("n", "yes", "no", "unknown"):
                        compared += 1
                        self.assertFalse(1 <= abs(value - was) <= 4, (key, row, old))
        self.assertGreater(compared, 3)

    def test_levels_told_as_one_stay_so_in_later_reports(self):
        """Six of unknown sex are told with the men. When they are forty, they could stand alone;
        beside the published report that would tell of the men who came since."""
        self.init()
        file = self.path("count.toml", FEDERATED.replace("STATISTIC", "count"))

        def people(sex, first, n, day):
            for i in range(first, first + n):
                who = f"participant/{sex}-{i}"
                if sex != "unknown":
                    yield event(f"r-{sex}-{i}", "person_registered", who, day, {"sex": sex})
                yield enrolled(who, f"e-{sex}-{i}", day)

        self.append(*people("woman", 0, 30, "2018-03-01"), *people("man", 0, 30, "2018-03-01"),
                    *people("unknown", 0, 6, "2018-03-01"))
        levels = lambda: {r["sex"]: r["n"] for r in tables(self.evaluate(self.ledger, file))[
            "pooled", "analysed", ("sex",)]}
        both = "man + unknown"
        self.assertEqual(levels(), {"woman": 30, both: 36})
        m = self.evaluate(self.ledger, file)["manifest"]
        more = [*people("unknown", 6, 34, "2018-09-01"), *people("man", 30, 8, "2018-09-01")]
        self.append(event("p", "programme_started", "programme/x", "2018-01-01",
                          {}),
                    event("q", "report_published", "programme/x", "2018-06-15",
                          {"definition": "pooled", "manifest_hash": "a" * 64,
                           "table_hash": m["table_hash"], "cut": m["cut"], "as_of": m["as_of"]}),
                    *more)
        self.assertEqual(levels(), {"woman": 30, both: 78})
        alone = tables(self.evaluate(self.ledger, file, "--reports-until", 1))
        self.assertEqual({r["sex"]: r["n"] for r in alone["pooled", "analysed", ("sex",)]},
                         {"woman": 30, "man": 38, "unknown": 40})

    def test_restricted_persons_are_out_and_erased_ones_stay(self):
        self.init()
        lines = [enrolled(f"participant/p-{n}", f"e{n}") for n in range(12)]
        self.append(*lines)
        file = self.path("count.toml", FEDERATED.replace("STATISTIC", "count"))
        counted = lambda: self.evaluate(self.ledger, file, "--unsuppressed")
        self.assertEqual(counted()["manifest"]["units_out"], 12)
        self.append(event("r", "handling_changed", "participant/p-3", "2018-03-01",
                          {"detail": ["restricted"]}),
                    event("s", "handling_changed", "participant/p-4", "2018-03-01",
                          {"detail": ["secrecy_marked"]}))
        now = counted()["manifest"]
        self.assertEqual((now["units_out"], now["restricted"]), (11, 1))
        past = self.evaluate(self.ledger, file, "--unsuppressed", "--as-recorded", 12)["manifest"]
        self.assertEqual((past["units_out"], past["restricted"]), (11, 1))
        self.ok("forget", self.ledger, "participant/p-5", "--confirm", "participant/p-5")
        now = counted()["manifest"]
        self.assertEqual((now["units_out"], now["erased"]), (11, 1))
        self.assertGreater(now["erased_until"], 14)

    def test_what_cannot_be_evaluated_is_said(self):
        self.sample(5)
        self.fails(1, "did you mean", "evaluate", self.ledger, "retentoin")
        self.fails(1, "cannot read", "evaluate", self.ledger, "./nothing.toml")
        wrong = self.path("wrong.toml", 'name = "x"\nversion = 1\nstatistic = "survivla"\n')
        done = self.fails(1, "bad_definition", "evaluate", self.ledger, wrong)
        self.assertIn("wrong.toml:3", done.err)
        self.assertIn("survival", done.err)
        self.fails(2, "", "evaluate", self.ledger, "retention", "--partial", "x")
        self.path("ledger.kek").unlink()
        self.fails(12, "opens sealed", "evaluate", self.ledger, "retention")
        self.ok("evaluate", self.ledger, "data_latency")

    def test_r_agrees_on_simulated_journeys(self):
        """Time to the first job with ties, censoring and two competing exits: survival in R."""
        book, _ = self.programme("ledger", 400, 91)
        file = self.path("days.toml", COMPETING.replace('unit = "month"', 'unit = "day"')
                         .replace("until = 24", "until = 700").replace("[6, 12, 24]", "[90, 365]"))
        result = tables(self.evaluate(book, file, "--unsuppressed"))
        rows = []
        before = None
        for r in result["pooled", "incidence", ()]:
            rows += [f"{r['time']},{cause}" for cause, id in ((1, "event_job"), (2, "event_left"),
                                                             (0, "censored"))
                     for _ in range(r[id])]
            before = r
        data = self.path("exits.csv", "time,cause\n" + "\n".join(rows) + "\n")
        script = """
library(survival)
d <- read.csv(commandArgs(TRUE)[1])
f <- survfit(Surv(time, factor(cause, 0:2)) ~ 1, data = d)
s <- summary(f, times = c(90, 365))
cat(sprintf("%.15g", c(t(s$pstate[, 2:3]), t(s$std.err[, 2:3]))), sep = "\\n")
"""
        done = subprocess.run(["Rscript", "-e", script, data], capture_output=True, text=True,
                              check=True)
        theirs = [float(x) for x in done.stdout.split()]
        at = result["pooled", "at_times", ()]
        ours = [r[c] for r in at for c in ("incidence_job", "incidence_left")] + [
            r[c] for r in at for c in ("std_error_job", "std_error_left")]
        self.assertEqual(len(ours), len(theirs))
        for x, y in zip(ours, theirs):
            self.assertAlmostEqual(x, y, delta=1e-9)
        self.assertIsNotNone(before)


class RDataTest(LedgerTest):
    """aml, lung and mgus2 of Debian's r-cran-survival, told as events."""

    HEAD = """
version = 1
statistic = "STATISTIC"
by = [{attribute = "group"}]
[title]
sv = "Prov"
en = "Test"
[cohort]
unit = "person"
entry = { event = "participant_enrolled" }
pick = "first"
"""

    def data(self, call):
        done = subprocess.run(["Rscript", "-e", f"library(survival); d <- {call}; "
                               "write.csv(d, row.names = FALSE)"], capture_output=True, text=True,
                              check=True)
        lines = done.stdout.splitlines()
        names = [n.strip('"') for n in lines[0].split(",")]
        return [dict(zip(names, [v.strip('"') for v in line.split(",")])) for line in lines[1:]]

    def tell(self, rows, months=False):
        """time, cause (0: censored), group -> a journey that begins on 1980-01-01."""
        import datetime
        origin = datetime.date(1980, 1, 1)
        lines = []
        for n, r in enumerate(rows):
            who, time = f"participant/p-{n}", int(float(r["time"]))
            if months:
                on = datetime.date(1980 + time // 12, time % 12 + 1, 1)
            else:
                on = origin + datetime.timedelta(days=time)
            lines.append(event(f"e{n}", "participant_enrolled", who, "1980-01-01",
                               {"enrolment": "e"}))
            lines.append(event(f"a{n}", "attribute_recorded", who, "1980-01-01",
                               {"attribute": "group", "value": r["group"]}))
            destination = {"0": "unknown", "1": "employed", "2": "other"}[r["cause"]]
            lines.append(event(f"x{n}", "participant_exited", who, str(on),
                               {"enrolment": "e", "destination": destination}))
        self.init()
        self.append(*lines)

    def evaluate(self, statistic, tail):
        head = 'name = "r"\n' + self.HEAD.replace("STATISTIC", statistic)
        file = self.path("r.toml", head + tail)
        return tables(read(self.ok("evaluate", self.ledger, file, "--json", "--unsuppressed")))

    ONE = """
[censoring]
at = [{ event = "participant_exited", where = { destination = ["unknown"] } }]
[[outcome]]
name = "job"
title = { sv = "Jobb", en = "Job" }
when = { event = "participant_exited", where = { destination = ["employed"] } }
"""

    def test_aml(self):
        rows = self.data("data.frame(time = aml$time, cause = aml$status, group = aml$x)")
        self.tell(rows)
        t = self.evaluate("survival", self.ONE + """
[axis]
unit = "day"
until = 161
[parameters]
times = [9, 13, 18, 23, 31, 34, 48]
tests = ["log_rank", "peto_peto"]
""")
        tests = {r["test"]: r["chi_square"] for r in t["r", "tests_group", ()]}
        self.assertAlmostEqual(tests["log_rank"], 3.39638869898, delta=5e-11)
        self.assertAlmostEqual(tests["peto_peto"], 2.779279545, delta=5e-9)
        medians = {r["group"]: r["median"] for r in t["r", "summary", ("group",)]}
        self.assertEqual(medians, {"Maintained": 31, "Nonmaintained": 23})
        kept = [round(r["survival"], 3) for r in t["r", "at_times", ("group",)]
                if r["group"] == "Maintained"]
        self.assertEqual(kept, [.909, .818, .716, .614, .491, .368, .184])

    def test_lung(self):
        rows = self.data("data.frame(time = lung$time, cause = lung$status - 1, group = lung$sex)")
        self.tell(rows)
        t = self.evaluate("survival", self.ONE + """
[axis]
unit = "day"
until = 1100
[parameters]
times = [180, 365]
interval = "log"
tests = ["log_rank"]
""")
        self.assertAlmostEqual(t["r", "tests_group", ()][0]["chi_square"], 10.3267419549,
                               delta=5e-10)
        at = [r["survival"] for r in t["r", "at_times", ()]]
        self.assertAlmostEqual(at[0], .7216706534, delta=5e-11)
        self.assertAlmostEqual(at[1], .4092416245, delta=5e-11)
        (s,) = t["r", "summary", ()]
        self.assertEqual((s["median"], s["low"], s["high"]), (310, 285, 363))
        self.assertEqual([r["median"] for r in t["r", "summary", ("group",)]], [270, 426])

    def test_mgus2(self):
        rows = self.data("with(mgus2, data.frame(time = ifelse(pstat == 0, futime, ptime), "
                         "cause = ifelse(pstat == 0, 2 * death, 1), group = sex))")
        self.tell(rows, months=True)
        t = self.evaluate("competing", """
[censoring]
at = [{ event = "participant_exited", where = { destination = ["unknown"] } }]
[[outcome]]
name = "pcm"
title = { sv = "PCM", en = "PCM" }
when = { event = "participant_exited", where = { destination = ["employed"] } }
[[outcome]]
name = "death"
title = { sv = "Död", en = "Death" }
when = { event = "participant_exited", where = { destination = ["other"] } }
[axis]
unit = "month"
until = 424
[parameters]
times = [60, 120, 240]
""")
        at = t["r", "at_times", ()]
        for row, pcm, death in zip(at, (.0341037130, .0637221680, .0998137159),
                                   (.320367010, .531817704, .724027976)):
            self.assertAlmostEqual(row["incidence_pcm"], pcm, delta=5e-11)
            self.assertAlmostEqual(row["incidence_death"], death, delta=5e-10)
        (last,) = [r for r in t["r", "at_times", ()] if r["time"] == 240]
        self.assertGreater(last["event_death"], 0)
        events = [sum(r[c] for r in t["r", "incidence", ()]) for c in
                  ("event_pcm", "event_death", "censored")]
        self.assertEqual(events, [115, 860, 409])


if __name__ == "__main__":
    unittest.main()

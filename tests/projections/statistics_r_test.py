"""Goal: projections/statistics gives R's numbers.
Method: random persons from a printed seed (STEGVIS_SEED replays one, STEGVIS_ROUNDS asks for more)
with ties, late entry, weights, competing causes and strata, and R's own data sets, go through
statistics_oracle and through statistics_reference.R (packages survival and cmprsk); what both print
under one name must agree to 1e-9. Groups of like persons reach the oracle as one exposure. The
published numbers of the mvad study are compared as printed."""
import csv
import math
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest
from collections import defaultdict

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("STEGVIS_SHARED", ROOT.parent / "shared"))
MVAD = SHARED / "data" / "mvad.csv"
BUILD = pathlib.Path(os.environ.get("STEGVIS_BUILD", ROOT / "build" / "release"))
ORACLE = os.environ.get("STEGVIS_STATISTICS_ORACLE", BUILD / "tests" / "statistics_oracle")
REFERENCE = pathlib.Path(__file__).with_name("statistics_reference.R")
SEED = int(os.environ.get("STEGVIS_SEED", 0))
ROUNDS = min(int(os.environ.get("STEGVIS_ROUNDS", 40)), 400)
RELATIVE, ABSOLUTE = 1e-9, 1e-12


class Person:
    def __init__(self, exit_, cause, entry=None, weight=1.0, group=0, stratum=0):
        self.entry, self.exit, self.cause, self.weight = entry, exit_, cause, weight
        self.group, self.stratum = group, stratum


def exposure_lines(persons):
    """Like persons as one group of them, in an order of no meaning."""
    like = defaultdict(list)
    for p in persons:
        like[p.group, p.stratum, p.entry, p.exit, p.cause].append(p.weight)
    for key, weights in sorted(like.items(), key=lambda item: hash(item[0])):
        group, stratum, entry, exit_, cause = key
        sums = math.fsum(weights), math.fsum(w * w for w in weights)
        yield (f"e {group} {stratum} {'-' if entry is None else entry} {exit_} {cause} "
               f"{len(weights)} {sums[0]!r} {sums[1]!r}")


class Cases:
    """Requests to both programs; a case is named by what a failure should say."""

    def __init__(self):
        self.oracle_lines, self.persons, self.requests = [], [], []

    def ask(self, case, persons, what, *words):
        self.oracle_lines += exposure_lines(persons)
        self.oracle_lines.append(" ".join([what, case, *map(str, words)]))
        self.requests.append([case, what, *words, *[""] * (4 - len(words))])
        for p in persons:
            entry = "NA" if p.entry is None else p.entry
            self.persons.append([case, p.group, p.stratum, entry, p.exit, p.cause,
                                 repr(p.weight)])

    def ask_function(self, case, name, *numbers):
        text = " ".join(map(repr, numbers))
        self.oracle_lines.append(f"f {case} {name} {text}")
        self.requests.append([case, "f", name, text, "", ""])


def table_of(text):
    """"case name ... value" as {case: {name: value}}."""
    cases = defaultdict(dict)
    for line in text.splitlines():
        case, *name, value = line.split()
        cases[case][" ".join(name)] = None if value == "NA" else float(value)
    return cases


def ask_oracle(lines):
    done = subprocess.run([ORACLE], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return table_of(done.stdout)


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([header, *rows])


def ask_r(script, folder):
    assert shutil.which("Rscript"), "needs r-base-core, r-cran-survival and r-cran-cmprsk"
    done = subprocess.run(["Rscript", "--vanilla", script, folder], capture_output=True, text=True,
                          check=False, timeout=1000)
    assert done.returncode == 0, done.stderr


def ask_both(cases):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write_csv(folder / "persons.csv",
                  ["case", "group", "stratum", "entry", "exit", "cause", "weight"], cases.persons)
        write_csv(folder / "requests.csv", ["case", "what", "a", "b", "c", "d"], cases.requests)
        ask_r(REFERENCE, folder)
        reference = table_of((folder / "reference.txt").read_text(encoding="utf-8"))
    return ask_oracle(cases.oracle_lines), reference


def random_persons(dice, causes=1, groups=1, strata=1, late=False, weights="one", sizes=None):
    """Few distinct times, so that ties abound; every cause, group and stratum occurs."""
    longest, size = sizes or (dice.choice([4, 12, 40]), dice.choice([12, 30, 120]))
    persons = []
    for i in range(size):
        entry = dice.randrange(0, longest) if late and dice.random() < 0.5 else None
        first = 0 if entry is None else entry + 1
        weight = 1.0
        if weights == "whole":
            weight = float(dice.randrange(1, 6))
        elif weights == "broken":
            weight = dice.choice([0.25, 0.33, 1.0, 1.7, 4.125])
        persons.append(Person(dice.randrange(first, longest + 2),
                              i % (causes + 1) if i <= causes else
                              dice.choice([0, *range(causes + 1)]),
                              entry, weight, i % groups, dice.randrange(strata)))
    return persons


def random_cases():
    cases = Cases()
    for n in range(ROUNDS):
        dice = random.Random(SEED * 1000 + n)
        late, weights = n % 3 == 1, ("one", "whole", "broken")[n % 4 % 3]
        kind = ("log", "log_log", "plain")[n % 3]
        tau = dice.randrange(1, 50)
        curve = random_persons(dice, 2, late=late, weights=weights)
        for variance in ("greenwood", "jackknife"):
            cases.ask(f"survival-{variance}-{n}", curve, "survival", kind, variance, tau)
        causes = dice.choice([1, 2, 3])
        cases.ask(f"competing-{n}", random_persons(dice, causes, late=late, weights=weights),
                  "competing", kind, "jackknife", causes, tau)
        plain = random_persons(dice, causes)
        cases.ask(f"aalen-{n}", plain, "competing", kind, "aalen", causes, tau)
        groups, strata = dice.choice([2, 3, 4]), dice.choice([1, 1, 3])
        compared = random_persons(dice, 2, groups, strata)
        for test in ("log_rank", "peto_peto", "1", "2"):
            cases.ask(f"compare-{test}-{n}", compared, "compare", test, groups)
        # R's exact score test tries all combinations of those tied, so these are few.
        few = random_persons(dice, 1, groups, strata, late=True, sizes=(20, 30))
        cases.ask(f"late-{n}", few, "compare", "log_rank", groups)
        random_functions(cases, dice, n)
    return cases


def random_functions(cases, dice, n):
    size = dice.randrange(1, 300)
    yes = dice.randrange(0, size + 1)
    target = dice.choice([0.01, 0.1, 0.25, 0.5, 0.9])
    cases.ask_function(f"f-wilson-{n}", "wilson", yes, size, 1.959963984540054)
    cases.ask_function(f"f-funnel-{n}", "funnel", target, size)
    cases.ask_function(f"f-binomial-{n}", "binomial", yes, size, target)
    cases.ask_function(f"f-chi-{n}", "chi_square", dice.random() * 40, dice.randrange(1, 9))
    cases.ask_function(f"f-normal-{n}", "normal", dice.choice([0.5, 0.8, 0.9, 0.95, 0.99, 0.998]))
    cases.ask_function(f"f-log-{n}", "log", dice.random() * 10 ** dice.randrange(-5, 9))
    cases.ask_function(f"f-log2-{n}", "log2", dice.random() * 10 ** dice.randrange(-5, 9))
    cases.ask_function(f"f-exp-{n}", "exp", (dice.random() - 0.5) * 100)
    cases.ask_function(f"f-pow-{n}", "pow", dice.random() * 3, (dice.random() - 0.5) * 20)
    values = [dice.randrange(-3, 20) for _ in range(dice.randrange(2, 30))]
    cases.ask_function(f"f-quantile-{n}", "quantile", dice.choice([0, 0.1, 0.5, 0.75, 1]), *values)
    cases.ask_function(f"f-holm-{n}", "holm",
                       *[dice.choice([0.001, 0.01, 0.02, dice.random()]) for _ in range(6)])


class AgainstR(unittest.TestCase):
    """Random cases, all asked at once; one test for each kind."""

    @classmethod
    def setUpClass(cls):
        cls.ours, cls.reference = ask_both(random_cases())

    def agree(self, prefix, least):
        """Every name that R gives agrees; `least` of them, so that no case is silently empty."""
        compared = 0
        cases = [case for case in self.reference if case.startswith(prefix)]
        self.assertTrue(cases)
        for case in cases:
            for name, theirs in self.reference[case].items():
                said = f"{case} {name}; repeat: STEGVIS_SEED={SEED} STEGVIS_ROUNDS={ROUNDS}"
                self.assertIn(name, self.ours[case], said)
                mine = self.ours[case][name]
                if theirs is None or mine is None:
                    self.assertEqual(theirs, mine, said)
                else:
                    close = math.isclose(theirs, mine, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
                    self.assertTrue(close, f"{said}: R {theirs!r}, ours {mine!r}")
                compared += 1
        self.assertGreaterEqual(compared, least * len(cases))

    def same_names(self, prefix, besides=()):
        for case, names in self.reference.items():
            if case.startswith(prefix) and names.get("chi_square", 0) is not None:
                kept = {n for n in self.ours[case] if not n.startswith(tuple(besides))}
                self.assertEqual(set(), kept - set(names), case)

    def test_kaplan_meier_with_greenwood(self):
        self.agree("survival-greenwood", 20)
        self.same_names("survival-greenwood", ("quantile",))

    def test_kaplan_meier_with_the_jackknife(self):
        self.agree("survival-jackknife", 20)
        self.same_names("survival-jackknife", ("quantile",))

    def test_aalen_johansen_and_restricted_times(self):
        self.agree("competing", 20)
        self.same_names("competing")

    def test_aalens_variance(self):
        self.agree("aalen", 6)

    def test_log_rank_and_strata(self):
        self.agree("compare-log_rank", 9)
        self.same_names("compare-log_rank")

    def test_peto_peto(self):
        self.agree("compare-peto_peto", 9)
        self.same_names("compare-peto_peto")

    def test_gray(self):
        self.agree("compare-1", 3)
        self.agree("compare-2", 3)

    def test_log_rank_with_late_entry(self):
        self.agree("late", 0.9)  # less where R drops a group

    def test_functions(self):
        self.agree("f-", 1)
        self.same_names("f-")


DATA_SETS = """
library(survival)
folder <- commandArgs(trailingOnly = TRUE)[1]
save <- function(name, group, exit, cause) write.csv(
  data.frame(group = as.integer(factor(group)) - 1, exit = exit, cause = cause),
  file.path(folder, paste0(name, ".csv")), row.names = FALSE)
with(aml, save("aml", x, time, status))
with(lung, save("lung", sex, time, status - 1))
with(mgus2, save("mgus2", sex, ifelse(pstat == 0, futime, ptime), ifelse(pstat == 1, 1, 2 * death)))
"""


class PublishedOfR(unittest.TestCase):
    """Data sets of the survival package, against the numbers printed in its vignettes."""

    @classmethod
    def setUpClass(cls):
        cls.persons = {}
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "data_sets.R"
            script.write_text(DATA_SETS, encoding="utf-8")
            ask_r(script, folder)
            for name in ("aml", "lung", "mgus2"):
                with open(pathlib.Path(folder) / f"{name}.csv", encoding="utf-8") as f:
                    cls.persons[name] = [
                        Person(int(r["exit"]), int(r["cause"]), group=int(r["group"]))
                        for r in csv.DictReader(f)]

    def answer(self, name, what, *words, group=None):
        chosen = [p for p in self.persons[name] if group in (None, p.group)]
        return ask_oracle([*exposure_lines(chosen), " ".join([what, "x", *words])])["x"]

    def test_aml(self):
        ranks = self.answer("aml", "compare", "log_rank", "2")
        self.assertAlmostEqual(3.39638869898, ranks["chi_square"], 11)
        self.assertAlmostEqual(0.07, ranks["p"], 2)
        self.assertAlmostEqual(7.31, ranks["expected 1"], 2)
        peto = self.answer("aml", "compare", "peto_peto", "2")
        self.assertAlmostEqual(2.779279545, peto["chi_square"], 9)
        medians = [self.answer("aml", "survival", "log", "greenwood", "1", group=g)["quantile 50"]
                   for g in (0, 1)]
        self.assertEqual([31, 23], medians)

    def test_lung(self):
        both = self.answer("lung", "survival", "log", "greenwood", "1")
        self.assertEqual([310, 285, 363], [both[n] for n in
                                           ("quantile 50", "quantile_low 50", "quantile_high 50")])
        self.assertAlmostEqual(0.7216706534, at(both, "S", 180), 10)
        self.assertAlmostEqual(0.4092416245, at(both, "S", 365), 10)
        medians = [self.answer("lung", "survival", "log", "greenwood", "1", group=g)["quantile 50"]
                   for g in (0, 1)]
        self.assertEqual([270, 426], medians)
        ranks = self.answer("lung", "compare", "log_rank", "2")
        self.assertAlmostEqual(10.3267419549, ranks["chi_square"], 10)

    def test_mgus2(self):
        causes = [sum(p.cause == k for p in self.persons["mgus2"]) for k in (1, 2, 0)]
        self.assertEqual([115, 860, 409], causes)
        printed = ([9.853608, 1.323284, 8.823108], [8.675012, 1.064693, 10.260294])
        errors = (0.290906, 0.262694)
        for group, years in enumerate(printed):
            times = self.answer("mgus2", "competing", "log", "jackknife", "2", "240", group=group)
            for state, value in enumerate(years):
                self.assertAlmostEqual(value, times[f"mean {state}"] / 12, 6)
            self.assertAlmostEqual(errors[group], times["mean_se 0"] / 12, 6)
        both = self.answer("mgus2", "competing", "log", "jackknife", "2", "240")
        for state, values in ((1, (0.0341037130, 0.0637221680, 0.0998137159)),
                              (2, (0.320367010, 0.531817704, 0.724027976))):
            for month, value in zip((60, 120, 240), values):
                self.assertAlmostEqual(value, at(both, f"P {state}", month), 9)


def at(answer, name, time):
    """The step that holds at a time."""
    times = [int(key.split()[-1]) for key in answer if key.rsplit(" ", 1)[0] == name]
    return answer[f"{name} {max(t for t in times if t <= time)}"]


STATES = ("employment", "FE", "HE", "joblessness", "school", "training")
SKIPPED_MONTHS = 2  # July and August 1993


@unittest.skipUnless(MVAD.exists(), "no mvad.csv")
class PublishedOfMvad(unittest.TestCase):
    """The study of 712 school leavers: the TraMineR vignette, and counts of shared/domain."""

    @classmethod
    def setUpClass(cls):
        with open(MVAD, encoding="utf-8") as f:
            cls.rows = list(csv.DictReader(f))
        months = list(cls.rows[0])[14:]
        cls.whole = [[STATES.index(r[m]) for m in months] for r in cls.rows]
        cls.sequences = [s[SKIPPED_MONTHS:] for s in cls.whole]
        cls.weights = [r["weight"] for r in cls.rows]

    def answer(self, sequences, what, *words):
        lines = ["s " + " ".join(map(str, s)) for s in sequences]
        return ask_oracle([*lines, " ".join([what, "x", "6", *words])])["x"]

    def matrix(self, answer, name):
        return [[answer[f"{name} {i} {j}"] for j in range(6)] for i in range(6)]

    def test_transition_counts(self):
        ones = ["1"] * len(self.rows)
        counts = self.matrix(self.answer(self.sequences, "transitions", *ones), "count")
        self.assertEqual([[21801, 44, 56, 143, 9, 49], [227, 7732, 54, 73, 8, 33],
                          [60, 1, 5787, 11, 0, 3], [165, 33, 9, 3705, 2, 33],
                          [58, 33, 74, 23, 3875, 12], [192, 18, 0, 68, 2, 4735]], counts)
        whole = self.matrix(self.answer(self.whole, "transitions", *ones), "count")
        self.assertEqual([22039, 115, 56, 146, 39, 58], whole[0])
        self.assertEqual([197, 21, 0, 69, 4, 4973], whole[5])

    def test_weighted_rates_costs_and_entropies(self):
        answer = self.answer(self.sequences, "transitions", *self.weights)
        printed = [[.99, 0, 0, .01, 0, 0], [.03, .95, .01, .01, 0, 0], [.01, 0, .99, 0, 0, 0],
                   [.04, .01, 0, .94, 0, .01], [.01, .01, .02, .01, .95, 0],
                   [.04, 0, 0, .01, 0, .94]]
        for wanted, row in zip(printed, self.matrix(answer, "rate")):
            self.assertEqual(wanted, [round(x, 2) for x in row])
        costs = iter((1.971, 1.987, 1.957, 1.988, 1.961, 1.993, 1.977, 1.991, 1.993, 1.997, 1.981,
                      1.999, 1.992, 1.976, 1.995))
        for i in range(6):
            for j in range(i + 1, 6):
                self.assertEqual(next(costs), round(answer[f"cost {i} {j}"], 3))
                self.assertEqual(answer[f"cost {i} {j}"], answer[f"cost {j} {i}"])
        entropies = [round(answer[f"entropy {t}"], 2) for t in range(8)]
        self.assertEqual([.72, .73, .73, .74, .75, .76, .77, .77], entropies)

    def test_measures_of_persons(self):
        answer = self.answer(self.sequences, "measures")
        values = {name: [answer[f"{name} {i}"] for i in range(712)]
                  for name in ("entropy", "complexity", "transitions")}
        entropy, complexity = values["entropy"], values["complexity"]
        for wanted, got in zip((.07240966, .38662498, .61243051, .04581300, .07485493, .16317908),
                               (*entropy[:3], *complexity[:3])):
            self.assertAlmostEqual(wanted, got, 8)
        self.assertAlmostEqual(.3996, sum(entropy) / 712, 4)
        self.assertAlmostEqual(.3866, sorted(entropy)[356], 4)
        self.assertAlmostEqual(.8548, max(entropy), 4)
        self.assertAlmostEqual(.10698, sum(complexity) / 712, 5)
        self.assertAlmostEqual(.33391, max(complexity), 5)
        self.assertEqual(1493, sum(values["transitions"]))

    def first_job(self, higher_education=False, by=None):
        """Time to the first month of employment; higher education is no end, or a cause."""
        persons = []
        for row, sequence in zip(self.rows, self.sequences):
            ends = (0, 2) if higher_education else (0,)
            t = next((t for t, s in enumerate(sequence, 1) if s in ends), None)
            cause = 0 if t is None else 1 + ends.index(sequence[t - 1])
            persons.append(Person(t or 70, cause, group=int(row[by] == "yes") if by else 0))
        return list(exposure_lines(persons))

    def test_time_to_the_first_job(self):
        answer = ask_oracle([*self.first_job(), "survival x log_log greenwood 70"])["x"]
        for t, s in ((1, .883426966), (6, .848314607), (12, .721910112), (24, .521067416),
                     (36, .337078652), (48, .259831461), (60, .192415730), (70, .165730337)):
            self.assertAlmostEqual(s, at(answer, "S", t), 9)
        self.assertAlmostEqual(.016791681, at(answer, "se", 12), 9)
        self.assertEqual(594, sum(v for n, v in answer.items() if n.startswith("d ")))
        self.assertEqual([25, 23, 25], [answer[n] for n in ("quantile 50", "quantile_low 50",
                                                            "quantile_high 50")])
        for by, chi in (("gcse5eq", 67.21801287), ("Grammar", 24.67516925), ("male", 2.29687254),
                        ("funemp", .06393040)):
            ranks = ask_oracle([*self.first_job(by=by), "compare x log_rank 2"])["x"]
            self.assertAlmostEqual(chi, ranks["chi_square"], 8)
            if by == "gcse5eq":
                self.assertEqual([409, 185], [ranks["observed 0"], ranks["observed 1"]])
                self.assertAlmostEqual(314.45947, ranks["expected 0"], 5)
            if by == "male":
                self.assertAlmostEqual(.129635, ranks["p"], 6)

    def test_job_or_higher_education_first(self):
        answer = ask_oracle([*self.first_job(True), "competing x log jackknife 2 70"])["x"]
        for cause, values in ((1, (.27808989, .47893258, .65589888, .72191011, .77387640)),
                              (2, (0, .00421348, .12780899, .16151685, .18117978))):
            for t, value in zip((12, 24, 36, 48, 70), values):
                self.assertAlmostEqual(value, at(answer, f"P {cause}", t), 8)


if __name__ == "__main__":
    unittest.main()

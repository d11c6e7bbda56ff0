"""Goal: a run's result comes in every form, its figures are those of the report, a definition of
one's own is checked with line and key, and two runs are compared with small causes pooled.
Method: a simulated programme behind a server, the command line beside it as the judge."""
import re
import time
import unittest
from xml.etree import ElementTree

from stegvis_http import ServedTest

OWN = '''name = "starts"
version = 1
statistic = "count"
[title]
sv = "<script>alert(1)</script>&"
en = "<script>alert(1)</script>&"
[cohort]
unit = "person"
entry = { event = "participant_enrolled" }
[parameters]
period = "year"
'''


class EvaluationsTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.sample(200, 5)

    def run_of(self, server, order, path="/v1/evaluations"):
        """The address of the run once it has ended."""
        started = server.ask("POST", path, order)
        self.assertEqual(started.status, 202, started.text)
        where = started.headers["Location"]
        while server.get(where).json["state"] not in ("done", "failed", "cancelled"):
            time.sleep(0.02)
        return where

    def done(self, server, order, path="/v1/evaluations"):
        where = self.run_of(server, order, path)
        self.assertEqual(server.get(where).json["state"], "done", server.get(where).text)
        return where

    def test_figures_are_those_of_the_report(self):
        server = self.serve("--role", "analyst")
        where = self.done(server, {"definition": "outcomes", "as_of": "2019-12-31"})
        english = {"Accept_Language": "en"}
        page = server.get(where + "/result?format=html", **english).text
        listed = server.get(where + "/figures", **english).json
        figures = listed["figures"]
        self.assertGreater(len(figures), 1)
        self.assertEqual([f["figure"] for f in figures],
                         [f"f{n + 1}" for n in range(len(figures))])
        self.assertEqual(page.count("<svg "), len(figures))
        for f in figures:
            one = server.get(f"{where}/result?format=svg&figure={f['figure']}", **english)
            self.assertEqual(one.headers["Content-Type"], "image/svg+xml")
            self.assertIn(one.text, page)
            root = ElementTree.fromstring(one.text)
            self.assertEqual(root.find("{*}title").text, f["title"])
            self.assertEqual(root.find("{*}desc").text, f["finding"])
        for t in listed["tables"]:
            self.assertEqual(
                server.get(f"{where}/result?format=csv&table={t['name']}").status, 200, t)
        self.assertIn("<svg ", server.get(where + "/result", Accept="image/svg+xml").text)
        none = server.get(where + "/result?format=svg&figure=f999")
        self.assertEqual((none.status, none.json["errors"][0]["pointer"]), (400, "figure"))

    def test_a_definition_of_ones_own(self):
        server = self.serve("--role", "evaluator")
        where = self.done(server, {"definition_text": OWN, "as_of": "2019-12-31"})
        by_hand = self.ok("evaluate", self.ledger, self.path("own.toml", OWN), "--as-of",
                          "2019-12-31", "--json")
        self.assertEqual(server.get(where + "/result").text, by_hand.out)
        page = server.get(where + "/result?format=html").text
        self.assertNotIn("<script", page)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;&amp;", page)
        wrong = server.ask("POST", "/v1/evaluations",
                           {"definition_text": OWN.replace("participant_enrolled", "enroled")})
        self.assertEqual((wrong.status, wrong.code), (400, "bad_definition"))
        self.assertEqual(wrong.json["errors"][0]["line"], 9)
        self.assertIn("definitions/README.md", wrong.json["hint"])
        for order in ({}, {"definition": "retention", "definition_text": OWN}, [],
                      {"definition_text": 1}, {"definition_text": OWN, "more": "x"}):
            self.assertEqual(server.ask("POST", "/v1/evaluations", order).status, 400, order)
        analyst = self.serve("--role", "analyst")
        refused = analyst.ask("POST", "/v1/evaluations", {"definition_text": OWN})
        self.assertEqual((refused.status, refused.code), (403, "forbidden"))

    def test_two_runs_are_compared_as_on_the_command_line(self):
        question = {"definition": "time_to_first_placement", "as_of": "2019-06-30",
                    "as_recorded": "2019-06-30"}
        later = {**question, "as_recorded": "2020-06-30"}
        server = self.serve("--role", "manager")
        runs = [self.done(server, q) for q in (question, later)]
        ids = [where.rsplit("/", 1)[1] for where in runs]
        order = {"before": ids[0], "after": ids[1]}
        where = self.done(server, order, "/v1/evaluations/differences")
        files = [self.path(f"{n}.json", server.get(r + "/result").text)
                 for n, r in enumerate(runs)]
        *values, summary = self.ok("evaluate", "diff", self.ledger, *files, "--json").objects
        told = server.get(where + "/result").json
        self.assertEqual(told["values"], values)
        self.assertGreater(len(values), 0)
        self.assertEqual((told["compared"], told["changed"]),
                         (summary["compared"], summary["changed"]))
        # What fewer than five caused stands pooled; the named role sees it by its cause.
        *whole, _ = self.ok("evaluate", "diff", self.ledger, *files, "--json",
                            "--unsuppressed").objects
        self.assertNotEqual(whole, values)
        named = self.serve("--role", "manager", "--role", "confidential")
        runs = [self.done(named, q) for q in (question, later)]
        order = {"before": runs[0].rsplit("/", 1)[1], "after": runs[1].rsplit("/", 1)[1]}
        where = self.done(named, order, "/v1/evaluations/differences")
        self.assertEqual(named.get(where + "/result").json["values"], whole)
        # A difference is no evaluation, and others' runs are nobody's.
        self.assertEqual(named.get(where + "/result?format=csv").status, 400)
        self.assertEqual(named.get(where + "/figures").status, 404)
        lost = named.ask("POST", "/v1/evaluations/differences", {**order, "before": ids[0]})
        self.assertEqual((lost.status, lost.json["errors"][0]["pointer"]), (404, "/before"))
        back = self.run_of(named, {"before": order["after"], "after": order["before"]},
                           "/v1/evaluations/differences")
        self.assertEqual(named.get(back).json["code"], "bad_argument")


if __name__ == "__main__":
    unittest.main()

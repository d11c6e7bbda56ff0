"""Goal: the dashboard and the alerts can be loaded, and name only metrics that the README lists.
Method: both are parsed; the table is the list."""
import json
import pathlib
import re
import subprocess
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "ops" / "grafana"
# The interpreter for which ops/install fetches python3-yaml; the one that runs this may be another.
PYTHON_WITH_YAML = "/usr/bin/python3"
YAML_TO_JSON = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"


def metrics(text):
    return set(re.findall(r"\bstegvis_\w+", text))


def listed():
    """Name to (labels, type), from the README's table."""
    row = r"^\| `(stegvis_\w+)(?:\{(\w+)\})?` \| (\w+) \| .+ \|$"
    return {name: (label, kind) for name, label, kind in
            re.findall(row, (FOLDER / "README.md").read_text(), re.M)}


def dashboard():
    return json.loads((FOLDER / "stegvis.json").read_text())


def alerts():
    done = subprocess.run([PYTHON_WITH_YAML, "-c", YAML_TO_JSON], capture_output=True, text=True,
                          input=(FOLDER / "alerts.yaml").read_text(), timeout=30)
    if done.returncode != 0:
        raise AssertionError(f"alerts.yaml: {done.stderr}")
    return [rule for group in json.loads(done.stdout)["groups"] for rule in group["rules"]]


def expressions():
    """Of both, as (where, expression)."""
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for rule in alerts():
        yield rule["alert"], rule["expr"]


class Dashboard(unittest.TestCase):
    def test_every_metric_is_listed_and_every_listed_one_is_shown(self):
        for where, expression in expressions():
            self.assertTrue(metrics(expression), f"{where} names no metric")
            self.assertEqual(set(), metrics(expression) - set(listed()), where)
        self.assertEqual(set(listed()), metrics(json.dumps(dashboard())))

    def test_counters_are_read_as_rates_and_gauges_as_they_are(self):
        for where, expression in expressions():
            for name in metrics(expression):
                _, kind = listed()[name]
                self.assertEqual(kind == "counter", name.endswith("_total"), name)
                rated = bool(re.search(rf"(rate|increase)\({name}\b", expression))
                self.assertEqual(kind == "counter", rated, f"{where}: {name}")

    def test_labels_are_those_listed(self):
        known = {"job", "instance"}
        for where, expression in expressions():
            labels = {listed()[name][0] for name in metrics(expression)} - {""}
            used = set(re.findall(r"(\w+)=~?\"", expression))
            for group in re.findall(r"by \(([^)]*)\)", expression):
                used |= set(group.split(", "))
            self.assertEqual(set(), used - known - labels, where)

    def test_panels_have_a_place_a_source_and_a_word_for_people(self):
        taken = set()
        for panel in dashboard()["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                     for y in range(at["y"], at["y"] + at["h"])}
            self.assertEqual(set(), cells & taken, f"{panel['title']} covers another")
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            taken |= cells
            self.assertEqual("${source}", panel["datasource"]["uid"], panel["title"])
            self.assertTrue(panel["description"].endswith("."), panel["title"])
        self.assertEqual(len(dashboard()["panels"]), len({p["id"] for p in dashboard()["panels"]}))

    def test_alerts_say_what_happened_and_what_to_do(self):
        rules = alerts()
        self.assertEqual(len(rules), len({rule["alert"] for rule in rules}))
        for rule in rules:
            self.assertIn(rule["labels"]["severity"], ("warning", "critical"), rule["alert"])
            self.assertIn("$labels.job", rule["annotations"]["summary"], rule["alert"])
            self.assertTrue(rule["annotations"]["action"].endswith("."), rule["alert"])


if __name__ == "__main__":
    unittest.main()

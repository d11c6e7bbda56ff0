"""Goal: the AsyncAPI document holds what it is made of: every event type with its schema, in the
topics where it may stand, and nothing that it points to is missing. Method: the executable; the
document's form itself was checked once with @asyncapi/parser (no errors)."""
import json
import unittest

from stegvis_cli import stegvis

GROUPS = {"person": {"events"}, "reference": {"reference"}, "any": {"events", "reference"}}


def references_in(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            yield from references_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from references_in(value)


class AsyncApiTest(unittest.TestCase):
    def document(self, *options):
        done = stegvis("schema", "topics", *options)
        self.assertEqual(0, done.code, done.err)
        return json.loads(done.out)

    def test_whatever_it_points_to_is_there(self):
        document = self.document()
        references = set(references_in(document))
        self.assertGreater(len(references), 200)
        for reference in references:
            self.assertTrue(reference.startswith("#/"))
            node = document
            for step in reference[2:].split("/"):
                node = node[step]

    def test_every_type_stands_with_its_schema_in_its_topics(self):
        document = self.document("--name", "sample", "--partitions", "24")
        channels = document["channels"]
        found = {}
        for name in ("events", "reference"):
            self.assertEqual(f"sample.{name}", channels[name]["address"])
            for message in channels[name]["messages"]:
                found.setdefault(message, set()).add(name)
        self.assertEqual(GROUPS["any"], found.pop("checkpoint"))
        types = {t["type"] for t in stegvis("schema", "--json").objects}
        self.assertEqual(types, set(found))
        # Whom they are about, as the ledger sees it.
        self.assertEqual(GROUPS["person"], found["placement_started"])
        self.assertEqual(GROUPS["reference"], found["unit_registered"])
        self.assertEqual(GROUPS["any"], found["event_corrected"])
        for t in types:
            schema = json.loads(stegvis("schema", t).out)
            del schema["$id"], schema["$schema"]
            self.assertEqual(schema, document["components"]["schemas"][t])
        kafka = channels["events"]["bindings"]["kafka"]
        self.assertEqual(24, kafka["partitions"])
        self.assertEqual({"cleanup.policy": ["delete"], "retention.ms": -1, "retention.bytes": -1},
                         kafka["topicConfiguration"])

    def test_a_name_that_is_none_is_refused(self):
        self.assertEqual(2, stegvis("schema", "topics", "--name", "a b").code)


if __name__ == "__main__":
    unittest.main()

"""Goal: what leaves a ledger for Kafka is whole, what comes in from it is taken or told as refused,
and a copy can take over. Method: the executable and a real broker; the official Java client reads
and writes on the other side."""
import base64

from broker import ROOT, compiled, java
from records import Records
from streams import (Server, StreamTest, enrolments, event, json, shutil, signal, stegvis,
                     subprocess, unittest, until)

PARTITIONS = ROOT / "tests" / "kafka" / "Partitions.java"


class RelayTest(StreamTest):
    def test_import_to_consumer(self):
        self.init()
        self.simulate(40)
        self.relay()
        self.expect_all_there()
        self.relay()  # nothing left
        self.assertEqual(0, self.reconcile()["repeated"])

    def test_keys_lie_where_the_java_client_puts_them(self):
        self.init()
        self.simulate(30)
        self.relay()
        lines = self.consume()
        subjects = sorted({line["subject"] for line in lines
                           if line["subject"].startswith(("participant/", "staff/"))})
        self.assertGreater(len(subjects), 25)
        done = subprocess.run(java("Partitions", 12, classes=compiled(PARTITIONS)),
                              input="\n".join(subjects), capture_output=True, text=True, timeout=60)
        home = dict(zip(subjects, map(int, done.stdout.split())))
        for line in lines:
            self.assertEqual(home.get(line["subject"], 0), line["partition"], line)

    def test_every_codec_arrives(self):
        self.init()
        self.simulate(5)
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            config = self.folder / f"{codec}.toml"
            config.write_text(f'[kafka]\nbrokers = "{self.address}"\nname = "{self.name}-{codec}"\n'
                              f'[kafka.properties]\n"compression.type" = "{codec}"\n')
            self.must("relay", self.book, "--config", config, "--until-caught-up")
            found = self.must("reconcile", self.book, "--config", config, "--json").objects[0]
            self.assertEqual((self.head(), "ok"), (found["events"], found["result"]), codec)

    def test_goes_on_as_events_come_and_serves_commands_meanwhile(self):
        self.init()
        relay = self.running("relay")
        for n in range(3):
            until(lambda: (self.book / "socket").exists(), "the relay owns the ledger")
            self.must("import", self.book, "-", stdin=enrolments(n * 50, 50))
        self.expect_caught_up("in the end", relay)
        self.assertEqual(0, relay.stop(), relay.err)
        self.expect_all_there()

    def test_serve_runs_relay_and_intake_too(self):
        self.init()
        self.must("intake", self.book, *self.on_kafka("--until-caught-up"))  # makes the topics
        served = Server(self.book, "--kafka", self.address, "--name", self.name)
        self.addCleanup(served.stop, signal.SIGKILL)
        self.assertEqual(201, served.append(enrolments(1, 1)).status)
        maker = Records(self.kafka.bootstrap, f"{self.name}-maker")
        self.addCleanup(maker.close)

        def asked():
            return served.get("/v1/streams").json["streams"]
        until(lambda: asked().get("relay", {}).get("position") == 1, "the event is relayed")
        maker.send(f"{self.name}.intake", {
            "key": "participant/p-2", "value": enrolments(2, 1),
            "headers": {"content-type": "application/cloudevents+json"}})
        maker.commit()
        until(lambda: asked()["relay"]["position"] == 2, "what came in goes out")
        self.assertEqual(0, served.stop())
        self.expect_all_there()

    def test_serve_tells_of_a_relay_that_ended(self):
        self.init()
        maker = Records(self.kafka.bootstrap, f"{self.name}-maker")
        self.addCleanup(maker.close)
        maker.create(f"{self.name}.events", 12, cleanup_policy="compact")
        served = Server(self.book, "--kafka", self.address, "--name", self.name)
        self.addCleanup(served.stop, signal.SIGKILL)
        until(lambda: served.get("/v1/streams").json["streams"].get("relay", {}).get(
            "ended_code") == 13, "the relay's end is told")
        self.assertIn("stegvis_relay_ended_code 13", served.get("/metrics").text)
        self.assertEqual(201, served.append(enrolments(1, 1)).status)
        self.assertEqual(0, served.stop())

    def test_nothing_sealed_is_in_clear_on_the_topics(self):
        self.init()
        told = {"p-1": ("person_registered", {"name": "Markname Test"}),
                "p-2": ("note_recorded", {"text": "Marknote"}),
                "p-3": ("identifier_recorded",
                        {"scheme": "personnummer", "identifier": "191212121212"})}
        self.must("import", self.book, "-", stdin="".join(
            event(f"e-{id}", what, f"participant/{id}", "2018-01-01", data)
            for id, (what, data) in told.items()))
        self.relay()
        reader = Records(self.kafka.bootstrap, f"{self.name}-reader")
        self.addCleanup(reader.close)
        found = "".join(json.dumps(reader.last_values(f"{self.name}.{topic}", self.kafka.bootstrap))
                        for topic in ("events", "status"))
        for id in told:
            self.assertIn(f"participant/{id}", found)
        for mark in ("Markname", "Marknote", "191212121212", "19121212-1212"):
            self.assertNotIn(mark, found)

    def test_refuses_topics_that_would_lose_history(self):
        self.init()
        self.must("import", self.book, "-", stdin=enrolments(0, 3))
        maker = Records(self.kafka.bootstrap, self.name)
        self.addCleanup(maker.close)
        for n, (setting, value, told) in enumerate((
                ("cleanup_policy", "compact", "cleanup.policy"),
                ("retention_ms", 1000, "retention.ms"))):
            name = f"{self.name}-{n}"
            maker.create(f"{name}.events", 12, **{setting: value})
            done = self.must("relay", self.book, "--kafka", self.address, "--name", name,
                             "--until-caught-up", code=13)
            self.assertIn(f"{name}.events has {told}={value}", done.err)
            self.assertIn("kafka-configs", done.err)

    def test_refuses_a_partition_count_that_changed(self):
        self.init()
        self.must("import", self.book, "-", stdin=enrolments(0, 3))
        self.relay()
        subprocess.run(java("org.apache.kafka.tools.TopicCommand", "--bootstrap-server",
                            self.kafka.bootstrap, "--alter", "--topic", f"{self.name}.events",
                            "--partitions", 13), check=True, capture_output=True, timeout=60)
        done = self.relay(code=13)
        self.assertIn("13 partitions, it had 12", done.err)

    def test_refuses_to_go_on_from_a_restored_backup(self):
        self.init()
        self.must("import", self.book, "-", stdin=enrolments(0, 100))
        self.relay()
        backup = self.folder / "backup"
        shutil.copytree(self.book, backup, ignore=shutil.ignore_patterns("socket"))
        shutil.copy(f"{self.book}.kek", f"{backup}.kek")
        self.must("import", self.book, "-", stdin=enrolments(100, 50))
        self.relay()
        done = self.relay(backup, code=13)
        self.assertIn("the topics hold position 150, the ledger ends at 100", done.err)
        # It goes on and is as long as the topics, but not the same.
        self.must("import", backup, "-", stdin=enrolments(1000, 60))
        done = self.relay(backup, code=13)
        self.assertIn("holds another event than the ledger", done.err)
        self.assertEqual("different", self.reconcile(backup, code=4)["result"])
        # All that was relayed comes back.
        self.follow()
        self.assertEqual(self.canonical(), self.canonical(self.folder / "copy"))

    def test_brokers_out_of_reach_are_told(self):
        self.init()
        done = self.relay(code=13, address="127.0.0.1:1")
        self.assertIn("no broker answers", done.err)
        self.must("relay", self.book, code=2)  # none named
        done = self.must("reconcile", self.book, *self.on_kafka(), code=13)
        self.assertIn("there is no topic", done.err)

    def test_a_broker_that_stays_away_is_told_while_it_is_tried_again(self):
        self.init()
        run = self.running("relay", address="127.0.0.1:1")
        self.assertIn("no broker answers", run.line_with("it tries again"))
        self.assertEqual(0, run.stop())

    def test_a_secret_in_the_settings_is_refused_without_a_word_of_it(self):
        self.init()
        config = self.folder / "c.toml"
        config.write_text('[kafka]\nbrokers = "127.0.0.1:1"\n[kafka.properties]\n'
                          '"sasl.password" = "hush-hush"\n')
        done = self.must("relay", self.book, "--config", config, code=2)
        self.assertIn("c.toml:4", done.err)
        self.assertNotIn("hush", done.err + done.out)


class StatusTopicTest(StreamTest):
    def setUp(self):
        super().setUp()
        self.reader = Records(self.kafka.bootstrap, self.name)
        self.addCleanup(self.reader.close)

    def topic(self):
        """The last value of each key, as compaction leaves it; None for a tombstone."""
        last = self.reader.last_values(f"{self.name}.status", self.kafka.bootstrap)
        return {key: value and json.loads(value) for key, value in last.items()}

    def expected(self):
        shown = {}
        for line in self.must("status", self.book, "--json").objects:
            line["caseworker"] = None
            for e in line["enrolments"]:
                e["caseworker"] = None
            shown[line["subject"]] = line
        return shown

    def compared(self, statuses):
        return {key: {k: v for k, v in value.items() if k not in ("position", "beyond_cut")}
                for key, value in statuses.items() if value is not None}

    def expect_topic_is_the_view(self):
        expected, found = self.compared(self.expected()), self.compared(self.topic())
        self.assertEqual(sorted(expected), sorted(found))
        events = map(json.loads, self.canonical().splitlines())
        handled = {e["subject"] for e in events if e["type"] == "stegvis.handling_changed"}
        self.assertLess(len(handled), len(expected))
        for key, value in expected.items():
            if key in handled and found[key]["unit"] is None:
                value["unit"] = None
                for e in value["enrolments"]:
                    e["unit"] = None
            self.assertEqual(value, found[key], key)

    def test_is_the_status_view_and_forgets(self):
        self.init()
        self.simulate(25)
        self.relay()
        self.expect_topic_is_the_view()
        person = "participant/p-new"
        self.must("append", self.book, "-", stdin=event(
            "x-1", "participant_enrolled", person, "2018-02-01",
            {"enrolment": "e-1", "unit": "unit/a"}))
        self.relay()
        self.assertEqual("unit/a", self.topic()[person]["unit"])
        self.must("append", self.book, "-", stdin=event(
            "x-2", "handling_changed", person, "2018-02-02", {"detail": ["secrecy_marked"]}))
        self.relay()
        told = self.topic()[person]
        self.assertEqual((None, None), (told["unit"], told["enrolments"][0]["unit"]))
        self.must("forget", self.book, person, "--confirm", person)
        self.relay()
        self.assertIsNone(self.topic()[person])
        self.expect_topic_is_the_view()


class FollowTest(StreamTest):
    def test_follows_by_and_by_and_takes_no_appends(self):
        self.init()
        copy = self.folder / "copy"
        for n in range(4):
            self.must("import", self.book, "-", stdin=enrolments(n * 200, 200))
            self.relay()
            self.follow()
            self.assertEqual(self.head(), self.head(copy))
        self.assertEqual(self.canonical(), self.canonical(copy))
        done = self.must("import", copy, "-", stdin=enrolments(9000, 1), code=5)
        self.assertIn("follow --promote", done.err)
        self.must("relay", copy, *self.on_kafka("--until-caught-up"), code=5)
        self.assertEqual(self.must("status", self.book, "--json").out,
                         self.must("status", copy, "--json").out)

    def test_an_empty_or_missing_topic_is_told(self):
        done = self.follow(code=13)
        self.assertIn("there is no topic", done.err)
        self.init()
        self.relay()
        done = self.follow(code=13)
        self.assertIn("nothing to follow yet", done.err)
        self.assertFalse((self.folder / "copy").exists())

    def test_takes_over_while_the_old_owner_still_runs(self):
        self.init()
        self.must("import", self.book, "-", stdin=enrolments(0, 300))
        old = self.running("relay")
        until(lambda: (self.book / "socket").exists(), "the relay owns the ledger")
        until(lambda: stegvis("reconcile", self.book, *self.on_kafka()).code == 0, "it relays")
        self.follow()
        done = self.must("follow", self.folder / "copy", "--promote", "--json")
        self.assertEqual({"result": "promoted", "position": 300, "epoch": 2,
                          "possibly_lost_from": 301}, done.objects[0])
        # What the old owner acknowledges from here on stays its own.
        stegvis("import", self.book, "-", stdin=enrolments(300, 5))
        self.assertEqual(5, old.ended(), old.err)
        self.assertIn("fenced", old.err)
        keys = self.folder / "keys"
        self.must("keys", "export", self.book, keys, "--transfer-key", f"{keys}.key")
        copy = self.folder / "copy"
        self.must("import", copy, "-", stdin=enrolments(400, 20))
        self.relay(copy)
        self.assertEqual(320, self.reconcile(copy)["events"])
        self.relay(code=5)  # the old one, started again
        # A copy that was at the end before, and reads nothing anew, takes over in its turn.
        self.follow("third")
        self.follow("third")
        done = self.must("follow", self.folder / "third", "--promote", "--json")
        self.assertEqual((3, 320), (done.objects[0]["epoch"], done.objects[0]["position"]))
        self.relay(copy, code=5)
        self.must("follow", copy, *self.on_kafka("--until-caught-up"), code=5)

    def test_replicated_means_that_kafka_has_it(self):
        self.init(self.book, "--replicated")
        line = enrolments(1, 1)
        relay = self.running("relay")
        until(lambda: (self.book / "socket").exists(), "the relay owns the ledger")
        self.must("append", self.book, "-", stdin=line)
        self.assertEqual(1, self.head())
        relay.kill9()
        # Without a relay nothing is acknowledged; a retry by name tells when it is.
        done = stegvis("append", self.book, "-", "--json", stdin=enrolments(2, 1))
        self.assertEqual("pending", done.objects[0]["result"], done.out + done.err)
        self.assertEqual(1, self.head())
        self.relay()
        self.assertEqual(2, self.head())
        self.must("append", self.book, "-", stdin=enrolments(2, 1))
        self.follow()
        self.assertEqual(self.canonical(), self.canonical(self.folder / "copy"))


class IntakeTest(StreamTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.intake()  # makes the topics
        self.sender = Records(self.kafka.bootstrap, self.name)
        self.addCleanup(self.sender.close)

    def intake(self, code=0):
        return self.must("intake", self.book, *self.on_kafka("--until-caught-up", "--json"),
                         code=code).objects[-1]

    def send(self, *records):
        self.sender.send(f"{self.name}.intake", *records)
        self.sender.commit()

    def rejected(self):
        return [json.loads(v) for v in
                self.sender.read(f"{self.name}.intake.rejected", self.kafka.bootstrap)]

    def structured(self, line, **more):
        return {"key": json.loads(line).get("subject"), "value": line,
                "headers": {"content-type": "application/cloudevents+json"}, **more}

    def binary(self, line):
        e = json.loads(line)
        data = e.pop("data")
        return {"key": e["subject"], "value": json.dumps(data),
                "headers": {"content-type": "application/json",
                            **{f"ce_{k}": v for k, v in e.items()}}}

    def box(self, value):
        """As libsodium's crypto_box_seal makes it."""
        import ctypes
        import ctypes.util
        sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
        text = self.must("keys", "public", self.book).out.strip()
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        plain = json.dumps(value).encode()
        sealed = ctypes.create_string_buffer(len(plain) + 48)
        sodium.crypto_box_seal(sealed, plain, ctypes.c_ulonglong(len(plain)), key)
        return {"box": base64.urlsafe_b64encode(sealed.raw).decode().rstrip("=")}

    def test_both_modes_once(self):
        self.send(self.structured(enrolments(1, 1)), self.binary(enrolments(2, 1)))
        taken = self.intake()
        self.assertEqual((2, 2, 0), (taken["records"], taken["appended"], taken["rejected"]))
        self.assertEqual(0, self.intake()["records"])  # passed
        self.send(self.binary(enrolments(1, 1)))
        self.assertEqual(1, self.intake()["exists"])
        self.assertEqual(2, self.head())

    def test_sealed_classes_come_in_boxes(self):
        fact = lambda n, value: event(f"n-{n}", "note_recorded", "participant/p-1",  # noqa: E731
                                      "2018-03-01", {"text": value})
        self.send(self.structured(fact(1, self.box("a word"))))
        self.assertEqual(1, self.intake()["appended"])
        self.assertIn("a word", self.must("timeline", self.book, "participant/p-1").out)
        self.assertNotIn("a word", self.canonical().decode())
        self.send(self.structured(fact(2, "in the open")),
                  self.structured(fact(3, {"box": "AAAA"})))
        self.assertEqual(2, self.intake(code=3)["rejected"])
        told = {r["id"]: (r["code"], r["field"]) for r in self.rejected()}
        self.assertEqual({"n-2": ("clear_field", "/data/text"), "n-3": ("bad_field", "/data/text")},
                         told)
        self.assertNotIn("in the open", json.dumps(self.rejected()))

    def test_poison_is_told_and_the_rest_flows(self):
        good = self.structured(enrolments(1, 1))
        wrong = {
            "bad_json": {"value": "{", "headers": good["headers"]},
            "bad_record": {"value": "{}", "headers": {"content-type": "text/plain"}},
            "unknown_type": self.structured(event("u", "no_such", "participant/p-1", "2018-01-01")),
            "newer_version": self.structured(event(
                "v", "participant_enrolled", "participant/p-1", "2018-01-01",
                {"enrolment": "e", "unit": "unit/a"},
                dataschema="stegvis:participant_enrolled:99")),
            "missing_field": self.structured(event("m", "participant_enrolled", "participant/p-1",
                                                   "2018-01-01", {})),
            "personal_number": self.structured(event("19121212-1212", "participant_enrolled",
                                                     "participant/p-1", "2018-01-01", {})),
            "bad_field": self.structured(event("l", "note_recorded", "participant/p-1",
                                               "2018-01-01", {"text": self.box("x" * 60_000)})),
        }
        last = self.structured(enrolments(2, 1))
        other_key = {**self.structured(enrolments(3, 1)), "key": "participant/p-other"}
        tombstone = {"key": "participant/p-1", "headers": good["headers"]}
        self.send(good, *wrong.values(), other_key, tombstone, last)
        answer = self.intake(code=3)
        self.assertEqual((2, 9), (answer["appended"], answer["rejected"]))
        codes = sorted(r["code"] for r in self.rejected())
        expected = sorted([*wrong, "bad_record", "bad_record"])
        self.assertEqual(expected, codes)
        for r in self.rejected():
            self.assertEqual(f"{self.name}.intake", r["topic"])
            self.assertNotIn("19121212", json.dumps(r))
        self.assertEqual(0, self.intake()["records"])


if __name__ == "__main__":
    unittest.main()

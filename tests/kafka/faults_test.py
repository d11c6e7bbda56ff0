"""Goal: whatever dies, hangs or comes late between a ledger and Kafka, no event is lost, none is
applied twice, and nothing acknowledged with durability `replicated` goes away.
Method: real brokers, real kills, a proxy that cuts, delays and reorders; after each round the
ledger is proved against the topics, and at the end a consumer by the rule and a follower are
compared with it. STEGVIS_SEED replays the draws of a run."""
import os
import random
import time

from proxy import proxy
from streams import StreamTest, enrolments, shutil, stegvis, unittest, until

SEED = int(os.environ.get("STEGVIS_SEED", random.randrange(1 << 32)))
EVENTS = 400  # a round


class FaultTest(StreamTest):
    proxied = True

    @classmethod
    def start_brokers(cls):
        cls.net = proxy()
        unittest.addModuleCleanup(cls.net.stop)
        cls.kafka.start(proxied=[cls.net.port])
        cls.net.lead_to(cls.kafka.behind_proxy())

    def setUp(self):
        super().setUp()
        self.addCleanup(self.net.calm)
        self.draw = random.Random(f"{SEED} {self.name}")
        self.appended = 0
        print(f"{self.name}: STEGVIS_SEED={SEED}", flush=True)
        self.init()

    def append(self, count=EVENTS):
        self.must("import", self.book, "-", stdin=enrolments(self.appended, count))
        self.appended += count

    def owner(self, address=None):
        """A relay that owns the ledger."""
        run = self.running("relay", address=address)
        until(lambda: (self.book / "socket").exists() or run.process.poll() is not None,
              "the relay owns the ledger")
        return run

    def expect_clean(self, what):
        found = self.reconcile()
        self.assertEqual("ok", found["result"], f"{what}: {found}")
        return found

    def end(self, what):
        self.net.calm()
        self.relay()
        self.expect_all_there(f"{what}, STEGVIS_SEED={SEED}")


class RelayFaultTest(FaultTest):
    def test_killed_at_random_points(self):
        for round in range(12):
            self.append()
            run = self.running("relay")
            time.sleep(self.draw.uniform(0, 0.5))
            run.kill9()
            if self.has_topics():
                self.expect_clean(f"round {round}")
        self.end("killed")

    def has_topics(self):
        return stegvis("reconcile", self.book, *self.on_kafka()).code != 13

    def test_the_broker_is_killed_and_comes_back(self):
        run = self.owner()
        for round in range(4):
            self.append()
            time.sleep(self.draw.uniform(0, 0.3))
            self.kafka.kill9()
            self.append(50)  # the ledger goes on
            self.kafka.restart()
            self.expect_caught_up(f"round {round}", run)
            self.expect_clean(f"round {round}")
        self.assertEqual(0, run.stop(), run.err)
        self.end("broker killed")

    def test_connections_are_slow_and_cut(self):
        run = self.owner(address=self.net.address)
        for round in range(6):
            self.net.delay(self.draw.choice([0, 5, 40]))
            self.net.cut_at_random(self.draw.randrange(1 << 30), self.draw.choice([2_000, 20_000]))
            self.append()
            time.sleep(self.draw.uniform(0.2, 0.8))
            self.net.calm()
            self.expect_caught_up(f"round {round}", run)
            self.expect_clean(f"round {round}")
        self.assertEqual(0, run.stop(), run.err)
        self.end("cut")

    def rounds_with_a_held_request(self, hold, meanwhile, what):
        """`hold` makes the proxy hold one back; `meanwhile` does what is to happen then."""
        run = self.owner(address=self.net.address)
        self.append()
        self.expect_caught_up("before", run)
        for round in range(3):
            held = hold()
            self.append()
            meanwhile(held, f"round {round}")
            self.expect_caught_up(f"round {round}", run)
            self.net.calm()
            self.assertTrue(held.caught.is_set(), f"round {round} held nothing")
            self.expect_clean(f"round {round}")
        self.assertEqual(0, run.stop(), run.err)
        self.end(what)

    def test_requests_come_behind_those_of_the_next_connection(self):
        self.rounds_with_a_held_request(self.net.outrun, lambda held, round: None, "outrun")

    def test_an_end_of_a_transaction_comes_within_the_next(self):
        def the_next_begins(held, round):
            until(held.caught.is_set, f"{round}: an EndTxn is held")
            self.append()

        self.rounds_with_a_held_request(self.net.hold_end_txn, the_next_begins, "late EndTxn")

    def test_two_relays_at_once(self):
        for round in range(3):
            self.append()
            twin = self.folder / f"twin-{round}"
            shutil.copytree(self.book, twin, ignore=shutil.ignore_patterns("socket"))
            shutil.copy(f"{self.book}.kek", f"{twin}.kek")
            first, second = self.owner(), self.running("relay", twin)
            self.append()  # the first one's; the twin never has them
            time.sleep(self.draw.uniform(0, 1))
            ends = [run.process for run in (first, second)]
            until(lambda: any(p.poll() is not None for p in ends), "one of them gives up")
            # Fenced, or it finds that the topics are ahead of what it has.
            self.assertIn([p.returncode for p in ends if p.returncode is not None][0], (5, 13))
            for run in (first, second):
                run.stop()
            self.relay()
            self.expect_clean(f"round {round}")
        self.end("two relays")


class IntakeFaultTest(FaultTest):
    def test_killed_and_cut(self):
        from records import Records
        self.must("intake", self.book, *self.on_kafka("--until-caught-up"))
        sender = Records(self.kafka.bootstrap, self.name)
        self.addCleanup(sender.close)
        sent = 0
        for round in range(5):
            lines = enrolments(sent, 200).splitlines()
            sent += len(lines)
            sender.send(f"{self.name}.intake", *(
                {"key": f"participant/p-{(sent - 200 + n) % 97}", "value": line,
                 "headers": {"content-type": "application/cloudevents+json"}}
                for n, line in enumerate(lines)))
            sender.commit()
            self.net.cut_at_random(self.draw.randrange(1 << 30), 20_000)
            run = self.running("intake", address=self.net.address)
            time.sleep(self.draw.uniform(0, 4))
            run.kill9()
            self.net.calm()
        answer = self.must("intake", self.book, *self.on_kafka("--until-caught-up", "--json"))
        self.assertEqual(0, answer.objects[-1]["rejected"])
        self.assertEqual(sent, self.head(), f"STEGVIS_SEED={SEED}")


class ClusterTest(StreamTest):
    brokers = 3

    def test_one_of_three_is_lost_and_so_is_the_owners_disk(self):
        self.init(self.book, "--replicated")
        run = self.running("relay")
        until(lambda: (self.book / "socket").exists(), "the relay owns the ledger")
        self.expect_acknowledged(enrolments(0, 200), run)
        self.kafka.kill9(2)
        self.expect_acknowledged(enrolments(200, 200), run)
        self.assertEqual(400, self.head())
        acknowledged = self.canonical()
        run.kill9()
        shutil.rmtree(self.book)
        self.follow()
        self.assertEqual(acknowledged, self.canonical(self.folder / "copy"))
        self.must("follow", self.folder / "copy", "--promote")
        self.must("import", self.folder / "copy", "-", stdin=enrolments(400, 10))
        self.relay(self.folder / "copy")
        self.assertEqual("ok", self.reconcile(self.folder / "copy")["result"])
        self.kafka.restart(2)

    def expect_acknowledged(self, lines, relay):
        """Sent again as long as it is pending; if it stays so, tells what the relay said."""
        try:
            until(lambda: stegvis("import", self.book, "-", stdin=lines).code == 0,
                  "what was sent is acknowledged", 90)
        except AssertionError as e:
            relay.kill9()
            raise AssertionError(f"{e}\n{relay.err}") from None


if __name__ == "__main__":
    unittest.main()

"""Goal: the proxy does to connections what it says, and nothing else. Method: the Java client,
once librdkafka, and a real broker through it; what arrives is read without it."""
import time
import unittest

from broker import broker, until
from librdkafka import KafkaFailure, Librdkafka
from proxy import END_TXN, PRODUCE, proxy
from records import Records

SEED = 20251


class ProxyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.net = proxy()
        cls.addClassCleanup(cls.net.stop)
        cls.kafka = broker()
        cls.addClassCleanup(cls.kafka.stop)
        cls.kafka.start(proxied=[cls.net.port])
        cls.net.lead_to(cls.kafka.behind_proxy())
        cls.reader = Records(cls.kafka.bootstrap, "reader")  # past the proxy
        cls.addClassCleanup(cls.reader.close)

    def setUp(self):
        self.addCleanup(self.net.calm)
        self.topic = self.id().rsplit(".", 1)[1]
        self.client = Records(self.net.address, self.topic, "retry.backoff.ms=20",
                              "reconnect.backoff.ms=20", "reconnect.backoff.max.ms=100")
        self.addCleanup(self.client.close)
        self.client.create(self.topic)

    def write(self, *values):
        """One transaction."""
        self.send(*values)
        self.client.commit()

    def send(self, *values):
        self.client.send(self.topic, *({"value": str(v)} for v in values))

    def arrived(self):
        """Committed records."""
        return self.reader.read(self.topic, self.kafka.bootstrap)

    def test_all_goes_through_it(self):
        before = self.net.count(PRODUCE)
        self.write("a", "b")
        self.assertGreater(self.net.count(PRODUCE), before)
        self.assertEqual(["a", "b"], self.arrived())

    def test_delays(self):
        self.write("a")
        self.net.delay(300)
        start = time.monotonic()
        self.write("b")
        self.assertGreater(time.monotonic() - start, 1.1)  # Produce and EndTxn, there and back
        self.net.calm()
        self.assertEqual(["a", "b"], self.arrived())

    def test_cuts_once_after_so_many_bytes(self):
        self.write("a")
        cuts = self.net.cuts
        self.net.cut_after(100)
        self.write("b" * 1000)
        self.write("c")
        self.assertEqual(cuts + 1, self.net.cuts)
        self.assertEqual(["a", "b" * 1000, "c"], self.arrived())

    def test_cuts_at_random_lose_and_double_nothing_of_an_idempotent_client(self):
        cuts = self.net.cuts
        self.net.cut_at_random(SEED, 3000)
        for n in range(40):
            self.write(n)
        self.net.calm()
        self.assertGreater(self.net.cuts, cuts + 3, f"seed {SEED}")
        self.assertEqual([str(n) for n in range(40)], self.arrived(), f"seed {SEED}")

    def test_a_request_outrun_by_those_of_the_next_connection(self):
        self.write("a")
        begin = len(self.net.log)
        held = self.net.outrun(PRODUCE)
        self.write("b")
        held.wait_answered()
        produced = [number for number, key in self.net.log[begin:] if key == PRODUCE]
        self.assertEqual(2, len(produced))
        self.assertGreater(produced[0], produced[1])  # the later connection was first
        self.assertEqual(held.link.number, produced[1])
        self.assertEqual(["a", "b"], self.arrived())  # the broker knows the copy

    def test_an_end_of_a_transaction_comes_in_the_midst_of_the_next(self):
        self.write("a")
        begin = len(self.net.log)
        held = self.net.hold_end_txn()
        self.write("b")
        self.assertTrue(held.caught.is_set())
        self.assertFalse(held.freed.is_set())
        self.send("c")
        held.wait_answered()
        self.client.commit()
        keys = [(n, k) for n, k in self.net.log[begin:] if k in (PRODUCE, END_TXN)]
        late = keys.index((held.link.number, END_TXN))
        self.assertEqual([PRODUCE, END_TXN, PRODUCE, END_TXN, END_TXN], [k for _, k in keys])
        self.assertEqual(3, late)
        self.assertEqual(["a", "b", "c"], self.arrived())

    def test_with_the_old_protocol_such_an_end_commits_what_was_open(self):
        """librdkafka 2.0.2 speaks it. This is why no consumer may rely on transactions alone."""
        client = Librdkafka(self.net.address, self.topic + "-old", self.topic)
        self.addCleanup(client.close)
        client.transaction("a")
        held = self.net.hold_end_txn()
        client.transaction("b")
        client.begin()
        client.send("c")
        held.wait_answered()
        until(lambda: self.arrived() == ["a", "b", "c"], "the open transaction shows")
        with self.assertRaises(KafkaFailure):
            client.send("d")
            client.commit()

    def test_a_held_request_can_be_released(self):
        self.write("a")
        held = self.net.hold_end_txn(until=None, cut=False)
        self.send("b")
        self.client.end("commit")
        held.wait_caught()
        self.assertEqual(["a"], self.arrived())
        held.release()
        self.client.answered("commit")
        held.wait_answered()
        self.assertEqual(["a", "b"], self.arrived())

    def test_a_broker_that_is_away_is_away_behind_it_too(self):
        self.write("a")
        self.kafka.kill9()
        self.send("b")
        self.kafka.restart()
        self.client.commit()
        self.assertEqual(["a", "b"], self.arrived())


if __name__ == "__main__":
    unittest.main()

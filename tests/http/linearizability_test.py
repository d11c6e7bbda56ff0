"""Goal: appends with an expected version and reads of a journey are linearizable: there is one
order of all of them, each at a moment between its request and its answer, in which every answer is
true. Method: several clients write to the same journeys, cut connections before the answer comes
and ask again, while the server is killed and started anew; the history they recorded is checked.
STEGVIS_SEED repeats a run's choices."""
import collections
import http.client
import json
import os
import random
import signal
import threading
import time
import unittest

from stegvis_http import ServedTest

SEED = int(os.environ.get("STEGVIS_SEED", str(random.SystemRandom().randrange(10**6))))
CLIENTS, OPERATIONS, KILLS = 4, 60, 2
JOURNEYS = ["participant/p-one", "participant/p-two"]
GIVE_UP_S = 60

# What a client did with one journey. `state` is the number of events that the answer tells of:
# after an append, or where it was refused or read. `name` is of an append that took effect.
Operation = collections.namedtuple("Operation", "began ended journey name state")


def first_untrue(operations, names):
    """The first operation of one journey for which no moment is left, else None. `names` are the
    journey's events in their order. Since that order is fixed, the earliest moments are found one
    after the other: an event comes after the one before it and after all reads between them."""
    by_name = {o.name: o for o in operations if o.name}
    moment = 0.0
    for state in range(len(names) + 1):
        if state > 0:
            append = by_name.get(names[state - 1])
            if append is None:
                return f"nobody appended {names[state - 1]}"
            moment = max(moment, append.began)
            if moment > append.ended or append.state != state:
                return append
        reads = [o for o in operations if not o.name and o.state == state]
        for read in reads:
            if max(moment, read.began) > read.ended:
                return read
        moment = max([moment, *(read.began for read in reads)])
    if len(by_name) > len(names):
        return "an acknowledged event is not there"
    return next((o for o in operations if o.state > len(names)), None)


class Client(threading.Thread):
    def __init__(self, test, number):
        super().__init__()
        self.test, self.number = test, number
        self.random = random.Random(f"{SEED}/{number}")
        self.known = dict.fromkeys(JOURNEYS, 0)
        self.done, self.lost, self.failure = [], 0, None

    def run(self):
        try:
            for n in range(OPERATIONS):
                journey = self.random.choice(JOURNEYS)
                began = time.monotonic()
                name, state = self.read(journey) if n % 4 == 0 else self.append(journey, n)
                self.done.append(Operation(began, time.monotonic(), journey, name, state))
                self.known[journey] = state
        except Exception as failure:
            self.failure = failure

    def ask(self, method, target, body, headers):
        """Until there is an answer: connections are cut on purpose, and the server dies."""
        until = time.monotonic() + GIVE_UP_S
        while time.monotonic() < until:
            server = self.test.server
            c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=GIVE_UP_S)
            try:
                c.request(method, target, body,
                          {"Authorization": "Bearer " + server.token, **headers})
                if body and self.random.random() < 0.3:
                    time.sleep(self.random.random() * 0.004)
                    self.lost += 1
                    continue
                answer = c.getresponse()
                if answer.status != 503:
                    return answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
            finally:
                c.close()
        raise AssertionError("no answer")

    def append(self, journey, n):
        name, version = f"w-{self.number}-{n}", self.known[journey]
        line = json.dumps({
            "specversion": "1.0", "id": name, "source": "/test/linearizability",
            "type": "stegvis.consent_given", "subject": journey, "time": "2018-03-01T00:00:00Z",
            "data": {"purpose": "test"}})
        expected = {"If-Match": f'"{version}"'} if version else {"If-None-Match": "*"}
        status, told = self.ask("POST", "/v1/events", line,
                                {"Content-Type": "application/cloudevents+json", **expected})
        if status in (200, 201):
            return name, version + 1
        if status != 412:
            raise AssertionError(f"{status} {told}")
        return None, told["current_version"]

    def read(self, journey):
        status, told = self.ask("GET", f"/v1/persons/{journey.split('/')[1]}/timeline?limit=1",
                                None, {})
        if status == 404:
            return None, 0
        return None, told["total"]


class CheckerTest(unittest.TestCase):
    """The check itself tells a true history from an untrue one."""

    def found(self, *operations, names="ab"):
        return first_untrue([Operation(b, e, "j", n, s) for b, e, n, s in operations], list(names))

    def test_true_ones(self):
        self.assertIsNone(self.found((0, 1, "a", 1), (2, 3, "b", 2)))
        seen = [(1, 2, None, 1), (3, 4, None, 2)]
        self.assertIsNone(self.found((0, 9, "a", 1), (0, 9, "b", 2), *seen))
        self.assertIsNone(self.found((0, 5, "a", 1), (1, 2, None, 0), (4, 6, "b", 2)))

    def test_untrue_ones(self):
        stale = (2, 3, None, 0)
        self.assertIsNotNone(self.found((0, 1, "a", 1), (0, 9, "b", 2), stale))
        back = [(1, 2, None, 2), (3, 4, None, 1)]
        self.assertIsNotNone(self.found((0, 9, "a", 1), (0, 9, "b", 2), *back))
        self.assertIsNotNone(self.found((5, 6, "a", 1), (0, 1, "b", 2)))
        self.assertIsNotNone(self.found((0, 1, "a", 1), (2, 3, "b", 2), names="a"))
        self.assertIsNotNone(self.found((0, 1, "a", 2), (2, 3, "b", 2)))
        self.assertIsNotNone(self.found((0, 1, "a", 1)))
        self.assertIsNotNone(self.found((0, 1, None, 1), names=""))


class LinearizabilityTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.server = self.serve()

    def kill_while(self, clients):
        """The server dies when so much of the work is done, and comes again."""
        for kill in range(1, KILLS + 1):
            enough = kill * CLIENTS * OPERATIONS // (KILLS + 1)
            while sum(len(c.done) for c in clients) < enough:
                if not any(c.is_alive() for c in clients):
                    return
                time.sleep(0.002)
            self.server.stop(signal.SIGKILL)
            self.server = self.serve()

    def test_appends_and_reads(self):
        clients = [Client(self, number) for number in range(CLIENTS)]
        for c in clients:
            c.start()
        self.kill_while(clients)
        for c in clients:
            c.join()
            self.assertIsNone(c.failure, f"seed {SEED}")
        self.assertGreater(sum(c.lost for c in clients), 0)
        events = [json.loads(line) for line in self.ok("export", self.ledger).raw.splitlines()]
        for journey in JOURNEYS:
            names = [e["id"] for e in events if e["subject"] == journey]
            done = [o for c in clients for o in c.done if o.journey == journey]
            self.assertGreater(len(names), OPERATIONS // 4)
            self.assertGreater(sum(not o.name for o in done), OPERATIONS // 4)
            self.assertIsNone(first_untrue(done, names), f"seed {SEED}")


if __name__ == "__main__":
    unittest.main()

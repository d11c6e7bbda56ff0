"""Goal: what is appended over HTTP is in the ledger once and comes back, page by page and as a
stream, also after kill -9. Method: a real server on loopback, plain requests, the command line
beside it as the judge."""
import signal
import unittest

from stegvis_http import ServedTest, Stream
from stegvis_cli import enrolled, event

PERSON = "participant/p-1"


class EventsTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.server = self.serve()

    def positions(self, target):
        """Of all pages from there on, following `next`."""
        found = []
        while target:
            page = self.server.get(target)
            self.assertEqual(page.status, 200, page.text)
            found += [int(e["sequence"]) for e in page.json["events"]]
            link = page.headers.get("Link")
            self.assertEqual(link is None, page.json["next"] is None)
            target = link[1:link.index(">")] if link else None
        return found

    def test_an_event_comes_back_as_it_stands(self):
        done = self.server.append(enrolled(PERSON, "a-1"))
        self.assertEqual(done.status, 201, done.text)
        self.assertEqual(done.json["events"], [{"name": "/test a-1", "position": 1,
                                                "existed": False, "pending": False}])
        self.assertEqual(done.headers["Stegvis-Position"], "1")
        page = self.server.get(done.headers["Location"]).json
        self.assertEqual(page["events"], self.ok("export", self.ledger).objects)
        lines = self.server.get("/v1/events", Accept="application/x-ndjson")
        self.assertEqual(lines.text, self.ok("export", self.ledger).out)

    def test_a_repeated_append_exists_and_other_content_conflicts(self):
        line = enrolled(PERSON, "a-1")
        self.server.append(line)
        again = self.server.append(line)
        self.assertEqual((again.status, again.json["events"][0]["existed"]), (200, True))
        other = self.server.append(enrolled(PERSON, "a-1", day="2018-03-01"))
        self.assertEqual((other.status, other.code), (409, "id_conflict"))

    def test_a_batch_is_all_or_nothing_and_says_where(self):
        wrong = event("b-2", "participant_enrolled", PERSON, "2018-02-01", {"enrollment": "e"})
        refused = self.server.append(enrolled(PERSON, "b-1"), wrong)
        self.assertEqual(refused.status, 400)
        self.assertEqual(refused.json["errors"][0]["pointer"], "/1/data/enrollment")
        self.assertEqual(self.server.get("/v1/ledger").json["head"], 0)
        done = self.server.append(enrolled(PERSON, "b-1"), enrolled(PERSON, "b-2", enrolment="e-2"))
        self.assertEqual((done.status, done.json["version"]), (201, 2))
        both = self.server.append(enrolled(PERSON, "b-2", enrolment="e-2"), enrolled(PERSON, "b-3"))
        self.assertEqual((both.status, both.code), (409, "batch_partly_exists"))

    def test_expected_versions(self):
        first = enrolled(PERSON, "a-1")
        none = {"If-None-Match": "*"}
        self.assertEqual(self.server.append(first, **none).status, 201)
        self.assertEqual(self.server.append(first, **none).status, 200)
        second = event("a-2", "contact_made", PERSON, "2018-03-01", {"kind": "phone"})
        stale = self.server.append(second, **none)
        self.assertEqual((stale.status, stale.json["current_version"]), (412, 1))
        self.assertEqual(self.server.append(second, **{"If-Match": '"7"'}).status, 412)
        self.assertEqual(self.server.append(second, **{"If-Match": "1"}).status, 400)
        self.assertEqual(self.server.append(second, **{"If-Match": '"1"'}).status, 201)
        two = self.server.append(enrolled(PERSON, "x"), enrolled("participant/p-2", "y"), **none)
        self.assertEqual((two.status, two.code), (400, "bad_argument"))

    def test_bodies_of_other_kinds_are_refused(self):
        self.assertEqual(self.server.ask("POST", "/v1/events", b"{}").status, 415)
        form = self.server.ask("POST", "/v1/events", b"a=b",
                               Content_Type="application/x-www-form-urlencoded")
        self.assertEqual(form.status, 415)
        for body in (b"", b"{", b"[]", b"[1]", b"\xff", b"null", b"[" * 2000):
            answer = self.server.ask("POST", "/v1/events", body,
                                     Content_Type="application/cloudevents-batch+json")
            self.assertEqual(answer.status, 400, body)

    def test_pages_hold_every_event_once(self):
        self.server.append(*[enrolled(f"participant/p-{n % 7}", f"a-{n}", enrolment=f"e-{n}")
                             for n in range(50)])
        self.assertEqual(self.positions("/v1/events?limit=7"), list(range(1, 51)))
        self.assertEqual(self.positions("/v1/events?from=48"), [48, 49, 50])
        self.assertEqual(self.positions("/v1/events?subject=participant/p-3&limit=2"),
                         list(range(4, 51, 7)))
        self.assertEqual(self.positions("/v1/events?type=contact_made"), [])
        self.assertEqual(self.server.get("/v1/events?cursor=nonsense").status, 400)
        tag = self.server.get("/v1/events").headers["ETag"]
        self.assertEqual(self.server.get("/v1/events", If_None_Match=tag).status, 304)

    def test_a_read_waits_for_the_position_it_needs(self):
        late = self.server.get("/v1/ledger?min_position=1")
        self.assertEqual(late.status, 400)  # the ledger's head has no such parameter
        missed = self.server.get("/v1/events?min_position=1")
        self.assertEqual((missed.status, missed.code), (409, "not_caught_up"))
        self.server.append(enrolled(PERSON, "a-1"))
        self.assertEqual(self.server.get("/v1/events?min_position=1").status, 200)

    def test_a_long_timeline_that_is_kept_is_never_old(self):
        lines = [event(f"c-{n}", "consent_given", PERSON, f"2018-{1 + n % 12:02}-{1 + n % 28:02}",
                       {"purpose": f"purpose {n}"}) for n in range(250)]
        self.server.append(*lines)
        target = "/v1/persons/" + PERSON.split("/")[1] + "/timeline?order=newest&limit=40"

        def whole(query=""):
            entries, link = [], target + query
            while link:
                page = self.server.get(link)
                entries += page.json["entries"]
                link = page.headers.get("Link", "")[1:].split(">")[0]
            return entries

        first = whole()
        self.assertEqual((len(first), len({e["id"] for e in first})), (250, 250))
        told = [e["id"] for e in self.ok("timeline", self.ledger, PERSON, "--json").objects]
        self.assertEqual([e["id"] for e in first], told[::-1])
        self.server.append(event("v-1", "event_voided", PERSON, "2019-01-01",
                                 {"target": "c-7", "reason": "test"}))
        again = whole()
        self.assertEqual(len(again), 251)
        self.assertEqual([e["id"] for e in again if e["standing"] == "voided"], ["c-7"])
        self.assertEqual(whole("&as_recorded=250"), first)

    def test_commands_beside_the_server_see_what_it_sees(self):
        self.append(enrolled(PERSON, "c-1"))
        self.assertEqual(self.server.get("/v1/ledger").json["head"], 1)
        self.server.append(enrolled(PERSON, "c-2", enrolment="e-2"))
        self.assertEqual(self.ok("info", self.ledger, "--json").objects[0]["head"], 2)

    # the stream

    def test_the_stream_catches_up_and_goes_on(self):
        self.server.append(enrolled(PERSON, "a-1"))
        stream = Stream(self.server)
        self.addCleanup(stream.close)
        self.assertEqual(stream.response.getheader("Content-Type"), "text/event-stream")
        kind, id, data = stream.next()
        self.assertEqual((kind, id, data["id"]), ("message", 1, "a-1"))
        self.assertEqual(stream.next(), ("caught-up", 1, {"position": 1}))
        self.append(enrolled(PERSON, "a-2", enrolment="e-2"))  # by a command, beside the server
        self.assertEqual(stream.next()[1], 2)

    def test_the_stream_in_lines(self):
        self.server.append(enrolled(PERSON, "a-1"))
        stream = Stream(self.server, Accept="application/x-ndjson")
        self.addCleanup(stream.close)
        self.assertIn('"id":"a-1"', stream.line())
        self.assertIn("caught_up", stream.line())

    def test_the_stream_goes_on_after_kill_9_without_loss(self):
        acknowledged, seen, last = 0, [], None
        for round in range(3):
            if round:
                self.server = self.serve()
            headers = {"Last-Event-ID": str(last)} if last else {}
            stream = Stream(self.server, **headers)
            for n in range(20):
                line = enrolled(f"participant/p-{round}-{n}", f"k-{round}-{n}")
                self.assertEqual(self.server.append(line).status, 201)
                acknowledged += 1
            # Half of it is read when the server dies.
            while len(seen) < acknowledged - 10:
                kind, id, data = stream.next()
                last = id
                if kind == "message":
                    seen.append(id)
            self.server.stop(signal.SIGKILL)
            stream.close()
        self.server = self.serve()
        stream = Stream(self.server, Last_Event_ID=str(last))
        self.addCleanup(stream.close)
        while len(seen) < acknowledged:
            kind, id, data = stream.next()
            if kind == "message":
                seen.append(id)
        self.assertEqual(seen, list(range(1, acknowledged + 1)))

    def test_streams_are_limited(self):
        server = self.serve("--streams-max", 2, ledger=self.init("other"))
        streams = [Stream(server) for _ in range(2)]
        for s in streams:
            self.assertEqual(s.next()[0], "caught-up")
        refused = server.get("/v1/events/stream")
        self.assertEqual((refused.status, refused.code), (503, "overloaded"))
        self.assertIn("Retry-After", refused.headers)
        for s in streams:
            s.close()
        self.assertEqual(server.stop(), 0)

    def test_stopping_ends_streams_and_keeps_what_was_answered(self):
        stream = Stream(self.server)
        self.assertEqual(stream.next()[0], "caught-up")
        self.server.append(enrolled(PERSON, "a-1"))
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(stream.next()[1], 1)
        self.assertIsNone(stream.next())
        self.assertEqual(len(self.ok("export", self.ledger).objects), 1)


if __name__ == "__main__":
    unittest.main()

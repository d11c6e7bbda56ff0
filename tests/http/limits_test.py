"""Goal: whatever comes over the socket, the server answers or closes, and goes on serving. Method:
bytes by hand: requests in two readings, endless headers, slow clients, bodies beyond the limit,
more requests than may wait."""
import re
import threading
import time
import unittest

from stegvis_http import ServedTest
from stegvis_cli import enrolled

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


class LimitsTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.server = self.serve("--deadline", 2)

    def tearDown(self):
        self.assertEqual(self.server.get("/healthz").status, 200)

    def one_answer(self, data, status):
        """The bytes get this one answer, and the connection is closed."""
        got = self.server.raw(data)
        self.assertTrue(got.startswith(f"HTTP/1.1 {status} ".encode()), (data[:80], got[:200]))
        self.assertEqual(len(re.findall(rb"HTTP/1\.1 \d", got)), 1, got)

    def head(self, *fields):
        lines = ("POST /v1/events HTTP/1.1", "Host: x",
                 "Content-Type: application/cloudevents+json",
                 "Authorization: Bearer " + self.server.token, *fields)
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def test_a_request_in_two_readings_is_refused(self):
        for fields in (["Content-Length: 5", "Transfer-Encoding: chunked"],
                       ["Transfer-Encoding: chunked", "Content-Length: 5"],
                       ["Content-Length: 5", "Content-Length: 6"],
                       ["Content-Length: 5", "Content-Length: 5"],
                       ["Content-Length: 5, 5"], ["Content-Length: +5"], ["Content-Length: 0x5"],
                       ["Content-Length: -1"], ["Content-Length: 99999999999999999999999"],
                       ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
                       ["Transfer-Encoding: identity"], ["Transfer-Encoding: chunked, identity"],
                       ["Transfer-Encoding : chunked"], ["Transfer-Encoding: xchunked"],
                       ["X: a\r\n Transfer-Encoding: chunked", "Transfer-Encoding: gzip"]):
            with self.subTest(fields=fields):
                self.one_answer(self.head(*fields) + b"0\r\n\r\n" + HEALTH, 400)

    def test_chunks_in_two_readings_are_refused(self):
        end = b"\r\nhello\r\n0\r\n\r\n"
        fine = self.server.raw(self.head("Transfer-Encoding: chunked") + b"5" + end + HEALTH[:-2] +
                               b"Connection: close\r\n\r\n")
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+)", fine), [b"400", b"200"])  # no JSON; next
        for body in (b"0x5" + end, b"-5" + end, b"+5" + end, b"\r\n5" + end, b"g" + end,
                     b"10000000000000005" + end, b"5;a=\x00" + end, b"5\nhello\n0\n\n",
                     b"5\rhello\r0\r\r", b"5\r\nhello0\r\n\r\n", b"5\r\nhelloo\r\n0\r\n\r\n",
                     b"5\r\nhello\r\n0\r\nContent-Length: 3\r\n\n"):
            with self.subTest(body=body):
                self.one_answer(self.head("Transfer-Encoding: chunked") + body + HEALTH, 400)

    def test_lines_that_end_otherwise_are_refused(self):
        fields = f"Authorization: Bearer {self.server.token}"
        for head in (f"GET /v1/ledger HTTP/1.1\nHost: x\n{fields}\n\n",
                     f"GET /v1/ledger HTTP/1.1\rHost: x\r{fields}\r\r",
                     f"GET /v1/ledger HTTP/1.1\r\n Host: x\r\n{fields}\r\n\r\n",
                     f"GET /v1/ledger HTTP/1.1 \r\nHost: x\r\n{fields}\r\n\r\n",
                     f"GET  /v1/ledger HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n",
                     f"GET /v1/ledger HTTP/1.1\r\nHost: x\r\nHost : y\r\n{fields}\r\n\r\n"):
            with self.subTest(head=head):
                got = self.server.raw(head.encode() + HEALTH)
                self.assertTrue(got.startswith(b"HTTP/1.1 400 "), got[:200])
                self.assertEqual(len(re.findall(rb"HTTP/1\.1 \d", got)), 1, got)

    def test_what_is_no_request_is_refused(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET\r\n\r\n",
                     b"GET / HTTP/9.9\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nHost: x\r\nA\x00B: c\r\n\r\n",
                     b"GET /healthz HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n"):
            with self.subTest(data=data):
                self.one_answer(data + HEALTH, 400)

    def test_paths_lead_nowhere_else(self):
        for path in ("/../etc/passwd", "/v1/../../etc/passwd", "/v1/%2e%2e/%2e%2e/etc/passwd",
                     "/v1/persons/%2e%2e/status", "/./v1/ledger", "/v1/persons/a%00b/status",
                     "/v1/persons/%ff/status", "/v1/persons/%/status", "/v1/persons/%2/status",
                     "v1/ledger", "http://evil.test/v1/ledger", "*", "\\\\v1\\ledger"):
            with self.subTest(path=path):
                got = self.server.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                      f"Authorization: Bearer {self.server.token}\r\n\r\n".encode())
                self.assertTrue(got.startswith(b"HTTP/1.1 400 "), got[:200])
        for path in ("/v1/persons/..%2f..%2fetc%2fpasswd/status", "//v1/ledger", "/v1//ledger",
                     "/v1/schemas/..%2f..%2fetc/1", "/v1/evaluations/runs/..%2fx/result"):
            with self.subTest(path=path):
                self.assertEqual(self.server.get(path).status, 404)
        self.assertEqual(self.server.ask("POST", "/v1/evaluations",
                                         {"definition": "../../etc/passwd"}).status, 400)

    def test_headers_are_limited(self):
        self.one_answer(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 20_000 + b"\r\n\r\n", 431)
        many = b"".join(b"A%d: b\r\n" % n for n in range(3_000))
        self.one_answer(b"GET / HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n", 431)
        self.one_answer(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431)

    def test_bodies_are_limited_by_their_path(self):
        self.one_answer(self.head(f"Content-Length: {17 << 20}"), 413)
        chunks = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
        with self.server.connect() as s:
            s.sendall(self.head("Transfer-Encoding: chunked"))
            try:
                for _ in range(18):
                    s.sendall(chunks)
            except OSError:
                pass
            got = self.server.drain(s)
        self.assertTrue(not got or got.startswith(b"HTTP/1.1 413 "), got[:100])
        search = self.server.ask("POST", "/v1/persons/search", {"value": "1" * 20_000})
        self.assertEqual(search.status, 413)

    def test_slow_clients_are_let_go(self):
        began = time.monotonic()
        slow = [self.server.connect() for _ in range(3)]
        slow[0].sendall(b"GET /healthz HT")
        slow[1].sendall(self.head("Content-Length: 100") + b"{")
        trickle = threading.Thread(target=self.trickle, args=(slow[2],))
        trickle.start()
        for s in slow:
            self.server.drain(s)
            s.close()
        trickle.join()
        self.assertLess(time.monotonic() - began, 15)

    @staticmethod
    def trickle(s):
        """A byte now and then does not move the deadline."""
        try:
            for c in b"GET /healthz HTTP/1.1\r\nHost: " + b"x" * 200:
                s.sendall(bytes([c]))
                time.sleep(0.1)
        except OSError:
            pass

    def test_requests_behind_one_another_are_answered_in_order(self):
        version = b"GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        got = self.server.raw(HEALTH + HEALTH + version)
        self.assertEqual(got.count(b"HTTP/1.1 200 "), 3)
        self.assertLess(got.index(b"status"), got.index(b'"api"'))

    def test_an_expected_continue_comes(self):
        body = enrolled("participant/p-1", "a-1").encode()
        with self.server.connect() as s:
            s.sendall(self.head(f"Content-Length: {len(body)}", "Expect: 100-continue",
                                "Connection: close"))
            self.assertTrue(s.recv(100).startswith(b"HTTP/1.1 100 "))
            s.sendall(body)
            self.assertIn(b"HTTP/1.1 201 ", self.server.drain(s))

    def test_more_requests_than_may_wait_get_503(self):
        server = self.serve("--requests-max", 2, "--work-threads", 1, "--deadline", 5,
                            ledger=self.init("busy"))
        statuses, lock = [], threading.Lock()

        def run(n):
            for i in range(6):
                a = server.append(*[enrolled(f"participant/p-{n}-{i}-{k}", f"o-{n}-{i}-{k}")
                                    for k in range(200)])
                with lock:
                    statuses.append(a.status)
                    if a.status == 503:
                        self.assertIn("Retry-After", a.headers)
                        self.assertEqual(a.code, "overloaded")

        threads = [threading.Thread(target=run, args=(n,)) for n in range(16)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(set(statuses), {201, 503})
        head = server.get("/v1/ledger").json["head"]
        self.assertEqual(head, 200 * statuses.count(201))
        overloaded = [line for line in server.get("/metrics").text.splitlines()
                      if line.startswith("stegvis_http_overloaded_total")]
        self.assertEqual(overloaded, [f"stegvis_http_overloaded_total {statuses.count(503)}"])
        self.assertEqual(server.stop(), 0)

    def test_more_connections_than_may_be_get_503(self):
        server = self.serve("--connections-max", 2, ledger=self.init("full"))
        held = [server.connect() for _ in range(2)]
        for s in held:
            s.sendall(HEALTH)
            self.assertTrue(s.recv(1000).startswith(b"HTTP/1.1 200 "))
        self.assertTrue(server.raw(b"").startswith(b"HTTP/1.1 503 "))
        for s in held:
            s.close()
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()

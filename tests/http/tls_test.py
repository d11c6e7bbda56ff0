"""Goal: with TLS the server is the same server, shows the certificate that its files hold now, and
waits for no handshake that does not come. Method: a real server, Python's TLS as the client,
certificates that are replaced while it runs."""
import shutil
import socket
import ssl
import time
import unittest

from browser import Browser, certificate
from stegvis_http import ServedTest, TIMEOUT_S
from stegvis_cli import enrolled

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class TlsTest(ServedTest):
    def setUp(self):
        super().setUp()
        self.init()
        self.cert, self.key = certificate(self.folder)

    def with_tls(self, *options):
        server = self.serve("--tls-cert", self.cert, "--tls-key", self.key, *options)
        self.assertTrue(server.url.startswith("https://127.0.0.1:"))
        return server

    def context(self, cert=None):
        return ssl.create_default_context(cafile=cert or self.cert)

    def open(self, server, context=None):
        raw = socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT_S)
        return (context or self.context()).wrap_socket(raw, server_hostname="127.0.0.1")

    def answer(self, server, data, context=None):
        with self.open(server, context) as s:
            s.sendall(data)
            got = b""
            while part := s.recv(65536):  # until its farewell: nobody cut it short
                got += part
            return got

    def test_requests_streams_and_bodies_pass(self):
        server = self.with_tls()
        self.assertTrue(self.answer(server, HEALTH).startswith(b"HTTP/1.1 200 "))
        browser = Browser(self.cert)
        bearer = {"Authorization": "Bearer " + server.token}
        lines = [enrolled(f"participant/p-{n}", f"a-{n}") for n in range(2_000)]
        done = browser.ask("POST", server.url + "v1/events", body="[" + ",".join(lines) + "]",
                           Content_Type="application/cloudevents-batch+json", **bearer)
        self.assertEqual(done.status, 201, done.text[:300])
        page = browser.ask("GET", server.url + "v1/events?limit=1000", **bearer)
        self.assertEqual(len(page.json["events"]), 1_000)
        self.assertIn("max-age", page.headers["Strict-Transport-Security"])
        with self.open(server) as s:
            s.sendall(b"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                      server.token.encode() + b"\r\n\r\n")
            got = b""
            while b"caught-up" not in got:
                got += s.recv(65536)
            self.append(enrolled("participant/p-live", "live"))
            while b"p-live" not in got:
                got += s.recv(65536)
        self.assertEqual(server.stop(), 0)

    def test_a_replaced_certificate_holds_from_the_next_handshake(self):
        server = self.with_tls()
        kept = self.open(server)
        fresh_cert, fresh_key = certificate(self.folder, "fresh")
        old = self.context()
        shutil.copy(fresh_cert, self.cert)  # the key is not the certificate's for now
        self.assertTrue(self.answer(server, HEALTH, old).startswith(b"HTTP/1.1 200 "))
        server.wait_for_log(b"--tls-key is not")
        shutil.copy(fresh_key, self.key)
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.open(server, old)
        fresh = self.context(fresh_cert)
        self.assertTrue(self.answer(server, HEALTH, fresh).startswith(b"HTTP/1.1 200 "))
        kept.sendall(HEALTH)
        self.assertTrue(kept.recv(100).startswith(b"HTTP/1.1 200 "))
        kept.close()

    def test_old_protocols_and_clear_text_get_nothing(self):
        server = self.with_tls("--deadline", 2)
        self.assertNotIn(b"200", server.raw(HEALTH))
        for version, works in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True),
                               (ssl.TLSVersion.TLSv1_3, True)):
            context = self.context()
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version
            if works:
                self.assertTrue(self.answer(server, HEALTH, context).startswith(b"HTTP/1.1 200 "))
                continue
            with self.assertRaises(OSError):
                self.open(server, context)

    def test_a_handshake_that_does_not_come_is_not_waited_for(self):
        server = self.with_tls("--deadline", 1, "--connections-max", 3)
        began = time.monotonic()
        silent = [server.connect() for _ in range(2)]
        silent[1].sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")  # half a greeting
        for s in silent:
            server.drain(s)
            s.close()
        self.assertLess(time.monotonic() - began, 15)
        with self.open(server) as slow:
            slow.sendall(b"GET /healthz HT")
            self.assertEqual(slow.recv(100), b"")
        self.assertTrue(self.answer(server, HEALTH).startswith(b"HTTP/1.1 200 "))

    def test_what_cannot_be_served_is_refused_at_the_start(self):
        other_cert, other_key = certificate(self.folder, "other")
        serve = ["serve", self.ledger, "--listen", "127.0.0.1:0"]
        self.fails(1, "--tls-key", *serve, "--tls-cert", self.cert, "--tls-key", other_key)
        self.fails(1, "--tls-cert", *serve, "--tls-cert", self.key, "--tls-key", self.key)
        self.fails(1, "--tls-cert", *serve, "--tls-cert", "none", "--tls-key", self.key)
        self.fails(2, "--tls-key", *serve, "--tls-cert", other_cert)
        self.fails(2, "--public-url", *serve, "--public-url", "https://x.test/path")
        self.fails(2, "--public-url", *serve, "--public-url", "http://x.test")
        beyond = self.serve("--tls-cert", self.cert, "--tls-key", self.key, "--public-url",
                            "https://stegvis.test:8443/", listen="0.0.0.0:0")
        self.assertEqual(beyond.url, "https://stegvis.test:8443/")


if __name__ == "__main__":
    unittest.main()

"""Goal: whom the provider names gets in, by a program's token or with a browser, and nobody else.
Method: a real provider on loopback (npm's oidc-provider), stegvis with TLS, a client that does what
a browser does, and tokens, answers and requests that are each wrong in one way."""
import http.client
import pathlib
import shutil
import ssl
import tempfile
import threading
import time
import unittest
import urllib.parse

from browser import Browser, Provider, certificate
from stegvis_http import Server
from stegvis_cli import LedgerTest, enrolled, event, stegvis

PERSON = "participant/p-1"


class LoginTest(LedgerTest):
    """One ledger, one provider and one server for all: each test has its own browser."""

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="stegvis-login-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, True)
        cls.provider_cert, provider_key = certificate(cls.shared, "provider")
        cls.provider = Provider(cls.provider_cert, provider_key)
        cls.addClassCleanup(cls.provider.stop)
        cls.cert, cls.key = certificate(cls.shared, "server")
        cls.book = cls.shared / "ledger"
        stegvis("init", cls.book)
        lines = [event("u-a", "unit_registered", "unit/a", "2018-01-01", {"kind": "unit"}),
                 event("u-b", "unit_registered", "unit/b", "2018-01-01", {"kind": "unit"}),
                 enrolled(PERSON, "e-1"),
                 event("e-2", "participant_enrolled", "participant/p-2", "2018-02-01",
                       {"enrolment": "e-1", "unit": "unit/b"})]
        assert stegvis("append", cls.book, "-", stdin="".join(lines)).code == 0
        cls.server = cls.start(cls.book)
        cls.addClassCleanup(cls.server.stop)

    @classmethod
    def start(cls, ledger, *options, client="stegvis", secret=True, tls=True):
        given = ["--oidc-issuer", cls.provider.issuer, "--oidc-ca", cls.provider_cert,
                 "--oidc-audience", cls.provider.resource, "--oidc-client", client]
        if secret:
            (cls.shared / "secret").write_text(cls.provider.secret + "\n")
            given += ["--oidc-client-secret", cls.shared / "secret"]
        if tls:
            given += ["--tls-cert", cls.cert, "--tls-key", cls.key]
        server = Server(ledger, *given, *options)
        server.origin = server.url.rstrip("/")
        cls.provider.do("client", at=server.origin)
        return server

    def setUp(self):
        super().setUp()
        self.provider.set(down=False, claims=None, sign=None)
        self.origin = self.server.origin

    def browser(self):
        return Browser(self.provider_cert, self.cert)

    def in_as(self, user, server=None):
        browser = self.browser()
        page = browser.log_in((server or self.server).origin + "/login", user)
        self.assertEqual(page.status, 200, page.text)
        return browser

    def session(self, browser, origin=None):
        return browser.ask("GET", (origin or self.origin) + "/v1/session")

    def with_token(self, token, target="/v1/ledger"):
        return self.browser().ask("GET", self.origin + target, Authorization="Bearer " + token)

    # --- programs

    def payload(self, **more):
        now = int(time.time())
        return {"iss": self.provider.issuer, "aud": self.provider.resource, "sub": "kim",
                "iat": now, "exp": now + 300, "roles": ["admin"], **more}

    def test_a_token_of_the_provider_opens_what_its_roles_may(self):
        token = self.provider.access_token()
        self.assertEqual(self.with_token(token).status, 200)
        self.assertEqual(self.with_token(token, "/v1/persons/p-1/status").status, 200)
        self.assertEqual(self.with_token(token, "/v1/persons/p-2/status").status, 404)
        self.assertEqual(self.with_token(token, "/v1/access").status, 403)
        read = stegvis("access", self.book, "--json", "--limit", 1).objects[0]
        self.assertEqual(read["data"]["user"], "oidc:program")

    def test_tokens_that_are_not_the_providers_are_refused(self):
        for how in ("RS256", "ES256"):
            self.assertEqual(self.with_token(self.provider.sign(how, self.payload())).status, 200)
        for how in ("none", "HS256", "foreign"):
            with self.subTest(how=how):
                answer = self.with_token(self.provider.sign(how, self.payload()))
                self.assertEqual((answer.status, answer.code), (401, "unauthenticated"))
        head, body, signature = self.provider.sign("RS256", self.payload()).split(".")
        self.assertEqual(self.with_token(f"{head}.{body}.").status, 401)
        other = self.provider.sign("RS256", self.payload(sub="eve")).split(".")[1]
        self.assertEqual(self.with_token(f"{head}.{other}.{signature}").status, 401)

    def test_tokens_of_other_times_and_for_others_are_refused(self):
        now = int(time.time())
        for wrong in ({"exp": now - 61}, {"nbf": now + 90}, {"iat": now + 90}, {"aud": "other"},
                      {"aud": []}, {"iss": self.provider.issuer + "/"}, {"sub": ""}, {"exp": None}):
            with self.subTest(wrong=wrong):
                token = self.provider.sign("RS256", self.payload(**wrong))
                self.assertEqual(self.with_token(token).status, 401)
        self.assertEqual(self.with_token(self.provider.access_token("urn:other")).status, 401)

    # --- browsers

    def test_a_browser_logs_in_and_out(self):
        browser = self.browser()
        page = browser.log_in(self.origin + "/", "kim")  # the start page leads to the login
        self.assertEqual((page.status, browser.url), (200, self.origin + "/"))
        told = self.session(browser).json
        self.assertEqual((told["user"], told["roles"], told["units"]),
                         ("oidc:kim", ["caseworker"], ["unit/a"]))
        flags = browser.attributes["__Host-stegvis-session"]
        self.assertLessEqual({"httponly", "secure", "path"}, set(flags))
        self.assertEqual(flags["samesite"], "Lax")
        self.assertEqual(set(browser.cookies[self.origin]), {"__Host-stegvis-session"})
        self.assertEqual(browser.ask("GET", self.origin + "/v1/persons/p-1/status").status, 200)
        self.assertEqual(browser.ask("GET", self.origin + "/v1/persons/p-2/status").status, 404)
        stolen = dict(browser.cookies[self.origin])
        out = browser.ask("POST", self.origin + "/logout", Stegvis_Csrf=told["csrf"])
        self.assertEqual(out.status, 200, out.text)
        self.assertTrue(out.json["end_session"].startswith(self.provider.issuer))
        self.assertEqual(browser.cookies[self.origin], {})
        browser.cookies[self.origin] = stolen
        self.assertEqual(self.session(browser).status, 401)
        self.assertEqual(browser.ask("GET", self.origin + "/v1/ledger").status, 401)

    def test_a_login_leads_back_to_a_path_of_ours_only(self):
        browser = self.browser()
        browser.log_in(self.origin + "/login?return=/version", "kim")
        self.assertEqual(browser.url, self.origin + "/version")
        for elsewhere in ("//evil.test", "https://evil.test/", "/\\evil.test", "javascript:x",
                          "/%0d%0aX: y"):
            target = self.origin + "/login?return=" + urllib.parse.quote(elsewhere)
            browser = self.browser()
            browser.log_in(target, "kim")
            self.assertEqual(browser.url, self.origin + "/", elsewhere)

    def test_keys_of_both_kinds_and_a_client_without_secret(self):
        for client, secret in (("stegvis-ec", True), ("public", False)):
            server = self.start(self.init(client), client=client, secret=secret)
            self.addCleanup(self.provider.do, "client", at=self.origin)
            self.addCleanup(server.stop)
            browser = self.in_as("ada", server)
            self.assertEqual(self.session(browser, server.origin).json["roles"], ["admin"])

    def test_identity_tokens_that_are_wrong_let_nobody_in(self):
        now = int(time.time())
        cases = [{"claims": {"nonce": "another"}}, {"claims": {"nonce": None}},
                 {"claims": {"aud": "public"}}, {"claims": {"aud": ["stegvis", "public"]}},
                 {"claims": {"azp": "public"}}, {"claims": {"iss": "https://evil.test"}},
                 {"claims": {"exp": now - 61}}, {"sign": "none"}, {"sign": "HS256"},
                 {"sign": "foreign"}]
        for case in cases:
            with self.subTest(case=case):
                self.provider.set(**{"claims": None, "sign": None, **case})
                browser = self.browser()
                page = browser.log_in(self.origin + "/login", "kim")
                self.assertEqual((page.status, page.code), (400, "login_failed"), page.text)
                self.assertEqual(self.session(browser).status, 401)
        self.provider.set(claims={"azp": "stegvis"}, sign="ES256")
        self.assertEqual(self.session(self.in_as("kim")).status, 200)

    def callback(self, browser):
        """The address that the provider leads back to, not yet gone to."""
        return browser.log_in(self.origin + "/login", "kim", stop_at=self.origin + "/callback")

    def refused(self, browser, url, why="the login"):
        answer = browser.ask("GET", url)
        self.assertIn(why, answer.json["detail"])
        self.assertEqual((answer.status, answer.code), (400, "login_failed"), answer.text)
        self.assertEqual(self.session(browser).status, 401)

    def test_states_and_codes_are_good_once_and_in_one_browser(self):
        browser, victim = self.browser(), self.browser()
        there = self.callback(browser)
        self.refused(victim, there)  # no login was begun in it
        victim.visit(self.origin + "/login")
        self.refused(victim, there)  # another one was
        kept = dict(browser.cookies[self.origin])
        self.assertEqual(browser.visit(there, "cross-site").status, 200)
        browser.cookies[self.origin] = kept
        self.refused(browser, there, "answered before")  # the same state again
        browser = self.browser()
        second = self.callback(browser)
        code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(there).query))["code"]
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(second).query))
        again = urllib.parse.urlencode({**query, "code": code})
        used = f"{self.origin}/callback?{again}"
        self.refused(browser, used, "does not take the code")  # in a login of its own
        self.refused(browser, second, "answered before")  # which that ended

    def test_answers_with_something_else_are_refused(self):
        for change in ({"state": "x"}, {"state": None}, {"code": None}, {"code": "x"},
                       {"code": "x" * 5_000}, {"iss": "https://evil.test"},
                       {"error": "access_denied", "code": None}):
            with self.subTest(change=change):
                browser = self.browser()
                there = urllib.parse.urlsplit(self.callback(browser))
                query = {**dict(urllib.parse.parse_qsl(there.query)), **change}
                query = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
                self.refused(browser, f"{self.origin}/callback?{query}")

    def test_a_session_is_new_at_each_login(self):
        browser = self.browser()
        name = "__Host-stegvis-session"
        browser.cookies[self.origin] = {name: "planted-by-somebody-else"}
        browser.log_in(self.origin + "/login", "kim")
        first = browser.cookies[self.origin][name]
        self.assertNotEqual(first, "planted-by-somebody-else")
        browser.visit(self.origin + "/login")  # the provider remembers who it was
        second = browser.cookies[self.origin][name]
        self.assertNotEqual(first, second)
        browser.cookies[self.origin][name] = first
        self.assertEqual(self.session(browser).status, 401)

    def test_what_changes_something_shows_the_sessions_token(self):
        browser, other = self.in_as("ada"), self.in_as("ada")
        csrf, foreign = (self.session(b).json["csrf"] for b in (browser, other))

        def append(number, **headers):
            return browser.ask("POST", self.origin + "/v1/events",
                               body=enrolled("participant/p-9", f"c-{number}",
                                             enrolment=f"c-{number}"),
                               Content_Type="application/cloudevents+json", **headers)

        refused = [{}, {"Stegvis_Csrf": ""}, {"Stegvis_Csrf": csrf[:-1]}, {"Stegvis_Csrf": foreign},
                   {"Stegvis_Csrf": csrf, "origin": "https://evil.test"},
                   {"Stegvis_Csrf": csrf, "origin": "null"},
                   {"Stegvis_Csrf": csrf, "Sec_Fetch_Site": "cross-site"},
                   {"Stegvis_Csrf": csrf, "Sec_Fetch_Site": "same-site"}]
        for headers in refused:
            answer = append(1, **headers)
            self.assertEqual((answer.status, answer.code), (403, "cross_site"), headers)
            out = browser.ask("POST", self.origin + "/logout", **headers)
            self.assertEqual((out.status, out.code), (403, "cross_site"), headers)
        self.assertEqual(append(2, Stegvis_Csrf=csrf, origin=self.origin,
                                Sec_Fetch_Site="same-origin").status, 201)
        self.assertEqual(append(3, Stegvis_Csrf=csrf).status, 201)

    def test_other_sites_get_no_answers_with_the_cookie(self):
        browser = self.in_as("kim")
        cross = {"Sec-Fetch-Site": "cross-site"}
        page = {**cross, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        for headers in (cross, page, {**cross, "Sec-Fetch-Mode": "no-cors"}):
            answer = browser.ask("GET", self.origin + "/v1/persons/p-1/status", **headers)
            self.assertEqual((answer.status, answer.code), (403, "cross_site"))
        frame = {**page, "Sec-Fetch-Dest": "iframe"}
        self.assertNotEqual(browser.ask("GET", self.origin + "/", **frame).status, 200)
        self.assertEqual(browser.ask("GET", self.origin + "/", **page).status, 200)

    def test_a_stream_ends_with_its_session(self):
        browser = self.in_as("ada")
        context = ssl.create_default_context(cafile=self.cert)
        c = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=30, context=context)
        self.addCleanup(c.close)
        cookie = "; ".join(f"{n}={v}" for n, v in browser.cookies[self.origin].items())
        c.request("GET", "/v1/events/stream", headers={"Cookie": cookie})
        stream = c.getresponse()
        while stream.readline() != b"event: caught-up\n":
            pass
        csrf = self.session(browser).json["csrf"]
        browser.ask("POST", self.origin + "/logout", Stegvis_Csrf=csrf)
        stegvis("append", self.book, "-", stdin=enrolled("participant/p-7", "s-1"))
        after = b""
        while line := stream.readline():
            after += line
            self.assertNotIn(b"p-7", after)

    # --- keys and their provider

    def test_keys_are_rotated(self):
        server = self.start(self.init("rotated"))
        self.addCleanup(self.provider.do, "client", at=self.origin)
        self.addCleanup(server.stop)

        def status(token):
            return self.browser().ask("GET", server.origin + "/v1/ledger",
                                      Authorization="Bearer " + token).status
        old = self.provider.access_token()
        self.assertEqual(status(old), 200)
        before = self.provider.do("requests")["requests"]
        self.provider.do("rotate")
        fresh = [self.provider.access_token() for _ in range(4)]
        before += 4
        # All that come at once wait for the one look.
        found, lock = [], threading.Lock()

        def ask(token):
            s = status(token)
            with lock:
                found.append(s)
        threads = [threading.Thread(target=ask, args=(t,)) for t in fresh]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(found, [200] * 4)
        self.assertEqual(status(old), 401)
        for n in range(20):  # made-up keys do not make it ask again and again
            forged = self.provider.sign("RS256", self.payload(), {"kid": f"made-up-{n}"})
            self.assertEqual(status(forged), 401)
        self.assertEqual(self.provider.do("requests")["requests"] - before, 2)
        self.assertEqual(self.session(self.in_as("ada", server), server.origin).status, 200)

    def test_a_provider_that_is_away_leaves_the_keys(self):
        token = self.provider.access_token()
        browser = self.browser()
        there = self.callback(browser)
        self.provider.set(down=True)
        self.assertEqual(self.with_token(token).status, 200)
        away = browser.ask("GET", there)
        self.assertEqual((away.status, away.code), (503, "provider"))
        late = self.start_away()
        answer = self.browser().ask("GET", late.origin + "/v1/ledger",
                                    Authorization="Bearer " + token)
        self.assertEqual((answer.status, answer.code), (503, "provider"))
        self.assertEqual(self.browser().ask("GET", late.origin + "/login").status, 503)
        self.assertEqual(self.browser().ask("GET", late.origin + "/healthz").status, 200)
        late.wait_for_log(b'"event":"failed"')

    def test_a_wrong_secret_is_the_operators_to_mend(self):
        (self.shared / "secret").write_text("another")
        server = Server(self.init("secret"), "--oidc-issuer", self.provider.issuer, "--oidc-ca",
                        self.provider_cert, "--oidc-client", "stegvis", "--oidc-client-secret",
                        self.shared / "secret")
        self.addCleanup(server.stop)
        self.provider.do("client", at=server.url.rstrip("/"))
        self.addCleanup(self.provider.do, "client", at=self.origin)
        page = self.browser().log_in(server.url + "login", "kim")
        self.assertEqual((page.status, page.code), (503, "provider"))
        server.wait_for_log(b"does not know the client")
        # Without an audience no program gets in.
        answer = self.browser().ask("GET", server.url + "v1/ledger", Authorization="Bearer " +
                                    self.provider.access_token())
        self.assertEqual(answer.status, 401)

    def start_away(self):
        late = Server(self.init("late"), "--oidc-issuer", self.provider.issuer, "--oidc-ca",
                      self.provider_cert, "--oidc-audience", self.provider.resource,
                      "--oidc-client", "public")
        self.addCleanup(late.stop)
        late.origin = late.url.rstrip("/")
        return late

    def test_what_is_no_provider_is_refused_at_the_start(self):
        ledger = self.init("refused")
        serve = ["serve", ledger, "--listen", "127.0.0.1:0"]
        self.fails(2, "--oidc-audience", *serve, "--oidc-issuer", self.provider.issuer)
        self.fails(2, "https://", *serve, "--oidc-issuer", "http://login.example",
                   "--oidc-audience", "x")
        self.fails(2, "another issuer", *serve, "--oidc-issuer", self.provider.issuer + "/",
                   "--oidc-audience", "x", "--oidc-ca", self.provider_cert)
        self.fails(2, "--oidc-keys", *serve, "--oidc-issuer", self.provider.issuer,
                   "--oidc-client", "x", "--oidc-keys", "keys.json")
        # Its certificate is not trusted: as if it were away.
        server = Server(ledger, "--oidc-issuer", self.provider.issuer, "--oidc-audience", "x")
        self.addCleanup(server.stop)
        self.assertEqual(self.browser().ask("GET", server.url + "v1/ledger",
                                            Authorization="Bearer a.b.c").status, 503)

    def test_no_secret_is_told(self):
        browser = self.in_as("kim")
        session = self.session(browser).json
        page = browser.ask("GET", self.origin + "/metrics").text
        said = self.server.log.decode() + page
        for secret in (self.provider.secret, session["csrf"], "code=", "state=",
                       *browser.cookies[self.origin].values()):
            self.assertNotIn(secret, said)
        with self.assertRaises(OSError):  # nor is anything in clear
            self.server.get("/healthz")


if __name__ == "__main__":
    unittest.main()

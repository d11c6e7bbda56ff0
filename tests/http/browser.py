"""What the tests of logging in share: a real provider (provider.mjs), a certificate for loopback,
and a client that keeps cookies and says where its requests come from, as browsers do."""
import http.client
import json
import pathlib
import re
import ssl
import subprocess
import urllib.parse

from stegvis_http import TIMEOUT_S, Answer

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HOPS_MAX = 12


def certificate(folder, name="server"):
    """A certificate for 127.0.0.1 and its key; it is its own authority."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, capture_output=True, timeout=TIMEOUT_S)
    return cert, key


class Provider:
    """npm's oidc-provider over HTTPS until it is stopped."""

    def __init__(self, cert, key):
        modules = subprocess.run([ROOT / "ops" / "tools", "folder"], check=True, text=True,
                                 capture_output=True, timeout=TIMEOUT_S).stdout.strip()
        self.process = subprocess.Popen(
            ["node", HERE / "provider.mjs", f"{modules}/node_modules", cert, key],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        told = json.loads(self.process.stdout.readline())
        self.cert = cert
        self.issuer, self.resource, self.secret = told["issuer"], told["resource"], told["secret"]

    def do(self, what, **more):
        self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def set(self, **values):
        self.do("set", values=values)

    def sign(self, how, payload, header=None):
        wanted = {"how": how, "payload": payload, "header": header or {}}
        return self.do("sign", token=wanted)["token"]

    def access_token(self, resource=None):
        """A bearer token as programs get it (client credentials)."""
        browser = Browser(self.cert)
        form = {"grant_type": "client_credentials", "resource": resource or self.resource,
                "client_id": "program", "client_secret": "program"}
        answer = browser.ask("POST", self.issuer + "/token", form=form)
        return answer.json["access_token"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=TIMEOUT_S)
        self.process.stdout.close()


class Browser:
    """Cookies by origin, redirects, and the headers that tell a request's origin."""

    def __init__(self, *trusted):
        self.tls = ssl.create_default_context()
        for cert in trusted:
            self.tls.load_verify_locations(cert)
        self.cookies = {}  # by origin
        self.attributes = {}  # of each cookie, as set last
        self.url = None

    def ask(self, method, url, form=None, body=None, origin=None, **headers):
        """One request, no redirect followed."""
        parts = urllib.parse.urlsplit(url)
        at = f"{parts.scheme}://{parts.netloc}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = self.cookies.setdefault(at, {})
        if kept:
            sent["Cookie"] = "; ".join(f"{n}={v}" for n, v in kept.items())
        if origin:
            sent["Origin"] = origin
        if form is not None:
            body = urllib.parse.urlencode(form)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        c = (http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT_S, context=self.tls)
             if parts.scheme == "https" else http.client.HTTPConnection(parts.netloc,
                                                                        timeout=TIMEOUT_S))
        try:
            c.request(method, urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, "")),
                      body, sent)
            r = c.getresponse()
            for line in r.headers.get_all("Set-Cookie", []):
                self.keep(at, line)
            return Answer(r.status, dict(r.getheaders()), r.read())
        finally:
            c.close()

    def keep(self, at, line):
        pair, *rest = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        attributes = {k.lower(): v for k, _, v in (part.partition("=") for part in rest)}
        if name.startswith("__Host-"):
            assert at.startswith("https:") and "secure" in attributes, line
            assert attributes.get("path") == "/" and "domain" not in attributes, line
        self.attributes[name] = attributes
        if attributes.get("max-age") == "0" or not value:
            self.cookies[at].pop(name, None)
        else:
            self.cookies[at][name] = value

    def visit(self, url, site="none"):
        """As a link or an address typed: follows redirects to the last page."""
        fetch = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        for _ in range(HOPS_MAX):
            self.url = url
            answer = self.ask("GET", url, **fetch, **{"Sec-Fetch-Site": site})
            if answer.status not in (302, 303):
                return answer
            there = urllib.parse.urljoin(url, answer.headers["Location"])
            if urllib.parse.urlsplit(there).netloc != urllib.parse.urlsplit(url).netloc:
                site = "cross-site"
            url = there
        raise AssertionError("too many redirects")

    def to_form(self, url):
        """Follows redirects to the provider's form."""
        page = self.visit(url)
        assert page.status == 200 and "<form" in page.text, (page.status, page.text[:500])
        return page

    def submit(self, page, **values):
        """Sends the page's form, and says where the provider leads next."""
        action = re.search(r'<form[^>]* action="([^"]+)"', page.text).group(1)
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        answer = self.ask("POST", urllib.parse.urljoin(self.url, action), form={**form, **values})
        return urllib.parse.urljoin(self.url, answer.headers["Location"])

    def log_in(self, url, user, stop_at=None):
        """From /login to the page behind it; or to the address that starts with `stop_at`."""
        page = self.to_form(url)
        there = self.submit(page, login=user, password="any")
        for _ in range(HOPS_MAX):
            if stop_at and there.startswith(stop_at):
                return there
            answer = self.ask("GET", there, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate",
                              Sec_Fetch_Dest="document")
            self.url = there
            if answer.status in (302, 303):
                there = urllib.parse.urljoin(there, answer.headers["Location"])
            elif "<form" in answer.text:
                there = self.submit(answer)
            else:
                return answer
        raise AssertionError("too many redirects")

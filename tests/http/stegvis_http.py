"""What the tests over HTTP share: a server on a free port of loopback, and requests in
few words."""
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from stegvis_cli import BIN, LedgerTest, environment  # noqa: E402

TIMEOUT_S = 30


class Answer:
    def __init__(self, status, headers, raw):
        self.status, self.headers, self.raw = status, headers, raw

    @property
    def text(self):
        return self.raw.decode()

    @property
    def json(self):
        return json.loads(self.raw)

    @property
    def code(self):
        return self.json["code"]


class Server:
    """`serve DIR` until it is stopped; its log is kept."""

    def __init__(self, ledger, *options, listen="127.0.0.1:0"):
        self.process = subprocess.Popen(
            [BIN, "serve", str(ledger), "--listen", listen, "--json", *map(str, options)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read().decode())
        told = json.loads(line)
        self.port, self.token, self.url = told["port"], told["token"], told["url"]
        self.log = b""
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()

    def read_log(self):
        for line in self.process.stderr:
            self.log += line

    def wait_for_log(self, text):
        """Until the log has it."""
        until = time.monotonic() + TIMEOUT_S
        while text not in self.log:
            if time.monotonic() > until:
                raise AssertionError(f"{text} is not in the log: {self.log.decode()}")
            time.sleep(0.01)

    def ask(self, method, target, body=None, token=True, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = "Bearer " + (self.token if token is True else token)
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            c.request(method, target, body.encode() if isinstance(body, str) else body, headers)
            r = c.getresponse()
            return Answer(r.status, dict(r.getheaders()), r.read())
        finally:
            c.close()

    def get(self, target, **headers):
        return self.ask("GET", target, **headers)

    def append(self, *events, **headers):
        """One event, or a batch; each as a line of JSON."""
        if len(events) == 1:
            return self.ask("POST", "/v1/events", events[0],
                            **{"Content-Type": "application/cloudevents+json", **headers})
        return self.ask("POST", "/v1/events", "[" + ",".join(events) + "]",
                        **{"Content-Type": "application/cloudevents-batch+json", **headers})

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S)

    def raw(self, data):
        """Everything that comes back for these bytes until the server closes."""
        with self.connect() as s:
            s.sendall(data)
            return self.drain(s)

    @staticmethod
    def drain(s):
        got = b""
        while True:
            try:
                part = s.recv(65536)
            except (ConnectionResetError, socket.timeout):
                return got
            if not part:
                return got
            got += part

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=TIMEOUT_S)
        self.reader.join(timeout=TIMEOUT_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class Stream:
    """The live stream, an event at a time."""

    def __init__(self, server, target="/v1/events/stream", **headers):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_S)
        self.connection.request("GET", target, headers={
            "Authorization": "Bearer " + server.token,
            **{name.replace("_", "-"): value for name, value in headers.items()}})
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def line(self):
        return self.response.readline().decode()

    def next(self):
        """(event, id, data) of the next message; None at the end."""
        event, id, data = "message", None, ""
        while True:
            line = self.line()
            if not line:
                return None
            line = line.rstrip("\n")
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("id: "):
                id = int(line[4:])
            elif line.startswith("data: "):
                data += line[6:]
            elif not line and data:
                return event, id, json.loads(data)

    def close(self):
        self.response.close()
        self.connection.close()


class ServedTest(LedgerTest):
    def serve(self, *options, ledger=None, listen="127.0.0.1:0"):
        server = Server(ledger or self.ledger, *options, listen=listen)
        self.addCleanup(lambda: server.stop(signal.SIGKILL))
        return server

"""Records as the relay writes them, and the Java client that writes them here."""
import json
import pathlib
import subprocess
import threading

from broker import compiled, java

SOURCE = pathlib.Path(__file__).parent / "Records.java"
ANSWER_TIMEOUT_S = 60


def event(position, prev, subject, id=None, type="note", source="/test", data=None, complete=0,
          **attributes):
    """`prev` is the position before it in its partition."""
    attributes = {"specversion": "1.0", "id": id or f"e-{position}", "source": source,
                  "type": f"stegvis.{type}", "subject": subject,
                  "time": "2018-03-01T09:00:00+01:00",
                  "recordedtime": "2018-03-04T08:11:02.120334Z", "sequence": f"{position:019}",
                  "dataschema": f"stegvis:{type}:1", **attributes}
    headers = {"content-type": "application/json", **ledger_headers(complete), "prev": str(prev),
               **{f"ce_{name}": value for name, value in attributes.items()}}
    return {"key": subject, "value": json.dumps(data or {}), "headers": headers}


def checkpoint(complete):
    return {"partition": 0, "value": "", "headers": ledger_headers(complete)}


def ledger_headers(complete):
    return {"ledger": "0123456789abcdef" * 2, "epoch": "1", "complete": str(complete)}


class Records:
    """A transactional producer of the Java client, one transaction after the other."""

    def __init__(self, bootstrap, transactional_id, *properties):
        command = java("Records", bootstrap, transactional_id, *properties,
                       classes=compiled(SOURCE))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def line(self, what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def create(self, topic, partitions=1, **settings):
        self.line({"create": topic, "partitions": partitions,
                   "settings": {k.replace("_", "."): str(v) for k, v in settings.items()}})
        self.answered("created")

    def send(self, topic, *records):
        for record in records:
            self.line({"topic": topic, **record})

    def end(self, how):
        """Asks for the end without waiting for it."""
        self.line({"end": how})

    def answer(self):
        """Waits for it; at the limit the client is ended, and what it said is told."""
        timer = threading.Timer(ANSWER_TIMEOUT_S, self.process.kill)
        timer.start()
        line = self.process.stdout.readline().strip()
        timer.cancel()
        if not line:
            self.process.kill()
            raise AssertionError(f"the client is gone: {self.process.stderr.read()[-2000:]}")
        return line

    def answered(self, what):
        line = self.answer()
        if line != what:
            raise AssertionError(f"not {what}: {line}")

    def read(self, topic, bootstrap):
        """The committed values of partition 0. The transaction may be open."""
        self.line({"read": topic, "from": bootstrap})
        return json.loads(self.answer())

    def last_values(self, topic, bootstrap):
        """The last committed value of each key, all partitions; None for a tombstone."""
        self.line({"last": topic, "from": bootstrap})
        return json.loads(self.answer())

    def commit(self):
        self.end("commit")
        self.answered("commit")

    def abort(self):
        self.end("abort")
        self.answered("abort")

    def close(self):
        self.process.kill()
        self.process.communicate(timeout=10)

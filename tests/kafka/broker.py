"""A real broker for the tests: started by ops/kafka in a temporary folder, gone with the test even
if the test is killed."""
import atexit
import functools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.machinery import SourceFileLoader

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPS_KAFKA = ROOT / "ops" / "kafka"
script = SourceFileLoader("ops_kafka", str(OPS_KAFKA)).load_module()
START_TIMEOUT_S = 120
END_TIMEOUT_S = 20


def ops_kafka(command, *arguments, timeout=START_TIMEOUT_S):
    return subprocess.run([OPS_KAFKA, command, *map(str, arguments)], capture_output=True,
                          text=True, timeout=timeout)


def until(true, what, timeout=30, every=0.05):
    """Polls, and returns the first true answer; at the limit the test fails with `what`."""
    deadline = time.monotonic() + timeout
    while True:
        answer = true()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(every)


def java(main, *arguments, classes="."):
    """The command line of a Java program with Kafka's jars: a .java file, or a class of those jars
    or of the folder `classes`."""
    return ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{script.JARS}/*:{classes}",
            str(main), *map(str, arguments)]


@functools.cache
def compiled(source):
    """The folder of a .java file's classes, for programs that are started again and again."""
    folder = tempfile.mkdtemp(prefix="stegvis-java-")
    atexit.register(shutil.rmtree, folder, True)
    done = subprocess.run(["javac", "-cp", f"{script.JARS}/*", "-d", folder, source],
                          capture_output=True, text=True, timeout=START_TIMEOUT_S)
    if done.returncode != 0:
        raise AssertionError(f"{source}: {done.stderr}")
    return folder


class broker:
    """One or three brokers with their data, numbered from 1.

        with broker() as kafka:
            kafka.start(brokers=3)
            client(kafka.bootstrap)
            kafka.kill9(1)
            kafka.restart(1)      # same port, same data
    """

    def __init__(self):
        self.folder = None
        self.bootstrap = None
        self.guard = None

    def start(self, brokers=1, properties={}, proxied=(), secure=False):
        """`proxied`: for each broker the port at which its second listener is advertised; where
        that listener itself is, `behind_proxy` tells. `secure`: one more with TLS and SASL."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stegvis-kafka-"))
        self.guard = guard(self.folder)
        options = ["--brokers", brokers]
        for key, value in properties.items():
            options += ["--property", f"{key}={value}"]
        if proxied:
            options += ["--proxied", ",".join(map(str, proxied))]
        if secure:
            options += ["--secure"]
        self.bootstrap = self.ops("start", *options)
        return self

    def ops(self, command, *options):
        done = ops_kafka(command, "--dir", self.folder, *options)
        if done.returncode != 0:
            raise AssertionError(f"ops/kafka {command}: {done.stderr}")
        return done.stdout.strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def behind_proxy(self, i=1):
        """The port of the second listener, for the proxy to lead to."""
        cluster = json.loads((self.folder / "cluster.json").read_text())
        return cluster["nodes"][i - 1]["proxied"]

    def data(self, i=1):
        return self.folder / f"broker-{i}" / "data"

    def log(self, i=1):
        return (self.folder / f"broker-{i}" / "log").read_text(errors="replace")

    def pid(self, i=1):
        return int((self.folder / f"broker-{i}" / "pid").read_text().split()[0])

    def kill9(self, i=1):
        """As a crash of the process: what it wrote is there, what it held in memory is not."""
        pid = self.pid(i)
        os.kill(pid, signal.SIGKILL)
        until(lambda: ended(pid), f"broker {i} ends after kill -9", END_TIMEOUT_S)

    def restart(self, i=1):
        """Returns when it answers and knows itself as alive again."""
        self.ops("start", "--only", i)

    def stop(self):
        if self.guard:
            self.guard.stdin.close()
            self.guard.wait(timeout=END_TIMEOUT_S)
            self.guard = None


def ended(pid):
    return script.started_at(pid) is None


def guard(folder):
    """Waits for the end of its input, which the end of the test brings too; then it ends the
    brokers and removes the folder."""
    steps = 'read -r _; "$0" stop --now --dir "$1"; rm -rf "$1"'
    return subprocess.Popen(["sh", "-c", steps, OPS_KAFKA, folder], stdin=subprocess.PIPE,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True)

"""Goal: anyone can start a broker, it keeps what it acknowledged, and it ends when told.
Method: ops/kafka in temporary folders; Kafka's own command line tools as clients."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from broker import OPS_KAFKA, broker, ended, java, ops_kafka, until

TOOL_TIMEOUT_S = 60


def tool(name, *arguments, text=""):
    done = subprocess.run(java(f"org.apache.kafka.tools.{name}", *arguments), input=text,
                          capture_output=True, text=True, timeout=TOOL_TIMEOUT_S)
    if done.returncode != 0:
        raise AssertionError(f"{name} {arguments}: {done.stdout}{done.stderr}")
    return done.stdout


def create(kafka, topic, *options):
    tool("TopicCommand", "--bootstrap-server", kafka.bootstrap, "--create", "--topic", topic,
         *options)


def write(kafka, topic, *lines):
    tool("ConsoleProducer", "--bootstrap-server", kafka.bootstrap, "--topic", topic,
         text="".join(line + "\n" for line in lines))


def read(kafka, topic, count):
    return tool("consumer.ConsoleConsumer", "--bootstrap-server", kafka.bootstrap,
                "--topic", topic, "--partition", "0", "--offset", "earliest",
                "--max-messages", count, "--timeout-ms", 30000).splitlines()


class OneBroker(unittest.TestCase):
    def test_what_it_acknowledged_survives_kill_9(self):
        with broker() as kafka:
            kafka.start()
            create(kafka, "t")
            write(kafka, "t", "one", "two")
            before = kafka.pid()
            kafka.kill9()
            kafka.restart()
            self.assertNotEqual(before, kafka.pid())
            write(kafka, "t", "three")
            self.assertEqual(["one", "two", "three"], read(kafka, "t", 3))

    def test_it_is_gone_with_a_killed_test(self):
        script = "from broker import *; k = broker().start(); " \
                 "print(k.pid(), k.folder, flush=True); input()"
        with subprocess.Popen([sys.executable, "-c", script], cwd=pathlib.Path(__file__).parent,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as test:
            pid, folder = test.stdout.readline().split()
            self.assertFalse(ended(pid))
            test.kill()
        until(lambda: ended(pid), "the broker of a killed test ends")
        until(lambda: not pathlib.Path(folder).exists(), "the folder of a killed test goes")


class ThreeBrokers(unittest.TestCase):
    def test_one_lost_loses_nothing_and_stops_nothing(self):
        with broker() as kafka:
            kafka.start(brokers=3)
            self.assertEqual(3, len(kafka.bootstrap.split(",")))
            create(kafka, "t")
            told = tool("TopicCommand", "--bootstrap-server", kafka.bootstrap, "--describe")
            self.assertIn("ReplicationFactor: 3", told)
            self.assertIn("min.insync.replicas=2", told)
            write(kafka, "t", "one", "two")
            kafka.kill9(2)
            write(kafka, "t", "three")
            self.assertEqual({"one", "two", "three"}, set(read(kafka, "t", 3)))
            self.assertEqual(1, ops_kafka("status", "--dir", kafka.folder).returncode)
            kafka.restart(2)
            kafka.kill9(3)
            self.assertEqual({"one", "two", "three"}, set(read(kafka, "t", 3)))


class Command(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stegvis-kafka-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def ok(self, command, *options):
        done = ops_kafka(command, "--dir", self.folder, *options)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def refused(self, saying, command, *options):
        done = ops_kafka(command, "--dir", self.folder, *options)
        self.assertNotEqual(0, done.returncode, done.stdout)
        self.assertIn(saying, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_start_status_stop(self):
        self.addCleanup(ops_kafka, "stop", "--dir", self.folder, "--now")
        first = self.ok("start")
        self.assertEqual(first, self.ok("start"))  # is there already
        self.assertIn("answers, sees 1 of 1", self.ok("status"))
        self.refused("has 1 brokers", "start", "--brokers", "3")
        self.refused("listens at port", "start", "--port", "1")
        pid = int((self.folder / "broker-1" / "pid").read_text().split()[0])
        self.ok("stop")
        self.assertTrue(ended(pid))
        self.assertEqual(1, ops_kafka("status", "--dir", self.folder).returncode)
        self.ok("stop")
        self.assertEqual(first, self.ok("start"))  # same data, same port

    def test_stop_leaves_a_process_that_only_has_the_id(self):
        """A process id is used again; the file remembers when the broker's began."""
        with subprocess.Popen(["sleep", "60"]) as other:
            plan = {"cluster": "c", "properties": {}, "nodes": [{"id": 1, "client": 1}]}
            (self.folder / "cluster.json").write_text(json.dumps(plan))
            (self.folder / "broker-1").mkdir()
            (self.folder / "broker-1" / "pid").write_text(f"{other.pid} 1\n")
            self.ok("stop")
            self.assertIsNone(other.poll())
            other.kill()

    def test_what_cannot_be_is_told(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.refused(f"port {port} is taken", "start", "--port", port)
        self.refused("there is no cluster", "stop")
        self.refused("there is no cluster", "status")
        self.refused("invalid choice", "start", "--brokers", "2")
        self.refused("is not a port", "start", "--port", "70000")
        self.refused("is not KEY=VALUE", "start", "--property", "x")
        self.refused("names 1 ports for 3 brokers", "start", "--brokers", "3", "--proxied", "1")
        (self.folder / "letter.txt").write_text("mine")
        self.refused("holds other things (letter.txt)", "start")

    def test_a_damaged_memory_is_told(self):
        (self.folder / "cluster.json").write_text("{")
        for command in ("start", "stop", "status"):
            self.refused("cluster.json is damaged", command)

    def test_a_broker_that_cannot_start_says_why(self):
        self.refused("num.io.threads", "start", "--property", "num.io.threads=none")

    def test_missing_parts_are_named(self):
        def start(**environment):
            return subprocess.run([sys.executable, OPS_KAFKA, "start", "--dir", self.folder],
                                  capture_output=True, text=True, timeout=60,
                                  env={**os.environ, **environment}).stderr
        self.assertIn("run ops/install", start(XDG_CACHE_HOME=str(self.folder / "empty")))
        self.assertIn("ops/install installs Java", start(JAVA_HOME=str(self.folder)))


if __name__ == "__main__":
    unittest.main()

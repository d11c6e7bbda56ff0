"""A proxy that does to a broker's connections what networks do: slow, cut, and late.

    with broker() as kafka, proxy() as net:
        kafka.start(proxied=[net.port])
        net.lead_to(kafka.behind_proxy())
        client(net.address)              # the broker advertises the proxy, so all goes through it
        net.delay(50)
        net.cut_at_random(seed, 20_000)
        net.calm()

It knows of the protocol a message's length, a request's api key and client id, and that a broker
answers every request, in order (so no acks=0). A request is passed on whole and in its connection's
order; TCP allows nothing else. What can overtake is another connection: a held request of a
connection that its client has given up arrives when the client's next connection has long been
busy (`outrun`, `hold_end_txn`)."""
import contextlib
import queue
import random
import socket
import struct
import threading
import time
from collections import deque

PRODUCE, FETCH, ADD_PARTITIONS_TO_TXN, END_TXN = 0, 1, 24, 26
HOST = "127.0.0.1"
FRAME_BYTES_MAX = 100 << 20
CONNECT_TIMEOUT_S = 5
HOLD_TIMEOUT_S = 60
ANSWER_TIMEOUT_S = 10
END_TIMEOUT_S = 10


class request:
    def __init__(self, frame):
        self.frame, self.came = frame, time.monotonic()
        self.key, _, _, client_bytes = struct.unpack_from(">hhih", frame, 4)
        self.client = frame[14:14 + max(0, client_bytes)].decode()
        self.holds = []  # told when it is answered


def received(connection, count):
    """Exactly so many bytes, or none at the connection's end."""
    data = bytearray()
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            return b""
        data += more
    return bytes(data)


def frames(connection):
    """Until the connection ends; one that the end cuts short is dropped, as a broker would."""
    with contextlib.suppress(OSError):
        while head := received(connection, 4):
            size, = struct.unpack(">i", head)
            if not 4 <= size <= FRAME_BYTES_MAX:
                raise AssertionError(f"not Kafka: a message of {size} bytes")
            body = received(connection, size)
            if not body:
                return
            yield head + body


class hold:
    """A request that waits, and all behind it on its connection with it."""

    def __init__(self, holds, frees, cut):
        self.holds = holds  # of a request: is it this one?
        self.frees = frees  # of a link and a request on it: may this go once that is answered?
        self.cut = cut      # the client sees its connection end, and makes another
        self.link = None
        self.caught, self.freed, self.answered = (threading.Event() for _ in range(3))

    def release(self):
        self.freed.set()

    def wait_caught(self, timeout=30):
        self._wait(self.caught, "a request to hold comes by", timeout)

    def wait_answered(self, timeout=30):
        """The broker has answered it, whatever it said: it is no longer under way."""
        self._wait(self.answered, "the held request is released and answered", timeout)

    @staticmethod
    def _wait(event, what, timeout):
        if not event.wait(timeout):
            raise AssertionError(f"not within {timeout} s: {what}")


class link:
    """A client's connection and the one to the broker that belongs to it."""

    def __init__(self, net, number, client, upstream):
        self.net, self.number, self.client, self.upstream = net, number, client, upstream
        self.waiting = queue.Queue(maxsize=1000)
        self.asked = deque()  # a broker answers in order
        self.held = None      # the hold that caught one of its requests
        self.threads = [threading.Thread(target=work, daemon=True)
                        for work in (self.read, self.write, self.answer)]

    def read(self):
        for frame in frames(self.client):
            self.waiting.put(request(frame))
        self.waiting.put(None)

    def write(self):
        with contextlib.suppress(OSError):
            while r := self.waiting.get():
                self.net.hold_back(self, r)
                self.net.note(self, r)
                self.asked.append(r)
                self.net.forward(self.upstream, r.frame)
            if self.held:
                self.held.answered.wait(ANSWER_TIMEOUT_S)
            self.upstream.shutdown(socket.SHUT_WR)

    def answer(self):
        with contextlib.suppress(OSError):
            for frame in frames(self.upstream):
                self.tell(self.asked.popleft())
                if self.held and self.held.cut:
                    continue  # nobody listens
                self.net.pause(time.monotonic())
                self.net.forward(self.client, frame)
        self.cut()

    def tell(self, answered):
        for held in answered.holds:
            if held.link is self:
                held.answered.set()
            else:
                held.release()

    def abandon(self):
        """Ends the client's side; what it had sent still goes to the broker."""
        with contextlib.suppress(OSError):
            self.client.shutdown(socket.SHUT_WR)

    def cut(self):
        for s in (self.client, self.upstream):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.cut()
        for t in self.threads:
            t.join(END_TIMEOUT_S)
        self.client.close()
        self.upstream.close()


class proxy:
    """Passes everything until told otherwise. Every fault can be set and ended at any time."""

    def __init__(self, port=0):
        self.listener = socket.create_server((HOST, port), backlog=100)
        self.port = self.listener.getsockname()[1]
        self.address = f"{HOST}:{self.port}"
        self.upstream_port = None
        self.lock = threading.Lock()
        self.links, self.made, self.cuts = [], 0, 0
        self.log = []  # (number of the connection, api key) of each request passed on
        self.hold = None
        self.stopped = threading.Event()
        self.calm()
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()

    # What it can do.

    def lead_to(self, port):
        self.upstream_port = port

    def calm(self):
        """Passes everything again. A held request goes on its way."""
        self.delay_s = 0
        self.budget, self.next_budget = None, None
        held, self.hold = self.hold, None
        if held:
            held.release()

    def delay(self, ms):
        """Of each request and each answer; answers one after the other."""
        self.delay_s = ms / 1000

    def cut_all(self):
        with self.lock:
            self.cuts += 1
            links = list(self.links)
        for each in links:
            each.cut()

    def cut_after(self, count):
        """All connections once, when so many more bytes have passed, in the midst of a message."""
        with self.lock:
            self.budget, self.next_budget = count, None

    def cut_at_random(self, seed, mean_bytes):
        """All connections again and again. Which message it hits depends on the clients, so a seed
        gives the same distances, not the same run."""
        draw = random.Random(seed)
        with self.lock:
            self.next_budget = lambda: 1 + int(draw.expovariate(1 / mean_bytes))
            self.budget = self.next_budget()

    def outrun(self, key=PRODUCE, requests=1):
        """The next request of that key, and what follows on its connection, reaches the broker
        after it has answered so many of the same key on connections made later. Returns the
        hold."""
        ahead = []

        def frees(held, by, r):
            if r.key == key and by.number > held.link.number:
                ahead.append(by.number)
            return len(ahead) >= requests

        return self.hold_next(key, frees)

    def hold_end_txn(self, until=PRODUCE, cut=True, client=None):
        """The next EndTxn waits until a request of the next transaction (Produce, or
        AddPartitionsToTxn) was answered on another connection, or until `release`. With
        `until=None` only for that; with `client` only that client id's. Returns the hold."""
        def frees(held, by, r):
            return r.key == until and by is not held.link

        return self.hold_next(END_TXN, frees, cut, client)

    def hold_next(self, key, frees, cut=True, client=None):
        self.hold = hold(lambda r: r.key == key and client in (None, r.client), frees, cut)
        return self.hold

    def count(self, key):
        """Of requests passed on."""
        with self.lock:
            return sum(k == key for _, k in self.log)

    def stop(self):
        self.stopped.set()
        self.calm()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.acceptor.join(END_TIMEOUT_S)
        self.listener.close()
        for each in self.links:
            each.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # How it does it.

    def accept(self):
        with contextlib.suppress(OSError):
            while not self.stopped.is_set():
                client, _ = self.listener.accept()
                self.join(client)

    def join(self, client):
        try:
            upstream = socket.create_connection((HOST, self.upstream_port), CONNECT_TIMEOUT_S)
        except OSError:
            client.close()  # as the broker that is not there would
            return
        upstream.settimeout(None)
        for s in (client, upstream):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.lock:
            self.made += 1
            each = link(self, self.made, client, upstream)
            self.links = [kept for kept in self.links if self.alive(kept)] + [each]
        for t in each.threads:
            t.start()

    @staticmethod
    def alive(each):
        if any(t.is_alive() for t in each.threads):
            return True
        each.close()
        return False

    def pause(self, came):
        self.stopped.wait(max(0, came + self.delay_s - time.monotonic()))

    def hold_back(self, by, r):
        self.pause(r.came)
        held = self.hold
        with self.lock:
            mine = held and not held.caught.is_set() and held.holds(r)
            if mine:
                held.link, by.held = by, held
                r.holds.append(held)
                held.caught.set()
        if not mine:
            return
        if held.cut:
            by.abandon()
        held.freed.wait(HOLD_TIMEOUT_S)
        held.freed.set()

    def note(self, by, r):
        with self.lock:
            self.log.append((by.number, r.key))
            held = self.hold
            waits = held and held.caught.is_set() and not held.freed.is_set()
            if waits and held.frees(held, by, r):
                r.holds.append(held)  # not at once, or the held one might overtake

    def spend(self, count):
        """How many of these bytes may pass before all connections are cut."""
        with self.lock:
            if self.budget is None:
                return count
            allowed = min(count, self.budget)
            self.budget -= count
            if self.budget < 0:
                self.budget = self.next_budget and self.next_budget()
            return allowed

    def forward(self, to, data):
        allowed = self.spend(len(data))
        to.sendall(data[:allowed])
        if allowed < len(data):
            self.cut_all()

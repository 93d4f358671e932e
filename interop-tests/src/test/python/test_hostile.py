"""Peers of listeners, clients and services that break the protocol, or want to use the memory up.

JARPIPE_TEST_FUZZ_SECONDS says for how long each fuzzing test runs: 3 by default, or 1 where a build
has run 3 with another interpreter. Beyond 40 it needs JARPIPE_TEST_TIMEOUT_FACTOR, too.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import random
import re
import shutil
import socket
import struct
import tempfile
import time
from multiprocessing.connection import Client
from typing import Any, Callable, ClassVar, Iterator

import addresses
from addresses import KEY, authenticate, frame, plain_socket, receive_frame
from services import SMALL_HEAP, ServiceCase, Services
from support import THOROUGH, Remote, await_, channels
from workertest import WorkerTest

FUZZ_SECONDS = float(os.environ.get("JARPIPE_TEST_FUZZ_SECONDS", "3" if THOROUGH else "1"))
MEBIBYTE = 1024 * 1024
MEMORY = 96 * MEBIBYTE // 1024
"""KiB that a daemon with a heap of 64 MiB may grow by while it is warming up and attacked."""

LENGTHS = {
    "-2": struct.pack("!i", -2),
    "smallest": struct.pack("!i", -(2**31)),
    "2^31-1": struct.pack("!i", 2**31 - 1),
    "200 MiB": struct.pack("!i", 200 * MEBIBYTE),
    "2^31": struct.pack("!iQ", -1, 2**31),
    "2^62": struct.pack("!iQ", -1, 2**62),
    "2^63": struct.pack("!iQ", -1, 2**63),
    "2^64-1": struct.pack("!iQ", -1, 2**64 - 1),
}
"""Headers of messages that nobody can want to receive; 200 MiB is below the limit of 256."""

LOG_LINE = re.compile(
    r"\S+ (WARNING|INFO   ) service \S+( refused|,) process \d+ of user \d+: "
    r"(the client breaks the protocol, its connection is closed: "
    r"(bad pickle|bad message length|length|got end of file)"
    r"|digest received was wrong|unsupported message length|bad message length"
    r"|the peer did not answer|length|got end of file)"
)
"""All that a daemon may say of hostile clients: one line each, and no payload."""


class Hostile(ServiceCase):
    """A test that attacks the services of a daemon with little memory."""

    options: ClassVar[tuple[str, ...]] = ()
    place: ClassVar[str]
    services: ClassVar[Services]

    @classmethod
    def setUpClass(cls) -> None:
        """Start the daemon."""
        super().setUpClass()
        cls.place = tempfile.mkdtemp(prefix="jarpipe-test-")
        cls.addClassCleanup(shutil.rmtree, cls.place)
        os.environ["JARPIPE_JAVA_OPTIONS"] = SMALL_HEAP
        try:
            cls.services = Services(
                cls.place, (os.path.join(cls.place, "echo"), "echo"), options=cls.options
            )
        finally:
            del os.environ["JARPIPE_JAVA_OPTIONS"]
        cls.addClassCleanup(cls.services.stop)

    def setUp(self) -> None:
        super().setUp()
        self.channels = len(channels(self.services.pid))
        self.memory = self.services.resident()
        self.log_length = len(self.services.log())
        self.addCleanup(self.check_daemon)

    def check_daemon(self) -> None:
        """Check that the daemon still serves, has closed everything, and said nothing unusual."""
        with self.friend() as client:
            self.assert_echo(client, "still there")
        await_(
            "connections to be closed", lambda: len(channels(self.services.pid)) <= self.channels
        )
        self.assertLess(self.services.resident() - self.memory, MEMORY, "KiB of memory")
        self.check_log(self.services.log()[self.log_length :])

    def check_log(self, log: str) -> None:
        """Check that there is nothing but documented lines in a part of the log."""
        for line in log.splitlines():
            self.assertRegex(line, LOG_LINE)

    def friend(self) -> Any:
        """Connect a client that means well."""
        return self.services.client()

    def enemy(self) -> socket.socket:
        """Connect a plain socket, up to the point where the attack begins."""
        return plain_socket(self.services.addresses[0])

    def assert_closed(self, plain: socket.socket) -> None:
        """Check that the daemon closes a connection, whatever it sends before."""
        with contextlib.suppress(ConnectionResetError):
            while plain.recv(4096):
                pass

    def fuzz(self, attack: Callable[[random.Random, socket.socket], None]) -> None:
        """Attack again and again, from a seed that is printed."""
        seed = int.from_bytes(os.urandom(4), "big")
        print(f"seed {seed}")
        source = random.Random(seed)
        deadline = time.monotonic() + FUZZ_SECONDS
        count = 0
        while time.monotonic() < deadline:
            with self.enemy() as plain:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    attack(source, plain)
            count += 1
            if count % 100 == 0:
                with self.friend() as client:
                    self.assert_echo(client, count)
        print(f"{count} attacks")


class Frames(Hostile):
    """Attacks on a handler's connection."""

    options = ("--service-no-key",)

    def friend(self) -> Any:
        """Connect without a key."""
        return Client(self.services.addresses[0])

    def test_lengths(self) -> None:
        for name, header in LENGTHS.items():
            with self.subTest(name), self.enemy() as plain:
                plain.sendall(header + b"x" * 1000)
                plain.shutdown(socket.SHUT_WR)
                self.assert_closed(plain)

    def test_announcing_much_and_sending_nothing(self) -> None:
        """100 clients announce 200 MiB each: memory grows with what comes, not with claims."""
        with contextlib.ExitStack() as stack:
            for _ in range(100):
                stack.enter_context(self.enemy()).sendall(LENGTHS["200 MiB"] + b"x" * 1000)
            with self.friend() as client:
                self.assert_echo(client, "unharmed")

    def test_truncated_at_every_offset(self) -> None:
        message = frame(pickle.dumps({"some": ["message", 1, 2.5, None]}, protocol=4))
        for length in range(len(message)):
            with self.enemy() as plain:
                plain.sendall(message[:length])
        big = struct.pack("!iQ", -1, len(message)) + message
        for length in range(4, 12):
            with self.enemy() as plain:
                plain.sendall(big[:length])

    def test_one_byte_at_a_time(self) -> None:
        body = pickle.dumps(list(range(100)), protocol=4)
        with self.enemy() as plain:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
            for byte in frame(body):
                plain.sendall(bytes([byte]))
            self.assertEqual(pickle.loads(receive_frame(plain)), list(range(100)))
        with self.enemy() as plain:
            for byte in struct.pack("!iQ", -1, len(body)) + body:
                plain.sendall(bytes([byte]))
            self.assertEqual(pickle.loads(receive_frame(plain)), list(range(100)))

    def test_a_client_that_never_reads(self) -> None:
        """The handler blocks in send(); others do not notice."""
        with self.enemy() as plain:
            plain.setblocking(False)
            message = frame(pickle.dumps(b"x" * 100_000, protocol=4))
            with contextlib.suppress(BlockingIOError):
                while True:
                    plain.send(message)
            with self.friend() as client:
                self.assert_echo(client, "unharmed")

    def test_random_bytes(self) -> None:
        def attack(source: random.Random, plain: socket.socket) -> None:
            for _ in range(source.randrange(1, 4)):
                body = random_bytes(source, source.choice((0, 1, 5, 50, 3000)))
                plain.sendall(source.choice((frame(body), body)))
            if source.random() < 0.5:
                plain.shutdown(socket.SHUT_WR)
                self.assert_closed(plain)

        self.fuzz(attack)

    def test_damaged_pickles(self) -> None:
        value = {"a": [1, (2.5, {3}), b"bytes", "text" * 20], "b": {"c": None, "d": 1 << 80}}
        bodies = [pickle.dumps(value, protocol) for protocol in range(6)]

        def attack(source: random.Random, plain: socket.socket) -> None:
            body = bytearray(source.choice(bodies))
            for _ in range(source.randrange(1, 5)):
                body[source.randrange(len(body))] = source.randrange(256)
            plain.sendall(frame(bytes(body)))
            if source.random() < 0.5:
                plain.shutdown(socket.SHUT_WR)
                self.assert_closed(plain)

        self.fuzz(attack)


class Handshakes(Hostile):
    """Attacks before the key is known."""

    options = ("--handshake-timeout", "2")

    def test_lengths(self) -> None:
        for name, header in LENGTHS.items():
            with self.subTest(name), self.enemy() as plain:
                plain.sendall(header + b"x" * 1000)
                self.assert_closed(plain)

    def test_truncated_at_every_offset(self) -> None:
        message = frame(b"x" * 40)
        for length in range(len(message)):
            with self.enemy() as plain:
                plain.sendall(message[:length])

    def test_one_byte_at_a_time(self) -> None:
        """A slow client is no enemy."""
        with self.enemy() as plain:
            authenticate(plain, self.services.key())
            for byte in frame(pickle.dumps("slow", protocol=4)):
                plain.sendall(bytes([byte]))
            self.assertEqual(pickle.loads(receive_frame(plain)), "slow")

    def test_more_stalled_clients_than_may_authenticate(self) -> None:
        """Beyond 1024 the oldest ones give way, and a friend gets through."""
        with contextlib.ExitStack() as stack:
            for _ in range(400):
                stack.enter_context(self.enemy())
            with self.friend() as client:
                self.assert_echo(client, "unharmed")

    def test_random_bytes(self) -> None:
        def attack(source: random.Random, plain: socket.socket) -> None:
            if source.random() < 0.5:
                receive_frame(plain)
            kind = source.randrange(4)
            if kind == 0:
                plain.sendall(random_bytes(source, source.randrange(1, 600)))
            elif kind == 1:
                plain.sendall(frame(random_bytes(source, source.choice((16, 20, 40, 256)))))
            elif kind == 2:
                plain.sendall(frame(b"{sha256}" + random_bytes(source, 32)) * 3)
            else:
                plain.sendall(frame(b"#CHALLENGE#{sha256}" + random_bytes(source, 40)))
            if source.random() < 0.5:
                self.assert_closed(plain)

        self.fuzz(attack)


class Listeners(WorkerTest):
    """A listener that attacks Java's client."""

    @contextlib.contextmanager
    def sending(self, data: bytes) -> Iterator[str]:
        """Listen, send something to whoever comes, and go when he has gone."""
        with socket.socket(socket.AF_UNIX) as listening:
            address = addresses.fresh("abstract", self.folder)
            listening.bind(addresses.python(address))
            listening.listen(8)
            process = self.child("fork", send_to_one, listening, data)
            yield address
            self.join(process)

    def test_lengths(self) -> None:
        remote = Remote(self, "ListenerWorkers::client")
        for name, header in LENGTHS.items():
            with self.subTest(name), self.sending(header + b"x" * 1000) as address:
                with self.assertRaisesRegex(RuntimeError, "(?i)length"):
                    remote.call("connect", address, KEY)
            with self.subTest(name), self.sending(header + b"x" * 1000) as address:
                remote.call("connect", address, None)
                with self.assertRaisesRegex(RuntimeError, "(?i)length|got end of file"):
                    remote.call("recv")
                remote.call("closeConnection")
        remote.close()
        remote.connection.close()

    def test_challenge_truncated_at_every_offset(self) -> None:
        remote = Remote(self, "ListenerWorkers::client")
        message = frame(b"#CHALLENGE#{sha256}" + b"x" * 40)
        for length in range(len(message)):
            with self.sending(message[:length]) as address:
                with self.assertRaisesRegex(RuntimeError, "MpAuthenticationException.*closed"):
                    remote.call("connect", address, KEY)
        remote.close()
        remote.connection.close()


def random_bytes(source: random.Random, size: int) -> bytes:
    """Return so many random bytes, which `Random` itself can do from 3.9 on."""
    return source.getrandbits(8 * size).to_bytes(size, "big") if size else b""


def send_to_one(listening: socket.socket, data: bytes) -> None:
    """Serve one client; runs in a child."""
    plain, _ = listening.accept()
    with plain, contextlib.suppress(ConnectionResetError, BrokenPipeError):
        plain.sendall(data)
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(4096):
            pass

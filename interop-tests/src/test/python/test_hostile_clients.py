"""Clients of a shared daemon that stall, send rubbish, or want what they may not have."""

from __future__ import annotations

import array
import contextlib
import os
import pickle
import socket
import struct
from multiprocessing.connection import (  # type: ignore[attr-defined]
    Client,
    Connection,
    rebuild_connection,
)
from typing import Any, Iterator

import procfs
from jarpipe.process import DupFd
from support import PATIENCE, WORKERS
from test_shared_daemon import SharedDaemonTest

STALLED = 200
FIRST_CHALLENGE = 4 + 11 + 40
"""How many bytes a daemon says first at least: a frame with ``#CHALLENGE#``."""


class Stalling(SharedDaemonTest):
    """A client that does nothing costs the daemon nothing but its connection."""

    def connect(self) -> socket.socket:
        """Connect without authentication; closed after the test."""
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.connect(self.daemon.address)  # without a timeout: it waits for room in the backlog
        client.settimeout(PATIENCE)
        return client

    def assert_serves(self) -> None:
        """Check that the daemon starts a worker."""
        near, far = self.pipe()
        process = self.shared.Process(target=WORKERS + "LifecycleDefault", args=(far,))
        process.start()
        far.close()
        self.assertEqual(self.recv(near), 1)
        self.join(process)

    def test_clients_that_stall_in_the_handshake_delay_nobody(self) -> None:
        stalled = [self.connect() for _ in range(STALLED)]
        for client in stalled[::2]:
            client.recv(FIRST_CHALLENGE)
            client.sendall(b"\0\0")  # half a frame's length
        threads = len(procfs.threads(self.daemon.pid))
        self.assert_serves()
        for client in stalled:  # they were not thrown out: all were served in their midst
            client.setblocking(False)
            with self.assertRaises(BlockingIOError):
                while client.recv(1000):
                    pass
        self.assertLess(threads, STALLED, "each of them has a thread")

    def test_clients_that_stall_after_the_handshake_delay_nobody(self) -> None:
        key = self.daemon.key()
        for _ in range(30):
            self.addCleanup(Client(self.daemon.address, authkey=key).close)
        self.assert_serves()

    def test_rubbish_instead_of_a_handshake(self) -> None:
        for rubbish in (
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"\xff\xff\xff\xff" + b"\xff" * 8,  # 2^64 - 1 bytes
            b"\xff\xff\xff\xff" + struct.pack("!Q", 1 << 40),
            b"\xff\xff\xff\xfe",  # negative
            b"\x7f\xff\xff\xff" + b"x" * 100,
            struct.pack("!I", 257) + b"x" * 257,
            struct.pack("!I", 0),
            struct.pack("!I", 16) + bytes(16),  # a digest, but a wrong one
            struct.pack("!I", 40) + b"{sha256}" + bytes(32),
            struct.pack("!I", 40) + b"{sha999}" + bytes(32),
            bytes(range(256)) * 100,
        ):
            with self.subTest(rubbish[:16]):
                client = self.connect()
                with contextlib.suppress(ConnectionError):  # it may be closed while we send
                    client.sendall(rubbish)
                    while client.recv(1000):
                        pass  # to the end, which is the daemon's answer
                client.close()
        self.assert_serves()


class Requests(SharedDaemonTest):
    """A client with the key is not trusted to send only what a client sends."""

    @contextlib.contextmanager
    def client(self) -> Iterator[Connection]:
        """Open an authenticated connection."""
        with Client(self.daemon.address, authkey=self.daemon.key()) as connection:
            yield connection

    def assert_refused(self, connection: Connection) -> str:
        """Check that the daemon answers with an error or hangs up; return what it says."""
        self.assertTrue(connection.poll(PATIENCE))
        try:
            kind, error = connection.recv()
        except (EOFError, ConnectionError):
            return ""
        self.assertEqual(kind, "#ERROR")
        return str(error)

    def test_pickles_run_no_code(self) -> None:
        witness = self.path("witness")

        class Evil:
            def __reduce__(self) -> Any:
                return os.system, (f"touch {witness}",)

        for request in (Evil(), (None, "start", (Evil(),), {}), (None, Evil(), (), {})):
            with self.client() as connection:
                connection.send(request)
                self.assert_refused(connection)
        with self.client() as connection:
            connection.send((None, "version", (Evil(),), {}))
            self.assertEqual(self.recv(connection)[0], "#RETURN")
        self.assertFalse(os.path.exists(witness))

    def test_rubbish_instead_of_a_request(self) -> None:
        good = pickle.dumps((None, "version", (), {}), 4)
        for body in (b"", b"rubbish", b"\x80", good[:-1], b"\x80\x63.", b"(" * 100_000, b"]" * 9):
            with self.subTest(body[:9]), self.client() as connection:
                connection.send_bytes(body)
                self.assert_refused(connection)
        with self.client() as connection:
            os.write(connection.fileno(), b"\xff\xff\xff\xff" + struct.pack("!Q", 1 << 40))
            self.end_sending(connection)
            self.assert_refused(connection)

    def test_requests_that_nobody_knows(self) -> None:
        for request in (
            17,
            (),
            (None, "version"),
            (None, 17, (), {}),
            (None, "nothing like that", (), {}),
            (None, "terminate", (), {}),
            (None, "kill", (), {}),
            (None, "start", (), {}),
            (None, "start", (), {"nfds": "three", "protocol": 1, "parent": 1}),
            (None, "start", (), {"nfds": -1, "protocol": 1, "parent": 1}),
            (None, "start", (), {"nfds": 1 << 40, "protocol": 1, "parent": 1}),
            (None, "start", (), {"nfds": 0, "protocol": 1, "parent": 1}),
        ):
            with self.subTest(request=request), self.client() as connection:
                connection.send(request)
                self.assert_refused(connection)

    def test_starts_with_other_descriptors_than_announced(self) -> None:
        process = self.ctx.Process(target=WORKERS + "LifecycleWorkers::nothing").plain()
        process._config.pop("authkey", None)
        for announced, sent in ((3, 2), (4, 3), (3, 4), (3, 0), (250, 3)):
            with self.subTest(announced=announced, sent=sent), self.client() as connection:
                named = {"nfds": announced, "protocol": 1, "parent": os.getpid()}
                connection.send((None, "start", (process,), named))
                self.send_descriptors(connection, sent)
                self.end_sending(connection)
                self.assert_refused(connection)

    def test_pickles_that_name_descriptors_that_were_not_sent(self) -> None:
        for index in (3, -1, 1 << 40):
            with self.subTest(index), self.client() as connection:
                process = self.ctx.Process(target=WORKERS + "LifecycleDefault").plain()
                process._config.pop("authkey", None)
                process._args = (_Rebuilt(index),)
                named = {"nfds": 3, "protocol": 1, "parent": os.getpid()}
                connection.send((None, "start", (process,), named))
                self.send_descriptors(connection, 3)
                self.assert_refused(connection)

    def end_sending(self, connection: Connection) -> None:
        """Let the daemon see the end of what we send, while we can still receive."""
        with socket.socket(fileno=os.dup(connection.fileno())) as view:
            view.shutdown(socket.SHUT_WR)

    def send_descriptors(self, connection: Connection, count: int) -> None:
        """Send the null device so many times."""
        if count:
            with open(os.devnull, "wb") as null:
                rights = array.array("i", [null.fileno()] * count)
                with socket.socket(fileno=os.dup(connection.fileno())) as view:
                    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
                    view.sendmsg([bytes([count % 256])], ancillary)


class _Rebuilt:
    """Pickles as a Connection does."""

    def __init__(self, index: int) -> None:
        self.index = index

    def __reduce__(self) -> Any:
        return rebuild_connection, (DupFd(self.index), True, True)

"""What tests of passing on have in common: a worker that keeps what it is given, leak checks."""

from __future__ import annotations

import os
import re
import socket
from multiprocessing import forkserver, resource_sharer
from typing import Any

from jarpipe.bridge import default_bridge
from support import PATIENCE, Remote, TestCase, await_, channels, descriptor_flags

MANY = 500
"""Passes of a test for leaks."""


O_NONBLOCK = 0o4000


def non_blocking(fd: int) -> bool:
    """Say whether an open file description would make CPython's reads and writes fail."""
    return bool(int(descriptor_flags(fd).split()[1], 8) & O_NONBLOCK)


def sharer_folder(message: bytes) -> str:
    """Return the folder of the socket of a Java sharer, which a pickle names that refers to it."""
    found = re.search(rb"(/[!-~]*/jarpipe-[0-9]+)/sharer", message)
    assert found is not None, "no sharer of Java's in the message"
    return os.fsdecode(found.group(1))


def answer(connection: Any) -> None:
    """In a child: receive something shared and answer over it, until None comes."""
    while True:
        shared = connection.recv()
        if shared is None:
            return
        kind = type(shared).__name__
        if kind == "Connection":
            shared.send((kind, shared.readable, shared.writable, shared.recv()))
            shared.close()
        elif kind == "Queue":
            shared.put((kind, shared.get(timeout=PATIENCE)))
            shared.close()
            shared.join_thread()
        elif kind == "socket":
            shared.sendall(shared.recv(100) + b" back")
            shared.close()
        else:
            with shared:
                connection.send(kind)
                connection.recv()
            connection.send("released")


def send_and_die(connection: Any, shared: Any) -> None:
    """In a child: pass something on and end before it can be fetched."""
    connection.send(shared)
    os._exit(0)


def read(stream: socket.socket, length: int) -> bytes:
    """Read so many bytes from a socket."""
    stream.settimeout(PATIENCE)
    data = b""
    while len(data) < length:
        more = stream.recv(length - len(data))
        assert more, "the stream ended early"
        data += more
    stream.settimeout(None)
    return data


def remote_at(test: TestCase, connection: Any, worker: Any) -> Remote:
    """Call a worker that runs already."""
    remote = Remote.__new__(Remote)
    remote._test, remote.connection, remote.worker = test, connection, worker
    return remote


class PassingTest(TestCase):
    """A test that has a worker do as it says."""

    @classmethod
    def setUpClass(cls) -> None:
        """Launch what lives longer than a test."""
        super().setUpClass()
        forkserver.ensure_running()

    def setUp(self) -> None:
        super().setUp()
        # What is passed on makes Python's sharer listen; it would look like a leak.
        self.addCleanup(resource_sharer.stop, PATIENCE)

    def remote(self) -> Remote:
        """Start a worker that keeps what it is given."""
        return Remote(self, "PassingWorkers::remote")

    def assert_broken(self, sender: Any) -> None:
        """Check that nobody has the other end; the sharer closes its copy a moment too late."""

        def breaks() -> bool:
            try:
                sender.send("nobody has the other end")
            except BrokenPipeError:
                return True
            return False

        await_("the pipe to break", breaks)

    def await_output(self) -> None:
        """Wait until all that was announced is printed, which a sharer does in its own time."""
        await_("the output expected", lambda: not self._output.unexpected(self._expected))

    def daemon_channels(self) -> int:
        """Return how many pipes and sockets the daemon has open."""
        daemon = default_bridge().pid
        assert daemon is not None
        return len(channels(daemon))

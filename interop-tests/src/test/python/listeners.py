"""What tests of listeners and clients have in common."""

from __future__ import annotations

import contextlib
import os
import threading
from multiprocessing.connection import Listener
from typing import Any, Callable, Iterator

import addresses
from support import PATIENCE, Remote
from workertest import WorkerTest

SOON = 0.2
"""Seconds for a timeout that a test waits for."""


class ListenerTest(WorkerTest):
    """A test with a Java object at one side of a socket."""

    def remote(self, target: str) -> Remote:
        """Start a Java listener or client to be called; it is ended by the end of its pipe."""
        remote = Remote(self, f"ListenerWorkers::{target}")
        self.addCleanup(self._end, remote)
        return remote

    def _end(self, remote: Remote) -> None:
        with contextlib.suppress(OSError):
            remote.connection.send(None)
        remote.worker.join(PATIENCE)
        remote.connection.close()

    def listening(self, kind: str, key: bytes | None, *options: Any) -> tuple[Remote, str]:
        """Start a Java listener and return it with its address, as Java writes it."""
        remote = self.remote("listener")
        return remote, remote.call("open", addresses.fresh(kind, self.folder), key, *options)

    @contextlib.contextmanager
    def python_listener(self, kind: str, key: bytes | None) -> Iterator[Listener]:
        """Open the standard library's listener."""
        address: Any = addresses.python(addresses.fresh(kind, self.folder))
        with Listener(address, authkey=key) as listener:
            yield listener

    def in_thread(self, action: Callable[[], Any]) -> Callable[[], Any]:
        """Run something beside the test; the result waits for it, or raises what it raised."""
        outcome: list[Any] = []

        def run() -> None:
            try:
                outcome.append((action(), None))
            except BaseException as error:
                outcome.append((None, error))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()

        def result() -> Any:
            thread.join(PATIENCE)
            self.assertTrue(outcome, "waited in vain for a thread")
            value, error = outcome[0]
            if error is not None:
                raise error
            return value

        return result

    def assert_talk(self, remote: Remote, ours: Any) -> None:
        """Check that messages go both ways between a Java connection and ours."""
        ours.send({"from": "Python"})
        self.assertEqual(remote.call("recv"), {"from": "Python"})
        remote.call("send", ("from", "Java", 1729))
        self.assertEqual(self.recv(ours), ("from", "Java", 1729))
        big = os.urandom(200_000)
        sending = self.in_thread(lambda: ours.send_bytes(big))
        self.assertEqual(remote.call("recvBytes"), big)
        sending()
        self.assertTrue(os.get_blocking(ours.fileno()), "our flags were changed")

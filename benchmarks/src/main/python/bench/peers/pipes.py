"""`multiprocessing.Pipe`: what jarpipe uses, and a second CPython process."""

from __future__ import annotations

import contextlib
from multiprocessing.connection import Connection
from typing import Any, Iterator

from bench.peers.peer import Call, Peer

__all__ = ["OverPipe"]


class OverPipe(Peer):
    """A pickled value there and back; the other end is given to a party of the benchmark."""

    def __init__(self, name: str) -> None:
        self.name = name

    @contextlib.contextmanager
    def connected(self, address: str) -> Iterator[Call]:
        """Take over an inherited descriptor."""
        with Connection(int(address)) as connection:

            def call(value: Any) -> Any:
                connection.send(value)
                return connection.recv()

            yield call

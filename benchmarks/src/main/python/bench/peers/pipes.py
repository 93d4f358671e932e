"""`multiprocessing.Pipe`: what jarpipe uses, and a second CPython process."""

from __future__ import annotations

import contextlib
from multiprocessing.connection import Connection
from typing import Any, Iterator

from bench.peers.peer import Calls, Peer

__all__ = ["OverPipe"]


class OverPipe(Peer):
    """Bytes or a pickled value there and back; parties of the benchmark have the other end."""

    warm_up = 40_000

    def __init__(self, name: str) -> None:
        self.name = name

    @contextlib.contextmanager
    def connected(self, address: str) -> Iterator[Calls]:
        """Take over an inherited descriptor."""
        with Connection(int(address)) as connection:

            def raw(message: bytes) -> bytes:
                connection.send_bytes(message)
                return connection.recv_bytes()

            def decoded(value: Any) -> Any:
                connection.send(value)
                return connection.recv()

            yield Calls(raw, decoded)

"""What all peers have in common."""

from __future__ import annotations

from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any, Callable, ContextManager, Iterator, NamedTuple, Sequence

from bench.peers.place import Place
from bench.setting import SMALL

__all__ = ["Call", "Calls", "Peer", "commands"]

Call = Callable[[Any], Any]
"""Sends a value to the other side, and returns the value that has come back."""


class Calls(NamedTuple):
    """The two things that a client can ask for.

    Attributes:
        raw: a message that nobody decodes.
        decoded: an object that both sides decode and encode.
    """

    raw: Call
    decoded: Call


def commands(control: Connection) -> Iterator[Any]:
    """Yield what the benchmark says, until it closes its end."""
    while True:
        try:
            command = control.recv()
        except EOFError:
            return
        yield command


class Peer:
    """A way for a Python program to have a value handled in another process.

    An instance holds nothing: half of it is used by the benchmark's own process, which starts the
    servers, and the other half by the client process, which makes the calls.

    Attributes:
        name: what the report calls it.
        packages: what a client needs from the Python package index.
        message: the 64 bytes that nobody decodes, as the type that is cheapest here.
        warm_up: how many calls it takes until the JVM has compiled most of what they need.
    """

    name: str
    packages: Sequence[str] = ()
    message: Any = b"x" * 64
    warm_up: int = 10_000

    def start(self, place: Place) -> str:
        """Start what serves, if anything, and return its address.

        Raises:
            Unavailable: that is not possible here.
        """
        raise NotImplementedError

    def connected(self, address: str) -> ContextManager[Calls]:
        """Connect to an address; called in the client process, which has the packages."""
        raise NotImplementedError

    def obey(self, control: Connection, address: str) -> None:
        """Make as many round trips as told, and answer with their times in seconds, sorted.

        Called in the client process; the first answer is that it is connected. A command is a pair
        of how many, and whether the value is decoded.
        """
        with self.connected(address) as calls:
            control.send(None)
            for count, decoded in commands(control):
                if decoded:
                    control.send(self._times(count, calls.decoded, SMALL))
                else:
                    control.send(self._times(count, calls.raw, self.message))

    def _times(self, count: int, call: Call, value: Any) -> Sequence[float]:
        answer, times = None, []
        for _ in range(count):
            begin = perf_counter()
            answer = call(value)
            times.append(perf_counter() - begin)
        if answer != value:
            raise ValueError(f"{self.name} answers {answer!r}")
        return sorted(times)

"""The connections of a relay as the objects that it serves see them, and the time that a call has.

A call that waits is given up when its client has something else to say, or is gone: otherwise a
dead client would take one more item, or the lock.
"""

from __future__ import annotations

import select
import threading
import time
from multiprocessing.connection import Connection
from typing import Any, Callable, Protocol

SLICE_SECONDS = 0.05
"""How late a wait for a semaphore notices that its client is gone."""


class GivenUp(Exception):
    """The client has given up this call, or its time is over; nothing has come of it."""


class Leavable(Protocol):
    """Something that a client may hold."""

    def leave(self, line: Line) -> None:
        """Release what was acquired over a connection that has ended; called in its thread."""


class Line:
    """A connection of the server, as `managers.Server.serve_client` uses it.

    Args:
        connection: owned by the caller.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.holds: set[Leavable] = set()
        """What was acquired over this connection."""
        self.if_lost: Callable[[], None] | None = None
        """What to do when the reply to the present request cannot be delivered."""
        self.is_leading = False
        """Whether what the client said before its end counts, though it hears no reply."""
        self.gave_up_wait = False
        """Whether what is held was acquired again after a wait that the client gave up."""
        self._hang_up = select.poll()
        self._hang_up.register(connection.fileno(), 0)  # POLLHUP is always told

    def recv(self) -> Any:
        """Receive the next request: the reply to the one before has been delivered."""
        self.if_lost = None
        return self.connection.recv()

    def send(self, reply: Any) -> None:
        """Send a reply."""
        try:
            self.connection.send(reply)
        except OSError:
            lost, self.if_lost = self.if_lost, None
            if lost is not None:
                lost()
            if not self.is_leading:
                raise

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def wants_something_else(self) -> bool:
        """Say whether the client gives up the present request: it says more, or is gone."""
        return self.connection.poll()

    def has_hung_up(self) -> bool:
        """Say whether the client is gone."""
        return bool(self._hang_up.poll(0))


class _Here(threading.local):
    """The connection whose requests this thread carries out."""

    line: Line


here = _Here()


class Wait:
    """The time that a call may take.

    Args:
        block: whether it may take any.
        timeout: seconds; ``None`` means any number.
    """

    def __init__(self, block: bool = True, timeout: float | None = None) -> None:
        self._deadline: float | None = None
        if not block:
            self._deadline = 0.0
        elif timeout is not None:
            self._deadline = time.monotonic() + timeout

    def remaining(self) -> float | None:
        """Return the seconds that are left; ``None`` means any number."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def slice(self) -> float:
        """Return how long to wait before looking at the client again, in seconds."""
        remaining = self.remaining()
        return SLICE_SECONDS if remaining is None else min(remaining, SLICE_SECONDS)

    def is_over(self) -> bool:
        """Say whether to give up."""
        return self.remaining() == 0.0 or here.line.wants_something_else()

"""What a worker has acquired through a relay, and what becomes of that when it ends."""

from __future__ import annotations

import logging
import threading
from typing import Any

from jarpipe._lines import Line, Wait, here

_LOG = logging.getLogger("jarpipe")


class Hold:
    """How often a worker has acquired a lock or semaphore, and over which connections.

    Args:
        lock: the lock or semaphore.
        number: tells it from the others of a relay.
    """

    def __init__(self, lock: Any, number: int) -> None:
        self.number = number
        self._lock = lock
        self._mutex = threading.Lock()
        self._counts: dict[Line, int] = {}
        self._kept = 0

    def acquire(self, waiting: Wait) -> bool:
        """Acquire it, and say whether that was possible in time."""
        while not self._lock.acquire(True, waiting.slice()):
            if waiting.is_over():
                return False
        with self._mutex:
            self._counts[here.line] = self._counts.get(here.line, 0) + 1
        here.line.holds.add(self)
        here.line.gave_up_wait = False
        return True

    def release(self) -> None:
        """Release it.

        Raises:
            ValueError: it is free, or has its maximum.
            AssertionError: it is an RLock that another thread owns.
        """
        self._lock.release()
        here.line.gave_up_wait = False
        with self._mutex:
            line = here.line if here.line in self._counts else next(iter(self._counts), None)
            if line is not None:  # or it was another process's
                self._counts[line] -= 1
                if self._counts[line] == 0:
                    del self._counts[line]
            self._kept = min(self._kept, sum(self._counts.values()))

    def keep(self, count: int) -> None:
        """Leave it acquired so often, also after the end of the worker."""
        with self._mutex:
            self._kept = count

    def leave(self, line: Line) -> None:
        """Release what was acquired over a connection that has ended, and is not kept."""
        with self._mutex:
            count = self._counts.pop(line, 0)
            kept = min(count, self._kept)
            self._kept -= kept
        if self._release(count - kept) and not line.gave_up_wait:
            _LOG.warning("a Java worker ended while it held %r: released", self._lock)

    def _release(self, count: int) -> bool:
        try:
            for _ in range(count):
                self._lock.release()
        except (ValueError, AssertionError):
            return False  # somebody else has released it
        return count > 0

"""Locks, pipes and conditions whose waits a relay can give up: CPython's own methods run on them.

A view is made for one call of one client. It consists of the real semaphores, some of which wait in
slices and look at the client in between. Ending a call by an exception inside them does what
`KeyboardInterrupt` does there: CPython's ``finally`` clauses settle what the call has counted.

Some facts about `multiprocessing.synchronize.Condition`, CPython 3.8 to 3.15:

* Its state is (lock, sleeping, woken, wait). ``wait()`` waits for `wait` without the lock, and in
  the end counts itself in `woken` and acquires the lock again, whatever ends it.
* ``notify()`` waits for `woken` with the lock, once for each sleeper whom it has given a unit of
  `wait`. A sleeper that was killed never answers.
* A sleeper whose wait is done in slices *of the condition* would miss a ``notify()`` between two of
  them; a wait for the semaphore `wait` can be sliced.
"""

from __future__ import annotations

import select
from multiprocessing.connection import wait
from multiprocessing.synchronize import Barrier, Condition, Event
from typing import Any

from jarpipe._lines import SLICE_SECONDS, GivenUp, Wait, here


def condition(real: Any, waiting: Wait) -> Any:
    """Return a view of a condition.

    Args:
        real: the condition.
        waiting: how long to wait for its lock in ``with``.
    """
    view = Condition.__new__(Condition)
    wake_ups = _WakeUps(real._wait_semaphore)
    answers = _Answers(real._woken_count, real._sleeping_count, wake_ups)
    state = (_Entry(real._lock, waiting), real._sleeping_count, answers, wake_ups)
    view.__setstate__(state)  # type: ignore[attr-defined]
    return view


def event(real: Any, waiting: Wait) -> Any:
    """Return a view of an event."""
    view: Any = Event.__new__(Event)
    view._cond = condition(real._cond, waiting)
    view._flag = real._flag
    return view


def barrier(real: Any) -> Any:
    """Return a view of a barrier without an action."""
    view: Any = Barrier.__new__(Barrier)
    cond = condition(real._cond, Wait())
    view.__setstate__((real._parties, None, real._timeout, cond, real._wrapper))
    return view


class _Entry:
    """A lock that is waited for in slices when it is entered, but not when it is acquired again."""

    def __init__(self, lock: Any, waiting: Wait) -> None:
        self._lock = lock
        self._waiting = waiting
        self._semlock = lock._semlock
        self.acquire = lock.acquire
        self.release = lock.release

    def __enter__(self) -> bool:
        while not self._lock.acquire(True, self._waiting.slice()):
            if self._waiting.is_over():
                raise GivenUp
        return True

    def __exit__(self, *error: object) -> None:
        self._lock.release()


class ReadEntry(_Entry):
    """The read lock of a pipe, which is entered when there is something to read.

    Args:
        lock: the lock.
        waiting: how long to wait.
        reader: the pipe.
    """

    def __init__(self, lock: Any, waiting: Wait, reader: Any) -> None:
        super().__init__(lock, waiting)
        self._reader = reader

    def __enter__(self) -> bool:
        line = here.line
        while True:  # without the lock: who waits holds nothing
            wait([self._reader, line.connection], self._waiting.remaining())
            if line.wants_something_else():
                raise GivenUp
            if self._lock.acquire(True, self._waiting.slice()):
                if self._reader.poll():
                    return True
                self._lock.release()
            if self._waiting.is_over():
                raise GivenUp


class WriteEntry(_Entry):
    """The write lock of a pipe, which is entered when there is room.

    Args:
        lock: the lock.
        writer: the pipe.
    """

    def __init__(self, lock: Any, writer: Any) -> None:
        super().__init__(lock, Wait())
        self._writer = writer

    def __enter__(self) -> bool:
        super().__enter__()
        either = select.poll()
        either.register(self._writer.fileno(), select.POLLOUT)
        either.register(here.line.connection.fileno(), select.POLLIN)
        either.poll()
        if here.line.wants_something_else():
            self._lock.release()
            raise GivenUp
        return True


class _WakeUps:
    """The semaphore on which those wait who sleep in a condition."""

    def __init__(self, semaphore: Any) -> None:
        self._semaphore = semaphore
        self.given = 0

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Wait to be woken."""
        if not block:
            return bool(self._semaphore.acquire(False))
        waiting = Wait(True, timeout)
        while not self._semaphore.acquire(True, waiting.slice()):
            if here.line.wants_something_else():
                if self._semaphore.acquire(False):
                    return True  # whoever woke us at this moment has counted on us
                raise GivenUp
            if waiting.is_over():
                return False
        return True

    def release(self) -> None:
        """Wake one."""
        self._semaphore.release()
        self.given += 1


class _Answers:
    """The count of those who sleep no more, for which a notifier waits.

    The end of a client ends that; those who have not answered are counted as sleeping again, and
    what would wake them is taken back.
    """

    def __init__(self, semaphore: Any, sleeping: Any, wake_ups: _WakeUps) -> None:
        self._semaphore = semaphore
        self._sleeping = sleeping
        self._wake_ups = wake_ups
        self.release = semaphore.release

    def acquire(self, block: bool = True) -> bool:
        """Wait for one answer."""
        if not block:
            return bool(self._semaphore.acquire(False))
        while not self._semaphore.acquire(True, SLICE_SECONDS):
            if here.line.has_hung_up():
                self._take_back()
                raise GivenUp
        self._wake_ups.given -= 1
        return True

    def _take_back(self) -> None:
        for _ in range(self._wake_ups.given):
            self._sleeping.release()
        while self._wake_ups.acquire(False):
            pass

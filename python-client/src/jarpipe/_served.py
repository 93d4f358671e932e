"""What a relay serves: each kind of object with the methods that Java calls.

Each request is carried out by CPython's own method of the object, in the server's thread for that
client; nothing is fetched ahead of a request.
"""

from __future__ import annotations

import logging
import queue
from multiprocessing import queues, synchronize
from multiprocessing.connection import wait
from types import SimpleNamespace
from typing import Any, ClassVar

from jarpipe import _views
from jarpipe._holds import Hold
from jarpipe._lines import GivenUp, Wait, here

_LOG = logging.getLogger("jarpipe")

_ENTRY_SECONDS = 0.5
"""How long a call with a timeout may wait for a lock that others hold for moments only."""


class Served:
    """An object as its clients in one worker see it; its subclasses have the methods to call.

    Args:
        real: the object.
    """

    typeid: ClassVar[str]
    """Tells Java what it is."""

    exposed: ClassVar[tuple[str, ...]]
    """The methods that clients may call."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def attach(self) -> Any:
        """Return what a client has to know of the object; changes nothing.

        A client that says this while another request waits gives that one up.
        """


class _Queue(Served):
    """A `multiprocessing.Queue`."""

    typeid = "jarpipe.Queue"
    exposed: ClassVar[tuple[str, ...]] = ("attach", "put", "get", "qsize", "empty", "full")

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Put an item.

        Raises:
            queue.Full: there was no room in time.
        """
        waiting = Wait(block, timeout)
        while True:
            try:
                return self._real.put(item, block, waiting.slice())  # type: ignore[no-any-return]
            except queue.Full:
                if waiting.is_over():
                    raise

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take an item.

        It waits without the queue's read lock, and then takes it for a moment.

        Raises:
            queue.Empty: none came in time.
        """
        line, waiting = here.line, Wait(block, timeout)
        while True:
            wait([self._real._reader, line.connection], waiting.remaining())
            if line.wants_something_else():
                raise queue.Empty
            try:
                item = self._real.get(block, waiting.slice())
                line.if_lost = self._report_loss
                return item
            except queue.Empty:
                if waiting.is_over():
                    raise

    def qsize(self) -> int:
        """Return the number of items, an estimate."""
        return int(self._real.qsize())

    def empty(self) -> bool:
        """Say whether the pipe is empty."""
        return bool(self._real.empty())

    def full(self) -> bool:
        """Say whether there is no room."""
        return bool(self._real.full())

    def _report_loss(self) -> None:
        _LOG.warning("an item of %r was in flight to a Java worker that has ended", self._real)


class _JoinableQueue(_Queue):
    """A `multiprocessing.JoinableQueue`."""

    typeid = "jarpipe.JoinableQueue"
    exposed = (*_Queue.exposed, "task_done", "join")

    def task_done(self) -> None:
        """Say that a task is done.

        Raises:
            ValueError: there was none.
        """
        queues.JoinableQueue.task_done(self._tasks(Wait()))

    def join(self, timeout: float | None = None) -> bool:
        """Wait until all tasks are done, and say whether that was so in time."""
        tasks = self._tasks(_entry(timeout))
        with tasks._cond:
            unfinished = tasks._unfinished_tasks
            return bool(unfinished._semlock._is_zero() or tasks._cond.wait(timeout))

    def _tasks(self, waiting: Wait) -> Any:
        condition = _views.condition(self._real._cond, waiting)
        return SimpleNamespace(_cond=condition, _unfinished_tasks=self._real._unfinished_tasks)


class _SimpleQueue(Served):
    """A `multiprocessing.SimpleQueue`."""

    typeid = "jarpipe.SimpleQueue"
    exposed = ("attach", "put", "get", "empty")

    def put(self, item: Any) -> None:
        """Put an item; given up until its first byte is written."""
        if not self._put(item):
            raise GivenUp

    def _put(self, item: Any) -> bool:
        """Put an item; the error ends here, as its traceback would keep the pickle in a cycle."""
        lock = _views.WriteEntry(self._real._wlock, self._real._writer)
        end: Any = SimpleNamespace(_wlock=lock, _writer=self._real._writer)
        try:
            queues.SimpleQueue.put(end, item)
        except GivenUp:
            return False
        return True

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take an item.

        Raises:
            GivenUp: none came in time.
        """
        lock = _views.ReadEntry(self._real._rlock, Wait(block, timeout), self._real._reader)
        end: Any = SimpleNamespace(_rlock=lock, _reader=self._real._reader)
        item = queues.SimpleQueue.get(end)
        here.line.if_lost = self._report_loss
        return item

    def empty(self) -> bool:
        """Say whether the pipe is empty."""
        return bool(self._real.empty())

    def _report_loss(self) -> None:
        _LOG.warning("an item of %r was in flight to a Java worker that has ended", self._real)


class Held(Served):
    """An object that can be acquired.

    Args:
        real: the object.
        hold: what the worker has acquired of it, or of the lock that it shares with others.
    """

    exposed: ClassVar[tuple[str, ...]] = ("attach", "acquire", "release")

    def __init__(self, real: Any, hold: Hold) -> None:
        super().__init__(real)
        self.hold = hold

    def attach(self) -> int:
        """Return the number of its hold, which a condition shares with its lock."""
        return self.hold.number

    def acquire(self, timeout: float | None = None) -> bool:
        """Acquire it, and say whether that was possible in time."""
        return self.hold.acquire(Wait(True, timeout))

    def release(self) -> None:
        """Release it; see `Hold.release`."""
        self.hold.release()


class _Lock(Held):
    """A `multiprocessing.Lock`."""

    typeid = "jarpipe.Lock"
    exposed: ClassVar[tuple[str, ...]] = (*Held.exposed, "locked")

    def locked(self) -> bool:
        """Say whether somebody holds the lock."""
        return bool(self._real._semlock._is_zero())


class _RLock(_Lock):
    """A `multiprocessing.RLock`: its owner is the thread that serves a connection."""

    typeid = "jarpipe.RLock"
    exposed = (*_Lock.exposed, "is_mine")

    def is_mine(self) -> bool:
        """Say whether the client owns the lock over this connection."""
        return bool(self._real._semlock._is_mine())


class _Semaphore(Held):
    """A `multiprocessing.Semaphore`."""

    typeid = "jarpipe.Semaphore"
    exposed = (*Held.exposed, "get_value")

    def get_value(self) -> int:
        """Return how many units are free."""
        return int(self._real.get_value())


class _BoundedSemaphore(_Semaphore):
    """A `multiprocessing.BoundedSemaphore`."""

    typeid = "jarpipe.BoundedSemaphore"
    exposed = (*_Semaphore.exposed, "bound")

    def bound(self) -> int:
        """Return the maximum."""
        return int(self._real._semlock.maxvalue)


class _Condition(Held):
    """A `multiprocessing.Condition`; what is acquired is its lock."""

    typeid = "jarpipe.Condition"
    exposed = (*Held.exposed, "wait", "notify")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait to be woken, and say whether that was so in time.

        Raises:
            GivenUp: the client has given up; the lock is acquired again, as always.
        """
        try:
            return bool(self._view().wait(timeout))
        except GivenUp:
            here.line.gave_up_wait = True
            raise

    def notify(self, n: int) -> None:
        """Wake up to `n`."""
        self._view().notify(n)

    def _view(self) -> Any:
        return _views.condition(self._real, Wait())


class _Event(Served):
    """A `multiprocessing.Event`."""

    typeid = "jarpipe.Event"
    exposed = ("attach", "is_set", "set", "clear", "wait")

    def is_set(self) -> bool:
        """Say whether it is set."""
        return bool(self._view().is_set())

    def set(self) -> None:
        """Set it."""
        self._view().set()

    def clear(self) -> None:
        """Clear it."""
        self._view().clear()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, and say whether it is."""
        return bool(self._view(timeout).wait(timeout))

    def _view(self, timeout: float | None = None) -> Any:
        return _views.event(self._real, _entry(timeout))


class _Barrier(Served):
    """A `multiprocessing.Barrier` without an action."""

    typeid = "jarpipe.Barrier"
    exposed = ("attach", "wait", "reset", "abort", "n_waiting", "broken")

    def attach(self) -> int:
        """Return the number of parties."""
        return int(self._real.parties)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the others, and return a number that is different for each.

        Raises:
            threading.BrokenBarrierError: it is broken, or has been reset.
        """
        return int(_views.barrier(self._real).wait(timeout))

    def reset(self) -> None:
        """Make it as new."""
        _views.barrier(self._real).reset()

    def abort(self) -> None:
        """Break it."""
        _views.barrier(self._real).abort()

    def n_waiting(self) -> int:
        """Return how many wait."""
        return int(self._real.n_waiting)

    def broken(self) -> bool:
        """Say whether it is broken."""
        return bool(self._real.broken)


def _entry(timeout: float | None) -> Wait:
    """Return the time for a lock that others hold for moments only, unless they died with it."""
    return Wait(True, None if timeout is None else timeout + _ENTRY_SECONDS)


_SERVED: dict[type, type[Served]] = {
    queues.Queue: _Queue,
    queues.JoinableQueue: _JoinableQueue,
    queues.SimpleQueue: _SimpleQueue,
    synchronize.Lock: _Lock,
    synchronize.RLock: _RLock,
    synchronize.Semaphore: _Semaphore,
    synchronize.BoundedSemaphore: _BoundedSemaphore,
    synchronize.Condition: _Condition,
    synchronize.Event: _Event,
    synchronize.Barrier: _Barrier,
}


def can_serve(obj: Any) -> bool:
    """Say whether an object can be served.

    Subclasses may have other methods, and cannot; nor can a barrier with an action, which the
    thread that waits for Java would have to call.
    """
    return type(obj) in _SERVED and getattr(obj, "_action", None) is None


def serve(obj: Any, holds: dict[int, Hold]) -> Served:
    """Return an object as clients see it.

    Args:
        obj: an object for which `can_serve` holds.
        holds: what the worker has acquired of each lock, by the lock's `id`; is added to.
    """
    kind = _SERVED[type(obj)]
    if not issubclass(kind, Held):
        return kind(obj)
    lock = obj._lock if kind is _Condition else obj
    return kind(obj, holds.setdefault(id(lock), Hold(lock, len(holds))))

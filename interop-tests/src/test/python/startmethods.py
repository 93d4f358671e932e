"""Runs tests of queues and locks once more on objects of other contexts than jarpipe's.

A test class that is derived from one of the classes here and from another test class runs the
latter's tests on objects of that context: of spawn, of forkserver, and of fork, adopted, which
means that they get names, or relayed, because a fork may have shared them before.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import warnings
from typing import Any, Callable

import jarpipe
from support import TestCase, await_

MADE = frozenset(
    (
        *("Queue", "JoinableQueue", "SimpleQueue", "Lock", "RLock", "Semaphore"),
        *("BoundedSemaphore", "Condition", "Event", "Barrier"),
    )
)
"""What the methods of a context make that needs semaphores."""


def fork(obj: Any) -> Any:
    """Fork a child, which ends at once: now the object may be shared."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, from CPython 3.12 on
        pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return obj


def relays_with_threads() -> list[Any]:
    """Return the relay of each thread that serves a Java worker."""
    targets = [getattr(thread, "_target", None) for thread in threading.enumerate()]
    return [t.__self__ for t in targets if getattr(t, "__module__", "") == "jarpipe._relay"]


class Context:
    """Starts Java workers, and makes the queues and locks of another context.

    Args:
        java: the context that starts workers.
        method: the start method of the other one.
        prepare: does something with each object after it was made.
    """

    def __init__(self, java: Any, method: str, prepare: Callable[[Any], Any]) -> None:
        self._java = java
        self._objects: Any = multiprocessing.get_context(method)
        self._prepare = prepare

    def __getattr__(self, name: str) -> Any:
        if name not in MADE:
            return getattr(self._java, name)
        make = getattr(self._objects, name)
        return lambda *args, **kwargs: self._prepare(make(*args, **kwargs))


class Objects(TestCase):
    """Objects of a context as it makes them."""

    method = "fork"

    @staticmethod
    def prepare(obj: Any) -> Any:
        """Do something with each object after it was made."""
        return obj

    @classmethod
    def setUpClass(cls) -> None:
        """Let the tests make objects of that context."""
        super().setUpClass()
        cls.ctx = Context(cls.ctx, cls.method, cls.prepare)


class Spawn(Objects):
    """Objects of a spawn context."""

    method = "spawn"


class Forkserver(Objects):
    """Objects of a forkserver context."""

    method = "forkserver"


class Adopted(Objects):
    """Objects of a fork context, adopted."""

    @staticmethod
    def prepare(obj: Any) -> Any:
        """Give names to the semaphores."""
        return jarpipe.adopt(obj)


class AdoptedInForks(Adopted):
    """The same with forked children only, for tests with many of them: they start quickly."""

    def child(self, method: str, target: Callable[..., None], *args: Any) -> Any:
        """Start a forked child, whatever the method."""
        return super().child("fork", target, *args)


class Relayed(Objects):
    """Objects of a fork context, relayed: only forked children can have them, too."""

    @staticmethod
    def prepare(obj: Any) -> Any:
        """Share the object with a child."""
        return fork(obj)

    def child(self, method: str, target: Callable[..., None], *args: Any) -> Any:
        """Start a forked child while threads serve Java, whatever the method."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return super().child("fork", target, *args)

    def join(self, *processes: Any, exitcode: int = 0) -> None:
        """Wait until the relays, too, know that the workers have ended."""
        super().join(*processes, exitcode=exitcode)
        self.await_relays()

    def await_relays(self) -> None:
        """Wait until no thread serves a worker that has ended."""
        children = multiprocessing.active_children()
        alive = [child._popen._relay for child in children if isinstance(child, jarpipe.Process)]  # type: ignore[attr-defined]
        await_("relays to end", lambda: all(relay in alive for relay in relays_with_threads()))

    def expect_log(self, expression: str) -> None:
        """Expect this process to say what the daemon says of objects that it uses itself."""
        if expression.startswith("closed with"):
            expression = "an item of <[^\\n]*> was in flight to a Java worker that has ended"
        else:
            expression = "a Java worker " + expression.replace("held ", "held <").replace("\\[", "")
        self.expect_output(rf"(?m:^){expression}\n")

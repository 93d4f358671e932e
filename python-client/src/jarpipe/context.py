"""`JavaContext`: a `multiprocessing` context whose processes are Java."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING, Any, Callable, Iterable, NoReturn

from jarpipe.errors import JarpipeError
from jarpipe.process import Process

if TYPE_CHECKING:
    from multiprocessing.managers import SyncManager

    from jarpipe.bridge import Bridge

__all__ = ["JavaContext", "get_context"]

START_METHOD = "jarpipe"


class JavaContext(BaseContext):
    """A context of `multiprocessing` whose `Process` runs Java.

    Queues, locks and everything else made here have named semaphores, as those of a spawn context
    have; so Java workers share them with Python children of every start method, fork included.
    (CPython leaves semaphores without a name if, and only if, the context's start method is called
    'fork': Lib/multiprocessing/synchronize.py, SemLock.__init__.)

    `Manager()` runs its server in a spawned Python process.

    Args:
        bridge: what starts the workers; ``None`` means the default bridge.
    """

    Process: type[Process]
    _name = START_METHOD

    def __init__(self, bridge: Bridge | None = None) -> None:
        self.Process = type(
            "JavaProcess", (Process,), {"_bridge": bridge, "__module__": Process.__module__}
        )

    def get_context(self, method: str | None = None) -> Any:
        """Return this context, or the standard library's one for another start method."""
        return self if method in (None, START_METHOD) else super().get_context(method)

    def get_start_method(self, allow_none: bool = False) -> str:
        """Return ``'jarpipe'``."""
        return START_METHOD

    def Manager(self) -> SyncManager:
        """Return a started manager whose server is a spawned Python process."""
        return multiprocessing.get_context("spawn").Manager()

    def Pool(
        self,
        processes: int | None = None,
        initializer: Callable[..., Any] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
    ) -> NoReturn:
        """Refuse: a pool calls Python functions, and these processes are Java.

        Raises:
            JarpipeError: always.
        """
        raise JarpipeError(
            "a jarpipe context has no Pool: give work to Java through a queue, with "
            "ctx.Process(target='pkg.Class', args=(queue,)); for Python functions use "
            "multiprocessing.get_context('spawn').Pool()"
        )


_default = JavaContext()


def get_context(bridge: Bridge | None = None) -> JavaContext:
    """Return the context of a bridge, the same one at each call.

    Args:
        bridge: what starts the workers. ``None`` means the default bridge, which is made at the
            first `start()` from the environment (see `jarpipe.Bridge`).
    """
    return _default if bridge is None else bridge.get_context()

"""`adopt()`: gives names to the semaphores of a fork context, so that Java can open them.

A semaphore without a name cannot get one. So every object that holds one gets another, named one
of the same kind, value and maximum. That is sound only while nobody can be using the old one:

* No other process: none was forked since the semaphore was made (see `_dating`).
* Nobody in this process: its lock is free, and its methods are referred to as often as those of a
  semaphore that was just made. Whoever waits for it, holds on to one of its methods (as the feeder
  thread of a queue does), or is about to call one, refers to it once more.

Between the look at the references and the change another thread could take the old semaphore. So
what is done without being asked is done only while no thread of the program runs but this one.
"""

from __future__ import annotations

import multiprocessing
import sys
import threading
import weakref
from multiprocessing import queues, synchronize
from multiprocessing.synchronize import Condition, SemLock
from typing import Any, Iterator, TypeVar

from jarpipe import _dating
from jarpipe.errors import ForkContextError

__all__ = ["adopt", "adopt_if_provable", "factory", "has_nameless_semaphore", "was_adopted"]

_T = TypeVar("_T")

_adopted: weakref.WeakSet[Any] = weakref.WeakSet()
_relayed: weakref.WeakSet[Any] = weakref.WeakSet()

_MODULES = frozenset((queues.__name__, synchronize.__name__))
_WITH_SEMAPHORES = _MODULES | {"multiprocessing.sharedctypes"}

_HARMLESS_THREADS = frozenset(
    (queues.__name__, "multiprocessing.resource_sharer", "jarpipe._relay")
)
"""Modules whose threads touch nothing but objects that their references betray, or are relayed."""


def adopt(obj: _T) -> _T:
    """Let Java workers use an object that was made by a fork context.

    To be called right after the object was made, before anybody else shares, holds or uses it::

        jobs = jarpipe.adopt(multiprocessing.Queue())

    Its semaphores are replaced by named ones, as objects of a spawn context have them. Forked
    children that are started afterwards can use it as before. An object whose semaphores have names
    is left as it is.

    Args:
        obj: a Queue, JoinableQueue, SimpleQueue, Lock, RLock, Semaphore, BoundedSemaphore,
            Condition, Event or Barrier.

    Returns:
        The same object.

    Raises:
        TypeError: obj is something else.
        ForkContextError: somebody may be using it already; it is unchanged.
    """
    if not _is_adoptable(type(obj)):
        raise TypeError(
            f"a {type(obj).__name__} cannot be adopted; what can: Queue, JoinableQueue, "
            "SimpleQueue, Lock, RLock, Semaphore, BoundedSemaphore, Condition, Event, Barrier"
        )
    if has_nameless_semaphore(obj):
        problem = _misuse(obj)
        if problem is not None:
            raise ForkContextError(
                f"this {type(obj).__name__} cannot be adopted any more: {problem}; call "
                "jarpipe.adopt() right after making it, or make it with "
                f"jarpipe.get_context().{factory(type(obj))}()",
                {"object": type(obj).__name__},
            )
        _replace(obj)
    return obj


def adopt_if_provable(obj: Any) -> bool:
    """Adopt an object if it is certain that nobody else can be using it.

    Returns:
        Whether its semaphores have names now.
    """
    if not _is_adoptable(type(obj)) or _runs_other_threads():
        return False
    if not all(map(_dating.is_certainly_private, _nameless(obj))) or _misuse(obj) is not None:
        return False
    _replace(obj)
    return True


def keep_nameless(obj: Any) -> None:
    """Remember that an object is served by a relay: from now on others depend on what it is."""
    for part in _parts(obj, set()):
        _relayed.add(part)


def was_adopted(obj: Any) -> bool:
    """Say whether the semaphores of an object were replaced here."""
    return _is_adoptable(type(obj)) and obj in _adopted


def has_nameless_semaphore(obj: Any) -> bool:
    """Say whether an object of multiprocessing is, or holds, a semaphore without a name."""
    return any(True for _ in _nameless(obj))


def factory(kind: type) -> str:
    """Return the method of a context that makes objects of this kind."""
    made = next(base for base in kind.__mro__ if base.__module__ in _WITH_SEMAPHORES)
    if made.__module__ != "multiprocessing.sharedctypes":
        return made.__name__
    return "Array" if made.__name__ in ("SynchronizedArray", "SynchronizedString") else "Value"


def _is_adoptable(kind: type) -> bool:
    return not _MODULES.isdisjoint(base.__module__ for base in kind.__mro__)


def _parts(obj: Any, seen: set[int]) -> Iterator[Any]:
    """Return an object of multiprocessing, and those that it consists of, each once."""
    modules = {base.__module__ for base in type(obj).__mro__}
    if id(obj) in seen or _WITH_SEMAPHORES.isdisjoint(modules):
        return
    seen.add(id(obj))
    yield obj
    if not isinstance(obj, SemLock):
        for part in list(vars(obj).values()):
            yield from _parts(part, seen)


def _nameless(obj: Any) -> Iterator[Any]:
    for part in _parts(obj, set()):
        if isinstance(part, SemLock) and _kernel(part).name is None:
            yield part


def _conditions(obj: Any) -> list[Any]:
    return [part for part in _parts(obj, set()) if isinstance(part, Condition)]


def _kernel(semaphore: Any) -> Any:
    return semaphore._semlock


def _misuse(obj: Any) -> str | None:
    """Say why somebody may be using an object; ``None`` if nobody can be."""
    if any(part in _relayed for part in _parts(obj, set())):
        return "it is relayed to a Java worker"
    for part in _parts(obj, set()):
        if isinstance(part, queues.Queue) and part._thread is not None:  # type: ignore[attr-defined]
            return "something was put into it, so its feeder thread uses its lock"
    conditions = _conditions(obj)
    for semaphore in list(_nameless(obj)):  # a generator would refer to their methods
        if _dating.was_forked(semaphore):
            return "a process was forked since it was made, or it came from another one"
        if _kernel(semaphore).maxvalue == 1 and _kernel(semaphore)._is_zero():
            return "somebody holds it, or a lock inside it"
        users = sum(condition._lock is semaphore for condition in conditions)
        if _references(semaphore) != _references_when_new(users):
            return "another thread or object uses it, or a lock inside it"
    return None


def _references(semaphore: Any) -> tuple[int, int, int]:
    return (
        sys.getrefcount(semaphore._semlock),
        sys.getrefcount(semaphore.acquire),
        sys.getrefcount(semaphore.release),
    )


def _references_when_new(conditions: int) -> tuple[int, int, int]:
    """Return the references to a new semaphore on whose methods some conditions hold."""
    kernel, acquire, release = _references(_named(synchronize.SEMAPHORE, 0, 1))  # type: ignore[attr-defined]
    return kernel, acquire + conditions, release + conditions


def _named(kind: int, value: int, maximum: int) -> Any:
    """Make a semaphore with a name, which goes when the semaphore is collected, or at exit."""
    return SemLock(kind, value, maximum, ctx=multiprocessing.get_context("spawn"))


def _replace(obj: Any) -> None:
    """Replace the nameless semaphores of an object; all twins are made before the first is used."""
    old = list(_nameless(obj))
    twins = []
    for semaphore in old:
        kernel = _kernel(semaphore)
        twins.append(_named(kernel.kind, kernel._get_value(), kernel.maxvalue))
    for semaphore, twin in zip(old, twins):
        semaphore._semlock = twin._semlock
        semaphore._make_methods()
        semaphore._twin = twin  # which takes the name away when it goes
        if hasattr(semaphore, "_is_fork_ctx"):  # CPython 3.11.5: refuses to pickle it if true
            semaphore._is_fork_ctx = False
    for condition in _conditions(obj):
        condition._make_methods()
    _adopted.add(obj)


def _runs_other_threads() -> bool:
    harmless = {threading.get_ident()}
    for thread in threading.enumerate():
        target = getattr(thread, "_target", None)
        if getattr(target, "__module__", None) in _HARMLESS_THREADS:
            harmless.add(thread.ident or 0)
    return not harmless.issuperset(sys._current_frames())

"""Descriptors of this process alone: no forked child ever keeps a copy.

Some facts about fork and end-of-file:

* A pipe or socket reports end-of-file when the *last* copy of its other end is closed. The daemon
  ends a worker at end-of-file of its control connection, and a private daemon ends at end-of-file
  of its lifeline; a copy in a forked child would postpone both until that child ends.
* ``O_CLOEXEC`` closes copies in `exec`, not in `fork`. Children of ``multiprocessing``'s fork start
  method, and of a bare ``os.fork()``, never `exec`.
* A fork may happen in one thread while another has just opened a descriptor. So descriptors are
  opened, registered and closed under one lock, which every fork takes first.

Each descriptor is owned by one `multiprocessing.connection.Connection` or `Listener`, which closes
it once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import threading
import weakref
from multiprocessing.connection import Connection
from typing import Callable, Iterator, Protocol


class Closeable(Protocol):
    """Something that owns a descriptor."""

    def close(self) -> None:
        """Close it; a second call does nothing."""


_lock = threading.RLock()
_owned: set[Closeable] = set()


class ForkAware(Protocol):
    """Something that has to change in a forked child."""

    def after_fork_in_child(self) -> None:
        """Drop what belongs to the parent; called in the child before `os.fork()` returns."""


_aware: weakref.WeakSet[ForkAware] = weakref.WeakSet()


def notify(listener: ForkAware) -> None:
    """Call `listener.after_fork_in_child()` in every forked child, as long as it exists."""
    with _lock:
        _aware.add(listener)


def pipe() -> tuple[Connection, Connection]:
    """Open a pipe.

    Returns:
        The read end and the write end, non-inheritable; the caller gives both to `close()`.
    """
    with _lock:
        read, write = os.pipe()
        return _adopt(read, writable=False), _adopt(write, readable=False)


def stream_socket() -> Connection:
    """Open an unconnected Unix stream socket; the caller gives it to `close()`."""
    with _lock:
        return _adopt(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).detach())


def null_device() -> Connection:
    """Open the null device for writing; the caller gives it to `close()`."""
    with _lock:
        return _adopt(os.open(os.devnull, os.O_WRONLY), readable=False)


def duplicate(connection: Connection) -> Connection:
    """Duplicate a connection made here; the caller gives the duplicate to `close()`."""
    with _lock:
        fd = fcntl.fcntl(connection.fileno(), fcntl.F_DUPFD_CLOEXEC, 3)
        return _adopt(fd, readable=connection.readable, writable=connection.writable)


@contextlib.contextmanager
def opening() -> Iterator[Callable[[Closeable], None]]:
    """Keep others from forking while something is opened, which must not block.

    Yields:
        A function that takes over what was opened; the caller gives it to `close()`.
    """
    with _lock:
        yield _owned.add


def close(*connections: Closeable) -> None:
    """Close connections made here; those already closed are left alone."""
    with _lock:
        for connection in connections:
            _owned.discard(connection)
            connection.close()


def _adopt(fd: int, *, readable: bool = True, writable: bool = True) -> Connection:
    """Make the owner of `fd`; call with the lock held.

    A program that closed its standard streams gets their numbers for new descriptors, and whatever
    prints would then write into them; so 0, 1 and 2 are left free.
    """
    if fd <= 2:
        low, fd = fd, fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)
        os.close(low)
    connection = Connection(fd, readable, writable)
    _owned.add(connection)
    return connection


def _before() -> None:
    _lock.acquire()


def _after_in_parent() -> None:
    _lock.release()


def _after_in_child() -> None:
    global _lock
    _lock = threading.RLock()
    while _owned:
        with contextlib.suppress(OSError):
            _owned.pop().close()
    for listener in list(_aware):
        listener.after_fork_in_child()


os.register_at_fork(
    before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child
)

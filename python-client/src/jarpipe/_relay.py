"""Serves objects of a fork context to one Java worker, which cannot open their semaphores.

The server is that of `multiprocessing.managers`, inside this process: Java is a client of it, as a
proxy is, and the pickled argument is the pickle of a proxy. Each request is carried out by
CPython's own method of the object, in the server's thread for that client; nothing is fetched ahead
of a request.

What a manager's server lacks, and this one has:

* A request that waits is given up when its client has something else to say, or is gone: otherwise
  a dead client would take one more item, or the lock. Its reply then says that nothing came.
* What a client holds is released when its last connection ends, unless it said `detach` before.

Some facts about CPython 3.8 to 3.15, `managers.Server`:

* `handle_request` authenticates and serves one connection; `accept_connection` turns it into one
  that carries method calls, `serve_client`, which needs no more of it than `recv` and `send`.
* `serve_client` leaves by `SystemExit` when the client is gone.
* `id_to_obj` holds (object, exposed methods, types of results that shall be proxies) by identifier.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from multiprocessing import connection, managers, process, queues, synchronize
from multiprocessing.connection import Connection, wait
from typing import Any, Callable, ClassVar

from jarpipe import _fork
from jarpipe._adoption import keep_nameless

_LOG = logging.getLogger("jarpipe")

_AUTO_PROXY: Any = managers.AutoProxy  # type: ignore[attr-defined]
_REBUILD_PROXY: Any = managers.RebuildProxy  # type: ignore[attr-defined]

_SLICE_SECONDS = 0.05
"""How late a wait for a semaphore notices that its client is gone."""


class _Line:
    """A connection of the server, as `Server.serve_client` uses it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.users: set[_Served] = set()
        self.if_lost: Callable[[], None] | None = None
        """What to do when the reply to the present request cannot be delivered."""

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
            raise

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def wants_something_else(self) -> bool:
        """Say whether the client gives up the present request: it says more, or is gone."""
        return self.connection.poll()

    def end(self) -> None:
        """Tell those who were used over this connection that it has ended."""
        for user in self.users:
            user.leave(self)


class _Here(threading.local):
    """The connection whose requests this thread carries out."""

    line: _Line


_here = _Here()


class _Wait:
    """The time that a request may take."""

    def __init__(self, block: bool, timeout: float | None) -> None:
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
        return _SLICE_SECONDS if remaining is None else min(remaining, _SLICE_SECONDS)

    def is_over(self) -> bool:
        """Say whether to give up."""
        return self.remaining() == 0.0 or _here.line.wants_something_else()


class _Served:
    """An object as its clients in one worker see it; its subclasses have the methods to call."""

    typeid: ClassVar[str]
    """Tells Java what it is."""

    exposed: ClassVar[tuple[str, ...]]
    """The methods that clients may call."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self._lines: set[_Line] = set()
        self._mutex = threading.Lock()
        self._held = 0
        self._kept = 0

    def attach(self) -> None:
        """Begin to use the object over this connection: the first call on each one."""
        with self._mutex:
            self._lines.add(_here.line)
        _here.line.users.add(self)

    def detach(self, kept: int) -> None:
        """Say that the worker lets go of the object in good order.

        Args:
            kept: how often it has acquired the object without releasing it, which stays so.
        """
        with self._mutex:
            self._kept = kept

    def leave(self, line: _Line) -> None:
        """Release what was acquired, if this was the last connection."""
        with self._mutex:
            self._lines.discard(line)
            surplus = 0 if self._lines else self._held - self._kept
            self._held -= max(0, surplus)
        for _ in range(surplus):
            self._let_go()

    def _let_go(self) -> None:
        """Release the object once."""

    def _acquired(self) -> None:
        with self._mutex:
            self._held += 1

    def _released(self) -> None:
        with self._mutex:
            self._held = max(0, self._held - 1)  # or it was another's


class ServedQueue(_Served):
    """A `multiprocessing.Queue`."""

    typeid = "jarpipe.Queue"
    exposed = ("attach", "detach", "put", "get", "qsize", "empty", "full")

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Put an item.

        Raises:
            queue.Full: there was no room in time.
        """
        waiting = _Wait(block, timeout)
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
        line, waiting = _here.line, _Wait(block, timeout)
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


class ServedLock(_Served):
    """A `multiprocessing.Lock`."""

    typeid = "jarpipe.Lock"
    exposed = ("attach", "detach", "acquire", "release", "locked")

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Acquire the lock, and say whether that was possible in time."""
        waiting = _Wait(block, timeout)
        while not self._real.acquire(block, waiting.slice()):
            if waiting.is_over():
                return False
        self._acquired()
        return True

    def release(self) -> None:
        """Release the lock, whoever has acquired it.

        Raises:
            ValueError: it is free.
        """
        self._real.release()
        self._released()

    def locked(self) -> bool:
        """Say whether somebody holds the lock."""
        return bool(self._real._semlock._is_zero())

    def _let_go(self) -> None:
        try:
            self._real.release()
        except ValueError:
            return  # another process has released it
        _LOG.warning("a Java worker ended while it held %r: released", self._real)


_SERVED: dict[type, type[_Served]] = {queues.Queue: ServedQueue, synchronize.Lock: ServedLock}


def can_relay(obj: Any) -> bool:
    """Say whether an object can be served; subclasses may have other methods, and cannot."""
    return type(obj) in _SERVED


class Relay(managers.Server):
    """Serves objects to one Java worker, as long as it lives.

    It has the key of this process. A forked child closes its copies of all connections: the objects
    are served by this process alone.

    Args:
        abstract: whether to listen at an abstract address, which leaves no file behind but cannot
            be reached from another network namespace, such as a container; else in the folder
            where the standard library's sockets are.
    """

    public = ("dummy", "accept_connection")  # type: ignore[assignment]

    def __init__(self, *, abstract: bool) -> None:
        key = bytes(process.current_process().authkey)
        if abstract:
            address = f"\0jarpipe-relay-{secrets.token_hex(16)}"
        else:
            address = connection.arbitrary_address("AF_UNIX")  # type: ignore[attr-defined]
        with _fork.opening() as own:
            super().__init__({}, address, key, "pickle")
            own(self.listener)  # type: ignore[attr-defined]
        self.stop_event = threading.Event()
        self._references: dict[int, Any] = {}

    def reference(self, obj: Any) -> Any:
        """Return how to pickle an object for the worker: as a proxy (see `object.__reduce__`)."""
        if id(obj) not in self._references:
            keep_nameless(obj)
            served = _SERVED[type(obj)](obj)
            ident = str(len(self._references) + 1)
            self.id_to_obj[ident] = (served, served.exposed, None)  # type: ignore[assignment]
            token = managers.Token(served.typeid, self.address, ident)
            arguments = (_AUTO_PROXY, token, "pickle", {"exposed": served.exposed})
            self._references[id(obj)] = _REBUILD_PROXY, arguments
        return self._references[id(obj)]

    def start(self, ended: Connection) -> None:
        """Begin to serve.

        Args:
            ended: becomes readable when the worker has ended, and the relay ends with it; owned by
                the relay from now on.
        """
        threading.Thread(
            target=self._accept, args=(ended,), name="jarpipe-relay", daemon=True
        ).start()

    def close(self) -> None:
        """Close a relay that was not started; nothing happens if it has ended."""
        _fork.close(self.listener)  # type: ignore[attr-defined]

    def serve_client(self, conn: Any) -> None:
        """Serve one connection until the client is gone."""
        _here.line = line = _Line(conn)
        try:
            super().serve_client(line)  # type: ignore[arg-type]
        finally:
            line.end()

    def _accept(self, ended: Connection) -> None:
        socket = self.listener._listener._socket  # type: ignore[attr-defined]
        try:
            while ended not in wait([socket, ended]):
                with _fork.opening() as own:  # does not block: somebody has connected
                    connection = self.listener.accept()  # type: ignore[attr-defined]
                    own(connection)
                threading.Thread(
                    target=self._serve, args=(connection,), name="jarpipe-relay", daemon=True
                ).start()
        finally:
            _fork.close(self.listener, ended)  # type: ignore[attr-defined]

    def _serve(self, connection: Connection) -> None:
        try:
            self.handle_request(connection)
        except SystemExit:
            pass  # how serve_client leaves; CPython 3.8 lets it through
        finally:
            _fork.close(connection)

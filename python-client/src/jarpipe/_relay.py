"""Serves objects of a fork context to one Java worker, which cannot open their semaphores.

The server is that of `multiprocessing.managers`, inside this process: Java is a client of it, as a
proxy is, and the pickled argument is the pickle of a proxy. Each request is carried out by
CPython's own method of the object, in the server's thread for that client; nothing is fetched ahead
of a request.

What a manager's server lacks, and this one has:

* A request that waits is given up when its client has something else to say, or is gone: otherwise
  a dead client would take one more item, or the lock. Its reply then says that nothing came.
* What a client holds is released when its connections end, unless it said `detach` before.
* A thread for each connection owns what was acquired over it: a client that is a thread in Java
  keeps one as long as it owns an RLock, or the lock of a condition.

Some facts about CPython 3.8 to 3.15, `managers.Server`:

* `handle_request` authenticates and serves one connection; `accept_connection` turns it into one
  that carries method calls, `serve_client`, which needs no more of it than `recv` and `send`.
* `serve_client` leaves by `SystemExit` when the client is gone.
* `id_to_obj` holds (object, exposed methods, types of results that shall be proxies) by identifier.
"""

from __future__ import annotations

import secrets
import threading
from multiprocessing import connection, managers, process
from multiprocessing.connection import Connection, wait
from typing import Any

from jarpipe import _fork
from jarpipe._adoption import keep_nameless
from jarpipe._holds import Hold
from jarpipe._lines import Line, here
from jarpipe._served import Held, Served, can_serve, serve

__all__ = ["Relay", "can_serve"]

_AUTO_PROXY: Any = managers.AutoProxy  # type: ignore[attr-defined]
_REBUILD_PROXY: Any = managers.RebuildProxy  # type: ignore[attr-defined]

_WORKER = "0"
"""The identifier of a relay's first object."""


class _Worker:
    """The worker itself: the first object of a relay.

    Args:
        served: all objects by their identifiers.
        decided: set when the worker says nothing more of what it keeps.
    """

    exposed = ("lead", "detach")

    def __init__(self, served: dict[str, Served], decided: threading.Event) -> None:
        self._served = served
        self._decided = decided
        self._is_led = False

    def lead(self) -> None:
        """Make this connection the leading one: what it says is known before anything is released.

        It carries no request that waits, and ends with the others.
        """
        self._is_led = True
        here.line.is_leading = True
        here.line.holds.add(self)

    def leave(self, line: Line) -> None:
        """Note the end of the leading connection."""
        self._decided.set()

    def end(self) -> None:
        """Note the end of the worker; what its leading connection has to say is said before."""
        if not self._is_led:
            self._decided.set()

    def detach(self, ident: str, kept: int) -> None:
        """Say that the worker lets go of an object in good order.

        Args:
            ident: of something that can be acquired.
            kept: how often it has acquired the object without releasing it, which stays so.
        """
        served = self._served[ident]
        if isinstance(served, Held):
            served.hold.keep(kept)


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
        self._served: dict[str, Served] = {}
        self._holds: dict[int, Hold] = {}
        self._decided = threading.Event()
        self._worker = _Worker(self._served, self._decided)
        self._expose(_WORKER, self._worker)

    def reference(self, obj: Any) -> Any:
        """Return how to pickle an object for the worker: as a proxy (see `object.__reduce__`)."""
        if id(obj) not in self._references:
            keep_nameless(obj)
            ident = str(len(self._references) + 1)
            served = self._served[ident] = serve(obj, self._holds)
            self._expose(ident, served)
            token = managers.Token(served.typeid, self.address, ident)
            arguments = (_AUTO_PROXY, token, "pickle", {"exposed": served.exposed})
            self._references[id(obj)] = _REBUILD_PROXY, arguments
        return self._references[id(obj)]

    def _expose(self, ident: str, served: Any) -> None:
        self.id_to_obj[ident] = (served, served.exposed, None)  # type: ignore[assignment]

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
        here.line = line = Line(conn)
        try:
            super().serve_client(line)  # type: ignore[arg-type]
        finally:
            self._end(line)

    def _end(self, line: Line) -> None:
        """Release what the client held over a connection, once it is known what it keeps."""
        for hold in line.holds:
            if isinstance(hold, Hold):
                self._decided.wait()
            hold.leave(line)

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
            self._worker.end()
            _fork.close(self.listener, ended)  # type: ignore[attr-defined]

    def _serve(self, connection: Connection) -> None:
        try:
            self.handle_request(connection)
        except SystemExit:
            pass  # how serve_client leaves; CPython 3.8 lets it through
        finally:
            _fork.close(connection)

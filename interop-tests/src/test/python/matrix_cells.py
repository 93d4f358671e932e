"""The cells of the matrix: what Java and a Python child share, and one round trip over it."""

from __future__ import annotations

import dataclasses
import multiprocessing
import socket
from multiprocessing.connection import Client, Listener
from typing import Any, Callable, Iterator, Protocol

import addresses
import jarpipe
from syncing import await_sleepers

KEY = b"the key of a service"
MESSAGE = ("hello", 1729)
BYTES = b"some bytes"


class Side(Protocol):
    """The worker, or the child, as a round trip uses it."""

    def call(self, method: str, *args: Any) -> Any:
        """Let it call a method of what it was given, and return the result."""

    def begin(self, method: str, *args: Any) -> None:
        """Let it begin a call that waits for the other side."""

    def end(self) -> Any:
        """Wait for the call that was begun, and return its result."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """What is tried with one start method.

    Args:
        endpoint: the class of what is shared.
        transport: how it comes to Java, or what carries its bytes.
        role: what Java does with it.
        target: the worker.
        to_java: its arguments behind the connection over which it is called.
        to_child: what the child is given.
        trip: a round trip; raises AssertionError if something else comes back.
    """

    endpoint: str
    transport: str
    role: str
    target: str
    to_java: tuple[Any, ...]
    to_child: Any
    trip: Callable[[Side, Side], None]


def cells(context: Any, folder: str) -> list[Cell]:
    """Make all cells, for a child that will be started afterwards.

    Args:
        context: of `multiprocessing`, whose start method the child will have.
        folder: for sockets.
    """
    made = [*_connections(folder), *_sockets(), *_listeners(folder), *_messages(context)]
    if context.get_start_method() == "fork":
        made += _with_semaphores(context, "adopted", jarpipe.adopt)
        made += _with_semaphores(context, "known to the child", lambda obj: obj)
    else:
        made += _with_semaphores(context, "argument", lambda obj: obj)
    return made


def expect(expected: Any, found: Any) -> None:
    """Compare what came with what was sent."""
    assert found == expected, f"{found!r} came instead of {expected!r}"


def _ends(kind: str, folder: str) -> tuple[Any, Any]:
    """Return a receiving and a sending end."""
    if kind in ("pipe", "socket pair"):
        return multiprocessing.Pipe(duplex=kind == "socket pair")
    with Listener(addresses.python(addresses.fresh(kind, folder))) as listener:
        client = Client(listener.address)
        return client, listener.accept()


def _connections(folder: str) -> Iterator[Cell]:
    def sends(java: Side, child: Side) -> None:
        java.call("send", MESSAGE)
        expect(MESSAGE, child.call("recv"))

    def receives(java: Side, child: Side) -> None:
        child.call("send", MESSAGE)
        expect(MESSAGE, java.call("recv"))

    target = "PipeWorkers::remote"
    for kind in ("pipe", "socket pair", "path", "abstract", "tcp"):
        receiver, sender = _ends(kind, folder)
        yield Cell("Connection", kind, "sends", target, (sender,), receiver, sends)
        receiver, sender = _ends(kind, folder)
        yield Cell("Connection", kind, "receives", target, (receiver,), sender, receives)


def _sockets() -> Iterator[Cell]:
    def writes(java: Side, child: Side) -> None:
        java.call("write", "0", BYTES)
        expect(BYTES, child.call("recv", len(BYTES)))

    def reads(java: Side, child: Side) -> None:
        child.call("sendall", BYTES)
        expect(BYTES, java.call("read", "0", len(BYTES)))

    for role, trip in (("writes", writes), ("reads", reads)):
        ours, theirs = socket.socketpair()
        target = "PassingWorkers::remoteWith"
        yield Cell("socket", "argument", role, target, ([theirs],), ours, trip)


def _listeners(folder: str) -> Iterator[Cell]:
    def talk(java: Side, child: Side) -> None:
        java.call("send", MESSAGE)
        expect(MESSAGE, child.call("recv_from_peer"))
        child.call("send_to_peer", MESSAGE)
        expect(MESSAGE, java.call("recv"))

    def listens(kind: str, java: Side, child: Side) -> None:
        child.begin("connect", java.call("open", addresses.fresh(kind, folder), KEY), KEY)
        java.call("accept")
        child.end()
        talk(java, child)

    def connects(kind: str, java: Side, child: Side) -> None:
        address = child.call("listen", addresses.fresh(kind, folder), KEY)
        child.begin("accept")
        java.call("connect", address, KEY)
        child.end()
        talk(java, child)

    for kind in ("path", "abstract", "tcp"):
        for role, target, trip in (
            ("listens", "listener", listens),
            ("connects", "client", connects),
        ):

            def run(java: Side, child: Side, kind: str = kind, trip: Any = trip) -> None:
                trip(kind, java, child)

            yield Cell("Listener", kind, role, "ListenerWorkers::" + target, (), None, run)


def _messages(context: Any) -> Iterator[Cell]:
    """What is passed on when both sides run already."""
    near, far = context.Pipe()

    def given_connection(java: Side, child: Side) -> None:
        expect("connection", java.call("keep", "it", near))
        java.call("send", "it", MESSAGE)
        expect(MESSAGE, child.call("recv"))

    target = "PassingWorkers::remote"
    yield Cell("Connection", "message", "is given", target, (), far, given_connection)

    queue = context.Queue()

    def given_queue(java: Side, child: Side) -> None:
        java.call("keep", "it", queue)

    yield Cell("Queue", "message", "is given", target, (), None, given_queue)

    target = "PassingWorkers::remoteWith"
    link, other = context.Pipe()
    ours, theirs = context.Pipe()

    def gives_connection(java: Side, child: Side) -> None:
        java.call("sendKept", "1", "0")
        child.call("receive_peer")
        ours.send(MESSAGE)
        expect(MESSAGE, child.call("recv_from_peer"))

    yield Cell("Connection", "message", "gives", target, ([theirs, link],), other, gives_connection)

    link, other = context.Pipe()
    named = jarpipe.get_context().Queue()

    def gives_queue(java: Side, child: Side) -> None:
        java.call("sendKept", "1", "0")
        child.call("receive_peer")
        java.call("put", "0", MESSAGE)
        expect(MESSAGE, child.call("get_from_peer"))

    yield Cell("Queue", "message", "gives", target, ([named, link],), other, gives_queue)


def _with_semaphores(context: Any, transport: str, prepare: Callable[[Any], Any]) -> Iterator[Cell]:
    for make, target in (
        (context.Queue, "RemoteQueue::run"),
        (context.JoinableQueue, "RemoteQueue::joinable"),
        (context.SimpleQueue, "RemoteSimpleQueue::run"),
    ):
        for role, trip in (("puts", _puts), ("takes", _takes)):
            queue = prepare(make())
            yield Cell(type(queue).__name__, transport, role, target, (queue,), queue, trip)
    for make, trips in (
        (context.Lock, _LOCK_TRIPS),
        (context.RLock, _LOCK_TRIPS),
        (context.Semaphore, _LOCK_TRIPS),
        (context.BoundedSemaphore, _LOCK_TRIPS),
        (context.Event, {"sets": _sets, "waits": _waits_for_event}),
        (lambda: context.Barrier(2), {"meets": _meets}),
    ):
        for role, trip in trips.items():
            shared = prepare(make())
            yield _synchronized(shared, transport, role, trip)
    for role, in_condition in (("notifies", _notifies), ("waits", _waits_in_condition)):
        condition = prepare(context.Condition())

        def run(
            java: Side, child: Side, condition: Any = condition, trip: Any = in_condition
        ) -> None:
            trip(condition, java, child)

        yield _synchronized(condition, transport, role, run)


def _synchronized(shared: Any, transport: str, role: str, trip: Any) -> Cell:
    name, target = type(shared).__name__, "SyncWorkers::remote"
    return Cell(name, transport, role, target, ([shared],), shared, trip)


def _puts(java: Side, child: Side) -> None:
    java.call("put", MESSAGE)
    expect(MESSAGE, child.call("get"))


def _takes(java: Side, child: Side) -> None:
    child.call("put", MESSAGE)
    expect(MESSAGE, java.call("take"))


def _holds(java: Side, child: Side) -> None:
    java.call("acquire", 0)
    expect(False, child.call("acquire", False))
    java.call("release", 0)
    expect(True, child.call("acquire", False))
    child.call("release")


def _waits(java: Side, child: Side) -> None:
    expect(True, child.call("acquire"))
    java.begin("acquire", 0)
    child.call("release")
    expect(True, java.end())
    java.call("release", 0)


def _sets(java: Side, child: Side) -> None:
    child.begin("wait")
    java.call("set", 0)
    expect(True, child.end())


def _waits_for_event(java: Side, child: Side) -> None:
    java.begin("await", 0)
    child.call("set")
    expect(True, java.end())


def _meets(java: Side, child: Side) -> None:
    java.begin("await", 0)
    places = {child.call("wait"), java.end()}
    expect({0, 1}, places)


def _notifies(condition: Any, java: Side, child: Side) -> None:
    child.begin("wait_inside")
    await_sleepers(condition, 1)
    java.call("guardedSignal", 0, 1)
    expect(True, child.end())


def _waits_in_condition(condition: Any, java: Side, child: Side) -> None:
    java.begin("guardedAwait", 0)
    await_sleepers(condition, 1)
    child.call("notify_inside")
    expect(True, java.end())


_LOCK_TRIPS = {"holds": _holds, "waits": _waits}

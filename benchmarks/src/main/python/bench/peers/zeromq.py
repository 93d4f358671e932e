"""ZeroMQ: pyzmq on one side, JeroMQ on the other."""

from __future__ import annotations

import contextlib
import json
from multiprocessing.connection import Connection
from typing import Any, Iterator

from bench.peers.peer import Calls, Peer, commands
from bench.peers.place import Place

__all__ = ["ZeroMq", "ZeroMqOneWay"]


@contextlib.contextmanager
def _socket(kind: str, address: str) -> Iterator[Any]:
    import zmq

    with zmq.Context() as context, context.socket(getattr(zmq, kind)) as socket:
        socket.linger = 0
        socket.connect(address)
        yield socket


class ZeroMq(Peer):
    """A request and its reply, bytes or JSON, over TCP.

    Over TCP, because JeroMQ's Unix sockets are none: they reach only JeroMQ.
    """

    name = "ZeroMQ"
    packages = ("pyzmq",)

    def start(self, place: Place) -> str:
        """Start a server, and return its address."""
        return place.serve_in_java(self.name, "ZeroMqServer")

    @contextlib.contextmanager
    def connected(self, address: str) -> Iterator[Calls]:
        """Connect to an address."""
        with _socket("REQ", address) as socket:

            def raw(message: bytes) -> Any:
                socket.send(message)
                return socket.recv()

            yield Calls(raw, lambda value: json.loads(raw(json.dumps(value).encode())))


class ZeroMqOneWay(ZeroMq):
    """Messages of 64 bytes that nobody answers; what is measured is their rate."""

    name = "ZeroMQ, one way"

    def start(self, place: Place) -> str:
        """Start a receiver, and return its address."""
        return place.serve_in_java(self.name, "ZeroMqSink")

    def obey(self, control: Connection, address: str) -> None:
        """Send as many messages as told, and answer when the last one has been received."""
        with _socket("PAIR", address) as socket:
            control.send(None)
            message = bytes(64)
            for count in commands(control):
                for _ in range(count):
                    socket.send(message)
                socket.send(b"")
                received = int(socket.recv())
                if received != count:
                    raise ValueError(f"{count} messages sent, {received} received")
                control.send(None)

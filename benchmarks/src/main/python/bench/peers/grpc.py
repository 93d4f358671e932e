"""gRPC: grpcio on one side, grpc-java on the other."""

from __future__ import annotations

import contextlib
import json
from typing import Any, Iterator

from bench.peers.peer import Calls, Peer
from bench.peers.place import Place

__all__ = ["Grpc"]


class Grpc(Peer):
    """A unary call over a Unix socket, whose messages are bytes or JSON.

    A dict that is not known beforehand has no better form: as `google.protobuf.Struct` it takes
    longer. The server answers on the thread that has read, as gRPC recommends for what never
    blocks.
    """

    name = "gRPC"
    packages = ("grpcio",)
    warm_up = 20_000

    def start(self, place: Place) -> str:
        """Start a server, and return the path of its socket."""
        return place.serve_in_java(self.name, "GrpcServer", str(place.folder / "grpc.sock"))

    @contextlib.contextmanager
    def connected(self, address: str) -> Iterator[Calls]:
        """Connect to a socket."""
        import grpc

        def encode(value: Any) -> bytes:
            return json.dumps(value).encode()

        with grpc.insecure_channel(f"unix:{address}") as channel:
            yield Calls(
                channel.unary_unary("/Peer/raw"),
                channel.unary_unary(
                    "/Peer/echo", request_serializer=encode, response_deserializer=json.loads
                ),
            )

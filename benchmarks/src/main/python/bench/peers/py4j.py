"""py4j: a method of a Java object is called through a gateway over TCP."""

from __future__ import annotations

import contextlib
import json
from typing import Iterator

from bench.peers.peer import Calls, Peer
from bench.peers.place import Place

__all__ = ["Py4j"]


class Py4j(Peer):
    """A call of a method, whose argument and result are strings, of JSON if they are decoded.

    That is the fast way. Bytes become Base64. A dict as it is becomes a map in Java by a call for
    each entry, and what comes back is a proxy, of which each look is another call. The methods are
    looked up once.
    """

    name = "py4j"
    packages = ("py4j",)
    warm_up = 40_000
    message = "x" * 64

    def start(self, place: Place) -> str:
        """Start a gateway, and return its port."""
        return place.serve_in_java(self.name, "Py4jServer")

    @contextlib.contextmanager
    def connected(self, address: str) -> Iterator[Calls]:
        """Connect to a port."""
        from py4j.java_gateway import GatewayParameters, JavaGateway

        gateway = JavaGateway(gateway_parameters=GatewayParameters(port=int(address)))
        try:
            echo = gateway.entry_point.echo
            yield Calls(gateway.entry_point.raw, lambda value: json.loads(echo(json.dumps(value))))
        finally:
            gateway.close()

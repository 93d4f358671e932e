"""The peers by name."""

from __future__ import annotations

from bench.peers.grpc import Grpc
from bench.peers.peer import Peer
from bench.peers.pipes import OverPipe
from bench.peers.py4j import Py4j
from bench.peers.ray import Ray
from bench.peers.redis import Redis
from bench.peers.zeromq import ZeroMq, ZeroMqOneWay

__all__ = ["CPYTHON", "JARPIPE", "ONE_WAY", "OTHERS", "named"]

JARPIPE = OverPipe("jarpipe")
CPYTHON = OverPipe("CPython")
OTHERS = (Py4j(), ZeroMq(), Grpc(), Redis(), Ray())
ONE_WAY = ZeroMqOneWay()


def named(name: str) -> Peer:
    """Return the peer of this name."""
    return next(peer for peer in (JARPIPE, CPYTHON, *OTHERS, ONE_WAY) if peer.name == name)

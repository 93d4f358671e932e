"""P12: round trips of a small dict, against a second CPython process and other bridges to Java."""

from __future__ import annotations

import multiprocessing
from typing import Any, Callable, Iterator, Sequence, Union

from bench import work
from bench.goals import Result, Skipped, at_least
from bench.measuring import Ratio, Samples, median
from bench.parties import JavaParty, Party, PythonParty
from bench.peers import installation
from bench.peers.catalogue import CPYTHON, JARPIPE, ONE_WAY, OTHERS
from bench.peers.installation import Unavailable
from bench.peers.peer import Peer
from bench.peers.place import Place
from bench.peers.processes import Client
from bench.setting import Setting
from bench.sides import Flow, RemoteRoundTrips

Outcome = Iterator[Union[Result, Skipped]]


def round_trips(setting: Setting) -> Outcome:
    """Compare round trips of a small dict, which both sides decode and encode."""
    absent: dict[str, str] = {}
    with setting.parties() as parties:
        sides = [
            _over_pipe(setting, parties, JARPIPE, lambda end: _java(setting, "echoObjects", end)),
            _over_pipe(setting, parties, CPYTHON, lambda end: PythonParty(work.echo_objects, end)),
        ]
        for peer in OTHERS:
            setting.progress(f"starting {peer.name}")
            try:
                started = _start(setting, peer)
            except Unavailable as reason:
                absent[peer.name] = str(reason)
            else:
                parties += started
                sides.append(_warming_up(setting, peer, started[-1], ()))
        for side in sides:
            setting.progress(f"warming up {side.name}")
            side.finish()
        samples = setting.turns(sides)
    ours, python = samples[JARPIPE.name], samples[CPYTHON.name]
    yield Result(
        "P12",
        "round trip of a small dict: a second CPython process's p50 over jarpipe's",
        _ratio(python, ours),
        detail=_figures(ours, python),
    )
    for peer in OTHERS:
        measure = f"same: p50 of {peer.name} over jarpipe's"
        if peer.name in absent:
            yield Skipped("P12", measure, absent[peer.name])
        else:
            theirs = samples[peer.name]
            detail = _figures(ours, theirs)
            yield Result("P12", measure, _ratio(theirs, ours), at_least(4), detail)


def one_way(setting: Setting) -> Outcome:
    """Compare rates of messages that nobody waits for: ZeroMQ's thread gathers them."""
    if setting.quick:
        return
    measure = "64 B one way, CPython to Java: messages/s over a pipe over ZeroMQ's"
    with setting.parties() as parties:
        reader, writer = multiprocessing.Pipe(duplex=False)
        with reader, writer:
            parties.append(_java(setting, "receive", reader))
            parties.append(PythonParty(work.send, writer, 64))
        receiver, sender = parties
        try:
            started = _start(setting, ONE_WAY)
        except Unavailable as reason:
            yield Skipped("", measure, str(reason))
            return
        parties += started
        samples = setting.turns(
            [
                Flow(JARPIPE.name, [sender], [receiver]),
                Flow(ONE_WAY.name, started[-1:], started[:-1]),
            ]
        )
    ours, theirs = samples[JARPIPE.name], samples[ONE_WAY.name]
    yield Result(
        "",
        measure,
        _ratio(theirs, ours),
        detail=f"{1 / median(ours):,.0f}/s, ZeroMQ {1 / median(theirs):,.0f}/s",
    )


def _java(setting: Setting, method: str, *args: Any) -> Party:
    return JavaParty(setting.bridge, f"Connections::{method}", *args)


def _over_pipe(
    setting: Setting, parties: list[Party], peer: Peer, answering: Callable[[Any], Party]
) -> RemoteRoundTrips:
    """Start a client, and what answers at the other end of its pipe."""
    ours, theirs = multiprocessing.Pipe()
    with ours, theirs:
        server = answering(theirs)
        parties.append(server)
        python = installation.interpreter(peer.packages)
        log = setting.folder / f"{peer.name}.log"
        client = Client(peer.name, python, str(ours.fileno()), log, [ours])
        parties.append(client)
    return _warming_up(setting, peer, client, [server])


def _warming_up(
    setting: Setting, peer: Peer, client: Party, servers: Sequence[Party]
) -> RemoteRoundTrips:
    """Return a side that has begun to make calls, while the next one is started."""
    side = RemoteRoundTrips(peer.name, client, servers)
    side.begin(peer.warm_up // (2 if setting.quick else 1))
    return side


def _start(setting: Setting, peer: Peer) -> list[Party]:
    """Start the servers of a peer, and at last its client."""
    python = installation.interpreter(peer.packages)
    place = Place(setting.folder, setting.bridge.pid)
    try:
        address = peer.start(place)
        log = setting.folder / f"{peer.name}.log"
        return [*place.servers, Client(peer.name, python, address, log)]
    except BaseException:
        for server in place.servers:
            server.kill()
        raise


def _ratio(theirs: Samples, ours: Samples) -> Ratio:
    return Ratio.of([sample.value for sample in theirs], [sample.value for sample in ours])


def _figures(ours: Samples, theirs: Samples) -> str:
    def figures(samples: Samples) -> str:
        p99 = median(samples, lambda sample: sample.extra["p99"])
        return f"{median(samples) * 1e6:.1f} us (p99 {p99 * 1e6:.1f} us)"

    return f"{figures(theirs)}, jarpipe {figures(ours)}"

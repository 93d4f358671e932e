"""P12: round trips, against a second CPython process and other bridges to Java."""

from __future__ import annotations

import functools
import multiprocessing
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Sequence, Union

from bench import work
from bench.goals import Goal, Result, Skipped, at_least
from bench.measuring import Ratio, Samples, median
from bench.parties import JavaParty, Party, PythonParty
from bench.peers import installation
from bench.peers.catalogue import CPYTHON, JARPIPE, ONE_WAY, OTHERS
from bench.peers.installation import Unavailable
from bench.peers.peer import Peer
from bench.peers.place import Place
from bench.peers.processes import Client
from bench.setting import Setting
from bench.sides import Alternating, Flow, RemoteRoundTrips

Outcome = Iterator[Union[Result, Skipped]]

_JAVA = ("echo", "echoObjects")
_PYTHON = (work.echo, work.echo_objects)
"""What answers raw bytes, and what decodes."""


_WARM = 20
"""By so much fewer calls make processes warm when the JVM that they call has compiled its part."""

_PROCESSES = 6
"""How many clients and servers of a pipe take turns: how long a round trip takes depends on where
their memory lies, and on where the kernel puts them.
"""


class _Sides(NamedTuple):
    """The round trips of one peer: of 64 bytes as they are, and of a dict."""

    peer: Peer
    raw: RemoteRoundTrips
    decoded: RemoteRoundTrips
    calls: int
    """How many make them warm."""


def round_trips(setting: Setting) -> Outcome:
    """Compare round trips of 64 bytes, and then what is left when both sides decode and encode."""
    absent: dict[str, str] = {}
    pipes = (
        (JARPIPE, functools.partial(_java, setting), _JAVA),
        (CPYTHON, PythonParty, _PYTHON),
    )
    with setting.parties() as parties:
        sides = [
            [
                _over_pipe(setting, parties, *pipe, is_first=number == 0)
                for number in range(min(_PROCESSES, setting.rounds))
            ]
            for pipe in pipes
        ]
        for peer in OTHERS:
            setting.progress(f"starting {peer.name}")
            try:
                started = _start(setting, peer)
            except Unavailable as reason:
                absent[peer.name] = str(reason)
            else:
                parties += started
                calls = _calls(setting, peer)
                sides.append([_warming_up(peer, started[-1], (), (), calls)])
        raw, decoded = _measured(setting, sides)
    yield from _compared("round trip of 64 B", raw, absent, at_least(4))
    yield from _compared("round trip of a small dict", decoded, absent, None)


def _measured(
    setting: Setting, sides: Sequence[Sequence[_Sides]]
) -> tuple[Mapping[str, Samples], Mapping[str, Samples]]:
    """Let sides that have begun to make calls come to their end, and then take turns.

    Of what has several processes each round has others. Both kinds of round trips are in every
    round: where the kernel puts two processes may stay for seconds as it is.
    """
    every = [each for alike in sides for each in alike]
    for each in every:
        setting.progress(f"warming up {each.peer.name}")
        each.raw.finish()
        each.decoded.begin(each.calls)
    for each in every:
        each.decoded.finish()
    taking_turns = [
        Alternating(kind)
        for alike in sides
        for kind in ([each.raw for each in alike], [each.decoded for each in alike])
    ]
    samples = setting.turns(taking_turns, seconds=setting.seconds / (2 if setting.quick else 1))
    firsts = [alike[0] for alike in sides]
    raw = {first.peer.name: samples[first.raw.name] for first in firsts}
    decoded = {first.peer.name: samples[first.decoded.name] for first in firsts}
    return raw, decoded


def _compared(
    what: str, samples: Mapping[str, Samples], absent: Mapping[str, str], goal: Goal | None
) -> Outcome:
    """Compare jarpipe with each peer; there is a goal for all but CPython."""
    ours, python = samples[JARPIPE.name], samples[CPYTHON.name]
    yield Result(
        "P12",
        f"{what}: a second CPython process's p50 over jarpipe's",
        _ratio(python, ours),
        detail=_figures(ours, python),
    )
    for peer in OTHERS:
        measure = f"{what}: p50 of {peer.name} over jarpipe's"
        if peer.name in absent:
            yield Skipped("P12", measure, absent[peer.name])
        else:
            theirs = samples[peer.name]
            yield Result("P12", measure, _ratio(theirs, ours), goal, _figures(ours, theirs))


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
    setting: Setting,
    parties: list[Party],
    peer: Peer,
    answering: Callable[[Any, Any], Party],
    methods: tuple[Any, Any],
    *,
    is_first: bool,
) -> _Sides:
    """Start a client, and the two that answer in turn at the other end of its pipe."""
    ours, theirs = multiprocessing.Pipe()
    with ours, theirs:
        servers = []
        for method in methods:
            servers.append(answering(method, theirs))
            parties.append(servers[-1])
        python = installation.interpreter(peer.packages)
        log = setting.folder / f"{peer.name}-{len(parties)}.log"
        client = Client(peer.name, python, str(ours.fileno()), log, [ours])
        parties.append(client)
    calls = _calls(setting, peer) // (1 if is_first else _WARM)
    return _warming_up(peer, client, servers[:1], servers[1:], calls)


def _warming_up(
    peer: Peer, client: Party, raw: Sequence[Party], decoded: Sequence[Party], calls: int
) -> _Sides:
    """Return sides that have begun to make calls, while the next ones are started."""
    sides = _Sides(
        peer,
        RemoteRoundTrips(peer.name, client, raw, decoded=False),
        RemoteRoundTrips(f"{peer.name}, decoded", client, decoded, decoded=True),
        calls,
    )
    sides.raw.begin(calls)
    return sides


def _calls(setting: Setting, peer: Peer) -> int:
    """Return how many calls make a peer warm."""
    return peer.warm_up // (2 if setting.quick else 1)


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

"""P4 to P8: connections over pipes and socket pairs, against CPython and C."""

from __future__ import annotations

import itertools
import multiprocessing
from typing import ContextManager, Iterator, Sequence, Union

from bench import work
from bench.goals import Result, Skipped, at_least, at_most
from bench.measuring import Ratio, Sample, median
from bench.parties import CParty, JavaParty, Party, PythonParty
from bench.placing import on_one_processor
from bench.setting import JVM_WARM_UP, Setting
from bench.sides import Flow, RoundTrips, ping

Outcome = Iterator[Union[Result, Skipped]]

_SIZES = (64, 256, 1024, 2048, 8192, 16384)
_QUICK_SIZES = (64, 2048, 16384)
_ECHOES = 3
"""How many processes answer, one after the other: where their memory lies decides whether CPython
needs 12, 15 or 19 us for 8,000 bytes.
"""


_TOGETHER = " on one processor"


def _places(setting: Setting) -> Sequence[str]:
    """Return where parties are compared that work in turns: there is a goal for the first."""
    return (_TOGETHER,) if setting.quick else (_TOGETHER, " where the kernel puts it")


def _during(place: str, parties: Sequence[Party]) -> ContextManager[None] | None:
    return on_one_processor([party.pid for party in parties]) if place == _TOGETHER else None


def _values(samples: list[Sample]) -> list[float]:
    return [sample.value for sample in samples]


def small_frames(setting: Setting) -> Outcome:
    """Compare receivers of small messages from a CPython sender."""
    for size in _SIZES if not setting.quick else _QUICK_SIZES:
        with setting.parties() as parties:
            sides = []
            for name in ("java", "python"):
                reader, writer = multiprocessing.Pipe(duplex=False)
                receiver = (
                    JavaParty(setting.bridge, "Connections::receive", reader)
                    if name == "java"
                    else PythonParty(work.receive, reader)
                )
                parties.append(receiver)
                sender = PythonParty(work.send, writer, size)
                parties.append(sender)
                sides.append(Flow(name, [sender], [receiver]))
            samples = setting.turns(sides)
        java, python = samples["java"], samples["python"]
        yield Result(
            "P4",
            f"pipe, {size} B, CPython sender: Java receiver's messages/s over CPython's",
            Ratio.of(_values(python), _values(java)),
            at_least(1.35 if size == 64 else 0.9),
            f"{1 / median(java):,.0f}/s, CPython {1 / median(python):,.0f}/s; the receiver's CPU "
            f"{median(java, lambda s: s.cpu['consumer']) * 1e6:.2f} us, "
            f"{median(python, lambda s: s.cpu['consumer']) * 1e6:.2f} us",
        )


def round_trips(setting: Setting) -> Outcome:
    """Compare echoes of messages from this process."""
    for place, (size, bound) in itertools.product(_places(setting), ((64, 0.7), (8000, 0.9))):
        samples: dict[str, list[Sample]] = {}
        echoes = min(_ECHOES, setting.rounds)
        for number in range(echoes):
            part = setting.part(echoes, is_warm=number > 0)
            for name, more in _echoes(part, place, size).items():
                samples.setdefault(name, []).extend(more)
        java, python = samples["java"], samples["python"]
        figures = ", ".join(f"{name} {median(side) * 1e6:.1f} us" for name, side in samples.items())
        yield Result(
            "P5",
            f"round trip over `Pipe()`{place}, {size} B: Java echo's p50 over CPython's",
            Ratio.of(_values(java), _values(python)),
            at_most(bound) if place == _TOGETHER else None,
            f"{figures}; p99 {median(java, lambda s: s.extra['p99']) * 1e6:.1f} us, CPython "
            f"{median(python, lambda s: s.extra['p99']) * 1e6:.1f} us",
        )
        if size != 64:
            continue
        if setting.no_c_peer:
            yield Skipped("P6", f"same{place}, 64 B: over a C echo's", setting.no_c_peer)
        else:
            yield Result(
                "P6",
                f"same{place}, 64 B: over a C echo's",
                Ratio.of(_values(java), _values(samples["c"])),
                at_most(1.0) if place == _TOGETHER else None,
            )


def _echoes(setting: Setting, place: str, size: int) -> dict[str, list[Sample]]:
    with setting.parties() as parties:
        sides = []
        for name in ("java", "python", "c"):
            if name == "c" and setting.no_c_peer:
                continue
            ours, theirs = multiprocessing.Pipe()
            party = (
                JavaParty(setting.bridge, "Connections::echo", theirs)
                if name == "java"
                else PythonParty(work.echo, theirs)
                if name == "python"
                else CParty(setting.c_peer, "echo", [theirs])
            )
            parties.append(party)
            sides.append(RoundTrips(name, ping(ours, bytes(size)), server=[party]))
        return setting.turns(sides, during=_during(place, parties))


def large_messages(setting: Setting) -> Outcome:
    """Compare receivers of large messages from a CPython sender."""
    sizes = ((1 << 20, 4), (16 << 20, 8))
    for place, (size, bound) in itertools.product(_places(setting), sizes):
        label = f"{size >> 20} MiB"
        with setting.parties() as parties:
            sides = []
            for name in ("java", "python", "c"):
                if name == "c" and setting.no_c_peer:
                    continue
                reader, writer = multiprocessing.Pipe(duplex=False)
                receiver = (
                    JavaParty(setting.bridge, "Connections::receiveNative", reader, size)
                    if name == "java"
                    else PythonParty(work.receive, reader)
                    if name == "python"
                    else CParty(setting.c_peer, "receive", [reader])
                )
                sender = PythonParty(work.send, writer, size)
                parties += [receiver, sender]
                sides.append(Flow(name, [sender], [receiver], least=4, first=8))
            samples = setting.turns(sides, during=_during(place, parties))
        java = samples["java"]
        figures = ", ".join(
            f"{name} {size / median(side) / 1e6:,.0f} MB/s" for name, side in samples.items()
        )
        yield Result(
            "P7",
            f"{label} into Java's native memory{place}: rate over CPython's",
            Ratio.of(_values(samples["python"]), _values(java)),
            at_least(bound) if place == _TOGETHER else None,
            figures,
        )
        if setting.no_c_peer:
            yield Skipped("P7", f"same{place}, {label}: rate over C's", setting.no_c_peer)
        else:
            yield Result(
                "P7",
                f"same{place}, {label}: rate over C's",
                Ratio.of(_values(samples["c"]), _values(java)),
                at_least(0.85) if place == _TOGETHER else None,
            )


def java_to_java(setting: Setting) -> Outcome:
    """Compare Java's framing with C's, both from process to process without CPython."""
    measure = "64 B, Java to Java: messages/s over C to C"
    if setting.no_c_peer:
        yield Skipped("P8", measure, setting.no_c_peer)
        return
    with setting.parties() as parties:
        first, second = multiprocessing.Pipe(duplex=False), multiprocessing.Pipe(duplex=False)
        parties += [
            JavaParty(setting.bridge, "Connections::send", first[1], 64),
            JavaParty(setting.bridge, "Connections::receive", first[0]),
            CParty(setting.c_peer, "send", [second[1]], ["64"]),
            CParty(setting.c_peer, "receive", [second[0]]),
        ]
        samples = setting.turns(
            [Flow("java", parties[:1], parties[1:2]), Flow("c", parties[2:3], parties[3:])],
            warm_up=JVM_WARM_UP,
        )
    java, c = samples["java"], samples["c"]
    yield Result(
        "P8",
        measure,
        Ratio.of(_values(c), _values(java)),
        at_least(0.85),
        f"{1 / median(java):,.0f}/s, C {1 / median(c):,.0f}/s",
    )

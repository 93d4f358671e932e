"""How old items of a queue are when they are taken, while others come at a steady pace."""

from __future__ import annotations

from typing import Callable, Iterator, Sequence

from bench import work
from bench.cases.queues import queue
from bench.goals import Cell, Result
from bench.measuring import Ratio, Sample, median
from bench.parties import JavaParty, Party, PythonParty
from bench.setting import Setting
from bench.sides import Latency

_TABLE = "Latency of `Queue` under load: over that of CPython to CPython"
_PACES = (1000, 20_000)
_BASE, _JAVA_TAKES, _JAVA_SENDS = "CPython to CPython", "CPython to Java", "Java to CPython"
_ROUNDS = 11
_SECONDS = 0.4
"""Of a round: at the slowest pace, four items are beyond the 99th percentile."""
_FIGURES: dict[str, Callable[[Sample], float]] = {
    "p50": lambda sample: sample.value,
    "p99": lambda sample: sample.extra["p99"],
}


def latency(setting: Setting) -> Iterator[Result]:
    """Compare both roles of Java at every pace."""
    for pace in _PACES:
        with setting.parties() as parties:
            sides = [
                _side(setting, name, pace, parties) for name in (_BASE, _JAVA_TAKES, _JAVA_SENDS)
            ]
            samples = setting.turns(sides, rounds=_ROUNDS, seconds=_SECONDS)
        for name in (_JAVA_TAKES, _JAVA_SENDS):
            yield from _results(name, pace, samples[name], samples[_BASE])


def _side(setting: Setting, name: str, pace: int, parties: list[Party]) -> Latency:
    shared = queue()
    sender: Party = (
        JavaParty(setting.bridge, "Queues::latencySender", shared)
        if name == _JAVA_SENDS
        else PythonParty(work.latency_sender, shared)
    )
    parties.append(sender)
    receiver: Party = (
        JavaParty(setting.bridge, "Queues::latencyReceiver", shared)
        if name == _JAVA_TAKES
        else PythonParty(work.latency_receiver, shared)
    )
    parties.append(receiver)
    return Latency(name, sender, receiver, pace)


def _results(
    name: str, pace: int, side: Sequence[Sample], base: Sequence[Sample]
) -> Iterator[Result]:
    for figure, of in _FIGURES.items():
        yield Result(
            "",
            f"`Queue`, {pace:,} items/s, {name}: {figure} of the age over {_BASE}'s",
            Ratio.of([of(s) for s in side], [of(s) for s in base]),
            detail=f"{median(side, of) * 1e6:,.0f} us, CPython {median(base, of) * 1e6:,.0f} us"
            f"{_shortfall(pace, side, base)}",
            cell=Cell(_TABLE, f"{pace:,} items/s, {figure}", name),
        )


def _shortfall(pace: int, *sides: Sequence[Sample]) -> str:
    """Say if a sender could not keep the pace."""
    reached = [median(side, lambda sample: sample.extra["pace"]) for side in sides]
    if min(reached) > 0.9 * pace:
        return ""
    return f"; reached {reached[0]:,.0f}/s, CPython {reached[1]:,.0f}/s"

"""Queues with several producers and consumers, each side in Java or in CPython."""

from __future__ import annotations

from typing import Any, Iterator

from bench import work
from bench.cases.queues import queue
from bench.goals import Cell, Result
from bench.measuring import Ratio, median
from bench.parties import JavaParty, Party, PythonParty
from bench.setting import SMALL, Setting
from bench.sides import Flow

_TABLE = "`Queue`, small dict, producers to consumers: items/s over CPython to CPython"
_SHAPES = ((1, 1), (1, 4), (4, 1), (4, 4))
_PAIRS = (("Java", "CPython"), ("CPython", "Java"), ("Java", "Java"))
_BASE = ("CPython", "CPython")
_ROUNDS = 13


def matrix(setting: Setting) -> Iterator[Result]:
    """Compare every pair of languages in every shape."""
    for shape in _SHAPES:
        with setting.parties() as parties:
            flows = [_flow(setting, pair, shape, parties) for pair in (_BASE, *_PAIRS)]
            samples = setting.turns(flows, rounds=_ROUNDS)
        base = samples[_name(_BASE)]
        for pair in _PAIRS:
            side = samples[_name(pair)]
            row = f"{shape[0]}:{shape[1]}"
            yield Result(
                "",
                f"`Queue` {row}, {_name(pair)}: items/s over {_name(_BASE)}'s",
                Ratio.of([s.value for s in base], [s.value for s in side]),
                detail=f"{1 / median(side):,.0f}/s, CPython {1 / median(base):,.0f}/s",
                cell=Cell(_TABLE, row, _name(pair)),
            )


def _name(pair: tuple[str, str]) -> str:
    return " to ".join(pair)


def _flow(
    setting: Setting, pair: tuple[str, str], shape: tuple[int, int], parties: list[Party]
) -> Flow:
    shared = queue()
    producers = [_producer(setting, pair[0], shared) for _ in range(shape[0])]
    parties += producers
    consumers = [_consumer(setting, pair[1], shared) for _ in range(shape[1])]
    parties += consumers
    return Flow(_name(pair), producers, consumers)


def _producer(setting: Setting, language: str, shared: Any) -> Party:
    if language == "Java":
        return JavaParty(setting.bridge, "Queues::produce", shared, SMALL)
    return PythonParty(work.produce, shared, SMALL)


def _consumer(setting: Setting, language: str, shared: Any) -> Party:
    if language == "Java":
        return JavaParty(setting.bridge, "Queues::consume", shared)
    return PythonParty(work.consume, shared)

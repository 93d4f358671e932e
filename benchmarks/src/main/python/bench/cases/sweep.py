"""Bytes of every size, over queues and pipes, with Java at one end."""

from __future__ import annotations

import multiprocessing
from typing import Any, Iterator

from bench import work
from bench.goals import Cell, Result
from bench.measuring import Ratio, median
from bench.parties import JavaParty, Party, PythonParty
from bench.setting import Setting
from bench.sides import Flow

_TABLE = "`bytes` from 100 B to 64 MiB: rate over CPython to CPython"
_SIZES = {
    "100 B": 100,
    "1 KiB": 1 << 10,
    "10 KiB": 10 << 10,
    "100 KiB": 100 << 10,
    "1 MiB": 1 << 20,
    "8 MiB": 8 << 20,
    "64 MiB": 64 << 20,
}
_BASE, _JAVA_TAKES, _JAVA_SENDS = "CPython to CPython", "CPython to Java", "Java to CPython"
_ROUNDS = 11
_IN_FLIGHT = 256 << 20
"""How many bytes a queue holds at most: a producer in Java pickles an item before it is due."""
_FIRST_ROUND = 32 << 20
"""About how many bytes make the first round."""


def sweep(setting: Setting) -> Iterator[Result]:
    """Compare both roles of Java at every size."""
    for label, size in _SIZES.items():
        for kind in ("Queue", "Pipe"):
            setting.progress(f"{kind}, {label}")
            yield from _compare(setting, kind, label, size)


def _compare(setting: Setting, kind: str, label: str, size: int) -> Iterator[Result]:
    with setting.parties() as parties:
        flows = [
            _flow(setting, kind, size, name, parties) for name in (_BASE, _JAVA_TAKES, _JAVA_SENDS)
        ]
        samples = setting.turns(flows, rounds=_ROUNDS)
    base = samples[_BASE]
    for name in (_JAVA_TAKES, _JAVA_SENDS):
        yield Result(
            "",
            f"`{kind}`, {label}, {name}: rate over {_BASE}'s",
            Ratio.of([s.value for s in base], [s.value for s in samples[name]]),
            detail=f"{_rate(size, median(samples[name]))}, CPython {_rate(size, median(base))}",
            cell=Cell(_TABLE, label, f"`{kind}`, {name}"),
        )


def _rate(size: int, seconds: float) -> str:
    return f"{size / seconds / 1e6:,.0f} MB/s"


def _flow(setting: Setting, kind: str, size: int, name: str, parties: list[Party]) -> Flow:
    producer, consumer = (_over_queue if kind == "Queue" else _over_pipe)(setting, size, name)
    parties += [producer, consumer]
    return Flow(name, [producer], [consumer], least=2, first=max(2, _FIRST_ROUND // size))


def _over_queue(setting: Setting, size: int, name: str) -> tuple[Party, Party]:
    maxsize = _IN_FLIGHT // size if size >= 1 << 20 else 0
    shared: Any = multiprocessing.get_context("spawn").Queue(maxsize)
    producer = (
        JavaParty(setting.bridge, "Queues::produceBytes", shared, size)
        if name == _JAVA_SENDS
        else PythonParty(work.produce_bytes, shared, size)
    )
    consumer = (
        JavaParty(setting.bridge, "Queues::consume", shared)
        if name == _JAVA_TAKES
        else PythonParty(work.consume, shared)
    )
    return producer, consumer


def _over_pipe(setting: Setting, size: int, name: str) -> tuple[Party, Party]:
    reader, writer = multiprocessing.Pipe(duplex=False)
    with reader, writer:
        sender = (
            JavaParty(setting.bridge, "Connections::send", writer, size)
            if name == _JAVA_SENDS
            else PythonParty(work.send, writer, size)
        )
        receiver = (
            JavaParty(setting.bridge, "Connections::receive", reader)
            if name == _JAVA_TAKES
            else PythonParty(work.receive, reader)
        )
    return sender, receiver

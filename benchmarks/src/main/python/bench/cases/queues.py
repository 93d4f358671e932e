"""P1, P2, P3 and P13: `multiprocessing.Queue` with Java on one side."""

from __future__ import annotations

import multiprocessing
from typing import Any, Iterator

from bench import work
from bench.goals import Result, at_least, at_most
from bench.measuring import Ratio, median
from bench.parties import JavaParty, Party, PythonParty
from bench.setting import JVM_WARM_UP, SMALL, Setting
from bench.sides import Flow, Shares


def queue() -> Any:
    """Return a queue whose semaphores have names."""
    return multiprocessing.get_context("spawn").Queue()


def consumers(setting: Setting) -> Iterator[Result]:
    """Compare a Java consumer with a CPython consumer."""
    for_java, for_python = queue(), queue()
    with setting.parties() as parties:
        parties += [
            PythonParty(work.produce, for_java, SMALL),
            JavaParty(setting.bridge, "Queues::consume", for_java),
            PythonParty(work.produce, for_python, SMALL),
            PythonParty(work.consume, for_python),
        ]
        samples = setting.turns(
            [Flow("java", parties[:1], parties[1:2]), Flow("python", parties[2:3], parties[3:])],
            warm_up=JVM_WARM_UP,
        )
    java, python = samples["java"], samples["python"]
    detail = f"{1 / median(java):,.0f} items/s, CPython {1 / median(python):,.0f}"
    yield Result(
        "P1",
        "`Queue`, small dict, CPython producer: Java consumer's items/s over CPython's",
        Ratio.of([s.value for s in python], [s.value for s in java]),
        at_least(1.2),
        detail,
    )
    java_cpu, python_cpu = ([s.cpu["consumer"] for s in side] for side in (java, python))
    yield Result(
        "P2",
        "same: Java consumer's CPU per item over CPython's",
        Ratio.of(java_cpu, python_cpu),
        at_most(0.4),
        f"{median(java, lambda s: s.cpu['consumer']) * 1e6:.2f} us, CPython "
        f"{median(python, lambda s: s.cpu['consumer']) * 1e6:.2f} us; the producer's "
        f"{median(java, lambda s: s.cpu['producer']) * 1e6:.2f} us, "
        f"{median(python, lambda s: s.cpu['producer']) * 1e6:.2f} us",
    )


def producers(setting: Setting) -> Iterator[Result]:
    """Compare a Java producer with a CPython producer."""
    of_java, of_python = queue(), queue()
    with setting.parties() as parties:
        parties += [
            JavaParty(setting.bridge, "Queues::produce", of_java, SMALL),
            PythonParty(work.consume, of_java),
            PythonParty(work.produce, of_python, SMALL),
            PythonParty(work.consume, of_python),
        ]
        samples = setting.turns(
            [Flow("java", parties[:1], parties[1:2]), Flow("python", parties[2:3], parties[3:])],
            warm_up=JVM_WARM_UP,
        )
    java, python = samples["java"], samples["python"]
    yield Result(
        "P3",
        "`Queue`, small dict, CPython consumer: Java producer's items/s over CPython's",
        Ratio.of([s.value for s in python], [s.value for s in java]),
        at_least(1.8),
        f"{1 / median(java):,.0f} items/s, CPython {1 / median(python):,.0f}; the producer's CPU "
        f"{median(java, lambda s: s.cpu['producer']) * 1e6:.2f} us an item, "
        f"{median(python, lambda s: s.cpu['producer']) * 1e6:.2f} us",
    )


def shares(setting: Setting) -> Iterator[Result]:
    """Let one Java and one CPython consumer compete for the items of one producer."""
    shared = queue()
    with setting.parties() as parties:
        competitors: list[Party] = [
            JavaParty(setting.bridge, "Queues::share", shared),
            PythonParty(work.share, shared),
        ]
        producer = PythonParty(work.produce_and_end, shared, SMALL, len(competitors))
        parties += [*competitors, producer]
        side = Shares("java and python", producer, competitors)
        samples = setting.turns([side], warm_up=JVM_WARM_UP)[side.name]
    least = [min(s.value, 1 - s.value) for s in samples]
    yield Result(
        "P13",
        "1 Java and 1 CPython consumer on one `Queue`: the smaller share",
        Ratio.fixed(least),
        at_least(0.25),
        f"Java's share {median(samples):.2f}",
    )

"""P9: the pickle codec against CPython's C pickle, in CPU time of the thread that works."""

from __future__ import annotations

import dataclasses
import pathlib
import subprocess
import sys
from typing import Iterator

from jarpipe import _jvm

from bench.goals import Result, Skipped, at_least
from bench.measuring import Ratio, figure
from bench.parties import PartyError
from bench.setting import BENCHMARKS, Setting

_JAR = BENCHMARKS / "target" / "benchmarks.jar"
_SCRIPTS = BENCHMARKS / "src" / "main" / "python"
_WORKS = {"load": "decoded", "view": "decoded, its bytes as a view", "dump": "encoded"}
_QUICK = (8, 2, 0.005, 0.07)
_FULL = (8, 5, 0.03, 0.2)
"""How many processes, rounds in each, seconds of a side's round, and seconds to warm up a row: that
is not much, as all rows make the same code warm.
"""


@dataclasses.dataclass
class _Comparison:
    """What Java's `Comparison.line()` says, of one process or of several."""

    payload: str
    work: str
    goal: float
    own: list[float]
    theirs: list[float]
    allocated: int

    @classmethod
    def read(cls, line: str) -> _Comparison:
        payload, work, goal, own, theirs, allocated = line.split("\t")
        rounds = [[float(nanos) for nanos in side.split(",")] for side in (own, theirs)]
        return cls(payload, work, float(goal), *rounds, int(allocated))

    def result(self) -> Result:
        own, theirs = (Ratio.fixed(side).median / 1000 for side in (self.own, self.theirs))
        return Result(
            "P9",
            f"pickle `{self.payload}` {_WORKS[self.work]}: CPython's CPU time over Java's",
            Ratio.of(self.theirs, self.own),
            at_least(self.goal) if self.goal else None,
            f"{figure(own)} us, CPython {figure(theirs)} us; {self.allocated:,} bytes allocated",
        )


def codec(setting: Setting) -> Iterator[Result | Skipped]:
    """Run `SideBySide`, which takes turns with a CPython process of its own.

    It is several processes, one after the other: what the compiler makes of the codec, and where
    its memory lies, differs more from one to the next than from round to round. Each has the
    options of a private daemon's JVM. It does not wait for its compiler, which would take longer
    than all rounds, so the first of them may be slower; the medians are the same.
    """
    if not _JAR.exists():
        yield Skipped(
            "P9",
            "pickles: CPython's CPU time over Java's",
            "benchmarks/target/benchmarks.jar is missing: mvn -q -Pfast,benchmarks package",
        )
        return
    payloads = setting.folder / "payloads"
    subprocess.run([sys.executable, str(_SCRIPTS / "payloads.py"), str(payloads)], check=True)
    processes, rounds, seconds, warm_up = _QUICK if setting.quick else _FULL
    found: dict[tuple[str, str], _Comparison] = {}
    for number in range(processes):
        setting.progress(f"process {number + 1} of {processes}")
        for new in _run(payloads, min(rounds, setting.rounds), seconds, warm_up):
            known = found.setdefault((new.payload, new.work), new)
            if known is not new:
                known.own += new.own
                known.theirs += new.theirs
    for comparison in found.values():
        yield comparison.result()


def _run(
    payloads: pathlib.Path, rounds: int, seconds: float, warm_up: float
) -> Iterator[_Comparison]:
    process = subprocess.Popen(
        [
            _java(),
            *_jvm.COLLECTOR,
            *_jvm.heap(),
            *_jvm.OBJECTS,
            "-Xmx1g",
            f"-Djarpipe.payloads={payloads}",
            "-cp",
            str(_JAR),
            "io.jarpipe.benchmarks.SideBySide",
            "--lines",
            "--warm-up",
            f"{warm_up * 1000:.0f}",
            "--round",
            f"{seconds * 1000:.0f}",
            sys.executable,
            str(_SCRIPTS / "cpython.py"),
            str(rounds),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            yield from map(_Comparison.read, process.stdout)
            process.wait()
        finally:
            process.kill()
    if process.returncode != 0:
        raise PartyError(f"SideBySide in Java has ended with {process.returncode}")


def _java() -> str:
    """Return the `java` beside the compiler that the benchmark was compiled with."""
    launcher = str(BENCHMARKS.parent / "bin" / "jarpipe")
    javac = subprocess.run([launcher, "--print-javac"], stdout=subprocess.PIPE, check=True)
    return str(pathlib.Path(javac.stdout.decode().strip()).with_name("java"))

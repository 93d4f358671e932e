"""P9: the pickle codec against CPython's C pickle, in CPU time of the thread that works."""

from __future__ import annotations

import pathlib
import subprocess
import sys
from typing import Iterator

from bench.goals import Result, Skipped, at_least
from bench.measuring import Ratio, figure
from bench.parties import PartyError
from bench.setting import BENCHMARKS, Setting

_JAR = BENCHMARKS / "target" / "benchmarks.jar"
_SCRIPTS = BENCHMARKS / "src" / "main" / "python"
_WORKS = {"load": "decoded", "view": "decoded, its bytes as a view", "dump": "encoded"}
_QUICK = ["--warm-up", "700", "--round", "50"]
_FULL = ["--warm-up", "1500", "--round", "100"]
_MOST_ROUNDS = 9


def codec(setting: Setting) -> Iterator[Result | Skipped]:
    """Run `SideBySide`, which takes turns with a CPython process of its own."""
    if not _JAR.exists():
        yield Skipped(
            "P9",
            "pickles: CPython's time over Java's",
            "benchmarks/target/benchmarks.jar is missing: mvn -q -Pfast,benchmarks package",
        )
        return
    payloads = setting.folder / "payloads"
    subprocess.run([sys.executable, str(_SCRIPTS / "payloads.py"), str(payloads)], check=True)
    rounds = min(setting.rounds, 3 if setting.quick else _MOST_ROUNDS)
    process = subprocess.Popen(
        [
            _java(),
            "-Xmx1g",
            f"-Djarpipe.payloads={payloads}",
            "-cp",
            str(_JAR),
            "io.jarpipe.benchmarks.SideBySide",
            "--lines",
            *(_QUICK if setting.quick else _FULL),
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
            for line in process.stdout:
                result = _result(line)
                setting.progress(result.measure)
                yield result
        finally:
            process.kill()
    if process.returncode != 0:
        raise PartyError(f"SideBySide in Java has ended with {process.returncode}")


def _java() -> str:
    """Return the `java` beside the compiler that the benchmark was compiled with."""
    launcher = str(BENCHMARKS.parent / "bin" / "jarpipe")
    javac = subprocess.run([launcher, "--print-javac"], stdout=subprocess.PIPE, check=True)
    return str(pathlib.Path(javac.stdout.decode().strip()).with_name("java"))


def _result(line: str) -> Result:
    """Read a line of `Comparison.line()`."""
    payload, work, goal, own, theirs, allocated = line.split("\t")
    ours, cpythons = (
        Ratio.fixed([float(n) for n in rounds.split(",")]) for rounds in (own, theirs)
    )
    return Result(
        "P9",
        f"pickle `{payload}` {_WORKS[work]}: CPython's CPU time over Java's",
        Ratio.of(cpythons.values, ours.values),
        at_least(float(goal)) if float(goal) else None,
        f"{figure(ours.median / 1000)} us, CPython {figure(cpythons.median / 1000)} us; "
        f"{int(allocated):,} bytes allocated",
    )

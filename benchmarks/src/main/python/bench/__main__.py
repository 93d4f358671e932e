"""Measures jarpipe against CPython, C and others in the same roles, and prints ratios."""

from __future__ import annotations

import argparse
import pathlib
import signal
import sys
import time
import traceback
from typing import Any, Callable, Iterator, Mapping

from jarpipe.errors import JarpipeError

from bench import machine, table
from bench.cases import codec, footprint, latency, matrix, peers, pipes, queues, shared, sweep
from bench.compare import compare
from bench.errors import BenchError
from bench.goals import Failed, Outcome, Result
from bench.parties import PartyError
from bench.progress import Progress
from bench.record import Run
from bench.report import Report
from bench.setting import BENCHMARKS, Setting

CASES: dict[str, Callable[[Setting], Iterator[Outcome]]] = {
    "consumers": queues.consumers,
    "producers": queues.producers,
    "pipes": pipes.small_frames,
    "round-trips": pipes.round_trips,
    "large": pipes.large_messages,
    "java-to-java": pipes.java_to_java,
    "shares": queues.shares,
    "codec": codec.codec,
    "peers": peers.round_trips,
    "start-up": footprint.start_up,
    "footprint": footprint.footprint,
    "shared-memory": shared.arrays,
}
FURTHER: dict[str, Callable[[Setting], Iterator[Outcome]]] = {
    "matrix": matrix.matrix,
    "sizes": sweep.sweep,
    "latency": latency.latency,
    "peers-one-way": peers.one_way,
}
"""What has no goal: left out by ``--quick`` unless it is named."""

IN_PARTS = (
    "consumers",
    "producers",
    "pipes",
    "round-trips",
    "large",
    "java-to-java",
    "shares",
)
"""What depends most on what the machine does, and on how the memory of a process happens to lie:
the rounds are in several parts, minutes from each other, each with new processes.
"""
PARTS = 3

_INTERRUPTED = 130


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="jarpipe bench", description=__doc__)
    parser.add_argument(
        "cases",
        nargs="*",
        metavar="CASE",
        help=f"what to measure, if not everything: {', '.join(CASES)}; without goals: "
        f"{', '.join(FURTHER)}",
    )
    parser.add_argument("--quick", action="store_true", help="only what has a goal, and shorter")
    parser.add_argument("--rounds", type=int, metavar="N", help="how many rounds count")
    parser.add_argument("--seconds", type=float, help="how long one side runs in one round")
    parser.add_argument(
        "--report",
        type=pathlib.Path,
        metavar="FOLDER",
        help="write performance.md and performance.svg there; a run of all cases that is not quick "
        "writes them into docs/",
    )
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all figures there")
    parser.add_argument(
        "--compare",
        type=pathlib.Path,
        nargs=2,
        metavar="FILE",
        help="measure nothing; tell of two files of --json whether their spreads have something in "
        "common (exit status 1 if they do not), and where a median has moved out of the other one",
    )
    options = parser.parse_args()
    every = {**CASES, **FURTHER}
    unknown = [case for case in options.cases if case not in every]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)} (there are: {', '.join(every)})")
    for name in ("rounds", "seconds"):
        value = getattr(options, name)
        if value is not None and value <= 0:
            parser.error(f"--{name}: {value} (expected: more than 0)")
    if options.json and not options.json.absolute().parent.is_dir():
        parser.error(f"--json: {options.json.parent} is no folder")
    if options.report is None and not (options.quick or options.cases or options.compare):
        options.report = BENCHMARKS.parent / "docs"
    return options


def measure(options: argparse.Namespace) -> Run:
    """Run the cases that are asked for."""
    every = CASES if options.quick and not options.cases else {**CASES, **FURTHER}
    names = options.cases or list(every)
    parts = [names, *([name for name in names if name in IN_PARTS] for _ in range(1, PARTS))]
    parts = parts[: options.rounds or PARTS]  # each has a round at least
    progress = Progress(sum(map(len, parts)))
    start = time.monotonic()
    outcomes: dict[object, Outcome] = {}
    where: Mapping[str, str] = {}
    for part in filter(None, parts):
        with Setting.prepared(
            quick=options.quick, rounds=options.rounds, seconds=options.seconds, reporter=progress
        ) as setting:
            where = where or machine.describe(setting)
            for name in part:
                progress.begin(name)
                length = setting.part(len(parts)) if name in IN_PARTS else setting
                for outcome in _outcomes(name, every[name], length):
                    known = outcomes.get(outcome.key)
                    if isinstance(known, Result) and isinstance(outcome, Result):
                        outcome = known.joined(outcome)
                    outcomes[outcome.key] = outcome
                progress.end()
    return Run(where, list(outcomes.values()), time.monotonic() - start)


def _outcomes(
    name: str, case: Callable[[Setting], Iterator[Outcome]], setting: Setting
) -> Iterator[Outcome]:
    try:
        yield from case(setting)
    except Exception as error:  # the other cases still have something to say
        if not isinstance(error, PartyError):
            traceback.print_exc()
        yield Failed(name, str(error) or type(error).__name__)


def main() -> int:
    """Measure and print, or compare; 0 is done, 1 that something failed or differs."""
    options = arguments()
    if options.compare:
        lines, differing = compare(*map(Run.load, options.compare))
        print("\n".join(lines))
        return 1 if differing else 0
    report = Report(options.report) if options.report else None
    run = measure(options)
    print("\n".join(table.lines(run.outcomes)), flush=True)
    if options.json:
        run.save(options.json)
    if any(isinstance(outcome, Failed) for outcome in run.outcomes):
        return 1
    if report:
        report.write(run)
    return 0


class _Ending:
    """Ends the program once: it kills its parties on the way, which is not to be disturbed."""

    def __init__(self) -> None:
        self._has_begun = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._begin)

    def _begin(self, number: int, frame: Any) -> None:
        if not self._has_begun:
            self._has_begun = True
            raise KeyboardInterrupt


if __name__ == "__main__":
    _Ending()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except (BenchError, JarpipeError) as error:
        sys.exit(f"jarpipe bench: {error}")

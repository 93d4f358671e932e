"""Runs the benchmark: `jarpipe bench [--quick] [CASE ...]`."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Callable, Dict, Iterator, List, Union

from bench.cases import footprint, pipes, queues
from bench.goals import Result, Skipped
from bench.setting import Setting

Outcome = Union[Result, Skipped]

CASES: Dict[str, Callable[[Setting], Iterator[Outcome]]] = {
    "consumers": queues.consumers,
    "producers": queues.producers,
    "pipes": pipes.small_frames,
    "round-trips": pipes.round_trips,
    "large": pipes.large_messages,
    "java-to-java": pipes.java_to_java,
    "shares": queues.shares,
    "start-up": footprint.start_up,
    "footprint": footprint.footprint,
}


def main() -> int:
    """Run the cases that are asked for, and print a line for each result."""
    parser = argparse.ArgumentParser(prog="jarpipe bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"one of: {', '.join(CASES)}")
    parser.add_argument("--quick", action="store_true", help="only what has a goal, and shorter")
    parser.add_argument("--rounds", type=int, help="how many rounds count")
    options = parser.parse_args()
    unknown = [case for case in options.cases if case not in CASES]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)} (there are: {', '.join(CASES)})")
    outcomes: List[Outcome] = []
    start = time.monotonic()
    with Setting.prepared(quick=options.quick, rounds=options.rounds) as setting:
        for name in options.cases or CASES:
            setting.begin(name)
            for outcome in CASES[name](setting):
                setting.progress("\r")
                print(outcome, flush=True)
                outcomes.append(outcome)
    print(f"{time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

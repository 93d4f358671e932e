"""Rounds in turns, and what their ratios say.

The sides of a comparison take turns, A B A B ..., so that whatever slows the machine slows both.
What counts is the ratio of neighbours: its median, and beside it the smallest and the largest.
"""

from __future__ import annotations

import contextlib
import dataclasses
import statistics
import time
from typing import Callable, ContextManager, Mapping, Protocol, Sequence

__all__ = ["Ratio", "Sample", "Samples", "Side", "cpu_seconds", "figure", "median", "take_turns"]

_UNCOUNTED = 2
"""Rounds in which the sides find out how many items make one."""

_SCHED_CLOCK = 2
"""The kernel's CPUCLOCK_SCHED (include/linux/posix-timers_types.h)."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """One side's share of one round.

    Attributes:
        value: what is compared, in seconds: per item, per round trip, or in all.
        cpu: CPU seconds per item of each process that took part, by its role.
        extra: further figures of the round, by name.
    """

    value: float
    cpu: Mapping[str, float] = dataclasses.field(default_factory=dict)
    extra: Mapping[str, float] = dataclasses.field(default_factory=dict)


Samples = Sequence[Sample]


class Side(Protocol):
    """One of the things compared. It is warm when its first round has run."""

    name: str

    def run(self, seconds: float) -> Sample:
        """Run one round that takes about so many seconds."""


@dataclasses.dataclass(frozen=True)
class Ratio:
    """What was found in each round; printed as the median, the smallest and the largest.

    Attributes:
        values: one for each round.
    """

    values: tuple[float, ...]

    @classmethod
    def of(cls, above: Sequence[float], below: Sequence[float]) -> Ratio:
        """Divide round by round."""
        return cls(tuple(a / b for a, b in zip(above, below)))

    @classmethod
    def fixed(cls, values: Sequence[float]) -> Ratio:
        """Take figures that are no ratios, such as sizes, as they are."""
        return cls(tuple(values))

    @property
    def median(self) -> float:
        """The median of all rounds."""
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        """The smallest of all rounds."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest of all rounds."""
        return max(self.values)

    @property
    def printed(self) -> tuple[str, str, str]:
        """The median, the smallest and the largest as readers see them."""
        return figure(self.median), figure(self.low), figure(self.high)

    def __str__(self) -> str:
        return "{} ({}-{})".format(*self.printed)


def figure(value: float) -> str:
    """Round to what a reader compares: two places, fewer for large figures, more for tiny ones."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if value >= 0.1 or value == 0 else f"{value:.2g}"


def take_turns(
    sides: Sequence[Side],
    *,
    rounds: int,
    seconds: float,
    warm_up: float,
    progress: Callable[[str], None],
    during: ContextManager[None] | None = None,
) -> dict[str, list[Sample]]:
    """Let each side run once in each round, and return what was measured after the warm-up.

    Args:
        sides: what is compared; the first one may have a compiler that has to see it run.
        rounds: how many rounds count.
        seconds: about how long one side runs in one round.
        warm_up: for about how many seconds the first side runs alone, before all have run some
            rounds that do not count.
        progress: told before each round.
        during: entered for the rounds, when the first side is warm.
    """
    progress("warming up")
    warm = time.monotonic() + warm_up
    while time.monotonic() < warm:
        sides[0].run(seconds)
    samples: dict[str, list[Sample]] = {side.name: [] for side in sides}
    with during or contextlib.nullcontext():
        for number in range(-_UNCOUNTED, rounds):
            counts = number >= 0
            progress(f"round {number + 1} of {rounds}" if counts else "warming up")
            for side in sides:
                sample = side.run(seconds)
                if counts:
                    samples[side.name].append(sample)
    return samples


def median(samples: Samples, figure: Callable[[Sample], float] = lambda s: s.value) -> float:
    """Return the median of one figure of the samples."""
    return statistics.median(map(figure, samples))


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that all threads of a process have used so far, dead ones included.

    The clock of another process is `clock_getcpuclockid(3)`, which Python has for threads only.
    """
    return time.clock_gettime((~pid << 3) | _SCHED_CLOCK)

"""The goals of the project, and what became of a measure: a result, or why there is none."""

from __future__ import annotations

import dataclasses
from typing import Union

from bench.measuring import Ratio

__all__ = ["Cell", "Failed", "Goal", "Outcome", "Result", "Skipped", "at_least", "at_most"]


@dataclasses.dataclass(frozen=True)
class Goal:
    """A bound for a ratio.

    Attributes:
        bound: the ratio wanted.
        is_most: whether it is the largest allowed, rather than the smallest.
        unit: what the figure is, if it is no ratio.
    """

    bound: float
    is_most: bool
    unit: str = ""

    def is_reached_by(self, ratio: Ratio) -> bool:
        """Tell whether the median keeps the bound."""
        return ratio.median <= self.bound if self.is_most else ratio.median >= self.bound

    def __str__(self) -> str:
        return f"{'<=' if self.is_most else '>='} {self.bound:g}{self.unit and ' ' + self.unit}"


def at_least(bound: float, unit: str = "") -> Goal:
    """Return the goal of a ratio that is better when larger."""
    return Goal(bound, is_most=False, unit=unit)


def at_most(bound: float, unit: str = "") -> Goal:
    """Return the goal of a ratio that is better when smaller."""
    return Goal(bound, is_most=True, unit=unit)


@dataclasses.dataclass(frozen=True)
class Cell:
    """The place of a result that has no goal: in which table of the report, and where in it."""

    table: str
    row: str
    column: str


@dataclasses.dataclass(frozen=True)
class Result:
    """What was measured for one line of the report.

    Attributes:
        number: the goal's number, such as ``P1``; empty for what has none.
        measure: what was measured, in words.
        ratio: the figure with its spread.
        goal: what it should be, if anything.
        detail: absolute figures and CPU times, which hold for this machine only.
        cell: where it stands if it has no goal.
    """

    number: str
    measure: str
    ratio: Ratio
    goal: Goal | None = None
    detail: str = ""
    cell: Cell | None = None

    @property
    def key(self) -> object:
        """What makes this the same in another part of the run."""
        return self.number, self.measure, self.cell

    def joined(self, again: Result) -> Result:
        """Return this together with the same measured again; the detail is of the more usual."""
        ratio = Ratio(self.ratio.values + again.ratio.values)
        usual = min((self, again), key=lambda part: abs(part.ratio.median - ratio.median))
        return dataclasses.replace(usual, ratio=ratio)

    @property
    def is_missed(self) -> bool:
        """Tell whether there is a goal that was not reached."""
        return self.goal is not None and not self.goal.is_reached_by(self.ratio)


@dataclasses.dataclass(frozen=True)
class Skipped:
    """A measure that cannot be taken here, and why."""

    number: str
    measure: str
    reason: str

    @property
    def key(self) -> object:
        """What makes this the same in another part of the run."""
        return self.number, self.measure, None


@dataclasses.dataclass(frozen=True)
class Failed:
    """A case that came to no result, and what failed in it."""

    case: str
    reason: str

    @property
    def key(self) -> object:
        """What makes this the same in another part of the run."""
        return self.case


Outcome = Union[Result, Skipped, Failed]

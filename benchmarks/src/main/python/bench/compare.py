"""Tells whether two runs agree."""

from __future__ import annotations

from typing import Iterator

from bench.goals import Result
from bench.measuring import Ratio
from bench.record import Run

__all__ = ["agree", "compare"]


def agree(first: Ratio, second: Ratio) -> bool:
    """Tell whether the median of each lies within the other's spread, as printed."""
    one, other = ([float(text) for text in ratio.printed] for ratio in (first, second))
    return other[1] <= one[0] <= other[2] and one[1] <= other[0] <= one[2]


def compare(first: Run, second: Run) -> tuple[list[str], int]:
    """Compare every ratio that both runs have.

    Returns:
        A table, and how many ratios differ.
    """
    ones, others = dict(_ratios(first)), dict(_ratios(second))
    both = [key for key in ones if key in others]
    width = max((len(key) for key in both), default=0)
    lines, differing = [], 0
    for key in both:
        same = agree(ones[key], others[key])
        differing += not same
        word = "agree" if same else "DIFFER"
        lines.append(f"{key:{width}}  {ones[key]!s:22}{others[key]!s:22}{word}")
    alone = len(ones) + len(others) - 2 * len(both)
    lines.append(
        f"{len(both)} ratios: {len(both) - differing} agree, {differing} differ; "
        f"{alone} in one run only"
    )
    return lines, differing


def _ratios(run: Run) -> Iterator[tuple[str, Ratio]]:
    for outcome in run.outcomes:
        if isinstance(outcome, Result):
            yield f"{outcome.number:4} {outcome.measure}".replace("`", ""), outcome.ratio

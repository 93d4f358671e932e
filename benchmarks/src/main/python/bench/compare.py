"""Tells whether two runs agree."""

from __future__ import annotations

import enum
from typing import Iterator

from bench.goals import Result
from bench.measuring import Ratio
from bench.record import Run

__all__ = ["Verdict", "compare", "verdict"]


class Verdict(enum.Enum):
    """How two runs stand to each other in one ratio.

    What differs is not explained by what was measured. What has moved may be: the same processes
    measured again come to the same, but new ones do not always, as the compiler and the placement
    of memory are others.
    """

    AGREES = "agree"
    """The median of each lies within the other's spread."""
    MOVED = "agree, moved"
    """The spreads have something in common, but a median lies outside of the other one."""
    DIFFERS = "DIFFER"
    """The spreads have nothing in common."""


def verdict(first: Ratio, second: Ratio) -> Verdict:
    """Compare two ratios as they are printed."""
    (one, *ones), (other, *others) = (
        [float(text) for text in ratio.printed] for ratio in (first, second)
    )
    if max(ones[0], others[0]) > min(ones[1], others[1]):
        return Verdict.DIFFERS
    is_within = others[0] <= one <= others[1] and ones[0] <= other <= ones[1]
    return Verdict.AGREES if is_within else Verdict.MOVED


def compare(first: Run, second: Run) -> tuple[list[str], int]:
    """Compare every ratio that both runs have.

    Returns:
        A table, and how many ratios differ.
    """
    ones, others = dict(_ratios(first)), dict(_ratios(second))
    both = [key for key in ones if key in others]
    width = max((len(key) for key in both), default=0)
    verdicts = {key: verdict(ones[key], others[key]) for key in both}
    lines = [
        f"{key:{width}}  {ones[key]!s:22}{others[key]!s:22}{verdicts[key].value}" for key in both
    ]
    differing, moved = (
        sum(found is kind for found in verdicts.values())
        for kind in (Verdict.DIFFERS, Verdict.MOVED)
    )
    alone = len(ones) + len(others) - 2 * len(both)
    lines.append(
        f"{len(both)} ratios: {len(both) - differing} agree, {moved} of them moved; "
        f"{differing} differ; {alone} in one run only"
    )
    return lines, differing


def _ratios(run: Run) -> Iterator[tuple[str, Ratio]]:
    for outcome in run.outcomes:
        if isinstance(outcome, Result):
            yield f"{outcome.number:4} {outcome.measure}".replace("`", ""), outcome.ratio

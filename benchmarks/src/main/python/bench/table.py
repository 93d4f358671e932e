"""Prints what was measured for people at a terminal."""

from __future__ import annotations

from typing import Iterator, Sequence

from bench.goals import Failed, Outcome, Result, Skipped

__all__ = ["goals_first", "lines", "one_line", "summary"]

_NUMBER, _RATIO, _GOAL = 5, 22, 11
_INDENT = " " * (_NUMBER + 4)


def goals_first(outcomes: Sequence[Outcome]) -> list[Result | Skipped]:
    """Put the measures in the order of their numbers, and those without one behind them."""
    measures = [outcome for outcome in outcomes if not isinstance(outcome, Failed)]
    return sorted(measures, key=lambda measure: float(measure.number[1:] or "inf"))


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Return the table, what failed, and how many goals were reached."""
    measures = goals_first(outcomes)
    width = max((len(_plain(measure.measure)) for measure in measures), default=0)
    yield f"{'':{_NUMBER}}{'measure':{width}}  {'median (min-max)':{_RATIO}}goal"
    table = ""
    for measure in measures:
        if isinstance(measure, Result) and measure.cell and measure.cell.table != table:
            table = measure.cell.table
            yield from ("", f"{'':{_NUMBER}}{_plain(table)}")
        yield _row(measure, width)
        if isinstance(measure, Result) and measure.detail:
            yield _INDENT + measure.detail
    yield ""
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            yield f"FAILED {outcome.case}: {one_line(outcome.reason)}"
    yield summary(outcomes)


def _row(measure: Result | Skipped, width: int) -> str:
    start = f"{measure.number:{_NUMBER}}{_plain(measure.measure):{width}}  "
    if isinstance(measure, Skipped):
        return f"{start}not measured: {one_line(measure.reason)}"
    goal = "" if measure.goal is None else str(measure.goal)
    mark = "MISSED" if measure.is_missed else ""
    return f"{start}{measure.ratio!s:{_RATIO}}{goal:{_GOAL}}{mark}".rstrip()


def _plain(text: str) -> str:
    return one_line(text).replace("`", "")


def one_line(text: str) -> str:
    """Fold a text, such as what a program has printed, into one line."""
    return " ".join(text.split())


def summary(outcomes: Sequence[Outcome]) -> str:
    """Count the goals."""
    goals = [o for o in outcomes if isinstance(o, Result) and o.goal is not None]
    missed = sum(result.is_missed for result in goals)
    skipped = sum(isinstance(outcome, Skipped) for outcome in outcomes)
    return (
        f"{len(goals) + skipped} goals: {len(goals) - missed} reached, {missed} missed, "
        f"{skipped} not measured"
    )

"""Writes a run into `performance.md`, between two marks, and beside it as a drawing."""

from __future__ import annotations

import pathlib
from typing import Iterator, Sequence

from bench.chart import draw
from bench.errors import BenchError
from bench.goals import Outcome, Result, Skipped
from bench.record import Run
from bench.table import goals_first, one_line, summary

__all__ = ["BEGIN", "END", "Report", "markdown"]

BEGIN = "<!-- jarpipe bench: begin; what is between these marks is written by it -->"
END = "<!-- jarpipe bench: end -->"
_PAGE, _DRAWING = "performance.md", "performance.svg"


class Report:
    """The page and the drawing in a folder; what is outside of the marks stays as it is.

    Args:
        folder: where they are, or will be.

    Raises:
        BenchError: there is no such folder, or its page has no place for a run.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        if not folder.is_dir():
            raise BenchError(f"--report {folder}: no such folder")
        self._page = folder / _PAGE
        self._drawing = folder / _DRAWING
        self._around()

    def _around(self) -> tuple[str, str]:
        """Return what stands before and behind the run."""
        if not self._page.exists():
            return "# Performance\n\n", ""
        before, begin, rest = self._page.read_text(encoding="utf-8").partition(BEGIN)
        _, end, after = rest.partition(END)
        if not (begin and end):
            raise BenchError(f"{self._page} lacks the lines '{BEGIN}' and '{END}'")
        return before, after

    def write(self, run: Run) -> None:
        """Replace the run that is there."""
        before, after = self._around()
        page = "\n".join(markdown(run))
        self._page.write_text(f"{before}{BEGIN}\n{page}\n{END}{after or chr(10)}", encoding="utf-8")
        self._drawing.write_text(draw(run.outcomes), encoding="utf-8")


def markdown(run: Run) -> Iterator[str]:
    """Return the lines about a run: the machine, the goals, and the tables of what has none."""
    yield ""
    yield "| | |"
    yield "|---|---|"
    for name, value in run.machine.items():
        yield f"| {name} | {value} |"
    yield f"| in all | {run.seconds:.0f} s |"
    yield ""
    yield f"![The ratios, with their spread and the goals]({_DRAWING})"
    yield ""
    yield f"{summary(run.outcomes)}. Bold is missed."
    yield ""
    yield "| # | measure | median (min-max) | goal |"
    yield "|---|---|---|---|"
    for measure in goals_first(run.outcomes):
        if not (isinstance(measure, Result) and measure.cell):
            yield _row(measure)
    for name in _tables(run.outcomes):
        yield from _table(name, [r for r in run.outcomes if _stands_in(r, name)])
    yield ""


def _row(measure: Result | Skipped) -> str:
    start = f"| {measure.number} | {_text(measure.measure)}"
    if isinstance(measure, Skipped):
        return f"{start} | not measured: {_text(measure.reason)} | |"
    goal = "" if measure.goal is None else str(measure.goal)
    return f"{start}{_detail(measure)} | {_ratio(measure)} | {goal} |"


def _text(text: str) -> str:
    """Return a text that ends neither the line nor the cell it is in."""
    return one_line(text).replace("|", "\\|")


def _ratio(result: Result) -> str:
    median, low, high = result.ratio.printed
    return f"**{median}** ({low}-{high})" if result.is_missed else str(result.ratio)


def _detail(result: Result) -> str:
    return f"<br><sub>{_text(result.detail)}</sub>" if result.detail else ""


def _tables(outcomes: Sequence[Outcome]) -> list[str]:
    names = [o.cell.table for o in outcomes if isinstance(o, Result) and o.cell]
    return list(dict.fromkeys(names))


def _stands_in(outcome: Outcome, table: str) -> bool:
    return isinstance(outcome, Result) and outcome.cell is not None and outcome.cell.table == table


def _table(name: str, results: Sequence[Result]) -> Iterator[str]:
    """Return one of the tables: a line for each row, a column for each column."""
    cells = {(r.cell.row, r.cell.column): f"{_ratio(r)}{_detail(r)}" for r in results if r.cell}
    columns = list(dict.fromkeys(column for _, column in cells))
    yield ""
    yield f"**{name}**"
    yield ""
    yield f"| | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    for row in dict.fromkeys(row for row, _ in cells):
        yield f"| {row} | {' | '.join(cells.get((row, column), '') for column in columns)} |"

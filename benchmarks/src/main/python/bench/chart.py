"""Draws ratios as bars on a logarithmic axis, as an SVG; standard library only."""

from __future__ import annotations

import html
import math
from typing import Iterator, Sequence

from bench.goals import Outcome, Result
from bench.table import goals_first

__all__ = ["draw"]

_LEFT, _PLOT, _RIGHT = 490, 380, 190
_TOP, _ROW = 62, 17
_REACHED, _MISSED, _OTHER = "#117a65", "#b03a2e", "#1f618d"
_LEGEND = (
    ("bar: median, from 1; thin line: smallest to largest round; mark: goal;", "black"),
    ("reached,", _REACHED),
    ("missed,", _MISSED),
    ("without a goal", _OTHER),
)


class _Axis:
    """Whole decades that hold all figures, and 1, which is as good as the other side."""

    def __init__(self, figures: Sequence[float]) -> None:
        logarithms = [math.log10(figure) for figure in (1.0, *figures) if figure > 0]
        self._least = math.floor(min(logarithms))
        self._most = max(math.ceil(max(logarithms)), self._least + 1)

    def x(self, value: float) -> float:
        """Return where a figure is; what is not positive is at the left end."""
        logarithm = math.log10(value) if value > 0 else self._least
        return _LEFT + (logarithm - self._least) / (self._most - self._least) * _PLOT

    def marks(self) -> Iterator[float]:
        """Return the decades."""
        for decade in range(self._least, self._most + 1):
            yield 10.0**decade


def draw(outcomes: Sequence[Outcome]) -> str:
    """Return the drawing of all ratios; figures with a unit are none."""
    results = [r for r in goals_first(outcomes) if isinstance(r, Result) and not _has_unit(r)]
    axis = _Axis([figure for r in results for figure in (r.ratio.low, r.ratio.high, *_bound(r))])
    width, height = _LEFT + _PLOT + _RIGHT, _TOP + len(results) * _ROW + 10
    size = f'width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        '<text x="12" y="18" font-size="15">Ratios of one run, on a logarithmic axis</text>',
        f'<text x="12" y="34">{_legend()}</text>',
    ]
    for mark in axis.marks():
        x, color = axis.x(mark), "#555" if mark == 1 else "#ddd"
        parts.append(f'<text x="{x:.1f}" y="{_TOP - 10}" text-anchor="middle">{mark:g}</text>')
        parts.append(_line((x, _TOP - 6), (x, height - 8), f'stroke="{color}"'))
    for index, result in enumerate(results):
        parts += _row(result, _TOP + index * _ROW, axis)
    return "\n".join([*parts, "</svg>", ""])


def _has_unit(result: Result) -> bool:
    return result.goal is not None and bool(result.goal.unit)


def _bound(result: Result) -> list[float]:
    return [] if result.goal is None else [result.goal.bound]


def _legend() -> str:
    return " ".join(f'<tspan fill="{color}">{words}</tspan>' for words, color in _LEGEND)


def _line(start: tuple[float, float], end: tuple[float, float], style: str) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>'


def _row(result: Result, top: int, axis: _Axis) -> Iterator[str]:
    """Return the measure, its bar, the spread, the goal, and the figures."""
    color = _OTHER if result.goal is None else _MISSED if result.is_missed else _REACHED
    label = html.escape(f"{result.number} {result.measure}".strip().replace("`", ""))
    start, end = sorted((axis.x(1), axis.x(result.ratio.median)))
    box = f'x="{start:.1f}" y="{top + 3}" width="{max(1.0, end - start):.1f}" height="{_ROW - 8}"'
    middle, base = top + _ROW / 2 - 1, top + 12
    yield f'<text x="{_LEFT - 8}" y="{base}" text-anchor="end">{label}</text>'
    yield f'<rect {box} fill="{color}" fill-opacity="0.6"/>'
    low, high = axis.x(result.ratio.low), axis.x(result.ratio.high)
    yield _line((low, middle), (high, middle), 'stroke="black"')
    for bound in _bound(result):
        x = axis.x(bound)
        yield _line((x, top), (x, top + _ROW - 2), 'stroke="black" stroke-width="2.5"')
    goal = "" if result.goal is None else html.escape(f"  {result.goal}")
    yield f'<text x="{_LEFT + _PLOT + 8}" y="{base}">{result.ratio}{goal}</text>'

"""Draws the samples of a load as an SVG, and sums them up; standard library only."""

from __future__ import annotations

import math

WIDTH, HEIGHT = 760, 150
LEFT, TOP, GAP = 70, 46, 40
PANELS = (
    ("health", "/healthz, ms (logarithmic)", "#b03a2e"),
    ("resident", "resident memory, MiB", "#1f618d"),
    ("descriptors", "open descriptors", "#117a65"),
    ("messages", "messages per second", "#7d6608"),
)


def percentile(values: list[float], percent: float) -> float:
    """Return the value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def summary(latencies: list[float], samples: list[dict[str, float]]) -> list[str]:
    """Return the figures as lines."""
    p50, p99, most = percentile(latencies, 50), percentile(latencies, 99), max(latencies)
    checks = len(latencies)
    lines = [f"/healthz: p50 {p50:.2f} ms, p99 {p99:.2f} ms, most {most:.2f} ms ({checks} checks)"]
    for name, title, _ in PANELS[1:]:
        values = [sample[name] for sample in samples]
        third = max(1, len(values) // 3)
        lines.append(
            f"{title}: first third at most {max(values[:third]):.0f},"
            f" last third at most {max(values[-third:]):.0f}, median {percentile(values, 50):.0f}"
        )
    return lines


def svg(title: str, samples: list[dict[str, float]], latencies: list[float]) -> str:
    """Return the drawing: one panel for each figure, over the seconds of the run."""
    total = TOP + len(PANELS) * (HEIGHT + GAP)
    size = f'width="{LEFT + WIDTH + 30}" height="{total}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{LEFT}" y="18" font-size="15">{title}</text>',
        f'<text x="{LEFT}" y="34">{summary(latencies, samples)[0]}</text>',
    ]
    last = samples[-1]["second"]
    for index, (name, label, color) in enumerate(PANELS):
        top = TOP + index * (HEIGHT + GAP) + 14
        parts += panel([(s["second"], s[name]) for s in samples], last, top, label, color)
    return "\n".join([*parts, "</svg>", ""])


def panel(
    points: list[tuple[float, float]], last: float, top: int, label: str, color: str
) -> list[str]:
    """Return one panel: frame, scale, line."""
    logarithmic = "logarithmic" in label
    most = max(value for _, value in points)
    decades = max(1, math.ceil(math.log10(max(most, 1.0))))
    marks = [10.0**n for n in range(decades + 1)] if logarithmic else [0, most * 0.55, most * 1.1]

    def height(value: float) -> float:
        if logarithmic:
            return top + HEIGHT - max(0.0, math.log10(max(value, 1.0))) / decades * HEIGHT
        return top + HEIGHT - value / (marks[-1] or 1.0) * HEIGHT

    path = " ".join(
        f"{LEFT + second / last * WIDTH:.1f},{height(value):.1f}" for second, value in points
    )
    parts = [
        f'<text x="{LEFT}" y="{top - 5}">{label}</text>',
        f'<rect x="{LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#999"/>',
    ]
    for mark in marks:
        y = height(mark) + 4
        parts.append(f'<text x="{LEFT - 6}" y="{y:.0f}" text-anchor="end">{mark:.0f}</text>')
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(
            f'<text x="{LEFT + part * WIDTH:.0f}" y="{top + HEIGHT + 14}" text-anchor="middle">'
            f"{last * part:.0f} s</text>"
        )
    parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>')
    return parts

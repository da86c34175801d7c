"""How far simulated figures lie from their exact answers: a dot for each, in Monte Carlo standard errors."""

from __future__ import annotations

from collections.abc import Sequence

from trialproof.reports.page.charts.canvas import (
    WIDTH,
    axis_below,
    disc,
    legend,
    line,
    picture,
    rect,
    scale,
    text,
)
from trialproof.reports.page.charts.dots import bins_of, height_of, in_dots, stack
from trialproof.reports.page.map_figure import Tree

BIN = 0.1


def distances(name: str, label: str, away: Sequence[float], far: float) -> Tree:
    """Return the chart; beyond `far` errors a figure does not agree."""
    most = max([far + 0.6, *(abs(value) + BIN for value in away)])
    x = scale(-most, most, 16.0, WIDTH - 16.0)
    counts = bins_of(away, BIN)
    tallest = max(counts.values(), default=1)
    room = x.at(BIN) - x.at(0.0)
    base = 26.0 + height_of(tallest, room)
    parts: list[Tree] = [
        rect(x.start, 18.0, x.at(-far) - x.start, base - 18.0, "beyond"),
        rect(x.at(far), 18.0, x.end - x.at(far), base - 18.0, "beyond"),
        text(x.at(0.0), 12.0, "threshold", "the exact answer", "middle"),
        line(x.at(0.0), 18.0, x.at(0.0), base, "reference"),
    ]
    parts += stack(counts, BIN, x, base, "accent", tallest)
    heading = "Monte Carlo standard errors below or above the exact answer"
    entries, end = legend(
        base + 46.0,
        [
            ([disc(12.0, 0.0, 4.0, "trial accent")], "one figure")
            if in_dots(tallest, room)
            else ([rect(7.0, -6.0, 10.0, 12.0, "trial accent")], "so many figures as the bar is high"),
            ([rect(0.0, -6.0, 24.0, 12.0, "beyond")], f"beyond {far:g} standard errors"),
        ],
    )
    return picture(name, label, end, [*axis_below(x, base, heading, 18.0), *parts, *entries])

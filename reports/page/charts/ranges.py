"""Single figures side by side: where they lie over simulated trials, or how sure a proportion is, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialproof.reports.page.charts.canvas import (
    WIDTH,
    Scale,
    axis_below,
    diamond,
    disc,
    legend,
    line,
    picture,
    rect,
    say_tick,
    scale,
    short,
    span,
    text,
)
from trialproof.reports.page.map_figure import Tree

LEFT = 196.0
BETWEEN = 44.0
ROW, STRIP_ROW = 30.0, 46.0
NAME_ROOM = LEFT - 20.0
BEYOND = 1.0
"""A strip is cut short where a single trial lies further beyond nine of ten than these lie apart."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of two panels: a number over trials (mean, nine of ten, exact), and a proportion with its interval."""

    name: str
    under: str
    mean: float
    nine_of_ten: tuple[float, float]
    exact: float | None
    proportion: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Strip:
    """One figure on a scale of its own: least, 5, 25, 75 and 95 % of trials, most, the mean, and what is said of it."""

    name: str
    says: str
    marks: tuple[float, float, float, float, float, float]
    mean: float
    exact: float | None = None
    sign: str = ""


def pairs(name: str, label: str, rows: Sequence[Pair], left: str, right: str) -> Tree:
    """Return rows with two panels: numbers to the left, proportions in per cent to the right."""
    end = (LEFT + WIDTH - 30.0 + BETWEEN) / 2 - BETWEEN
    most = max(max(each.nine_of_ten[1], each.mean, each.exact or 0.0) for each in rows)
    x, share = scale(0.0, most or 1.0, LEFT, end), scale(0.0, 100.0, end + BETWEEN, WIDTH - 30.0)
    parts: list[Tree] = []
    y = 16.0
    for row in rows:
        parts.append(text(LEFT - 16.0, y + (0.0 if row.under else 4.0), "name", short(row.name, NAME_ROOM), "end"))
        if row.under:
            parts.append(text(LEFT - 16.0, y + 13.0, "quiet", short(row.under, NAME_ROOM), "end"))
        parts += span(x.at(row.nine_of_ten[0]), x.at(row.nine_of_ten[1]), y)
        parts.append(disc(x.at(row.mean), y, 5.0, "point"))
        if row.exact is not None:
            parts.append(diamond(x.at(row.exact), y, 7.0))
        low, high = (share.at(100 * each) for each in row.interval)
        parts += [line(share.start, y, share.end, y, "rail faint"), *span(low, high, y, "range interval")]
        parts.append(disc(share.at(100 * row.proportion), y, 5.0, "point"))
        y += ROW
    bottom = y - 6.0
    axes = [*axis_below(x, bottom, left, 4.0), *axis_below(share, bottom, right, 4.0, sign=" %")]
    marks: list[tuple[list[Tree], str]] = [
        ([disc(12.0, 0.0, 5.0, "point")], "mean, or proportion"),
        (span(1.0, 23.0, 0.0), "nine of ten trials"),
        (span(1.0, 23.0, 0.0, "range interval"), "95 % interval"),
    ]
    if any(each.exact is not None for each in rows):
        marks.append(([diamond(12.0, 0.0, 7.0)], "exact mean, without simulation"))
    entries, height = legend(bottom + 50.0, marks)
    return picture(name, label, height, [*axes, *parts, *entries])


def strips(name: str, label: str, rows: Sequence[Strip]) -> Tree:
    """Return figures below one another, each on its own scale, whose ends are written below it."""
    left, right = 216.0, 204.0
    parts: list[Tree] = []
    y = 18.0
    for row in rows:
        least, low, first, third, high, most = row.marks
        beyond = BEYOND * (high - low)
        seen = [row.mean, *([] if row.exact is None else [row.exact])]
        x = scale(min(max(least, low - beyond), *seen), max(min(most, high + beyond), *seen), left, WIDTH - right)
        parts.append(text(left - 16.0, y + 4.0, "name", short(row.name, left - 24.0), "end"))
        parts += [line(x.start, y, x.end, y, "rail faint"), *span(x.at(low), x.at(high), y)]
        parts.append(rect(x.at(first), y - 6.0, max(1.5, x.at(third) - x.at(first)), 12.0, "box"))
        parts.append(disc(x.at(row.mean), y, 4.4, "point"))
        if row.exact is not None:
            parts.append(diamond(x.at(row.exact), y, 7.0))
        parts += _ends(x, y, row)
        parts.append(text(WIDTH - right + 16.0, y + 4.0, "said", row.says))
        y += STRIP_ROW
    marks: list[tuple[list[Tree], str]] = [
        ([disc(12.0, 0.0, 4.4, "point")], "mean"),
        ([rect(2.0, -6.0, 20.0, 12.0, "box")], "half of the trials"),
        (span(1.0, 23.0, 0.0), "nine of ten"),
        ([line(0.0, 0.0, 24.0, 0.0, "rail faint")], "the least and the most stand below"),
    ]
    entries, height = legend(y - 4.0, marks)
    return picture(name, label, height, [*parts, *entries])


def _ends(x: Scale, y: float, row: Strip) -> list[Tree]:
    """Return the least and the most below the ends of a strip, with an arrow where they lie beyond it."""
    least, most = (f"{say_tick(float(f'{value:.3g}'))}{row.sign}" for value in (row.marks[0], row.marks[-1]))
    before, after = "← " if row.marks[0] < x.low else "", " →" if row.marks[-1] > x.high else ""
    return [
        text(x.start, y + 20.0, "quiet", f"{before}{least}"),
        text(x.end, y + 20.0, "quiet", f"{most}{after}", "end"),
    ]

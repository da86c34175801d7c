"""Small multiples: the load of each machine by day of the week against its capacity, and departments as dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialproof.reports.page.charts.canvas import (
    WIDTH,
    Scale,
    disc,
    legend,
    line,
    picture,
    rect,
    say_tick,
    scale,
    short,
    text,
)
from trialproof.reports.page.map_figure import Tree

LEFT, GUTTER, ACROSS = 50.0, 16.0, 4
TALL, HEAD, FOOT = 118.0, 38.0, 32.0
DEPARTMENT = "a department, mean of the simulated trials"
APART = 0.6180339887498949
"""Which part of a column one dot stands further than the one before, so that they do not hide one another."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week: shares of the regular minutes that others and this trial take, and the peak of a trial."""

    name: str
    others: float
    trial: float
    peak: float


@dataclass(frozen=True, slots=True)
class Machine:
    """One panel: whose it is, what is said of it, and the days on which it works."""

    name: str
    says: str
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Dots:
    """Numbers in columns, such as departments by day; `furthest` names the greatest of all with its value."""

    name: str
    columns: tuple[tuple[str, tuple[float, ...]], ...]
    furthest: str = ""


def machines(name: str, label: str, panels: Sequence[Machine]) -> Tree:
    """Return a panel for each machine: minutes of others and of this trial, capacity, and the peak of each weekday."""
    most = max((max(day.peak, day.others + day.trial) for each in panels for day in each.days), default=1.0)
    y = scale(0.0, max(1.2, most * 1.06), TALL, 0.0)
    parts: list[Tree] = []
    for at, panel in enumerate(panels):
        left, top = _corner(at)
        drawn = _machine(panel, y, first=at % ACROSS == 0)
        parts.append(("g", {"transform": f"translate({left:g} {top:g})"}, drawn))
    bottom = _corner(len(panels) - 1)[1] + TALL + FOOT
    entries, end = legend(
        bottom,
        [
            ([rect(0.0, -6.0, 24.0, 12.0, "part others")], "other patients"),
            ([rect(0.0, -6.0, 24.0, 12.0, "part accent")], "this trial"),
            ([line(0.0, 0.0, 24.0, 0.0, "capacity")], "regular hours"),
            ([line(3.0, 0.0, 21.0, 0.0, "peak")], "fullest such day of a trial, on average"),
        ],
    )
    return picture(name, label, end, [*parts, *entries])


def _corner(at: int) -> tuple[float, float]:
    wide = (WIDTH - LEFT + GUTTER) / ACROSS
    return round(LEFT + at % ACROSS * wide, 2), HEAD + at // ACROSS * (TALL + HEAD + FOOT)


def _machine(panel: Machine, y: Scale, *, first: bool) -> list[Tree]:
    wide = (WIDTH - LEFT + GUTTER) / ACROSS - GUTTER
    found: list[Tree] = [
        text(0.0, -20.0, "name", short(panel.name, wide)),
        text(0.0, -5.0, "quiet", short(panel.says, wide)),
    ]
    for value in (0.0, 0.5, 1.0):
        if value < 1.0:
            found.append(line(0.0, y.at(value), wide, y.at(value), "rail" if value == 0 else "grid"))
        if first:
            found.append(text(-8.0, y.at(value) + 4.0, "number", f"{100 * value:.0f} %", "end"))
    column = wide / max(1, len(panel.days))
    for at, day in enumerate(panel.days):
        x, broad = (at + 0.14) * column, 0.72 * column
        low, high = y.at(day.others), y.at(day.others + day.trial)
        found += [
            rect(x, low, broad, y.at(0.0) - low, "part others"),
            rect(x, high, broad, low - high, "part accent"),
            line(x - 1.0, y.at(day.peak), x + broad + 1.0, y.at(day.peak), "peak"),
            text((at + 0.5) * column, TALL + 16.0, "number", day.name, "middle"),
        ]
    return [*found, line(0.0, y.at(1.0), wide, y.at(1.0), "capacity")]


def columns(name: str, label: str, panels: Sequence[Dots], heading: str, sign: str = "") -> Tree:
    """Return a panel for each, in which every column has a dot for each number, all on one scale."""
    most = max((value for each in panels for _, values in each.columns for value in values), default=1.0)
    y = scale(0.0, most * 1.1 or 1.0, TALL, 0.0)
    parts: list[Tree] = [text(8.0, 14.0, "heading", heading)]
    for at, panel in enumerate(panels):
        left, top = _corner(at)
        drawn = _columns(panel, y, sign, first=at % ACROSS == 0)
        parts.append(("g", {"transform": f"translate({left:g} {top + 18.0:g})"}, drawn))
    bottom = _corner(len(panels) - 1)[1] + 18.0 + TALL + FOOT
    entries, end = legend(bottom, [([disc(12.0, 0.0, 3.6, "dot")], DEPARTMENT)])
    return picture(name, label, end, [*parts, *entries])


def _columns(panel: Dots, y: Scale, sign: str, *, first: bool) -> list[Tree]:
    wide = (WIDTH - LEFT + GUTTER) / ACROSS - GUTTER
    found: list[Tree] = [text(0.0, -20.0, "name", short(panel.name, wide))]
    if panel.furthest:
        found.append(text(0.0, -5.0, "quiet", short(panel.furthest, wide)))
    for value in y.ticks(38.0):
        found.append(line(0.0, y.at(value), wide, y.at(value), "rail" if value == 0 else "grid"))
        if first:
            found.append(text(-8.0, y.at(value) + 4.0, "number", f"{say_tick(value)}{sign}", "end"))
    column = wide / max(1, len(panel.columns))
    for at, (head, values) in enumerate(panel.columns):
        found.append(text((at + 0.5) * column, TALL + 16.0, "number", head, "middle"))
        for number, value in enumerate(values):
            aside = number * APART % 1.0 - 0.5
            found.append(disc((at + 0.5 + aside * 0.6) * column, y.at(value), 3.2, "dot"))
    return found


def rows(
    name: str, label: str, lines: Sequence[Dots], heading: str, threshold: tuple[float, str] | None = None
) -> Tree:
    """Return a row for each, with a dot for each number along one scale; `furthest` stands beside the greatest."""
    left, right = 112.0, 196.0
    numbers = [value for each in lines for _, values in each.columns for value in values]
    most = max([*numbers, *([] if threshold is None else [threshold[0]])], default=1.0)
    x = scale(0.0, most * 1.02 or 1.0, left, WIDTH - right)
    bottom = 26.0 + 26.0 * len(lines)
    found: list[Tree] = []
    for value in x.ticks():
        found += [line(x.at(value), 18.0, x.at(value), bottom, "grid"),
                  text(x.at(value), bottom + 17.0, "number", say_tick(value), "middle")]  # fmt: skip
    found.append(line(x.start, bottom, x.end, bottom, "rail"))
    found.append(text((x.start + x.end) / 2, bottom + 36.0, "heading", heading, "middle"))
    for at, each in enumerate(lines):
        y = 34.0 + 26.0 * at
        found += [text(left - 12.0, y + 4.0, "name", short(each.name, left - 20.0), "end"),
                  line(x.start, y, x.end, y, "rail faint")]  # fmt: skip
        found += [disc(x.at(value), y, 4.2, "dot") for _, values in each.columns for value in values]
        found.append(text(WIDTH, y + 4.0, "quiet", short(each.furthest, right - 8.0), "end"))
    if threshold is not None:
        at_value = x.at(threshold[0])
        found += [line(at_value, 18.0, at_value, bottom, "reference"),
                  text(at_value, 12.0, "threshold", threshold[1], "middle")]  # fmt: skip
    entries, end = legend(bottom + 50.0, [([disc(12.0, 0.0, 4.2, "dot")], DEPARTMENT)])
    return picture(name, label, end, [*found, *entries])

"""How enrolment goes: bands over simulated trials month by month, the target, and below when each trial reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trialproof.reports.page.charts.canvas import (
    WIDTH,
    Scale,
    curve,
    disc,
    legend,
    line,
    picture,
    rect,
    say_tick,
    scale,
    span,
    text,
)
from trialproof.reports.page.charts.dots import bins_of, height_of, in_dots, stack
from trialproof.reports.page.map_figure import Tree

LEFT, RIGHT, TALL, TOP = 52.0, 22.0, 300.0, 24.0
DAYS_A_MONTH = 365.25 / 12
EVERY = (1, 2, 3, 6, 12, 24, 60)
"""Months between two ticks."""
ROOM = 72.0
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Month:
    """How many are enrolled by the end of a month: 5, 25, 50, 75 and 95 % of trials have at most so many."""

    quantiles: tuple[float, float, float, float, float]
    exact: float | None = None


@dataclass(frozen=True, slots=True)
class Fan:
    """Months from the first to the last that is drawn; `reached` has days, `middle` the 5, 50 and 95 % of them."""

    months: tuple[Month, ...]
    target: int
    begins: date
    reached: tuple[float, ...]
    middle: tuple[float, float, float] | None
    never: str = ""


def fan(name: str, label: str, of: Fan) -> Tree:
    """Return the chart."""
    x = scale(0.0, float(len(of.months)), LEFT, WIDTH - RIGHT)
    most = max([of.target, *(each.quantiles[-1] for each in of.months)])
    y = Scale(0.0, most * 1.04, TOP + TALL, TOP)
    parts = [*patients_axis(x, y), *_bands(of, x, y), *target_line(of.target, x, y)]
    base = TOP + TALL
    bottom, below = base, list[Tree]()
    if of.reached or of.never:
        bottom, below = _when(of, x, base)
    parts += [*months_axis(len(of.months), of.begins, x, TOP, bottom), *below]
    marks: list[tuple[list[Tree], str]] = [
        ([rect(0.0, -6.0, 24.0, 12.0, "band outer")], "nine of ten trials"),
        ([rect(0.0, -6.0, 24.0, 12.0, "band inner")], "half of them"),
        ([line(0.0, 0.0, 24.0, 0.0, "median")], "median"),
    ]
    if any(each.exact is not None for each in of.months):
        marks.append(([line(0.0, 0.0, 24.0, 0.0, "exact-line")], "exact mean, without simulation"))
    if of.reached:
        marks.append(([disc(12.0, 0.0, 3.6, "trial accent")], "a trial reaches its target"))
    entries, end = legend(bottom + 58.0, marks)
    return picture(name, label, end, [*parts, *entries])


def drawn_months(months: Sequence[Month], target: int) -> int:
    """Return how many months are worth drawing: until nineteen of twenty trials are full, and a quarter of a year."""
    full = next((at for at, each in enumerate(months, 1) if each.quantiles[0] >= target), len(months))
    return min(len(months), full + 3)


def patients_axis(x: Scale, y: Scale) -> list[Tree]:
    """Return the axis of patients enrolled, with faint lines across the plot."""
    found: list[Tree] = [text(8.0, TOP - 9.0, "heading", "patients enrolled")]
    for value in y.ticks():
        at = y.at(value)
        found += [line(x.start, at, x.end, at, "grid"), text(x.start - 8.0, at + 4.0, "number", say_tick(value), "end")]
    return found


def _bands(of: Fan, x: Scale, y: Scale) -> list[Tree]:
    rows = [(0.0,) * 5, *(each.quantiles for each in of.months)]

    def edge(at: int) -> list[tuple[float, float]]:
        return [(x.at(float(month)), y.at(row[at])) for month, row in enumerate(rows)]

    found = [
        curve([*edge(0), *reversed(edge(4))], "band outer", closed=True),
        curve([*edge(1), *reversed(edge(3))], "band inner", closed=True),
        curve(edge(2), "median"),
    ]
    exact = [(0.0, 0.0), *((float(at), each.exact) for at, each in enumerate(of.months, 1) if each.exact is not None)]
    return found if len(exact) == 1 else [*found, curve([(x.at(m), y.at(n)) for m, n in exact], "exact-line")]


def target_line(target: int, x: Scale, y: Scale) -> list[Tree]:
    """Return the line of how many are wanted."""
    at = y.at(float(target))
    return [line(x.start, at, x.end, at, "reference"), text(x.end, at - 6.0, "threshold", f"target {target}", "end")]


def _when(of: Fan, x: Scale, base: float) -> tuple[float, list[Tree]]:
    """Return where the strip below ends, and the strip: in which month each trial reaches its target."""
    months = [days / DAYS_A_MONTH for days in of.reached]
    counts = bins_of(months, 1.0)
    room = x.at(1.0) - x.at(0.0)
    tallest = max(counts.values(), default=1)
    head = base + 24.0
    parts: list[Tree] = [text(8.0, head, "heading", "target reached")]
    later = sum(count for month, count in counts.items() if month > x.high)
    told = [*([f"{later:,} later than is drawn"] if later else []), *([of.never] if of.never else [])]
    if told:
        parts.append(text(x.end, head, "said", "; ".join(told), "end"))
    bottom = head + 14.0 + (height_of(tallest, room) if in_dots(tallest, room) else 90.0)
    parts += stack(counts, 1.0, x, bottom, "accent", tallest)
    parts.append(line(x.start, bottom, x.end, bottom, "rail"))
    if of.middle is not None:
        low, half, high = (x.at(days / DAYS_A_MONTH) for days in of.middle)
        parts += [*span(low, high, bottom + 11.0), line(half, bottom + 5.0, half, bottom + 17.0, "median")]
        bottom += 20.0
    return bottom, parts


def months_axis(months: int, begins: date, x: Scale, top: float, bottom: float) -> list[Tree]:
    """Return the axis of time: months from the beginning, and the date of each."""
    wide = x.at(1.0) - x.at(0.0)
    every = next((each for each in EVERY if each * wide >= ROOM), EVERY[-1])
    found: list[Tree] = []
    for month in range(0, months + 1, every):
        at = x.at(float(month))
        day = begins + timedelta(days=round(month * DAYS_A_MONTH))
        found += [line(at, top, at, bottom, "grid"), line(at, bottom, at, bottom + 4.0, "tick")]
        words = f"month {month}" if month else "start"
        found += [text(at, bottom + 17.0, "number", words, "middle"),
                  text(at, bottom + 32.0, "quiet", f"{MONTHS[day.month - 1]} {day.year}", "middle")]  # fmt: skip
    return found

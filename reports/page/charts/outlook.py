"""A re-projection: the plan from the first day, the count, what is likely to come after it, and when the end is."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from trialproof.reports.page.charts.canvas import (
    WIDTH,
    Chart,
    Scale,
    curve,
    disc,
    legend,
    line,
    picture,
    rect,
    scale,
    span,
    text,
)
from trialproof.reports.page.charts.fan import (
    DAYS_A_MONTH,
    LEFT,
    RIGHT,
    TALL,
    TOP,
    months_axis,
    patients_axis,
    target_line,
)
from trialproof.reports.page.map_figure import Tree
from trialproof.simulate.accrual.outlook import QUANTILES, Outlook

NAME = "outlook"
EVERY = 28
"""So many days, or a little more, lie between two corners of a curve."""
AFTER = 3
"""So many months are drawn after nineteen of twenty courses have reached the target."""


def chart(outlook: Outlook) -> Chart:
    """Return the chart of a re-projection, up to the month in which the target is all but sure, or to the horizon."""
    months = _months(outlook)
    x = scale(0.0, float(months), LEFT, WIDTH - RIGHT)
    y = Scale(0.0, outlook.scenario.accrual.target * 1.08, TOP + TALL, TOP)
    bottom = TOP + TALL + 62.0
    parts = [*patients_axis(x, y), *_bands(outlook, x, y), *target_line(outlook.scenario.accrual.target, x, y)]
    parts += months_axis(months, outlook.scenario.begins, x, TOP, bottom)
    parts += _ends(outlook, x, TOP + TALL)
    on = outlook.date_of(outlook.interim.day).isoformat()
    marks: list[tuple[list[Tree], str]] = [
        ([disc(12.0, 0.0, 4.5, "trial accent")], f"enrolled before {on}"),
        ([rect(0.0, -6.0, 24.0, 12.0, "band outer")], "nine cases of ten"),
        ([rect(0.0, -6.0, 24.0, 12.0, "band inner")], "half of them"),
        ([line(0.0, 0.0, 24.0, 0.0, "median")], "median"),
        ([line(0.0, 0.0, 24.0, 0.0, "exact-line")], "plan, on average"),
    ]
    entries, end = legend(bottom + 44.0, marks)
    title = f"Recruiting as of {on}"
    enrolled, target = outlook.projection.enrolled, outlook.scenario.accrual.target
    label = f"{title}: {enrolled} of {target} patients, the plan, and bands of what is likely to come"
    return Chart(NAME, title, picture(NAME, label, end, [*parts, *entries]))


def _months(outlook: Outlook) -> int:
    end = outlook.scenario.horizon_days / DAYS_A_MONTH
    latest = [each.quantile(QUANTILES[-1]) for each in (outlook.projection.progress, outlook.plan)]
    known = [day / DAYS_A_MONTH + AFTER for day in latest if day is not None]
    return max(1, ceil(min(end, max(known)) if len(known) == len(latest) else end))


def _bands(outlook: Outlook, x: Scale, y: Scale) -> list[Tree]:
    days = _corners(outlook.projection.progress.days.tolist(), x)
    counts = [outlook.enrolled_by(day).quantiles for day in days]

    def edge(at: int) -> list[tuple[float, float]]:
        return [(_place(x, day), y.at(float(row[at]))) for day, row in zip(days, counts, strict=True)]

    plan = [
        (_place(x, day), y.at(outlook.planned_by(day).mean)) for day in _corners(outlook.plan.days.tolist(), x)
    ]
    low, quarter, middle, three, high = range(len(QUANTILES))
    return [
        curve([*edge(low), *reversed(edge(high))], "band outer", closed=True),
        curve([*edge(quarter), *reversed(edge(three))], "band inner", closed=True),
        curve(edge(middle), "median"),
        curve(plan, "exact-line"),
        disc(_place(x, outlook.interim.day), y.at(float(outlook.projection.enrolled)), 4.5, "trial accent"),
    ]


def _corners(days: Sequence[float], x: Scale) -> list[int]:
    """Return the days at which a curve is drawn: not too close to one another, and within the picture."""
    found: list[int] = []
    for day in map(int, days):
        if day / DAYS_A_MONTH > x.high:
            break
        if not found or day - found[-1] >= EVERY:
            found.append(day)
    return found


def _ends(outlook: Outlook, x: Scale, base: float) -> list[Tree]:
    """Return the strip below: between which dates the target is reached; what lies beyond is at the edge."""
    progress = outlook.projection.progress
    days = [progress.quantile(each) for each in QUANTILES]
    low, quarter, middle, three, high = (x.end if day is None else _place(x, day) for day in days)
    at = base + 44.0
    found = [text(8.0, base + 24.0, "heading", "target reached")]
    if days[0] is None:
        return [*found, text(x.end, at, "said", f"not before {outlook.horizon.isoformat()}, or hardly ever", "end")]
    whole = span(low, high, at)
    found += whole if days[-1] is not None else whole[:-1]
    if days[-1] is None:
        found.append(text(x.end, base + 24.0, "said", f"perhaps after {outlook.horizon.isoformat()}", "end"))
    if days[1] is not None:
        found.append(line(quarter, at, three, at, "interval"))
    return found if days[2] is None else [*found, line(middle, at - 6.0, middle, at + 6.0, "median")]


def _place(x: Scale, day: float) -> float:
    return x.at(day / DAYS_A_MONTH)

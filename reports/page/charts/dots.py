"""How numbers are spread over simulated trials: a dot for each trial, or bars where there are too many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from trialproof.reports.page.charts.canvas import (
    WIDTH,
    Scale,
    axis_below,
    breadth,
    diamond,
    disc,
    legend,
    line,
    picture,
    rect,
    scale,
    short,
    span,
    step_of,
    text,
    wedge,
)
from trialproof.reports.page.map_figure import Tree

LEFT, RIGHT = 16.0, 16.0
TALLEST = 138.0
"""How high the dots or bars of one panel may stand."""
LARGEST, SMALLEST, APART = 4.6, 2.0, 0.7
"""Radii of a dot, and how far two of them lie apart."""
MOST_BINS = 84


@dataclass(frozen=True, slots=True)
class Panel:
    """One distribution: its name, what is said beside it, a number for each trial, the mean, nine of ten, the exact."""

    name: str
    says: str
    look: str
    values: tuple[float, ...]
    mean: float
    nine_of_ten: tuple[float, float]
    exact: float | None = None


def distributions(
    name: str, label: str, panels: Sequence[Panel], heading: str, reference: tuple[float, str] | None = None
) -> Tree:
    """Return panels one below the other over one axis; `reference` is a value with its words, drawn through all."""
    x = _across(panels, reference)
    width = width_of([value for each in panels for value in each.values])
    counts = [bins_of(each.values, width) for each in panels]
    room = abs(x.at(x.low + width) - x.start)
    tallest = max((count for each in counts for count in each.values()), default=1)
    parts: list[Tree] = []
    y = 8.0 if reference is None else 24.0
    first = y
    for panel, count in zip(panels, counts, strict=True):
        parts.append(rect(LEFT, y, breadth(panel.says) * 1.06, 36.0, "plate"))
        parts += [text(LEFT, y + 12.0, "name", short(panel.name, 400.0)), text(LEFT, y + 29.0, "said", panel.says)]
        base = y + 42.0 + height_of(tallest, room)
        parts += [line(x.at(value), y + 38.0, x.at(value), base + 26.0, "grid") for value in x.ticks()]
        parts += stack(count, width, x, base, panel.look, tallest)
        parts.append(line(x.start, base, x.end, base, "rail"))
        parts += span(x.at(panel.nine_of_ten[0]), x.at(panel.nine_of_ten[1]), base + 11.0)
        parts.append(wedge(x.at(panel.mean), base + 14.0))
        if panel.exact is not None:
            parts.append(diamond(x.at(panel.exact), base + 11.0))
        y = base + 36.0
    parts += axis_below(x, y - 8.0, heading, None)
    if reference is not None:
        parts = [*_reference(x, reference, first, y - 8.0), *parts]
    exact = any(each.exact is not None for each in panels)
    marks, end = legend(y + 42.0, keys(panels[0].look, in_dots=in_dots(tallest, room), exact=exact))
    return picture(name, label, end, [*parts, *marks])


def _reference(x: Scale, reference: tuple[float, str], top: float, bottom: float) -> list[Tree]:
    at, half = x.at(reference[0]), breadth(reference[1]) / 2
    middle = min(max(at, x.start + half), x.end - half)
    return [line(at, top - 4.0, at, bottom, "reference"), text(middle, top - 9.0, "threshold", reference[1], "middle")]


def _across(panels: Sequence[Panel], reference: tuple[float, str] | None) -> Scale:
    values = [value for each in panels for value in each.values] or [0.0]
    values += [each.exact for each in panels if each.exact is not None]
    values += [] if reference is None else [reference[0]]
    width = width_of(values)
    return scale(min(values) - width, max(values) + width, LEFT, WIDTH - RIGHT)


def width_of(values: Sequence[float]) -> float:
    """Return how broad a bin is: a round number, at least 1 for whole numbers, so that there are not too many."""
    breadth_of_all = max(values, default=0.0) - min(values, default=0.0)
    least = 1.0 if all(value == floor(value) for value in values) else 0.0
    return max(least, step_of(breadth_of_all / MOST_BINS)) if breadth_of_all else 1.0


def bins_of(values: Sequence[float], width: float) -> Mapping[int, int]:
    """Return how many values lie in each bin, in order; bin k is from k - 1/2 to k + 1/2 times the width."""
    found = Counter(floor(value / width + 0.5) for value in values)
    return {at: found[at] for at in sorted(found)}


def radius_of(tallest: int, room: float) -> float:
    """Return how large a dot is, where a bin is so broad and so many of them stand above one another."""
    return min(LARGEST, room * 0.47, (TALLEST / tallest - APART) / 2)


def in_dots(tallest: int, room: float) -> bool:
    """Return whether there is room for a dot for each trial."""
    return radius_of(tallest, room) >= SMALLEST


def height_of(tallest: int, room: float) -> float:
    """Return how high the tallest stack of a panel stands."""
    return max(18.0, tallest * (2 * radius_of(tallest, room) + APART)) if in_dots(tallest, room) else TALLEST


def stack(counts: Mapping[int, int], width: float, x: Scale, base: float, look: str, tallest: int) -> list[Tree]:
    """Return the values of a panel above a base line: dots, or bars whose heights compare within the chart.

    Bins beyond the ends of the scale are left out; whoever cuts a scale short has to say how many.
    """
    room = abs(x.at(x.low + width) - x.start)
    found: list[Tree] = []
    for at, count in counts.items():
        if not x.low <= at * width <= x.high:
            continue
        middle = x.at(at * width)
        if in_dots(tallest, room):
            radius = radius_of(tallest, room)
            step = 2 * radius + APART
            found += [disc(middle, base - radius - APART - step * up, radius, f"trial {look}") for up in range(count)]
        else:
            high = TALLEST * count / tallest
            broad = max(0.8, room - 1.0)
            found.append(rect(middle - broad / 2, base - high, broad, high, f"trial {look}"))
    return found


def keys(look: str, *, in_dots: bool, exact: bool) -> list[tuple[list[Tree], str]]:
    """Return the legend of a distribution."""
    trials = [disc(12.0, 0.0, 4.4, f"trial {look}")] if in_dots else [rect(7.0, -6.0, 10.0, 12.0, f"trial {look}")]
    found: list[tuple[list[Tree], str]] = [
        (trials, "one simulated trial" if in_dots else "simulated trials, so many as the bar is high"),
        ([wedge(12.0, -4.5)], "mean"),
        (span(1.0, 23.0, 0.0), "nine of ten trials"),
    ]
    return [*found, ([diamond(12.0, 0.0)], "exact mean, without simulation")] if exact else found

"""The scale of a number on the map of patients: where its thresholds stand, and how its parts share the length.

Lengths are shares of the axis. The scale is linear around the thresholds; where the range goes far beyond them, the
rest is drawn shorter, and a break in the axis says so. A part knows its own stretch of the scale: `knots` are pairs of
a value and its share of the part, and whatever lies between two knots lies on a straight line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from trialproof.model.exact import plain
from trialproof.verify.axes import Interval

TAIL = Fraction(1, 8)
"""The share of an axis that is left for what lies beyond a break."""
NEAR = Fraction(3, 2)
"""How many times the spread of the thresholds a range may go on without a break."""
MOST_STEPS = 40
"""Recording steps that are still marked one by one in a part."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A broken line: `knots` are pairs of a value and its share of the axis, ascending; `breaks` lie between two knots.

    `closed` tells of the lower and the upper end whether the range ends there (else it goes on).
    """

    knots: tuple[tuple[Fraction, Fraction], ...]
    breaks: tuple[Fraction, ...]
    closed: tuple[bool, bool]

    def share(self, value: Fraction) -> Fraction:
        """Return where a value stands on the axis."""
        for (low, start), (high, end) in pairwise(self.knots):
            if value <= high:
                return start + (end - start) * (value - low) / (high - low)
        return self.knots[-1][1]


def scale_of(thresholds: Sequence[Fraction], lower: Fraction | None, upper: Fraction | None) -> Scale:
    """Return the scale for these thresholds (ascending) in this range; None is no end."""
    closed = (lower is not None, upper is not None)
    first = thresholds[0] if thresholds else (lower or Fraction(0))
    last = thresholds[-1] if thresholds else (upper if upper is not None else first)
    room = [abs(end - at) for end, at in ((lower, first), (upper, last)) if end is not None and end != at]
    spread = (last - first) or min(room, default=Fraction(1))
    low = first - spread if lower is None else lower if first - lower <= NEAR * spread else _round(first - spread)
    high = last + spread if upper is None else upper if upper - last <= NEAR * spread else _round(last + spread)
    low, high = (low, high) if low < high else (low, low + 1)
    start = TAIL if lower is not None and low > lower else Fraction(0)
    end = 1 - TAIL if upper is not None and high < upper else Fraction(1)
    knots, breaks = [(low, start), (high, end)], []
    if lower is not None and start:
        knots.insert(0, (lower, Fraction(0)))
        breaks.append(start / 2)
    if upper is not None and end < 1:
        knots.append((upper, Fraction(1)))
        breaks.append((1 + end) / 2)
    return Scale(tuple(knots), tuple(breaks), closed)


def stretch(scale: Scale, interval: Interval, step: Fraction | None) -> dict[str, object]:
    """Return the stretch of the scale that an open interval takes, with its ticks, as plain numbers and texts."""
    low = scale.knots[0][0] if interval.low is None else interval.low
    high = scale.knots[-1][0] if interval.high is None else interval.high
    start, end = scale.share(low), scale.share(high)
    length = end - start or Fraction(1)

    def inside(value: Fraction) -> float:
        return _short((scale.share(value) - start) / length)

    bends = [value for value, _ in scale.knots if low < value < high]
    ends = [low] * (interval.low is None and scale.closed[0]) + [high] * (interval.high is None and scale.closed[1])
    return {
        "weight": _short(end - start),
        "knots": [[float(value), inside(value)] for value in (low, *bends, high)],
        "ticks": [[inside(value), plain(value)] for value in sorted({*ends, *bends})],
        "breaks": [_short((at - start) / length) for at in scale.breaks if start < at < end],
        "steps": [inside(value) for value in _steps(scale, low, high, step)],
        "ends": [
            "open" if interval.low is not None else "closed" if scale.closed[0] else "none",
            "open" if interval.high is not None else "closed" if scale.closed[1] else "none",
        ],
    }


def _steps(scale: Scale, low: Fraction, high: Fraction, step: Fraction | None) -> list[Fraction]:
    """Return the values that can be charted in the unbroken part of an interval, if they are few."""
    if step is None:
        return []
    (first, _), (last, _) = scale.knots[bool(scale.breaks and scale.breaks[0] < TAIL)], scale.knots[-1]
    if scale.breaks and scale.breaks[-1] > 1 - TAIL:
        last = scale.knots[-2][0]
    counts = range(ceil(max(low, first) / step), floor(min(high, last) / step) + 1)
    return [count * step for count in counts] if len(counts) <= MOST_STEPS else []


def _round(value: Fraction) -> Fraction:
    """Return a number with two digits that is near."""
    size = max((power for power in range(-6, 12) if abs(value) >= Fraction(10) ** power), default=0)
    grain = Fraction(10) ** (size - 1)
    return floor(value / grain + Fraction(1, 2)) * grain


def _short(share: Fraction) -> float:
    return round(float(share), 4)

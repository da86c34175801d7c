"""The values that a canonical witness may take in one field, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from trialproof.model.condition import Compare, Is, Known, Not, Number, Relation, Value, Yes
from trialproof.model.protocol import CategoryKind, NumberKind, Quantity, Recorded, YesNoKind
from trialproof.verify.axes import Interval
from trialproof.verify.statement import Every, Fails, Holds, Never, Statement

GRAINS = [Fraction(10) ** power / half for power in range(6, -7, -1) for half in (1, 2)]
NEAR = (Fraction(1, 2), Fraction(1, 10))
"""How far from a threshold a value is taken where values lie dense."""


@dataclass(frozen=True, slots=True)
class Option:
    """A way to fill one field: a recorded value, or None for leaving it empty."""

    statement: Statement
    value: Recorded | None


def options(quantity: Quantity, thresholds: Sequence[Fraction], preferred: Sequence[Recorded | None]) -> list[Option]:
    """Return every way to fill a field that is tried: those preferred, the ordinary ones, then empty.

    `thresholds` are the values that the protocol compares the quantity with. The empty options come last unless None
    is preferred; with them, and with bisection for numbers, every patient is covered.
    """
    values: list[Recorded]
    match quantity.kind:
        case NumberKind() as kind:
            values = list(ordinary(thresholds, kind))
        case CategoryKind(categories):
            values = list(categories)
        case YesNoKind():
            values = [False, True]
    empty = [
        Option(Never(Holds(quantity.applies_if)), None),
        Option(Every((Holds(quantity.applies_if), Fails(Known(quantity.name)))), None),
    ]
    found: list[Option] = []
    for value in preferred:
        found += empty if value is None else [option(quantity, value)]
    found += [option(quantity, value) for value in values]
    return list(dict.fromkeys(found + empty))


def option(quantity: Quantity, value: Recorded) -> Option:
    """Return the field filled with a value."""
    match value:
        case bool():
            says = Yes(quantity.name) if value else Not(Yes(quantity.name))
            return Option(Every((Holds(quantity.applies_if), Holds(says))), value)
        case str():
            return Option(Every((Holds(quantity.applies_if), Holds(Is(quantity.name, (value,))))), value)
        case Fraction():
            equal = Compare(Value(quantity.name), Relation.EQ, Number(value))
            return Option(Every((Holds(quantity.applies_if), Holds(equal))), value)


def nearest(interval: Interval, kind: NumberKind) -> list[Fraction]:
    """Return recordable values of an interval, those next to the threshold that bounds it first."""
    inside = interval.tighten(kind)
    if inside.empty or inside.low is None or inside.high is None:
        return []
    bounded_below = interval.low is not None and interval.low >= kind.lower
    if kind.step is not None or inside.point is not None:
        ends = [inside.low, inside.high]
        return ends if bounded_below else ends[::-1]
    close = [inside.low + each for each in NEAR] if bounded_below else [inside.high - each for each in NEAR]
    ends = ([inside.low] if inside.closed_low else []) + ([inside.high] if inside.closed_high else [])
    return [*(each for each in close if inside.low < each < inside.high), round_value(inside, kind), *ends]


def ordinary(thresholds: Sequence[Fraction], kind: NumberKind) -> list[Fraction]:
    """Return a round value between each two neighbouring thresholds, then the thresholds themselves."""
    inner = [each for each in thresholds if kind.lower <= each <= kind.upper]
    between = [Interval(low, high).tighten(kind) for low, high in pairwise([None, *inner, None])]
    values = [round_value(each, kind) for each in between if not each.empty]
    return values + [each for each in inner if kind.step is None or (each / kind.step).denominator == 1]


def round_value(inside: Interval, kind: NumberKind) -> Fraction:
    """Return the roundest recordable value of a tightened interval: of those, the one nearest its middle."""
    low, high = inside.low, inside.high
    assert low is not None  # noqa: S101 - a tightened interval has both ends
    assert high is not None  # noqa: S101
    middle = (low + high) / 2
    for grain in GRAINS:
        value = floor(middle / grain + Fraction(1, 2)) * grain
        within = low < value < high or (value == low and inside.closed_low) or (value == high and inside.closed_high)
        if value and within and (kind.step is None or (value / kind.step).denominator == 1):
            return value
    return middle if kind.step is None else ceil(low / kind.step) * kind.step

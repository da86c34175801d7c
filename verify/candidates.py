"""The values that a canonical witness may take in one field, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from trialproof.model.condition import Compare, Condition, Is, Known, Not, Number, Relation, Value, Yes
from trialproof.model.protocol import CategoryKind, NumberKind, Quantity, Recorded, YesNoKind
from trialproof.verify.axes import Interval
from trialproof.verify.statement import About, AnyPatient, Every, Fails, Fixed, Holds, Never, Some, Statement

GRAINS = [Fraction(10) ** power / half for power in range(6, -7, -1) for half in (1, 2)]
NEAR = (Fraction(1, 2), Fraction(1, 10))
"""How far from a threshold a value is taken where values lie dense."""


@dataclass(frozen=True, slots=True)
class Option:
    """A way to fill one field: a recorded value, or None for leaving it empty."""

    statement: Statement
    value: Recorded | None


@dataclass(frozen=True, slots=True)
class Field:
    """A quantity of an unknown patient of whom something is said under these readings; usually just one."""

    quantity: Quantity
    patient: AnyPatient
    readings: tuple[Fixed, ...]

    def filled(self, condition: Condition) -> Statement:
        """Return that the quantity applies and this holds of it, under any of the readings: a value stands there."""
        here = Every((Holds(self.quantity.applies_if), Holds(condition)))
        return here if len(self.readings) == 1 else Some(self._under_each(here))

    def left_empty(self) -> tuple[Statement, Statement]:
        """Return that the quantity applies under none of the readings, and that it does but was not recorded."""
        nowhere: Statement = Never(Holds(self.quantity.applies_if))
        missing: Statement = Every((Holds(self.quantity.applies_if), Fails(Known(self.quantity.name))))
        if len(self.readings) > 1:
            nowhere = Every(self._under_each(nowhere))
            missing = Every((Never(nowhere), Never(self.filled(Known(self.quantity.name)))))
        return nowhere, missing

    def _under_each(self, statement: Statement) -> tuple[Statement, ...]:
        return tuple(About(statement, self.patient, each) for each in self.readings)


def options_of(field: Field, thresholds: Sequence[Fraction], preferred: Sequence[Recorded | None]) -> list[Option]:
    """Return every way to fill a field that is tried: those preferred, the ordinary ones, then empty.

    `thresholds` are the values that the protocol compares the quantity with. The empty options come last unless None
    is preferred; with them, and with bisection for numbers, every patient is covered.
    """
    quantity = field.quantity
    values: list[Recorded]
    match quantity.kind:
        case NumberKind() as kind:
            values = list(ordinary(thresholds, kind))
        case CategoryKind(categories):
            values = list(categories)
        case YesNoKind():
            values = [False, True]
    empty = [Option(statement, None) for statement in field.left_empty()]
    found: list[Option] = []
    for value in preferred:
        found += empty if value is None else [option(field, value)]
    found += [option(field, value) for value in values]
    return list(dict.fromkeys(found + empty))


def option(field: Field, value: Recorded) -> Option:
    """Return the field filled with a value."""
    name = field.quantity.name
    match value:
        case bool():
            return Option(field.filled(Yes(name) if value else Not(Yes(name))), value)
        case str():
            return Option(field.filled(Is(name, (value,))), value)
        case Fraction():
            return Option(field.filled(Compare(Value(name), Relation.EQ, Number(value))), value)


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

"""Rational numbers by the million: fractions whose numerator and denominator are int64 columns, never floats.

Every column carries the interval that its elements lie in as Python integers, derived from the declared ranges and
never from the data. An operation whose result could need more than 63 bits raises `TooManyBits` before it is carried
out, so nothing ever wraps, and whether a rule can be evaluated does not depend on which patients happen to come.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, floor, gcd, lcm
from typing import Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import Relation

LARGEST = 2**63 - 1

Truths: TypeAlias = Union[bool, NDArray[np.bool_]]
"""One truth for each patient, or a single one that all of them share."""

RELATE: Mapping[Relation, Callable[[Any, Any], Any]] = {
    Relation.LT: operator.lt,
    Relation.LE: operator.le,
    Relation.EQ: operator.eq,
    Relation.NE: operator.ne,
    Relation.GE: operator.ge,
    Relation.GT: operator.gt,
}
MIRRORED: Mapping[Relation, Relation] = {
    Relation.LT: Relation.GT,
    Relation.LE: Relation.GE,
    Relation.EQ: Relation.EQ,
    Relation.NE: Relation.NE,
    Relation.GE: Relation.LE,
    Relation.GT: Relation.LT,
}


class TooManyBits(OverflowError):
    """A number that could grow beyond 63 bits. `bits` says how many it could need, `quantities` what it is made of."""

    def __init__(self, bits: int, quantities: Iterable[str]) -> None:
        self.bits = bits
        self.quantities = tuple(sorted(quantities))
        cure = " or ".join(f"`{name}`" for name in self.quantities)
        cure = f"narrow the range of {cure}" if cure else "use smaller constants"
        super().__init__(f"an exact evaluation could need {bits} bits and there are 63; {cure}")


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A whole number for each patient (an int64 column), or one of any size that all of them share (an int).

    Every element is at least `low` and at most `high`. `quantities` names what it was computed from.
    """

    value: int | NDArray[np.int64]
    low: int
    high: int
    quantities: frozenset[str] = frozenset()

    @classmethod
    def of(cls, value: int) -> Whole:
        """Return one number that all patients share."""
        return cls(value, value, value)

    @property
    def shared(self) -> int | None:
        """The number that all patients share; None for a column."""
        return self.value if isinstance(self.value, int) else None

    @property
    def bound(self) -> int:
        """What no element exceeds in absolute value."""
        return max(abs(self.low), abs(self.high))


ONE = Whole.of(1)


@dataclass(frozen=True, slots=True, eq=False)
class Exact:
    """`top / bottom` for each patient; every `bottom` is positive."""

    top: Whole
    bottom: Whole = ONE

    @classmethod
    def of(cls, value: Fraction) -> Exact:
        """Return one number that all patients share."""
        return cls(Whole.of(value.numerator), Whole.of(value.denominator))

    @property
    def shared(self) -> Fraction | None:
        """The number that all patients share; None unless it is constant."""
        top, bottom = self.top.shared, self.bottom.shared
        return None if top is None or bottom is None else Fraction(top, bottom)


def add(left: Exact, right: Exact) -> Exact:
    """Return the sum."""
    for_left, for_right, bottom = _meet(left.bottom, right.bottom)
    return Exact(_plus(_times(left.top, for_left), _times(right.top, for_right)), bottom)


def multiply(left: Exact, right: Exact) -> Exact:
    """Return the product; factors that all patients share are cancelled first."""
    left_top, right_bottom = _cancel(left.top, right.bottom)
    right_top, left_bottom = _cancel(right.top, left.bottom)
    top = _times(left_top, right_top)
    return Exact.of(Fraction(0)) if top.shared == 0 else Exact(top, _times(left_bottom, right_bottom))


def divide(numerator: Exact, denominator: Exact) -> Exact:
    """Return the quotient; 0 where the denominator is zero."""
    top, bottom = denominator.top, denominator.bottom
    if top.shared == 0:
        return Exact.of(Fraction(0))
    if top.low > 0:
        return multiply(numerator, Exact(bottom, top))
    if isinstance(top.value, int):
        return multiply(numerator, Exact(_times(bottom, Whole.of(-1)), Whole.of(-top.value)))
    sign = Whole(np.sign(top.value), -1 if top.low < 0 else 0, 1 if top.high > 0 else 0, top.quantities)
    size = Whole(np.maximum(np.abs(top.value), 1), 1, max(top.bound, 1), top.quantities)
    return multiply(numerator, Exact(_times(bottom, sign), size))


def round_down(term: Exact) -> Exact:
    """Return the largest whole number not above it."""
    top, bottom = term.top, term.bottom
    if term.shared is not None:
        return Exact.of(Fraction(floor(term.shared)))
    if bottom.shared == 1:
        return term
    if bottom.shared is not None and bottom.shared > top.bound:
        bottom = Whole.of(top.bound + 1)  # says the same of so small a number, and fits where a denominator may not
    return Exact(_combine(np.floor_divide, top, bottom, _corners(operator.floordiv, top, bottom)))


def choose(truth: Truths, then: Exact, otherwise: Exact) -> Exact:
    """Return the one number where the truth holds, the other elsewhere."""
    if isinstance(truth, bool):
        return then if truth else otherwise

    def pick(left: Whole, right: Whole) -> Whole:
        if left is right:
            return left
        ends = (left.low, left.high, right.low, right.high)
        return _combine(lambda a, b: np.where(truth, a, b).astype(np.int64, copy=False), left, right, ends)

    if then.bottom.shared is None or otherwise.bottom.shared is None:
        return Exact(pick(then.top, otherwise.top), pick(then.bottom, otherwise.bottom))
    for_then, for_otherwise, bottom = _meet(then.bottom, otherwise.bottom)
    return Exact(pick(_times(then.top, for_then), _times(otherwise.top, for_otherwise)), bottom)


def relate(left: Exact, relation: Relation, right: Exact) -> Truths:
    """Return whether two numbers compare so."""
    if left.shared is not None and right.shared is None:
        return relate(right, MIRRORED[relation], left)
    if right.shared is not None and left.bottom.shared is not None:
        return _against(left.top, relation, right.shared * left.bottom.shared)
    for_left, for_right, _ = _meet(left.bottom, right.bottom)
    a, b = _times(left.top, for_left), _times(right.top, for_right)
    _fit(max(a.bound, b.bound), a.quantities | b.quantities)
    related: Truths = RELATE[relation](a.value, b.value)
    return related


def _against(whole: Whole, relation: Relation, threshold: Fraction) -> Truths:
    """Compare with a constant: against the whole number next to it, so that no column needs to be scaled."""
    if isinstance(whole.value, int):
        return bool(RELATE[relation](whole.value, threshold))
    if not whole.low <= threshold <= whole.high:
        return bool(RELATE[relation](whole.low, threshold))
    if threshold.denominator != 1 and relation in (Relation.EQ, Relation.NE):
        return relation is Relation.NE
    near = ceil(threshold) if relation in (Relation.LT, Relation.GE) else floor(threshold)
    related: NDArray[np.bool_] = RELATE[relation](whole.value, near)
    return related


def _meet(left: Whole, right: Whole) -> tuple[Whole, Whole, Whole]:
    """Return the factors by which two numerators grow when they come to a common denominator, and that denominator."""
    if left.value is right.value:
        return ONE, ONE, left
    if left.shared is None or right.shared is None:
        return right, left, _times(left, right)
    common = lcm(left.shared, right.shared)
    return Whole.of(common // left.shared), Whole.of(common // right.shared), Whole.of(common)


def _cancel(top: Whole, bottom: Whole) -> tuple[Whole, Whole]:
    if top.shared is None or bottom.shared is None:
        return top, bottom
    common = gcd(top.shared, bottom.shared)
    return Whole.of(top.shared // common), Whole.of(bottom.shared // common)


def _times(left: Whole, right: Whole) -> Whole:
    if left.shared is not None and right.shared is not None:
        return Whole.of(left.shared * right.shared)
    if left.shared == 1:
        return right
    if right.shared == 1:
        return left
    return _combine(np.multiply, left, right, _corners(operator.mul, left, right))


def _plus(left: Whole, right: Whole) -> Whole:
    if left.shared is not None and right.shared is not None:
        return Whole.of(left.shared + right.shared)
    return _combine(np.add, left, right, (left.low + right.low, left.high + right.high))


def _corners(function: Callable[[int, int], int], left: Whole, right: Whole) -> list[int]:
    """Where the extremes of a function are that is monotone in either argument."""
    return [function(a, b) for a, b in product((left.low, left.high), (right.low, right.high))]


def _combine(function: Callable[[Any, Any], Any], left: Whole, right: Whole, ends: Iterable[int]) -> Whole:
    """Carry out an operation, one side of which is a column at least, if all that it touches fits."""
    low, high = min(ends), max(ends)
    if low == high:
        return Whole.of(low)
    quantities = left.quantities | right.quantities
    _fit(max(left.bound, right.bound, -low, high), quantities)
    return Whole(function(left.value, right.value), low, high, quantities)


def _fit(bound: int, quantities: Iterable[str]) -> None:
    if bound > LARGEST:
        raise TooManyBits(bound.bit_length(), quantities)

"""Exact numbers, and none where there is nothing to divide by."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TypeAlias

Number: TypeAlias = "int | Fraction | float | None"
"""A figure: exact but for square roots; None where a replication cannot give it."""


def quotient(above: int | Fraction, below: int | Fraction) -> Fraction | None:
    return Fraction(above) / below if below else None


def mean(values: Iterable[int | Fraction]) -> Fraction | None:
    known = list(values)
    return quotient(sum(known), len(known))


def most(values: Iterable[int | Fraction]) -> int | Fraction | None:
    return max(values, default=None)


def how_many(answers: Iterable[bool]) -> int:
    return sum(1 for answer in answers if answer)


def share(answers: Iterable[bool]) -> Fraction | None:
    """The share of those of whom it is true."""
    return mean(int(answer) for answer in answers)

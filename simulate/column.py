"""A column: what was recorded of one quantity, patient by patient, checked against what the protocol allows.

Numbers are integers over a common denominator. A recorded value lies in its quantity's range, on its step, or among its
categories: the proofs speak of such patients only, and the headroom of an exact evaluation rests on these ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.model.exact import plain
from trialproof.model.protocol import CategoryKind, NumberKind, Quantity, Recorded, YesNoKind
from trialproof.model.unit import say_amount
from trialproof.simulate.rational import LARGEST, TooManyBits, Truths


class BadCohort(ValueError):
    """Data that no patient of the protocol can have. `row` counts from 0; None where a whole column is at fault."""

    def __init__(self, quantity: str, complaint: str, row: int | None = None) -> None:
        self.quantity = quantity
        self.row = row
        super().__init__(f"`{quantity}`{'' if row is None else f' in row {row} (counted from 0)'} {complaint}")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """What was recorded of one quantity.

    A number: integers that count units of `1 / per`, in the quantity's own unit. A category: its position in the
    quantity's list. A yes/no: bools. Where `recorded` is False the value means nothing; a single True stands for a
    complete column.
    """

    values: NDArray[Any]
    recorded: Truths = True
    per: int = 1


def number_column(
    quantity: Quantity, units: ArrayLike, recorded: ArrayLike | None = None, *, per: int | None = None
) -> Column:
    """Return the column of a number quantity from integers that count units of `1 / per`.

    By default the units are those that the step needs, and the column is complete. What the values may be is checked
    when the cohort is built.
    """
    if per is None:
        step = quantity.kind.step if isinstance(quantity.kind, NumberKind) else None
        per = step.denominator if step else 1
    return Column(np.asarray(units), True if recorded is None else np.asarray(recorded, np.bool_), per)


def column_of(quantity: Quantity, recorded: Sequence[Recorded | None]) -> Column:
    """Return recorded values, None where there is none, as a column.

    Raises `BadCohort` for a value that the quantity does not allow, and `TooManyBits` where it needs a denominator that
    its range leaves no room for.
    """
    for row, value in enumerate(recorded):
        if value is not None and (complaint := fault_of(quantity, value)):
            raise BadCohort(quantity.name, complaint, row)
    mask = np.array([value is not None for value in recorded], np.bool_)
    match quantity.kind:
        case NumberKind(step=step):
            numbers = [Fraction(value or 0) for value in recorded]
            per = lcm(*(number.denominator for number in numbers), step.denominator if step else 1)
            extent(quantity, per)
            return Column(np.array([int(number * per) for number in numbers], np.int64), mask, per)
        case CategoryKind(categories):
            codes = [0 if value is None else categories.index(str(value)) for value in recorded]
            return Column(np.array(codes, np.min_scalar_type(len(categories))), mask)
        case YesNoKind():
            return Column(np.array([value is True for value in recorded], np.bool_), mask)


def value_at(quantity: Quantity, column: Column, row: int) -> Recorded:
    """Return the value in one row, where there is one."""
    match quantity.kind:
        case NumberKind():
            return Fraction(int(column.values[row]), column.per)
        case CategoryKind(categories):
            return categories[int(column.values[row])]
        case YesNoKind():
            return bool(column.values[row])


def extent(quantity: Quantity, per: int) -> tuple[int, int]:
    """Return the least and the greatest number in a column of the quantity, in units of `1 / per`.

    Raises `TooManyBits` where the declared range leaves no room for the denominator.
    """
    assert not isinstance(quantity.kind, YesNoKind), quantity.name  # noqa: S101 - bools have no extent
    low, high = _range(quantity.kind, per)
    high = max(low, high)
    if max(-low, high) > LARGEST:
        raise TooManyBits(max(-low, high).bit_length(), {quantity.name})
    return low, high


def checked(quantity: Quantity, column: Column, size: int) -> Column:
    """Return the column as evaluation needs it: within `extent` even where nothing was recorded.

    Raises `BadCohort` for a wrong length or type and for a recorded value that the quantity does not allow, and
    `TooManyBits` where the range leaves no room for the denominator.
    """
    name, kind, values, recorded = quantity.name, quantity.kind, column.values, column.recorded
    if values.shape != (size,) or (not isinstance(recorded, bool) and recorded.shape != (size,)):
        raise BadCohort(name, f"is not a column of {size} patients")
    if not isinstance(recorded, bool) and recorded.dtype != np.bool_:
        raise BadCohort(name, "says what was recorded in something else than true and false")
    if isinstance(kind, YesNoKind):
        if values.dtype != np.bool_:
            raise BadCohort(name, "is not a column of true and false")
        return filled(quantity, Column(values, recorded))
    if values.dtype.kind not in "iu" or not np.can_cast(values.dtype, np.int64):
        raise BadCohort(name, "is not a column of integers that fit in int64")
    if column.per < 1:
        raise BadCohort(name, f"counts in units of 1/{column.per}, which is not positive")
    extent(quantity, column.per)
    if isinstance(kind, NumberKind):
        values = values.astype(np.int64, copy=False)
    for row in np.flatnonzero(_disallowed(kind, values, column.per) & recorded):
        number = int(values[row])
        if isinstance(kind, NumberKind):
            raise BadCohort(name, str(fault_of(quantity, Fraction(number, column.per))), int(row))
        raise BadCohort(name, f"has code {number}, and its codes are 0 to {len(kind.categories) - 1}", int(row))
    return filled(quantity, Column(values, recorded, column.per))


def filled(quantity: Quantity, column: Column) -> Column:
    """Return a column whose recorded values are allowed as evaluation needs it, as `checked` does."""
    recorded = column.recorded
    if not isinstance(recorded, bool) and (recorded.all() or not recorded.any()):
        recorded = bool(recorded.all())
    if recorded is True or isinstance(quantity.kind, YesNoKind):
        return Column(column.values, recorded, column.per)
    low, _ = extent(quantity, column.per)
    return Column(pick(recorded, column.values, low), recorded, column.per)


def pick(flags: Truths, these: NDArray[Any], others: NDArray[Any] | int) -> NDArray[Any]:
    """Return whole numbers, of `these` where the flag is set and else of the others, as `np.where` does.

    Without a branch, which costs more than all this where nobody can foresee it; a difference that wraps comes back.
    """
    picked: NDArray[Any] = others + (these - others) * flags
    return picked


def _range(kind: NumberKind | CategoryKind, per: int) -> tuple[int, int]:
    if isinstance(kind, NumberKind):
        return ceil(kind.lower * per), floor(kind.upper * per)
    return 0, len(kind.categories) - 1


def _disallowed(kind: NumberKind | CategoryKind, values: NDArray[np.int64], per: int) -> NDArray[np.bool_]:
    low, high = _range(kind, per)
    wrong = (values < low) | (values > high)
    if isinstance(kind, NumberKind) and kind.step is not None:
        # A whole number of units is a multiple of a/b of them, in lowest terms, just when it is a multiple of a.
        multiple = (kind.step * per).numerator
        if multiple > max(-low, high):
            wrong |= values != 0
        elif multiple > 1:
            wrong |= values % multiple != 0
    return wrong


def fault_of(quantity: Quantity, value: Recorded) -> str | None:
    """Say what is wrong with a recorded value; None if nothing is."""
    match quantity.kind:
        case NumberKind(lower, upper, unit, step):
            if isinstance(value, (str, bool)):
                return f"is `{value}`, which is not a number"
            if not lower <= value <= upper:
                return f"is {say_amount(value, unit)}, outside its range of {plain(lower)} to {say_amount(upper, unit)}"
            if step is not None and (value / step).denominator != 1:
                return f"is {say_amount(value, unit)}, which is no multiple of {say_amount(step, unit)}"
        case CategoryKind(categories):
            if value not in categories:
                return f"is `{value}`, which is none of {', '.join(f'`{each}`' for each in categories)}"
        case YesNoKind():
            if not isinstance(value, bool):
                return f"is `{value}`, which is neither yes nor no"
    return None

"""What a cell of a table of patients says, read exactly and strictly: no float, no rounding, no guess.

A number is written as in a protocol file (`5`, `0.1`, `1e3`, `1/3`), bare or with its unit. A yes/no is `yes`, `no`,
`true` or `false` in capitals or not; a category is written as the protocol writes it. An empty cell was not recorded.
Blanks around a text do not count.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from trialproof.model.complaint import did_you_mean
from trialproof.model.document import show
from trialproof.model.exact import parse_exact, plain
from trialproof.model.protocol import CategoryKind, NumberKind, Quantity, Recorded, YesNoKind
from trialproof.model.unit import PLAIN, Unit, UnknownUnit, parse_unit, ratio, say_amount
from trialproof.simulate.column import Column, extent, fault_of
from trialproof.simulate.table import Texts

NUMBER = r"[+-]?(?:[0-9]+/[0-9]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
BARE = re.compile(NUMBER)
WITH_UNIT = re.compile(rf"({NUMBER})\s*((?:[^\W\d]|[%°/{{]|10[*^]).*)")
COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
YES_NO = {"yes": True, "true": True, "no": False, "false": False}
REMEMBERED = 100_000
"""Beyond how many different texts of one column it begins anew."""


class BadCell(ValueError):
    """A cell that says nothing which can be recorded; its message continues the name of the column."""


def read_cell(quantity: Quantity, text: str, unit: Unit | None = None) -> Recorded | None:
    """Return what a cell says, a number in the quantity's own unit; None if nothing.

    `unit` is that of a bare number, the quantity's own by default. Raises `BadCell` for what cannot be read, and for a
    value outside its range, off its step, or among no categories.
    """
    text = text.strip()
    if not text:
        return None
    value: Recorded
    match quantity.kind:
        case NumberKind() as kind:
            value = _read_number(kind, text, unit or kind.unit)
        case CategoryKind(categories):
            value = text
            if text not in categories and (meant := did_you_mean(text, categories)):
                raise BadCell(f"{fault_of(quantity, text)}; did you mean `{meant}`?")
        case YesNoKind():
            answer = YES_NO.get(text.lower())
            if answer is None:
                raise BadCell(f"is {show(text)}, which is neither yes nor no")
            value = answer
    fault = fault_of(quantity, value)
    if fault is not None:
        as_written = not isinstance(value, Fraction) or text == plain(value)
        raise BadCell(fault if as_written else f"{fault}; the cell says {show(text)}")
    return value


def check_unit(quantity: Quantity, text: str) -> Unit:
    """Return the unit that a column's heading names. Raises `BadCell` unless it converts into the quantity's own."""
    if not isinstance(quantity.kind, NumberKind):
        raise BadCell(f"has no unit, and its column names {show(text)}")
    return _unit(quantity.kind, text)[0]


def _read_number(kind: NumberKind, text: str, unit: Unit) -> Fraction:
    """Return the number that a text says, in the unit of its kind."""
    amount = None if BARE.fullmatch(text) else WITH_UNIT.fullmatch(text)
    number = text if amount is None else amount[1]
    try:
        value = parse_exact(number)
    except ValueError as error:
        advice = "; write a decimal point" if COMMA.fullmatch(text) else ""
        raise BadCell(f"cannot be read: {error}{advice}") from None
    if amount is not None:
        return value * _unit(kind, amount[2].strip())[1]
    return value * (ratio(unit, kind.unit) or 1)


def _unit(kind: NumberKind, text: str) -> tuple[Unit, Fraction]:
    """Return a unit, and how many of the kind's own unit one of it is."""
    try:
        unit = parse_unit(text)
    except UnknownUnit as error:
        meant = f"; did you mean `{error.suggestion}`?" if error.suggestion else ""
        raise BadCell(f"cannot be read: {error}{meant}") from None
    factor = ratio(unit, kind.unit)
    if factor is None:
        own = "as a plain number" if kind.unit == PLAIN else f"in {say_amount(Fraction(2), kind.unit)[1:].strip()}"
        raise BadCell(f"is recorded {own}, and {show(text)} does not convert exactly into that")
    return unit, factor


@dataclass(slots=True)
class CellReader:
    """Reads the cells of one quantity, and remembers what a text said the last time.

    `missing` lists further texts that stand for what was not recorded.
    """

    quantity: Quantity
    unit: Unit | None = None
    missing: Collection[str] = ()
    _said: dict[str, Recorded | None] = field(default_factory=dict, repr=False)
    _wrong: dict[str, str] = field(default_factory=dict, repr=False)

    def read(self, texts: Texts) -> tuple[Column, list[tuple[int, str]]]:
        """Return a column, and the rows with a bad cell and what is wrong with it; these count as not recorded.

        Raises `TooManyBits` where the range leaves no room for the denominator that the values need.
        """
        if len(self._said) > REMEMBERED:
            self._said.clear()
            self._wrong.clear()
        values = [self._value(text) for text in texts.distinct]
        recorded = np.array([value is not None for value in values], np.bool_)[texts.codes]
        bad = [self._wrong.get(text) for text in texts.distinct]
        faults = []
        if any(bad):
            wrong = np.array([each is not None for each in bad])[texts.codes]
            faults = [(int(row), str(bad[texts.codes[row]])) for row in np.flatnonzero(wrong)]
        return Column(*self._coded(values, texts.codes, recorded)), faults

    def _coded(
        self, values: list[Recorded | None], codes: NDArray[np.intp], recorded: NDArray[np.bool_]
    ) -> tuple[NDArray[np.generic], NDArray[np.bool_], int]:
        match self.quantity.kind:
            case NumberKind(step=step):
                numbers = [Fraction(value or 0) for value in values]
                per = lcm(*{number.denominator for number in numbers}, step.denominator if step else 1)
                extent(self.quantity, per)
                whole = [number.numerator * (per // number.denominator) for number in numbers]
                return np.array(whole, np.int64)[codes], recorded, per
            case CategoryKind(categories):
                at = {category: position for position, category in enumerate(categories)}
                positions = [0 if value is None else at[str(value)] for value in values]
                return np.array(positions, np.min_scalar_type(len(categories)))[codes], recorded, 1
            case YesNoKind():
                return np.array([value is True for value in values], np.bool_)[codes], recorded, 1

    def _value(self, text: str) -> Recorded | None:
        if text in self._said:
            return self._said[text]
        try:
            value = None if text.strip() in self.missing else read_cell(self.quantity, text, self.unit)
        except BadCell as fault:
            value, self._wrong[text] = None, str(fault)
        self._said[text] = value
        return value

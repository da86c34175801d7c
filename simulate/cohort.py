"""A cohort: many patients as columns, and the carrier that evaluates a rule for all of them at once, exactly.

Numbers are int64 over a common denominator (`simulate.rational`). Whatever no column speaks of was not recorded. A
cohort is checked when it is built: every recorded value lies in its quantity's range, on its step, or among its
categories, because the proofs speak of such patients only and the headroom is derived from these ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import Condition, Relation
from trialproof.model.meaning import Meaning, Truth
from trialproof.model.patient import Patient
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Recorded, Selection
from trialproof.simulate import rational
from trialproof.simulate.column import BadCohort, Column, checked, column_of, extent, value_at
from trialproof.simulate.rational import Exact, Truths, Whole


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """So many patients as columns, by quantity; a quantity without a column was not recorded of anyone.

    Building one raises `BadCohort` for data that no patient can have, and `TooManyBits` for a range that is too wide
    for the denominator of its column. Arrays are taken over without a copy: do not write to them afterwards.
    """

    protocol: Protocol
    columns: Mapping[str, Column]
    size: int

    def __post_init__(self) -> None:
        for name in self.columns:
            if name not in self.protocol.quantities:
                raise BadCohort(name, "is not a quantity of the protocol")
        quantities = self.protocol.quantities
        columns = {name: checked(quantities[name], column, self.size) for name, column in self.columns.items()}
        object.__setattr__(self, "columns", columns)


def cohort_of(protocol: Protocol, patients: Iterable[Patient]) -> Cohort:
    """Return patients as a cohort; `BadCohort` for a value that the protocol does not allow."""
    records = [patient.as_dict() for patient in patients]
    for row, record in enumerate(records):
        for name in record:
            if name not in protocol.quantities:
                raise BadCohort(name, "is not a quantity of the protocol", row)
    columns = {
        name: column_of(quantity, [record.get(name) for record in records])
        for name, quantity in protocol.quantities.items()
    }
    return Cohort(protocol, columns, len(records))


def patients_of(cohort: Cohort) -> list[Patient]:
    """Return the patients of a cohort one by one, their values in the order of the protocol."""
    records: list[dict[str, Recorded]] = [{} for _ in range(cohort.size)]
    for name, quantity in cohort.protocol.quantities.items():
        column = cohort.columns.get(name)
        if column is not None:
            for row in np.flatnonzero(np.broadcast_to(column.recorded, cohort.size)):
                records[row][name] = value_at(quantity, column, int(row))
    return [Patient.of(record) for record in records]


class ManyPatients:
    """The carrier of a cohort under one reading of each sentence. What all patients share stays a single value."""

    def __init__(self, cohort: Cohort, selection: Selection) -> None:
        self._cohort = cohort
        self._columns = cohort.columns
        self._selection = selection

    def every(self, truths: Sequence[Truths], /) -> Truths:
        if any(truth is False for truth in truths):
            return False
        return _fold(np.logical_and, _columns(truths), empty=True)

    def some(self, truths: Sequence[Truths], /) -> Truths:
        if any(truth is True for truth in truths):
            return True
        return _fold(np.logical_or, _columns(truths), empty=False)

    def negate(self, truth: Truths, /) -> Truths:
        return not truth if isinstance(truth, bool) else np.logical_not(truth)

    def at_least(self, number: int, truths: Sequence[Truths], /) -> Truths:
        columns = _columns(truths)
        missing = number - sum(truth is True for truth in truths)
        if missing <= 0:
            return True
        if missing > len(columns):
            return False
        if missing == 1:
            return self.some(columns)
        if missing == len(columns):
            return self.every(columns)
        count = np.zeros(self._cohort.size, np.min_scalar_type(len(columns)))
        for column in columns:
            np.add(count, column, out=count)
        return np.greater_equal(count, missing)

    def constant(self, value: Fraction, /) -> Exact:
        return Exact.of(value)

    def recorded(self, quantity: str, /) -> Truths:
        return quantity in self._columns and self._columns[quantity].recorded

    def number(self, quantity: str, /) -> Exact:
        if quantity not in self._columns:
            return Exact.of(Fraction(0))
        column = self._columns[quantity]
        low, high = extent(self._cohort.protocol.quantities[quantity], column.per)
        top = Whole(column.values, low, high, frozenset({quantity})) if low < high else Whole.of(low)
        return Exact(top, Whole.of(column.per))

    def category(self, quantity: str, categories: tuple[str, ...], /) -> Truths:
        if quantity not in self._columns:
            return False
        kind, codes = self._cohort.protocol.quantities[quantity].kind, self._columns[quantity].values
        assert isinstance(kind, CategoryKind), quantity  # noqa: S101 - typing refused anything else
        wanted = [position for position, each in enumerate(kind.categories) if each in categories]
        return self.some([np.equal(codes, position) for position in wanted])

    def yes(self, quantity: str, /) -> Truths:
        return quantity in self._columns and self._columns[quantity].values

    def add(self, terms: Sequence[Exact], /) -> Exact:
        return reduce(rational.add, terms) if terms else Exact.of(Fraction(0))

    def multiply(self, left: Exact, right: Exact, /) -> Exact:
        return rational.multiply(left, right)

    def divide(self, numerator: Exact, denominator: Exact, /) -> Exact:
        return rational.divide(numerator, denominator)

    def floor(self, term: Exact, /) -> Exact:
        return rational.round_down(term)

    def choose(self, truth: Truths, then: Exact, otherwise: Exact, /) -> Exact:
        return rational.choose(truth, then, otherwise)

    def relate(self, left: Exact, relation: Relation, right: Exact, /) -> Truths:
        return rational.relate(left, relation, right)

    def reading(self, sentence: str, /) -> str:
        return self._selection[sentence]

    def chosen(self, sentence: str, reading: str, /) -> bool:
        return self._selection[sentence] == reading


def among(protocol: Protocol, cohort: Cohort, selection: Selection | None = None) -> Meaning[Truths, Exact]:
    """Return what the protocol's rules mean in a cohort, under the preferred readings unless told otherwise.

    The rules may be those of another version of the cohort's protocol. Raises `BadCohort` where the two versions
    record a quantity of the same name differently.
    """
    for name in cohort.columns.keys() & protocol.quantities.keys():
        mine, theirs = cohort.protocol.quantities[name].kind, protocol.quantities[name].kind
        units = {each.unit for each in (mine, theirs) if isinstance(each, NumberKind)}
        if type(mine) is not type(theirs) or len(units) > 1:
            raise BadCohort(name, "is recorded in one way by the cohort and in another by the protocol")
    return Meaning(protocol, ManyPatients(cohort, {**protocol.preferred, **(selection or {})}))


def spread(truth: Truths, size: int) -> NDArray[np.bool_]:
    """Return a truth as one bool for each patient; a column is returned as it is, so do not write to it."""
    return np.full(size, truth) if isinstance(truth, bool) else truth


def evaluate(
    protocol: Protocol, cohort: Cohort, condition: Condition, selection: Selection | None = None
) -> Truth[NDArray[np.bool_]]:
    """Return for each patient whether the condition holds and whether it fails; do not write to the arrays.

    Raises `TooManyBits` where an intermediate result could exceed 63 bits.
    """
    truth = among(protocol, cohort, selection).truth(condition)
    return Truth(spread(truth.holds, cohort.size), spread(truth.fails, cohort.size))


def _columns(truths: Sequence[Truths]) -> list[NDArray[np.bool_]]:
    return [truth for truth in truths if not isinstance(truth, bool)]


def _fold(connect: np.ufunc, columns: list[NDArray[np.bool_]], *, empty: bool) -> Truths:
    """Connect columns into one; a single one is returned as it is, and none is ever written to."""
    if not columns:
        return empty
    first, *rest = columns
    if not rest:
        return first
    folded: NDArray[np.bool_] = connect(first, rest[0])
    for each in rest[1:]:
        connect(folded, each, out=folded)
    return folded

"""One patient, and the plain evaluator: the carrier whose truths are bools and whose numbers are fractions.

It is the judge. Every patient that a solver proposes is replayed here before anyone sees it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from trialproof.model.condition import Relation
from trialproof.model.meaning import Meaning
from trialproof.model.protocol import Protocol, Recorded, Selection

RELATE: Mapping[Relation, Callable[[Fraction, Fraction], bool]] = {
    Relation.LT: operator.lt,
    Relation.LE: operator.le,
    Relation.EQ: operator.eq,
    Relation.NE: operator.ne,
    Relation.GE: operator.ge,
    Relation.GT: operator.gt,
}


@dataclass(frozen=True, slots=True)
class Patient:
    """What was recorded of one patient, in the order of the protocol; a quantity left out was not recorded."""

    values: tuple[tuple[str, Recorded], ...]

    @classmethod
    def of(cls, values: Mapping[str, Recorded | None]) -> Patient:
        """Build a patient from a mapping; None means not recorded."""
        return cls(tuple((name, value) for name, value in values.items() if value is not None))

    def __iter__(self) -> Iterator[tuple[str, Recorded]]:
        return iter(self.values)

    def as_dict(self) -> dict[str, Recorded]:
        """Return quantity name to recorded value."""
        return dict(self.values)


class OnePatient:
    """The carrier of one patient under one reading of each sentence."""

    def __init__(self, patient: Patient, selection: Selection) -> None:
        self._record = patient.as_dict()
        self._selection = selection

    def every(self, truths: Sequence[bool], /) -> bool:
        return all(truths)

    def some(self, truths: Sequence[bool], /) -> bool:
        return any(truths)

    def negate(self, truth: bool, /) -> bool:  # noqa: FBT001 - a carrier's truth is a bool here
        return not truth

    def at_least(self, number: int, truths: Sequence[bool], /) -> bool:
        return sum(truths) >= number

    def constant(self, value: Fraction, /) -> Fraction:
        return value

    def recorded(self, quantity: str, /) -> bool:
        return quantity in self._record

    def number(self, quantity: str, /) -> Fraction:
        value = self._record.get(quantity, Fraction(0))
        if isinstance(value, (str, bool)):
            raise TypeError(f"`{quantity}` is recorded as {value!r}, which is not a number")
        return Fraction(value)

    def category(self, quantity: str, categories: tuple[str, ...], /) -> bool:
        return self._record.get(quantity) in categories

    def yes(self, quantity: str, /) -> bool:
        return self._record.get(quantity) is True

    def add(self, terms: Sequence[Fraction], /) -> Fraction:
        return sum(terms, Fraction(0))

    def multiply(self, left: Fraction, right: Fraction, /) -> Fraction:
        return left * right

    def divide(self, numerator: Fraction, denominator: Fraction, /) -> Fraction:
        return numerator / denominator if denominator else Fraction(0)

    def floor(self, term: Fraction, /) -> Fraction:
        return Fraction(floor(term))

    def choose(self, truth: bool, then: Fraction, otherwise: Fraction, /) -> Fraction:  # noqa: FBT001
        return then if truth else otherwise

    def relate(self, left: Fraction, relation: Relation, right: Fraction, /) -> bool:
        return RELATE[relation](left, right)

    def reading(self, sentence: str, /) -> str:
        return self._selection[sentence]

    def chosen(self, sentence: str, reading: str, /) -> bool:
        return self._selection[sentence] == reading


def about(protocol: Protocol, patient: Patient, selection: Selection | None = None) -> Meaning[bool, Fraction]:
    """Return what the protocol's rules mean for one patient, under the preferred readings unless told otherwise."""
    chosen = {**protocol.preferred, **(selection or {})}
    return Meaning(protocol, OnePatient(patient, chosen))

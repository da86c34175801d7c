"""What to test a case report form with: patients just below, at and just above each value, and what to record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from trialproof.model.protocol import Protocol
from trialproof.reports.charting import NEEDS
from trialproof.reports.page.material import Material
from trialproof.reports.page.patients import Person, person
from trialproof.verify.finding import BoundaryPatients, MissingItem, Review
from trialproof.verify.missing import others_before


@dataclass(frozen=True, slots=True)
class Trial:
    """One row of the test plan: on which side of the value, what to enter, and what must come out.

    `person` is None where no such patient can be recorded, as `expected` says. `alone`: the patient differs from those
    on the other sides in this number only.
    """

    number: int
    where: str
    value: str
    expected: str
    person: Person | None
    alone: bool


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a decision compares something with, and its test patients."""

    decision: str
    term: str
    value: str
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the data sheet, and where it is needed, if that is known for some."""

    title: str
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """For whom (`always`, `for some`) which items must be recorded, after those that the decisions `before` need."""

    decision: str
    before: tuple[str, ...]
    needed: tuple[tuple[str, tuple[Item, ...]], ...]


@dataclass(frozen=True, slots=True)
class Charting:
    """The test plan, and the items."""

    tested: tuple[Value, ...]
    needs: tuple[Needs, ...]


def charting(material: Material) -> Charting | None:
    """Return the test plan; None where there is nothing to test."""
    values = tuple(_values(material.protocol, material.review))
    needs = tuple(_needs(material))
    return Charting(values, needs) if values or needs else None


def _values(protocol: Protocol, review: Review) -> Iterator[Value]:
    number = 0
    for found in review.boundary_patients:
        trials = tuple(_trials(protocol, found, number))
        number += len(trials)
        yield Value(found.decision, found.term, found.value, trials)


def _trials(protocol: Protocol, found: BoundaryPatients, number: int) -> Iterator[Trial]:
    for at, side in enumerate(found.sides, start=number + 1):
        shown = None if side.witness is None else person(protocol, side.witness)
        yield Trial(at, side.where, side.says, side.outcome, shown, side.alone)


def _needs(material: Material) -> Iterator[Needs]:
    protocol = material.protocol
    for name, mine in groupby(material.review.missing, key=lambda each: each.decision):
        items = list(mine)
        sorted_out = {need: tuple(_item(protocol, each) for each in items if each.need is need) for need in NEEDS}
        yield Needs(
            name,
            tuple(others_before(protocol, protocol.decisions[name], protocol.preferred)),
            tuple((NEEDS[need], found) for need, found in sorted_out.items() if found),
        )


def _item(protocol: Protocol, found: MissingItem) -> Item:
    return Item(protocol.quantities[found.quantity].title, found.where)

"""Patients as the page shows them: the fields that matter, and whatever else was recorded."""

from __future__ import annotations

from dataclasses import dataclass

from trialproof.model.protocol import Protocol
from trialproof.reports.people import say_value
from trialproof.verify.finding import Region, Witness


@dataclass(frozen=True, slots=True)
class Person:
    """One patient: (title, value) of the fields that matter, and of all others that were recorded."""

    fields: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """The fields that matter in one line."""
        return ", ".join(f"{title} {value}" for title, value in self.fields) or "any"


@dataclass(frozen=True, slots=True)
class Place:
    """A region: whom it holds, what becomes of them, the values it is pinned to, and one of them."""

    words: str
    outcome: str
    pinned: tuple[str, ...]
    person: Person


def person(protocol: Protocol, witness: Witness) -> Person:
    """Return a patient as shown."""
    values = witness.patient.as_dict()

    def said(name: str) -> str:
        if name in values:
            return say_value(protocol, name, values[name])
        return "does not apply" if name in witness.absent else "not recorded"

    titles = {name: each.title for name, each in protocol.quantities.items()}
    return Person(
        tuple((titles[name], said(name)) for name in witness.matters),
        tuple((titles[name], said(name)) for name in values if name not in witness.matters),
    )


def place(protocol: Protocol, region: Region) -> Place:
    """Return a region as shown."""
    words = region.words or ("whatever the values" if not region.terms else "")
    return Place(words, region.outcome, region.pinned, person(protocol, region.witness))

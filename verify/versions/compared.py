"""Two sets of patients, one of each version of a protocol, compared in one word.

The sets are those of whom a statement is so, among the patients whom both versions can record. *Same*: they are equal.
*Wider*: the new one holds all of the old and more; *narrower*: the other way round. *Moved*: somebody leaves and
somebody else comes. *Incomparable*: what the statements rest on is not one thing in both versions, or both versions
can record nobody. Whoever is shown is judged again by each version's own rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from trialproof.model.condition import Condition, Term
from trialproof.model.patient import Patient
from trialproof.model.protocol import Protocol
from trialproof.verify.canonical import canonical
from trialproof.verify.case import Case
from trialproof.verify.describe import witness
from trialproof.verify.finding import Witness
from trialproof.verify.properties import recordable
from trialproof.verify.replay import Disagreement, could_be_recorded, is_so
from trialproof.verify.solver import Unknown
from trialproof.verify.statement import About, Every, Fixed, Holds, Never, Statement
from trialproof.verify.versions.merged import Merged, Version, quantities_under


class Change(Enum):
    """What became of a set of patients. `undecided` is the tool's ignorance."""

    SAME = "same"
    WIDER = "wider"
    NARROWER = "narrower"
    MOVED = "moved"
    INCOMPARABLE = "incomparable"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of a set, somebody who left it, somebody who came, somebody who stayed, and why it is not known.

    Where nobody leaves, comes or stays, the set is empty in both versions: *same*, and about nobody.
    """

    change: Change
    leaving: Witness | None = None
    coming: Witness | None = None
    staying: Witness | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """One thing as both versions say it: in the merged protocol's names, and each in its own."""

    before: Condition
    after: Condition
    own_before: Condition
    own_after: Condition


def compare(case: Case, merged: Merged, sides: Sides) -> Compared:
    """Return what became of a set of patients."""
    reasons = merged.apart((sides.before, sides.after))
    if reasons:
        return Compared(Change.INCOMPARABLE, reason="; ".join(reasons))
    before, after = Holds(sides.before), Holds(sides.after)
    try:
        leaving = _somebody(case, before, Never(after))
        coming = _somebody(case, Never(before), after)
        staying = _somebody(case, before, after)
        if (leaving, coming, staying) == (None, None, None) and not somebody_at_all(case):
            return Compared(Change.INCOMPARABLE, reason="nobody can be recorded in both versions")
    except Unknown as unknown:
        return Compared(Change.UNDECIDED, reason=str(unknown))
    for patient, was, now in ((leaving, True, False), (coming, False, True), (staying, True, True)):
        if patient is not None:
            confirm(merged, patient)
            _agree(merged.old, patient, sides.own_before, expected=was)
            _agree(merged.new, patient, sides.own_after, expected=now)
    changes = {
        (False, False): Change.SAME,
        (False, True): Change.WIDER,
        (True, False): Change.NARROWER,
        (True, True): Change.MOVED,
    }
    shown = shown_of(case.protocol, (sides.before, sides.after))
    left, came, stayed = (
        None if each is None else witness(case, each, shown) for each in (leaving, coming, staying)
    )
    return Compared(changes[leaving is not None, coming is not None], left, came, stayed)


def somebody_at_all(case: Case) -> bool:
    """Return whether both versions can record anybody. Raises `Unknown`."""
    return case.possible(case.patients())(())


def confirm(merged: Merged, patient: Patient) -> None:
    """Raise `Disagreement` unless each version by itself could record the patient."""
    for version in (merged.old, merged.new):
        own = version.patient(patient)
        for name, value in own:
            if not could_be_recorded(version.protocol.quantities[name], value):
                raise Disagreement(f"the {version.which} version cannot record `{name}` as {value!r}")
        readings = Fixed.of(version.selection)
        if not is_so(version.protocol, About(recordable(version.protocol), own, readings)):
            raise Disagreement(f"the {version.which} version by itself cannot record {own}")


def _somebody(case: Case, *statements: Statement) -> Patient | None:
    return canonical(case, case.patients(), case.said(case.once(statements, lambda: Every(statements))))


def _agree(version: Version, patient: Patient, condition: Condition, *, expected: bool) -> None:
    own = version.patient(patient)
    if is_so(version.protocol, About(Holds(condition), own, Fixed.of(version.selection))) is not expected:
        raise Disagreement(f"the {version.which} version by itself does not confirm {condition} of {own}: {expected}")


def shown_of(protocol: Protocol, rules: Iterable[Condition | Term]) -> tuple[str, ...]:
    """Return the quantities that rules rest on, in the order of the protocol."""
    under = quantities_under(protocol, rules)
    return tuple(name for name in protocol.quantities if name in under)

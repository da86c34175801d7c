"""The last word on every patient a solver proposes: the plain evaluator, which knows nothing of solvers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from trialproof.model.meaning import Meaning
from trialproof.model.patient import OnePatient, Patient
from trialproof.model.protocol import CategoryKind, NumberKind, Protocol, Quantity, Recorded, Selection, YesNoKind
from trialproof.verify.statement import AnyPatient, AnyReading, Fixed, How, Statement, Who, judge


class Disagreement(AssertionError):
    """Two engines contradict each other: a defect of this program, never a finding. The run stops."""


def world(
    protocol: Protocol,
    patients: Mapping[AnyPatient, Patient] | None = None,
    readings: Mapping[AnyReading, Selection] | None = None,
) -> Callable[[Who, How], Meaning[bool, Fraction]]:
    """Return the meaning of the rules for concrete patients and readings, unknown ones replaced by those given."""
    known: dict[tuple[Who, How], Meaning[bool, Fraction]] = {}
    asked: dict[tuple[int, int], tuple[Who, How, Meaning[bool, Fraction]]] = {}

    def meaning(who: Who, how: How) -> Meaning[bool, Fraction]:
        same = asked.get((id(who), id(how)))  # to hash a whole patient takes longer than most answers
        if same is not None:
            return same[2]
        if (who, how) not in known:
            patient = (patients or {})[who] if isinstance(who, AnyPatient) else who
            selection = (readings or {})[how] if isinstance(how, AnyReading) else how.as_dict()
            known[who, how] = Meaning(protocol, OnePatient(patient, selection))
        asked[id(who), id(how)] = (who, how, known[who, how])
        return known[who, how]

    return meaning


def is_so(protocol: Protocol, *statements: Statement) -> bool:
    """Return whether all statements are so; they speak only of concrete patients under concrete readings."""
    return all(map(judging(protocol), statements))


def judging(protocol: Protocol) -> Callable[[Statement], bool]:
    """Return the question whether such a statement is so; what several have in common is worked out once."""
    known = world(protocol)
    return lambda statement: judge(statement, known, Patient(()), Fixed(()))


def replay(
    protocol: Protocol,
    statements: tuple[Statement, ...],
    patients: Mapping[AnyPatient, Patient],
    readings: Mapping[AnyReading, Selection],
) -> None:
    """Raise `Disagreement` unless the patients can be recorded and every statement is so of them."""
    for who, patient in patients.items():
        for name, value in patient:
            if not could_be_recorded(protocol.quantities[name], value, dense=who.dense):
                raise Disagreement(f"the solver recorded `{name}` as {value!r}, which the protocol does not allow")
    for how, selection in readings.items():
        if set(selection) != set(protocol.sentences):
            raise Disagreement(f"the solver left a sentence unread or read it twice in {how.name}: {dict(selection)}")
    known = world(protocol, patients, readings)
    for statement in statements:
        if not judge(statement, known, Patient(()), Fixed(())):
            raise Disagreement(f"the plain evaluator does not confirm {statement} of {patients} under {readings}")


def could_be_recorded(quantity: Quantity, value: Recorded, *, dense: bool = False) -> bool:
    """Return whether the value is one that the quantity can be recorded as (`dense`: steps do not matter)."""
    match quantity.kind:
        case NumberKind(lower, upper, _, step):
            if isinstance(value, (str, bool)) or not lower <= value <= upper:
                return False
            return dense or step is None or (value / step).denominator == 1
        case CategoryKind(categories):
            return value in categories
        case YesNoKind():
            return isinstance(value, bool)

"""Everyone: all patients of a finite protocol, one by one, and what the naive evaluator says of each.

Shares no code with what it checks: statements about patients are judged here a second time, from their words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from subprocess import Popen
from typing import Self, TypeAlias, assert_never
from unittest.mock import patch

from tests.agreement.naive import Naive, Opinion
from tests.verify.finite import values_of
from trialproof.model.condition import EVERYONE, Condition, Eligible, IfThen, Takes, Term
from trialproof.model.patient import Patient
from trialproof.model.protocol import Claim, Criterion, Decision, Protocol, Recorded, Selection
from trialproof.verify.finding import Review
from trialproof.verify.question import Question, Reply
from trialproof.verify.review import review
from trialproof.verify.solver import Solver
from trialproof.verify.statement import (
    About,
    AnyPatient,
    AtLeast,
    Every,
    Fails,
    Fixed,
    Holds,
    How,
    Never,
    ReadAs,
    Some,
    Statement,
    Who,
)
from trialproof.verify.worker import Office

Values: TypeAlias = "Callable[[str], Sequence[Recorded]]"


class Judge(Naive):
    """The naive evaluator, asked about each rule once."""

    def __init__(self, protocol: Protocol, patient: Patient, selection: Selection) -> None:
        super().__init__(protocol, patient, selection)
        self.patient = patient
        self._judged: dict[Condition, Opinion] = {}
        self._measured: dict[Term, Fraction | None] = {}

    def judge(self, condition: Condition) -> Opinion:
        if condition not in self._judged:
            self._judged[condition] = super().judge(condition)
        return self._judged[condition]

    def measure(self, term: Term) -> Fraction | None:
        if term not in self._measured:
            self._measured[term] = super().measure(term)
        return self._measured[term]

    def member(self, decision: Decision) -> bool:
        return self.judge(decision.population) is True

    def holding(self, decision: Decision) -> tuple[str, ...]:
        """Return the choices that hold."""
        taken = [each.name for each in decision.choices if self.judge(Takes(decision.name, each.name)) is True]
        return tuple(taken)

    def opinions(self, decision: Decision) -> tuple[Opinion, ...]:
        """Return for each choice whether the patient takes it."""
        return tuple(self.judge(Takes(decision.name, each.name)) for each in decision.choices)

    @property
    def recordable(self) -> bool:
        """Complete data, and no fact fails."""
        for name, quantity in self.protocol.quantities.items():
            applies = self.judge(quantity.applies_if)
            if not quantity.may_be_missing and applies is True and name not in self.record:
                return False
        return all(self.judge(fact.rule) is not False for fact in self.protocol.facts)


def everyone(
    protocol: Protocol, *selections: Selection, values: Values | None = None
) -> tuple[tuple[Judge, ...], ...]:
    """Return every patient who can be recorded, whatever the selection, judged under each selection in turn.

    A value stands in a record only where the quantity applies under one of the selections: what else stands there
    cannot matter.
    """
    possible = values or (lambda name: values_of(protocol.quantities[name]))
    found: list[tuple[Judge, ...]] = []
    for patient in _records(protocol, selections, possible, list(protocol.quantities), {}):
        judges = tuple(Judge(protocol, patient, selection) for selection in selections)
        if all(judge.recordable for judge in judges):
            found.append(judges)
    return tuple(found)


def _records(
    protocol: Protocol, selections: Sequence[Selection], values: Values, names: list[str], record: dict[str, Recorded]
) -> Iterator[Patient]:
    """Yield the records that begin so; a quantity applies or not by those before it."""
    if not names:
        yield Patient.of(record)
        return
    name, *rest = names
    quantity = protocol.quantities[name]
    so_far = [Naive(protocol, Patient.of(record), selection) for selection in selections]
    applies = any(each.judge(quantity.applies_if) is True for each in so_far)
    if not applies or quantity.may_be_missing:
        yield from _records(protocol, selections, values, rest, record)
    for value in values(name) if applies else ():
        yield from _records(protocol, selections, values, rest, {**record, name: value})


def alone(protocol: Protocol, selection: Selection | None = None, values: Values | None = None) -> list[Judge]:
    """Return every patient who can be recorded under one selection (the preferred one unless told otherwise)."""
    return [each for (each,) in everyone(protocol, selection or protocol.preferred, values=values)]


def is_so(statement: Statement, judge: Judge) -> bool:
    """Judge a statement about this one patient and these readings."""
    match statement:
        case Holds(condition):
            return judge.judge(condition) is True
        case Fails(condition):
            return judge.judge(condition) is False
        case Every(statements):
            return all(is_so(each, judge) for each in statements)
        case Some(statements):
            return any(is_so(each, judge) for each in statements)
        case Never(inner):
            return not is_so(inner, judge)
        case AtLeast(number, statements):
            return sum(is_so(each, judge) for each in statements) >= number
        case ReadAs(sentence, reading):
            return judge.selection[sentence] == reading
        case About(inner, who, how):
            return is_so(inner, _about(judge, who, how))
        case _:
            assert_never(statement)


def _about(judge: Judge, who: Who, how: How) -> Judge:
    patient = judge.patient if isinstance(who, AnyPatient) else who
    selection = how.as_dict() if isinstance(how, Fixed) else judge.selection
    return Judge(judge.protocol, patient, selection)


@dataclass(frozen=True)
class Fates:
    """The patients of a decision's population, and which of them have which fate."""

    members: list[Judge]
    gap: list[Judge]
    overlap: Mapping[tuple[str, ...], list[Judge]]
    undetermined: list[Judge]


def fates(people: Sequence[Judge], decision: Decision) -> Fates:
    """Sort a population by fate; overlaps by who clashes."""
    members = [each for each in people if each.member(decision)]
    by_fate = {fate: [each for each in members if each.fate(decision) == fate] for fate in FATES}
    clashes: dict[tuple[str, ...], list[Judge]] = {}
    for each in by_fate["overlap"]:
        clashes.setdefault(each.holding(decision), []).append(each)
    return Fates(members, by_fate["gap"], clashes, by_fate["undetermined"])


FATES = ("gap", "overlap", "settled", "undetermined")


def works(protocol: Protocol, decision: Decision, selection: Selection) -> bool:
    """Return whether the decision works under these readings, by looking at everybody."""
    members = [each for each in alone(protocol, selection) if each.member(decision)]
    settled = all(each.fate(decision) == "settled" for each in members)
    reached = {name for each in members for name in each.holding(decision)}
    return bool(members) and settled and reached == {choice.name for choice in decision.choices}


def eligible(judge: Judge) -> bool:
    return judge.judge(Eligible()) is True


def met(criterion: Criterion, judge: Judge) -> bool:
    """Return whether an inclusion criterion holds, or an exclusion criterion fails."""
    return judge.judge(criterion.rule) is (not criterion.excludes)


def meant_and_broken(claim: Claim, people: Iterable[Judge]) -> tuple[list[Judge], list[Judge]]:
    """Return of whom a claim speaks, and for whom of them it does not hold."""
    premise: Condition = EVERYONE
    conclusion = claim.rule
    if isinstance(claim.rule, IfThen):
        premise, conclusion = claim.rule.premise, claim.rule.conclusion
    meant = [each for each in people if each.judge(premise) is True]
    return meant, [each for each in meant if each.judge(conclusion) is not True]


class InProcess(Solver):
    """A solver without a process of its own: many small protocols in the time that one process takes to start."""

    def __init__(
        self, protocol: Protocol, *, seconds: float = 10.0, seed: int = 0, worker: Popen[bytes] | None = None
    ) -> None:
        super().__init__(protocol, seconds=seconds, seed=seed, worker=worker)
        self._office = Office(protocol)

    def __enter__(self) -> Self:
        """Start nothing: with a second thread about, the collector would free Z3's terms there, and Z3 would crash."""
        return self

    def beside(self, protocol: Protocol) -> InProcess:
        """Return a solver of another protocol that has no process either."""
        return InProcess(protocol, seconds=self._limits.seconds, seed=self._limits.seed)

    def _send(self, base: tuple[int, ...], further: tuple[int, ...], *, wanted: bool) -> Reply:
        new = tuple((at, self._statements[at]) for at in range(self._sent, len(self._statements)))
        self._sent = len(self._statements)
        return self._office.answer(Question(0, new, base, further, wanted, self._limits))


def reviewed(
    protocol: Protocol, *, select: Sequence[str] = (), ignore: Sequence[str] = (), seed: int = 0
) -> Review:
    """Run the checks without starting a process."""
    with patch("trialproof.verify.review.Solver", InProcess):
        return review(protocol, select=select, ignore=ignore, seed=seed)


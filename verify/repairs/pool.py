"""The test patients of a search for repairs: what an amended decision makes of all of them at once, without a solver.

Members of the decision's population, each replayed before they came in. A truth about all of them is an integer, one
bit for each, so that thousands of combinations of edits can be judged in the time of one question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.condition import AllOf, AnyOf, Condition, Not
from trialproof.model.meaning import Meaning
from trialproof.model.patient import Patient, about
from trialproof.model.protocol import Decision, Intent
from trialproof.verify.case import Case


@dataclass(slots=True)
class Bits:
    """Of which patients a condition holds and of which it fails, as far as they have been judged."""

    judged: int = 0
    holds: int = 0
    fails: int = 0


@dataclass(frozen=True, slots=True)
class Fate:
    """Of which patients a decision makes what; each is in exactly one of these."""

    gap: int
    overlap: int
    settled: int
    undetermined: int


class Pool:
    """Patients of one case, and of which of them conditions hold; equal conditions are judged once."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._people: list[Meaning[bool, Fraction]] = []
        self._known: set[Patient] = set()
        self._bits: dict[Condition, Bits] = {}
        self._identities: dict[int, tuple[Condition, Bits]] = {}

    @property
    def everybody(self) -> int:
        """All patients."""
        return (1 << len(self._people)) - 1

    def add(self, patient: Patient) -> bool:
        """Take a patient in; return whether they are new."""
        if patient in self._known:
            return False
        self._known.add(patient)
        self._people.append(about(self._case.protocol, patient, self._case.selection))
        return True

    def judge(self, condition: Condition) -> Bits:
        """Return of whom the condition holds and of whom it fails."""
        known = self._identities.get(id(condition))
        if known is None:
            known = self._identities[id(condition)] = (condition, self._bits.setdefault(condition, Bits()))
        bits = known[1]
        for at in range(bits.judged, len(self._people)):
            truth = self._people[at].truth(condition)
            bits.holds |= truth.holds << at
            bits.fails |= truth.fails << at
        bits.judged = len(self._people)
        return bits

    def distance(self, rule: Condition, patient: int) -> int:
        """Return how many clauses of a rule must change, or more, before the rule is judged otherwise of a patient."""
        match rule:
            case Not(operand):
                return self.distance(operand, patient)
            case AllOf(operands) if operands:
                against = sum(bool(self.judge(each).fails & patient) for each in operands)
            case AnyOf(operands) if operands:
                against = sum(bool(self.judge(each).holds & patient) for each in operands)
            case _:
                return 1
        return against or min(self.distance(each, patient) for each in operands)

    def takes(self, decision: Decision) -> list[tuple[int, int]]:
        """Return for each choice of a decision, which need not be one of the protocol, who takes it and who does not.

        So a choice is taken (`Takes` in model/condition.py).
        """
        found: list[tuple[int, int]] = []
        free, taken = self.everybody, 0
        for each in decision.choices:
            bits = self.judge(each.rule)
            if decision.intent is Intent.FIRST_MATCH:
                found.append((bits.holds & free, bits.fails | taken))
                free &= bits.fails
                taken |= bits.holds
            else:
                found.append((bits.holds, bits.fails))
        return found

    def fate(self, decision: Decision) -> Fate:
        """Return what the decision makes of everybody, by the definitions of docs/background/design.md, section 5."""
        everybody, takes = self.everybody, self.takes(decision)
        low, high = decision.bounds
        holding = [holds for holds, _ in takes]
        possible = [everybody & ~fails for _, fails in takes]
        gap = everybody & ~_at_least(low, possible, everybody)
        overlap = _at_least(high + 1, holding, everybody)
        settled = _at_least(low, holding, everybody) & ~_at_least(high + 1, possible, everybody)
        return Fate(gap, overlap, settled, everybody & ~(gap | overlap | settled))


def each_bit(bits: int) -> Iterator[int]:
    """Yield the single bits of which a number is made, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest
        bits ^= lowest


def _at_least(number: int, truths: Sequence[int], everybody: int) -> int:
    """Return of whom so many or more of the truths are so."""
    if number > len(truths):
        return 0
    counts = [everybody] + [0] * number
    for truth in truths:
        for at in range(number, 0, -1):
            counts[at] |= counts[at - 1] & truth
    return counts[number]

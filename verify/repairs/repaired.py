"""A decision with edits carried out: what is so of it, asked beside the protocol that it comes from.

The amended decision is not in the protocol that the solver knows. Statements about its choices are spelled out as
statements about its rules, so that one question can speak of the decision before and after.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from trialproof.model.condition import Condition, Readings, ReadTerm, Takes, descend
from trialproof.model.protocol import Criterion, Decision, Intent, Protocol
from trialproof.verify.case import Case
from trialproof.verify.properties import gap, overlap, settled, undetermined
from trialproof.verify.repairs.edits import Edit, amend, excluded
from trialproof.verify.statement import (
    About,
    AtLeast,
    Every,
    Fails,
    Holds,
    Never,
    Some,
    Statement,
    undetermined as neither,
)


@dataclass(frozen=True)
class Amended:
    """A decision before and after some edits; `out` says of a member that the edits exclude them."""

    before: Decision
    after: Decision
    edits: tuple[Edit, ...]

    @classmethod
    def of(cls, case: Case, decision: Decision, edits: Collection[Edit]) -> Amended:
        """Carry out edits of a decision."""
        return cls(decision, amend(decision, edits, case.selection), tuple(edits))

    @property
    def out(self) -> Statement:
        """The patient is excluded by the edits."""
        return Some(tuple(Holds(each) for each in excluded(self.edits)))

    @property
    def broken(self) -> Statement:
        """A member who does not get as many choices as intended, or is newly undetermined; be it as to eligibility."""
        after, doubtful = self.after, tuple(neither(each) for each in excluded(self.edits))
        undone = Every((self.now(undetermined(after)), Never(undetermined(self.before))))
        stranded = Some((self.now(gap(after)), self.now(overlap(after)), undone))
        return Some((*doubtful, Every((Never(self.out), stranded))))

    @property
    def moved(self) -> Statement:
        """A patient who was settled before gets another choice now, or is excluded."""
        return Every((settled(self.before), Some((self.out, self.changed))))

    @property
    def changed(self) -> Statement:
        """The patient takes a choice now and did not before, or the other way; or that was undetermined or is."""
        return differs(self.before, self.after)

    def reaches(self, choice: str) -> Statement:
        """A settled patient takes the choice now."""
        taken = Holds(Takes(self.after.name, choice))
        return Every((Never(self.out), self.now(settled(self.after)), self.now(taken)))

    def now(self, statement: Statement) -> Statement:
        """Return a statement about the decision, said of it as amended."""
        return spell_out(statement, self.after)

    def protocol(self, protocol: Protocol) -> Protocol:
        """Return the protocol with the amended decision in it; a sentence that was amended has one reading."""
        further = tuple(
            Criterion(_free_name(protocol, at), rule, excludes=True, place=self.before.place)
            for at, rule in enumerate(excluded(self.edits), start=1)
        )
        amended = replace(
            protocol,
            decisions={**protocol.decisions, self.after.name: self.after},
            exclusion=(*protocol.exclusion, *further),
        )
        gone = _sentences(protocol) - _sentences(amended)
        return replace(
            amended, sentences={name: each for name, each in protocol.sentences.items() if name not in gone}
        )


def left(protocol: Protocol, selection: Mapping[str, str]) -> dict[str, str]:
    """Return the selection without the sentences that a protocol no longer has."""
    return {name: reading for name, reading in selection.items() if name in protocol.sentences}


def differs(one: Decision, other: Decision) -> Statement:
    """Two decisions with the same choices make something else of the patient."""
    sides = [
        (spell_out(side(Takes(one.name, each.name)), one), spell_out(side(Takes(one.name, each.name)), other))
        for each in one.choices
        for side in (Holds, Fails)
    ]
    return Some(tuple(Some((Every((a, Never(b))), Every((b, Never(a))))) for a, b in sides))


def spell_out(statement: Statement, decision: Decision) -> Statement:
    """Return the statement with every choice of the decision replaced by the rules by which this one gives it."""
    match statement:
        case Holds(Takes(name, choice)) if name == decision.name:
            rule, earlier = _rules(decision, choice)
            return Every((Holds(rule), *(Fails(each) for each in earlier))) if earlier else Holds(rule)
        case Fails(Takes(name, choice)) if name == decision.name:
            rule, earlier = _rules(decision, choice)
            return Some((Fails(rule), *(Holds(each) for each in earlier))) if earlier else Fails(rule)
        case Never(inner):
            return Never(spell_out(inner, decision))
        case Every(inners):
            return Every(tuple(spell_out(each, decision) for each in inners))
        case Some(inners):
            return Some(tuple(spell_out(each, decision) for each in inners))
        case AtLeast(number, inners):
            return AtLeast(number, tuple(spell_out(each, decision) for each in inners))
        case About(inner, who, how):
            return About(spell_out(inner, decision), who, how)
        case _:
            return statement


def _rules(decision: Decision, choice: str) -> tuple[Condition, list[Condition]]:
    """Return a choice's own rule, and the rules that must fail because they come first."""
    names = [each.name for each in decision.choices]
    earlier = decision.choices[: names.index(choice)] if decision.intent is Intent.FIRST_MATCH else ()
    return decision.choice(choice).rule, [each.rule for each in earlier]


def _sentences(protocol: Protocol) -> set[str]:
    """Return the sentences with several readings of which the rules are made."""
    nodes = (node for rule in protocol.rules() for node in descend(rule))
    return {node.sentence for node in nodes if isinstance(node, (Readings, ReadTerm))}


def _free_name(protocol: Protocol, at: int) -> str:
    """Return a name that no criterion has."""
    taken = {each.id for each in protocol.criteria}
    name = f"new exclusion {at}"
    while name in taken:
        name = f"another {name}"
    return name

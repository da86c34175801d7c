"""What a decision makes of one patient, in words and as a statement about others to whom the same happens."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from trialproof.model.condition import Takes
from trialproof.model.meaning import Meaning
from trialproof.model.protocol import Decision
from trialproof.verify.statement import Every, Fails, Holds, Never, Statement


@dataclass(frozen=True, slots=True)
class Outcome:
    """The choices of a decision that hold for a patient, and those that are undetermined."""

    decision: str
    holding: tuple[str, ...]
    undetermined: tuple[str, ...]

    def __str__(self) -> str:
        certain = " and ".join(f"`{name}`" for name in self.holding)
        if not self.undetermined:
            return certain or "no choice"
        perhaps = " or ".join(f"`{name}`" for name in self.undetermined)
        return f"{certain}, perhaps {perhaps}" if certain else f"undetermined ({perhaps}?)"


def outcome_of(decision: Decision, meaning: Meaning[bool, Fraction]) -> Outcome:
    """Return what the decision makes of one patient."""
    truths = {each.name: meaning.truth(Takes(decision.name, each.name)) for each in decision.choices}
    return Outcome(
        decision.name,
        tuple(name for name, truth in truths.items() if truth.holds),
        tuple(name for name, truth in truths.items() if not truth.holds and not truth.fails),
    )


def same_outcome(decision: Decision, outcome: Outcome) -> Statement:
    """Return that a patient gets exactly this outcome."""
    statements: list[Statement] = []
    for each in decision.choices:
        takes = Takes(decision.name, each.name)
        if each.name in outcome.holding:
            statements.append(Holds(takes))
        elif each.name in outcome.undetermined:
            statements += [Never(Holds(takes)), Never(Fails(takes))]
        else:
            statements.append(Fails(takes))
    return Every(tuple(statements))

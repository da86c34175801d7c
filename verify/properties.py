"""The properties, by their exact definitions (docs/background/design.md, section 5).

Each is a statement about one patient under one reading of every sentence. For a patient of the decision's
population let *lo* be the number of choices that hold and *hi* the number that do not fail, and [a, b] the intent.
Then exactly one of these is so: gap (hi < a), overlap (lo > b), settled (a <= lo and hi <= b), undetermined (the
rest).
"""

from __future__ import annotations

from trialproof.model.condition import Known, Takes
from trialproof.model.protocol import Decision, Protocol, Quantity
from trialproof.verify.statement import AtLeast, Every, Fails, Holds, Never, Some, Statement


def recordable(protocol: Protocol) -> Statement:
    """Complete data, and every fact: whatever applies is recorded unless it may be missing, and no fact fails."""
    charted = [complete(each) for each in protocol.quantities.values() if not each.may_be_missing]
    return Every((*charted, *facts(protocol)))


def complete(quantity: Quantity) -> Statement:
    """The quantity is recorded, if it applies."""
    return Some((Never(Holds(quantity.applies_if)), Holds(Known(quantity.name))))


def facts(protocol: Protocol) -> list[Statement]:
    """No fact fails, one by one."""
    return [Never(Fails(fact.rule)) for fact in protocol.facts]


def member(decision: Decision) -> Statement:
    """The patient belongs to the decision's population."""
    return Holds(decision.population)


def gap(decision: Decision) -> Statement:
    """So many choices fail that the patient cannot get as many as intended: hi < a."""
    return Never(AtLeast(decision.bounds[0], _not_failing(decision)))


def overlap(decision: Decision) -> Statement:
    """More choices hold than intended: lo > b."""
    return AtLeast(decision.bounds[1] + 1, _holding(decision))


def settled(decision: Decision) -> Statement:
    """The patient gets as many choices as intended, whatever is undetermined: a <= lo and hi <= b."""
    low, high = decision.bounds
    return Every((AtLeast(low, _holding(decision)), Never(AtLeast(high + 1, _not_failing(decision)))))


def unsettled(decision: Decision) -> Statement:
    """Not settled: a gap, an overlap, or undetermined."""
    return Never(settled(decision))


def undetermined(decision: Decision) -> Statement:
    """Neither a gap, nor an overlap, nor settled: missing or inapplicable data leave the choice open."""
    return Every((Never(gap(decision)), Never(overlap(decision)), unsettled(decision)))


def reached(decision: Decision, choice: str) -> Statement:
    """A patient of the population takes the choice."""
    return Every((member(decision), Holds(Takes(decision.name, choice))))


def clash(decision: Decision, choices: tuple[str, ...]) -> Statement:
    """These choices hold, and no other does."""
    return Every(
        tuple(
            holds if choice.name in choices else Never(holds)
            for choice, holds in zip(decision.choices, _holding(decision), strict=True)
        )
    )


def _holding(decision: Decision) -> tuple[Statement, ...]:
    return tuple(Holds(Takes(decision.name, choice.name)) for choice in decision.choices)


def _not_failing(decision: Decision) -> tuple[Statement, ...]:
    return tuple(Never(Fails(Takes(decision.name, choice.name))) for choice in decision.choices)

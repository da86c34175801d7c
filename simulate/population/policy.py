"""What is done with patients whom a decision does not settle, and how what was done counts from then on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from trialproof.model.condition import Is, Known
from trialproof.model.place import BadInput
from trialproof.model.protocol import CategoryKind, Decision, Protocol, Quantity
from trialproof.simulate.assignment import Fate
from trialproof.simulate.cohort import Cohort, spread
from trialproof.simulate.column import Column
from trialproof.simulate.population.streams import Floats
from trialproof.simulate.rational import Truths
from trialproof.simulate.recut import changed
from trialproof.simulate.scenario.scenario import Handling, Policies, Policy

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
NONE = -1
"""The choice of who has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Settlement:
    """What C patients got of a decision: the position of their `choice`, or NONE, and who was `excluded`.

    Who has no choice and is not excluded is outside the decision's population, or is meant to have none. `by_rule` is
    what they got before any policy.
    """

    by_rule: Ints
    choice: Ints
    excluded: Flags


def by_rule(fate: Fate[Truths], size: int) -> Ints:
    """Return the position of the choice on which the rules alone settle each patient, or NONE.

    A choice is taken where it holds. Where at most one is intended, somebody may be settled without it being known
    whether he takes the one: he does not.
    """
    found, settled = np.full(size, NONE, np.int64), spread(fate.settled, size)
    for position, holds in reversed(list(enumerate(_holding(fate, size)))):
        found[settled & holds] = position
    return found


def settle(
    decision: Decision, fate: Fate[Truths], policies: Policies, asked: Flags, chances: Callable[[str], Floats]
) -> Settlement:
    """Return what the patients who are `asked` about [C] get, by the rules or else by policy.

    `chances` gives by decision a uniform for each patient. Raises `BadInput` where an investigator would have to choose
    among clashing choices of which none has a share.
    """
    size = len(asked)
    holds = _holding(fate, size)
    ruled = np.where(asked, by_rule(fate, size), NONE)
    choice = ruled.copy()
    excluded = np.zeros(size, np.bool_)
    everything = np.ones_like(holds)
    for unsettled, policy, among in (
        (fate.short, policies.gap, everything),
        (fate.crowded, policies.overlap, holds),
        (fate.undetermined, policies.undetermined, everything),
    ):
        whose = np.flatnonzero(spread(unsettled, size) & asked)
        if len(whose):
            match policy.handling:
                case Handling.EXCLUDE:
                    excluded[whose] = True
                case Handling.FIRST_LISTED:
                    choice[whose] = among[:, whose].argmax(axis=0)
                case Handling.INVESTIGATOR:
                    choice[whose] = _chosen(decision, policy, among[:, whose], chances(decision.name)[whose])
    return Settlement(ruled, choice, excluded)


def as_settled(
    protocol: Protocol, cohort: Cohort, decision: Decision, fate: Fate[Truths], settlement: Settlement
) -> tuple[Protocol, Cohort]:
    """Return protocol and cohort as they are once a decision has been taken, whoever took it.

    The decision is still there, and asked about as ever; but its choices are taken by those who got them. That is a
    category of its own in the cohort: for whoever was not settled it is not recorded, so that what asks for it is
    undetermined, as it is by the protocol's own meaning.
    """
    name = f"what became of {decision.name}"  # has blanks, as no name of a file does
    categories = (*(choice.name for choice in decision.choices), "")
    settled_without = spread(fate.settled, cohort.size) & (settlement.choice == NONE)
    got = np.where(settlement.choice == NONE, len(categories) - 1, settlement.choice)
    column = Column(got, (settlement.choice != NONE) | settled_without)
    taken = replace(
        decision,
        population=Known(name),
        choices=tuple(replace(choice, rule=Is(name, (choice.name,))) for choice in decision.choices),
    )
    extended = replace(
        protocol,
        quantities={**protocol.quantities, name: Quantity(name, CategoryKind(categories))},
        decisions={**protocol.decisions, decision.name: taken},
    )
    recording = replace(cohort.protocol, quantities={**cohort.protocol.quantities, name: extended.quantities[name]})
    return extended, changed(cohort, {name: column}, recording)


def _holding(fate: Fate[Truths], size: int) -> Flags:
    """Return which choices hold for whom [choices, C]."""
    return np.array([spread(truth.holds, size) for truth in fate.takes.values()])


def _chosen(decision: Decision, policy: Policy, among: Flags, u: Floats) -> Ints:
    """Return the choice of an investigator, by shares among those that are possible [choices, C]."""
    shares = np.array([policy.shares.get(choice.name, 0.0) for choice in decision.choices])
    cumulated = np.cumsum(shares[:, None] * among, axis=0)
    if (cumulated[-1] <= 0).any():
        first = among[:, int(np.argmin(cumulated[-1]))]
        names = " or ".join(f"`{each.name}`" for each, one in zip(decision.choices, first, strict=True) if one)
        raise BadInput(
            f"an investigator would have to choose {names} of `{decision.name}`, and none of them has a share",
            help="give one of them a share in the policy",
        )
    chosen: Ints = (cumulated < u * cumulated[-1]).sum(axis=0)
    return chosen

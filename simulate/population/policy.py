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
from trialproof.simulate.column import Column, pick
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
    none, position = np.ones(size, np.bool_), np.zeros(size, np.int16)
    for holds in _holding(fate, size):
        none &= ~holds
        position += none
    return pick(spread(fate.settled, size) & ~none, position, NONE).astype(np.int64)


def settle(
    decision: Decision, fate: Fate[Truths], policies: Policies, asked: Flags, chances: Callable[[str], Floats]
) -> Settlement:
    """Return what the patients who are `asked` about [C] get, by the rules or else by policy.

    `chances` gives by decision a uniform for each patient. Raises `BadInput` where an investigator would have to choose
    among clashing choices of which none has a share.
    """
    size = len(asked)
    ruled = pick(asked, by_rule(fate, size), NONE)
    choice = ruled.copy()
    excluded = np.zeros(size, np.bool_)
    everything = [np.ones(size, np.bool_)] * len(fate.takes)
    for unsettled, policy, possible in (
        (fate.short, policies.gap, everything),
        (fate.crowded, policies.overlap, _holding(fate, size)),
        (fate.undetermined, policies.undetermined, everything),
    ):
        whose = np.flatnonzero(spread(unsettled, size) & asked)
        if len(whose):
            among = np.array([holds[whose] for holds in possible])
            match policy.handling:
                case Handling.EXCLUDE:
                    excluded[whose] = True
                case Handling.FIRST_LISTED:
                    choice[whose] = among.argmax(axis=0)
                case Handling.INVESTIGATOR:
                    choice[whose] = _chosen(decision, policy, among, chances(decision.name)[whose])
    return Settlement(ruled, choice, excluded)


def taken(protocol: Protocol, decision: Decision) -> Protocol:
    """Return the protocol as it is once a decision has been taken, whoever took it.

    The decision is still there, and asked about as ever; but its choices are taken by those who got them. That is a
    category of its own (`with_choices`): for whoever was not settled it is not recorded, so that what asks for it is
    undetermined, as it is by the protocol's own meaning.
    """
    became = _what_became(decision)
    by_now = replace(
        decision,
        population=Known(became.name),
        choices=tuple(replace(choice, rule=Is(became.name, (choice.name,))) for choice in decision.choices),
    )
    return replace(
        protocol,
        quantities={**protocol.quantities, became.name: became},
        decisions={**protocol.decisions, decision.name: by_now},
    )


def with_choices(cohort: Cohort, decision: Decision, fate: Fate[Truths], settlement: Settlement) -> Cohort:
    """Return the cohort with what became of a decision, as its protocol is once it has been taken."""
    became = _what_became(decision)
    has_none = settlement.choice == NONE
    got = pick(~has_none, settlement.choice, len(decision.choices))
    column = Column(got, ~has_none | spread(fate.settled, cohort.size))
    recording = replace(cohort.protocol, quantities={**cohort.protocol.quantities, became.name: became})
    return changed(cohort, {became.name: column}, recording)


def _what_became(decision: Decision) -> Quantity:
    name = f"what became of {decision.name}"  # has blanks, as no name of a file does
    return Quantity(name, CategoryKind((*(choice.name for choice in decision.choices), "")))


def _holding(fate: Fate[Truths], size: int) -> list[Flags]:
    """Return which choices hold for whom, each [C]."""
    return [spread(truth.holds, size) for truth in fate.takes.values()]


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

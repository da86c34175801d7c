"""The decisions of the protocol, one after the other, for many patients: each sees what became of those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialproof.model.condition import Eligible
from trialproof.model.meaning import Meaning
from trialproof.model.protocol import Decision
from trialproof.simulate.assignment import fate_of
from trialproof.simulate.cohort import Cohort, among, spread
from trialproof.simulate.population.policy import NONE, Flags, Ints, as_settled, settle
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.population.streams import Floats
from trialproof.simulate.rational import Exact, Truths


@dataclass(frozen=True, slots=True, eq=False)
class Unsettled:
    """Whom of C patients a decision leaves in a gap, in an overlap or undetermined, before any policy.

    Only of the eligible whom no decision before it has cost the trial.
    """

    gap: Flags
    overlap: Flags
    undetermined: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """What became of C patients.

    `choice` gives by decision the position of the choice that each got, by the rules or else by policy, or NONE, and
    `by_rule` what the rules alone gave.
    `stranded` are the eligible whom a policy excludes, or for whom the decision of the arm is not meant. `meaning` is
    that of the protocol's rules after all this: `arm is X` holds for whoever got X, in whatever way.
    """

    eligible: Flags
    choice: Mapping[str, Ints]
    by_rule: Mapping[str, Ints]
    unsettled: Mapping[str, Unsettled]
    stranded: Flags
    meaning: Meaning[Truths, Exact]

    def holds(self, truth: Truths) -> Flags:
        """Return a truth as a flag for each patient."""
        return spread(truth, len(self.eligible))


def decide(
    setting: Setting, cohort: Cohort, decisions: Sequence[Decision], chances: Callable[[str], Floats]
) -> Decided:
    """Return what becomes of a cohort by these decisions, the first of which is that of the arm.

    `chances` gives by decision a uniform for each patient: what an investigator chooses by. Raises `BadInput` for a
    policy that cannot be carried out.
    """
    size, protocol = cohort.size, setting.protocol
    meaning = among(protocol, cohort, setting.selection)
    eligible = spread(meaning.truth(Eligible()).holds, size)
    choice: dict[str, Ints] = {}
    ruled: dict[str, Ints] = {}
    unsettled: dict[str, Unsettled] = {}
    stranded = np.zeros(size, np.bool_)
    for decision in decisions:
        name, asked = decision.name, eligible & ~stranded
        fate = fate_of(meaning, decision)
        left = [spread(each, size) & asked for each in (fate.short, fate.crowded, fate.undetermined)]
        unsettled[name] = Unsettled(*left)
        settlement = settle(decision, fate, setting.scenario.policies[name], asked, chances)
        choice[name], ruled[name] = settlement.choice, settlement.by_rule
        stranded = stranded | settlement.excluded
        if name == setting.arm.name:
            stranded |= asked & (settlement.choice == NONE)
        protocol, cohort = as_settled(protocol, cohort, decision, fate, settlement)
        meaning = among(protocol, cohort, setting.selection)
    return Decided(eligible, choice, ruled, unsettled, stranded, meaning)

"""The decisions of the protocol, one after the other, for many patients: each sees what became of those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialproof.model.protocol import Decision
from trialproof.simulate.cohort import Cohort
from trialproof.simulate.population.policy import NONE, Flags, Ints, settle, with_choices
from trialproof.simulate.population.rules import rules_of
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.population.streams import Floats
from trialproof.simulate.worksheet import Worksheet


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
    `stranded` are the eligible whom a policy excludes, or for whom the decision of the arm is not meant. `sheet` has
    what the rules say after all this: `arm is X` holds for whoever got X, in whatever way.
    """

    eligible: Flags
    choice: Mapping[str, Ints]
    by_rule: Mapping[str, Ints]
    unsettled: Mapping[str, Unsettled]
    stranded: Flags
    sheet: Worksheet


def decide(
    setting: Setting, cohort: Cohort, decisions: Sequence[Decision], chances: Callable[[str], Floats]
) -> Decided:
    """Return what becomes of a cohort by these decisions, which are the first ones of the setting, or all.

    `chances` gives by decision a uniform for each patient: what an investigator chooses by. Raises `BadInput` for a
    policy that cannot be carried out.
    """
    rules, sheet = rules_of(setting), Worksheet(cohort)
    eligible = sheet.flags(rules.eligible)
    choice: dict[str, Ints] = {}
    ruled: dict[str, Ints] = {}
    unsettled: dict[str, Unsettled] = {}
    stranded = np.zeros(cohort.size, np.bool_)
    for decision, written in zip(decisions, rules.fates, strict=False):
        name, asked = decision.name, eligible & ~stranded
        fate = sheet.fate(written)
        left = [sheet.flags(each) & asked for each in (written.short, written.crowded, written.undetermined)]
        unsettled[name] = Unsettled(*left)
        settlement = settle(decision, fate, setting.scenario.policies[name], asked, chances)
        choice[name], ruled[name] = settlement.choice, settlement.by_rule
        stranded = stranded | settlement.excluded
        if name == setting.arm.name:
            stranded |= asked & (settlement.choice == NONE)
        cohort = with_choices(cohort, decision, fate, settlement)
        sheet.continue_with(cohort)
    return Decided(eligible, choice, ruled, unsettled, stranded, sheet)

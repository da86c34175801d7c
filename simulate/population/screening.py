"""Screening: who the candidates are, which criteria they fail, and what arm and course they would get.

Everything is judged by the protocol's own meaning on the charted record (`simulate.assignment`), under the readings of
the simulation. The same is asked about the true values, and under each other reading of one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from trialproof.simulate.cohort import Cohort
from trialproof.simulate.column import pick
from trialproof.simulate.population.charting import charted
from trialproof.simulate.population.deciding import Decided, Unsettled, decide
from trialproof.simulate.population.people import true_values
from trialproof.simulate.population.policy import NONE, Flags, Ints, by_rule
from trialproof.simulate.population.quantiles import quantile
from trialproof.simulate.population.rules import rules_of
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.population.streams import Floats, Key, Purpose, block_of, uniforms
from trialproof.simulate.worksheet import Worksheet

AS_BEFORE = -2
"""The course of whom a decision leaves the one that he has."""
DECLINED, STRANDED, FIRST_CRITERION = 0, 1, 2
"""Bits of `failed`."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """C candidates, of one replication or of several, in the order in which they were asked for.

    `screening` is in minutes. `failed` has bit 2 + i for the i-th criterion that is not met, or undetermined; of those
    who meet all, bit 0 for who declines; of those who do not decline either, bit 1 for whom a policy excludes, or for
    whom the decision of the arm is not meant. `arm` and `true_arm` are positions among the choices of that decision,
    after policies: by the record, whether or not he then declines, and by what is true of him; `by_rule` is the arm by
    the record before any policy. NONE (-1) stands for whoever is not eligible, not settled or excluded. `unsettled` is
    by decision.

    `course` is a number among the deliveries of the scenario, or NONE; `imaging` the fraction with which a new scan is
    due, 0 for never; `factor` 1 for who gets the growth factor; `consolidation` cycles after irradiation. `queried`
    tells whose record had to be charted again; see `population.charting`.
    """

    replication: Ints
    number: Ints
    screening: Ints
    failed: Ints
    arm: Ints
    true_arm: Ints
    by_rule: Ints
    unsettled: Mapping[str, Unsettled]
    course: Ints
    imaging: Ints
    factor: Ints
    consolidation: Ints
    queried: Flags
    record: Cohort
    truth: Cohort

    @property
    def passed(self) -> Flags:
        """Who can be enrolled."""
        return np.equal(self.failed, 0)


def screen(setting: Setting, key: Key, replication: ArrayLike, number: ArrayLike) -> Candidates:
    """Return the candidates of these numbers and replications [C]; either may be a single one for all.

    Whatever is asked for along with a candidate makes no difference to him. Raises `BadInput` for one who breaks a fact
    of the protocol, and for a policy that cannot be carried out.
    """
    replications, numbers = (
        np.array(each, np.int64) for each in np.broadcast_arrays(np.atleast_1d(replication), np.atleast_1d(number))
    )
    truth = true_values(setting, key, replications, numbers)
    chart = charted(setting, key, truth, replications, numbers)
    chance = partial(_chance, key, replications, numbers)
    by_policy = partial(chance, Purpose.POLICY)
    rules = rules_of(setting)
    decided = decide(setting, chart.cohort, setting.decisions, by_policy)
    truly = decide(setting, truth, setting.decisions[:1], by_policy)
    declined = decided.eligible & (chance(Purpose.SCREENING, "consent") >= setting.scenario.accrual.consent)
    minutes = np.rint(quantile(setting.scenario.accrual.screening, chance(Purpose.SCREENING, "duration")))
    refused = [declined, decided.stranded & ~declined, *(~decided.sheet.flags(each) for each in rules.met)]
    course = _course(setting, decided)
    return Candidates(
        replication=replications,
        number=numbers,
        screening=np.maximum(minutes, 0).astype(np.int64),
        failed=as_bits(refused),
        arm=decided.choice[setting.arm.name],
        true_arm=truly.choice[setting.arm.name],
        by_rule=decided.by_rule[setting.arm.name],
        unsettled=decided.unsettled,
        course=course,
        imaging=_imaging(setting, decided, course),
        factor=_factor(setting, decided),
        consolidation=_consolidation(setting, decided),
        queried=chart.queried,
        record=chart.cohort,
        truth=truth,
    )


def arms_under(setting: Setting, record: Cohort) -> dict[tuple[str, str], Ints]:
    """Return by sentence and reading the arm [C] if that sentence alone were read so, before any policy.

    NONE stands for whoever is then not eligible, or not settled.
    """
    sheet = Worksheet(record)
    return {
        key: pick(sheet.flags(eligible), by_rule(sheet.fate(fate), record.size), NONE)
        for key, (eligible, fate) in rules_of(setting).otherwise.items()
    }


def _chance(key: Key, replication: Ints, number: Ints, purpose: Purpose, name: str) -> Floats:
    return uniforms(key, purpose, replication, number, 1, block=block_of(name))[:, 0]


def as_bits(flags: Sequence[Flags]) -> Ints:
    """Return columns of flags [C] as the bits of one number, the first as the lowest; there are at most 64."""
    bits = np.zeros(len(flags[0]), np.int64)
    for first in range(0, len(flags), 8):
        byte = np.zeros(len(bits), np.uint8)
        for place, each in enumerate(flags[first : first + 8]):
            byte |= each.view(np.uint8) * np.uint8(1 << place)
        bits |= byte.astype(np.int64) << first
    return bits


def _course(setting: Setting, decided: Decided) -> Ints:
    """The course of the prescription, or the one that takes its place."""
    course = np.full(len(decided.eligible), NONE, np.int64)
    treatment, courses = setting.scenario.treatment, setting.courses
    if treatment is None:
        return course
    for decision in setting.decisions:
        gives = [
            courses.get(choice.name, NONE)
            if treatment.prescription in (decision.name, choice.lowers)
            else AS_BEFORE
            for choice in decision.choices
        ]
        given = np.array((*gives, AS_BEFORE), np.int64)[decided.choice[decision.name]]  # NONE is the last
        course = pick(given == AS_BEFORE, course, given)
    return course


def _imaging(setting: Setting, decided: Decided, course: Ints) -> Ints:
    treatment = setting.scenario.treatment
    if treatment is None or treatment.imaging is None:
        return np.zeros(len(course), np.int64)
    due = np.array((*setting.imaging, 0), np.int64)[course]  # NONE is the last
    return pick(_is_for(setting, decided, treatment.imaging), due, 0)


def _factor(setting: Setting, decided: Decided) -> Ints:
    treatment = setting.scenario.treatment
    if treatment is None or treatment.growth_factor is None:
        return np.zeros(len(decided.eligible), np.int64)
    return _is_for(setting, decided, treatment.growth_factor.entry).astype(np.int64)


def _is_for(setting: Setting, decided: Decided, entry: str) -> Flags:
    return decided.sheet.flags(rules_of(setting).populations[entry])


def _consolidation(setting: Setting, decided: Decided) -> Ints:
    treatment = setting.scenario.treatment
    planned = {} if treatment is None or treatment.chemotherapy is None else treatment.chemotherapy.consolidation
    cycles = [planned.get(choice.name, 0) for choice in setting.arm.choices]
    return np.array((*cycles, 0), np.int64)[decided.choice[setting.arm.name]]  # NONE is the last

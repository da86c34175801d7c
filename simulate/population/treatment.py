"""What chance decides about the treatment of those who may be enrolled: lengths of time, absences, low counts, leaving.

Lengths are whole minutes, the nearest, and at least one. Each draw has a name and owns its numbers, so that a change of
one part of a scenario leaves the others as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Protocol as Interface

import numpy as np
from numpy.typing import ArrayLike

from trialproof.simulate.population.policy import Flags, Ints
from trialproof.simulate.population.quantiles import quantile
from trialproof.simulate.population.screening import Candidates
from trialproof.simulate.population.setting import Setting
from trialproof.simulate.population.streams import Floats, Key, Purpose, block_of, uniforms
from trialproof.simulate.population.tabulated import multiples
from trialproof.simulate.scenario.distribution import Distribution
from trialproof.simulate.scenario.scenario import MINUTES_A_DAY, Scenario, Support, Treatment
from trialproof.simulate.trial.contract import CYCLES, NEVER, NO_SHOWS

SITE_BITS = 16
"""A patient number is the site's, shifted by so many bits, and a sequence."""


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """The uniforms of E enrolments."""

    key: Key
    replication: Ints
    patient: Ints

    def __call__(self, name: str, count: int) -> Floats:
        """Return so many uniforms of each for a name [E, count]."""
        return uniforms(self.key, Purpose.TREATMENT, self.replication, self.patient, count, block=block_of(name))

    def of(self, rows: Ints) -> Chances:
        """Return those of some of them."""
        return Chances(self.key, self.replication[rows], self.patient[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Enrolments:
    """E candidates who may be enrolled, in order of (replication, patient), with the columns of `contract.Draws`."""

    replication: Ints
    patient: Ints
    course: Ints
    imaging: Ints
    factor: Ints
    consolidation: Ints
    outlining: Ints
    planning: Ints
    checking: Ints
    reoutlining: Ints
    replanning: Ints
    drop: Ints
    no_show: Ints
    infusion: Ints
    low: Ints
    delay: Ints


def treat(setting: Setting, key: Key, candidates: Candidates, chosen: ArrayLike) -> Enrolments:
    """Return the treatment of some candidates, given by their positions.

    Of a scenario without treatment, nobody has a course, and nothing else matters.
    """
    positions = np.asarray(chosen, np.int64).reshape(-1)
    order = candidates.replication[positions].astype(np.uint64) << np.uint64(32)
    positions = positions[np.argsort(order | candidates.number[positions].astype(np.uint64))]
    replication, patient = candidates.replication[positions], candidates.number[positions]
    size, factor = len(positions), candidates.factor[positions]
    columns: dict[str, Ints] = {}
    treatment = setting.scenario.treatment
    if treatment is None:
        lengths = ("outlining", "planning", "checking", "reoutlining", "replanning")
        columns |= {name: np.ones(size, np.int64) for name in lengths}
        columns |= {"drop": np.full(size, NEVER), "no_show": np.full((size, NO_SHOWS), NEVER)}
        columns |= {name: np.zeros((size, CYCLES), np.int64) for name in ("infusion", "low", "delay")}
    else:
        chances = Chances(key, replication, patient)
        columns |= _preparation(treatment, chances)
        columns["drop"] = _drop(treatment, columns, factor == 1, chances)
        columns["no_show"] = absences(treatment.fractions.no_show, chances("no show", NO_SHOWS))
        columns["infusion"] = _infusion(setting.scenario, treatment, patient, chances)
        columns |= _low_counts(treatment, factor == 1, chances)
    return Enrolments(
        replication=replication,
        patient=patient,
        course=candidates.course[positions],
        imaging=candidates.imaging[positions],
        factor=factor,
        consolidation=candidates.consolidation[positions],
        **columns,
    )


def absences(probability: float, u: Floats) -> Ints:
    """Return which attempts [E, N] fail, ascending, if each fails with this probability; NEVER where none does.

    The number of attempts up to the next failure is geometric: floor(log(1 - u) / log(1 - probability)) + 1.
    """
    if probability <= 0:
        return np.full(u.shape, NEVER)
    gaps = np.floor(np.log1p(-u) / np.log1p(-probability)) + 1 if probability < 1 else np.ones(u.shape)
    attempts: Floats = np.cumsum(np.minimum(gaps, NEVER), axis=1)
    return np.minimum(attempts, NEVER).astype(np.int64)


def whole_minutes(distribution: Distribution, u: Floats) -> Ints:
    """Return lengths of time in whole minutes, at least one."""
    minutes = multiples(distribution, u.reshape(-1), 1.0, -inf, inf).reshape(u.shape)
    return np.maximum(minutes, 1).astype(np.int64)


def _preparation(treatment: Treatment, chances: Chances) -> dict[str, Ints]:
    preparation = treatment.preparation
    lengths = {
        "outlining": preparation.outlining,
        "planning": preparation.planning,
        "checking": preparation.checking,
        "reoutlining": preparation.reoutlining,
        "replanning": preparation.replanning,
    }
    return {name: whole_minutes(each, chances(name, 1)[:, 0]) for name, each in lengths.items()}


def _drop(treatment: Treatment, prepared: dict[str, Ints], factor: Flags, chances: Chances) -> Ints:
    """When, after enrolment, who leaves.

    Who leaves before the first fraction does so at a moment within the least time that preparation takes.
    """
    toxicity = treatment.toxicity
    before, when_before, during, when_during = chances("leaving", 4).T
    shortest = treatment.preparation.scan + prepared["outlining"] + prepared["planning"] + prepared["checking"]
    early = np.maximum(np.floor(when_before * shortest), 1).astype(np.int64)
    late = whole_minutes(toxicity.leaving, when_during)
    leaves = during < _by_support(treatment, factor, lambda support: support.dropout)
    return np.where(before < toxicity.before_start, early, np.where(leaves, late, NEVER))


def _infusion(scenario: Scenario, treatment: Treatment, patient: Ints, chances: Chances) -> Ints:
    """Minutes of each infusion, none longer than the day unit of the patient's department is open."""
    size = len(patient)
    if treatment.chemotherapy is None:
        return np.zeros((size, CYCLES), np.int64)
    minutes = whole_minutes(treatment.chemotherapy.infusion, chances("infusion", CYCLES))
    open_for = [scenario.departments[site.department].infusion_hours.minutes for site in scenario.accrual.sites]
    return np.minimum(minutes, np.array(open_for, np.int64)[patient >> SITE_BITS, None])


def _low_counts(treatment: Treatment, factor: Flags, chances: Chances) -> dict[str, Ints]:
    """Low counts of each cycle, with the days of interruption, and whether the next cycle is put off because of it."""
    low = chances("neutropenia", CYCLES) < _by_support(treatment, factor, lambda support: support.neutropenia)[:, None]
    found = low.astype(np.int64)
    whose = np.flatnonzero(low.any(axis=1))
    low, factor, chances = low[whose], factor[whose], chances.of(whose)
    interrupts = _by_support(treatment, factor, lambda support: support.interruption)[:, None]
    delays = _by_support(treatment, factor, lambda support: support.delay)[:, None]
    interrupted = np.flatnonzero(low & (chances("interrupted", CYCLES) < interrupts))
    u = chances("interruption", CYCLES).take(interrupted)
    lost, delayed = np.zeros(low.size, np.int64), np.zeros_like(found)
    lost[interrupted] = np.maximum(np.rint(quantile(treatment.toxicity.interruption, u) / MINUTES_A_DAY), 1)
    found[whose] += lost.reshape(low.shape)
    delayed[whose] = low & (chances("put off", CYCLES) < delays)
    return {"low": found, "delay": delayed}


class _Share(Interface):
    def __call__(self, support: Support, /) -> float: ...


def _by_support(treatment: Treatment, factor: Flags, share: _Share) -> Floats:
    return np.where(factor, share(treatment.toxicity.with_factor), share(treatment.toxicity.without))

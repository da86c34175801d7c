"""Figures of the arms: their sizes, how alike they are, and whose arm hangs on an error of measurement."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np

from trialproof.simulate.results.known import Known, counts_of, known, share_of, sums_of
from trialproof.simulate.results.metric import Column, Figures, Kind, Metric
from trialproof.simulate.results.moments import Floats
from trialproof.simulate.results.records import Records
from trialproof.simulate.trial.calendar import Ints

METRICS = (
    Metric("arm_count", "patients", "patients enrolled in an arm", of=("arm",)),
    Metric("arm_share", "", "arm_count / enrolled; none where nobody is enrolled", of=("arm",)),
    Metric(
        "arm_excess", "patients", "arm_count - enrolled / number of arms", of=("arm",), kind=Kind.SIGNED
    ),
    Metric("arm_imbalance", "patients", "largest arm_count - smallest arm_count"),
    Metric(
        "balance",
        "sd",
        "standardised difference of the enrolled, as charted, between the first arm named and the second: "
        "(m1 - m2) / sqrt((v1 + v2) / 2) with means m and variances v (n - 1 below), or with m = p and v = p (1 - p) "
        "for a yes/no or a category; none with fewer than two recorded values in an arm, or v1 + v2 = 0 "
        "(Austin, Statistics in Medicine 28 (2009) 3083-3107)",
        of=("quantity", "arms"),
        kind=Kind.SIGNED,
    ),
    Metric("misassigned", "patients", "enrolled patients whose true values ask for another arm, or for none"),
    Metric("misassigned_share", "", "misassigned / enrolled; none where nobody is enrolled"),
)  # fmt: skip


def figures(records: Records) -> Figures:
    """Yield the figures of the arms."""
    arms, size, enrolled = records.names.arms, records.size, records.enrolled
    number = counts_of(enrolled.replication, size)
    counts = counts_of(enrolled.replication * len(arms) + enrolled.arm, size * len(arms)).reshape(size, len(arms))
    for at, arm in enumerate(arms):
        yield Column("arm_count", (arm,)), known(counts[:, at])
        yield Column("arm_share", (arm,)), share_of(counts[:, at], number)
        yield Column("arm_excess", (arm,)), known(counts[:, at] - number / len(arms))
    yield Column("arm_imbalance"), known(counts.max(axis=1) - counts.min(axis=1))
    yield from _balance(records)
    wrong = counts_of(enrolled.replication[records.screened.true_arm[enrolled.candidate] != enrolled.arm], size)
    yield Column("misassigned"), known(wrong)
    yield Column("misassigned_share"), share_of(wrong, number)


def _balance(records: Records) -> Figures:
    arms, enrolled = records.names.arms, records.enrolled
    group = enrolled.replication * len(arms) + enrolled.arm
    for name, covariate in records.screened.covariates.items():
        values, there = covariate.values[enrolled.candidate], covariate.recorded[enrolled.candidate]
        found = spread_of(group[there], values[there], records.size * len(arms), share=covariate.share)
        for one, other in combinations(range(len(arms)), 2):
            difference = standardised(found.part(one, len(arms)), found.part(other, len(arms)))
            yield Column("balance", (name, f"{arms[one]}-{arms[other]}")), difference


class Spread(NamedTuple):
    """By group: how many values there are, their mean and variance; of zeros and ones p (1 - p), else with n - 1."""

    size: Ints
    mean: Floats
    variance: Floats

    def part(self, first: int, step: int) -> Spread:
        """Return some groups: the first, and then one in so many."""
        return Spread(self.size[first::step], self.mean[first::step], self.variance[first::step])


def spread_of(group: Ints, values: Floats, groups: int, *, share: bool) -> Spread:
    """Return the spread of each of so many groups; `group` tells of which one a value is.

    Values are taken from the last one of their group, so that values which are all alike have no variance at all.
    """
    size = counts_of(group, groups)
    origin = np.zeros(groups)
    origin[group] = values
    beyond = values - origin[group]
    mean = sums_of(group, beyond, groups) / np.maximum(size, 1)
    squares = sums_of(group, (beyond - mean[group]) ** 2, groups)
    return Spread(size, origin + mean, squares / np.maximum(size if share else size - 1, 1))


def standardised(one: Spread, other: Spread) -> Known:
    """Return the standardised differences between groups."""
    pooled = (one.variance + other.variance) / 2
    there = (np.minimum(one.size, other.size) >= 2) & (pooled > 0)
    difference = one.mean - other.mean
    return Known(np.divide(difference, np.sqrt(pooled), out=np.zeros(len(there)), where=there), there)

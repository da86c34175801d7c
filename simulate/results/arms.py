"""Figures of the arms: their sizes, how alike they are, and whose arm hangs on an error of measurement."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from trialproof.simulate.results.metric import Column, Figures, Kind, Metric
from trialproof.simulate.results.moments import Floats
from trialproof.simulate.results.record import Covariate, Record, share_of

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


def figures(record: Record) -> Figures:
    """Yield the figures of the arms."""
    arms = record.names.arms
    enrolled = len(record.enrolled)
    counts = np.bincount(record.arm, minlength=len(arms)).tolist()
    for arm, count in zip(arms, counts, strict=True):
        yield Column("arm_count", (arm,)), count
        yield Column("arm_share", (arm,)), share_of(count, enrolled)
        yield Column("arm_excess", (arm,)), count - enrolled / len(arms)
    yield Column("arm_imbalance"), max(counts) - min(counts)
    yield from _balance(record)
    wrong = int(np.count_nonzero(record.screened.true_arm[record.candidates] != record.arm))
    yield Column("misassigned"), wrong
    yield Column("misassigned_share"), share_of(wrong, enrolled)


def _balance(record: Record) -> Figures:
    arms = record.names.arms
    for name, covariate in record.screened.covariates.items():
        charted = Covariate(covariate.values[record.candidates], covariate.recorded[record.candidates], covariate.share)
        groups = [charted.values[(record.arm == arm) & charted.recorded] for arm in range(len(arms))]
        for one, other in combinations(range(len(arms)), 2):
            difference = standardised(groups[one], groups[other], share=covariate.share)
            yield Column("balance", (name, f"{arms[one]}-{arms[other]}")), difference


def standardised(one: Floats, other: Floats, *, share: bool) -> float | None:
    """Return the standardised difference of two groups; of zeros and ones if `share`. None where there is none."""
    if min(len(one), len(other)) < 2:
        return None
    below = 0 if share else 1
    pooled = float(one.var(ddof=below) + other.var(ddof=below)) / 2
    return float(one.mean() - other.mean()) / float(np.sqrt(pooled)) if pooled > 0 else None

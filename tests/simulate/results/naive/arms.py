"""Figures of the arms."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import sqrt

from tests.simulate.results.naive.history import Trial
from tests.simulate.results.naive.numbers import Number, how_many, mean, quotient


def figures(trial: Trial) -> dict[str, Number]:
    counts = [arm_count(trial, arm) for arm in range(len(trial.names.arms))]
    enrolled, wrong = len(trial.patients), misassigned(trial)
    found: dict[str, Number] = {}
    for name, count in zip(trial.names.arms, counts, strict=True):
        found[f"arm_count.{name}"] = count
        found[f"arm_share.{name}"] = quotient(count, enrolled)
        found[f"arm_excess.{name}"] = count - Fraction(enrolled, len(counts))
    found["arm_imbalance"] = max(counts) - min(counts)
    for quantity in trial.screened.covariates:
        for one, other in combinations(range(len(counts)), 2):
            pair = f"{trial.names.arms[one]}-{trial.names.arms[other]}"
            found[f"balance.{quantity}.{pair}"] = balance(trial, quantity, one, other)
    found["misassigned"] = wrong
    found["misassigned_share"] = quotient(wrong, enrolled)
    return found


def arm_count(trial: Trial, arm: int) -> int:
    """Patients enrolled in an arm."""
    return how_many(patient.arm == arm for patient in trial.patients)


def balance(trial: Trial, quantity: str, one: int, other: int) -> float | None:
    """Standardised difference of the enrolled, as charted: (m1 - m2) / sqrt((v1 + v2) / 2) with means m and variances
    v (n - 1 below), or with m = p and v = p (1 - p) for a yes/no or a category; none with fewer than two recorded
    values in an arm, or v1 + v2 = 0."""
    is_share = trial.screened.covariates[quantity].share
    first, second = charted(trial, quantity, one), charted(trial, quantity, other)
    if len(first) < 2 or len(second) < 2:
        return None
    both = variance(first, is_share=is_share) + variance(second, is_share=is_share)
    difference = sum(first) / len(first) - sum(second) / len(second)
    return float(difference) / sqrt(both / 2) if both else None


def charted(trial: Trial, quantity: str, arm: int) -> list[Fraction]:
    """What was recorded of those who were enrolled in an arm, exactly."""
    covariate = trial.screened.covariates[quantity]
    places = [patient.candidate.at for patient in trial.patients if patient.arm == arm]
    return [Fraction(float(covariate.values[at])) for at in places if covariate.recorded[at]]


def variance(values: list[Fraction], *, is_share: bool) -> Fraction:
    centre = mean(values)
    assert centre is not None
    if is_share:
        return centre * (1 - centre)
    return sum(((value - centre) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


def misassigned(trial: Trial) -> int:
    """Enrolled patients whose true values ask for another arm, or for none."""
    return how_many(int(trial.screened.true_arm[patient.candidate.at]) != patient.arm for patient in trial.patients)

"""Figures of accrual."""

from __future__ import annotations

from fractions import Fraction

from tests.simulate.results.naive.history import DAY, Trial
from tests.simulate.results.naive.numbers import Number, how_many

MONTH = Fraction("365.25") / 12


def figures(trial: Trial) -> dict[str, Number]:
    reached = reached_after(trial)
    return {
        "enrolled": len(trial.patients),
        **{f"enrolled_at.{name}": enrolled_at(trial, site) for site, name in enumerate(trial.names.sites)},
        **{f"enrolled_by.{month}": enrolled_by(trial, month) for month in months(trial)},
        "target_reached": 0 if reached is None else 1,
        "duration": trial.horizon if reached is None else min(reached, Fraction(trial.horizon)),
        "duration_if_reached": reached,
    }


def enrolled_at(trial: Trial, site: int) -> int:
    """Patients enrolled at a site."""
    return how_many(patient.site == site for patient in trial.patients)


def months(trial: Trial) -> list[int]:
    """The numbers of the months of 365.25 / 12 days that are over at the horizon."""
    return list(range(1, int(trial.horizon / MONTH) + 1))


def enrolled_by(trial: Trial, month: int) -> int:
    """Patients enrolled in the first so many months of 365.25 / 12 days."""
    return how_many(Fraction(patient.enrolled.minute, DAY) < month * MONTH for patient in trial.patients)


def reached_after(trial: Trial) -> Fraction | None:
    """T: the days from the beginning to the enrolment that reached the target."""
    minutes = sorted(patient.enrolled.minute for patient in trial.patients)
    return Fraction(minutes[trial.world.target - 1], DAY) if len(minutes) >= trial.world.target else None

"""Figures of accrual: how many are enrolled, by when, where, and how long it takes."""

from __future__ import annotations

import numpy as np

from trialproof.simulate.results.metric import Column, Figures, Kind, Metric
from trialproof.simulate.results.record import Record
from trialproof.simulate.trial.contract import DAY, L_ENROLLED

MONTH = 43_830
"""A twelfth of 365.25 days, in minutes."""

METRICS = (
    Metric("enrolled", "patients", "patients enrolled before the horizon"),
    Metric("enrolled_at", "patients", "patients enrolled at a site", of=("site",)),
    Metric(
        "enrolled_by", "patients", "patients enrolled in the first so many months of 365.25 / 12 days", of=("month",)
    ),
    Metric(
        "target_reached", "", "1 if the target was reached before the horizon, else 0", kind=Kind.PROPORTION
    ),
    Metric("duration", "days", "min(T, horizon) with T from the beginning to the enrolment that reached the target"),
    Metric("duration_if_reached", "days", "T, over the replications that reached the target"),
)  # fmt: skip


def figures(record: Record) -> Figures:
    """Yield the figures of accrual."""
    world = record.world
    minutes = record.rows(L_ENROLLED)[:, 0]
    sites = np.bincount(record.enrolled >> 16, minlength=len(record.names.sites))
    horizon = world.calendar.days
    reached = len(minutes) >= world.target
    closed = float(minutes[world.target - 1] / DAY) if reached else None
    yield Column("enrolled"), len(minutes)
    yield Column("target_reached"), int(reached)
    yield Column("duration"), horizon if closed is None else closed
    yield Column("duration_if_reached"), closed
    for site, number in zip(record.names.sites, sites.tolist(), strict=True):
        yield Column("enrolled_at", (site,)), number
    ends = np.arange(1, horizon * DAY // MONTH + 1) * MONTH
    for month, number in enumerate(np.searchsorted(minutes, ends).tolist(), 1):
        yield Column("enrolled_by", (str(month),)), number

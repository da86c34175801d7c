"""Figures of accrual: how many are enrolled, by when, where, and how long it takes."""

from __future__ import annotations

import numpy as np

from trialproof.simulate.accrual.enrolment import SITE_BITS
from trialproof.simulate.results.known import Known, counts_of, known
from trialproof.simulate.results.metric import Column, Figures, Kind, Metric
from trialproof.simulate.results.records import Records
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


def figures(records: Records) -> Figures:
    """Yield the figures of accrual."""
    world, size = records.world, records.size
    rows, sites = records.rows(L_ENROLLED), len(records.names.sites)
    enrolled = counts_of(rows.replication, size)
    reached = enrolled >= world.target
    last = np.cumsum(enrolled) - enrolled + world.target - 1
    closed = np.zeros(size)
    closed[reached] = rows.minute[last[reached]] / DAY
    yield Column("enrolled"), known(enrolled)
    yield Column("target_reached"), known(reached)
    yield Column("duration"), known(np.where(reached, closed, world.calendar.days))
    yield Column("duration_if_reached"), Known(closed, reached)
    at_site = counts_of(rows.replication * sites + (records.enrolled.number[rows.patient] >> SITE_BITS), size * sites)
    for at, site in enumerate(records.names.sites):
        yield Column("enrolled_at", (site,)), known(at_site[at::sites])
    months = world.calendar.days * DAY // MONTH
    month = np.minimum(rows.minute // MONTH, months)
    in_month = counts_of(rows.replication * (months + 1) + month, size * (months + 1)).reshape(size, months + 1)
    for at, number in enumerate(np.cumsum(in_month, axis=1).T[:months], 1):
        yield Column("enrolled_by", (str(at),)), known(number)

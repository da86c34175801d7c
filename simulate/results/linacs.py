"""Figures of the linacs, by machine and day of the week: load, utilisation, peaks, overtime, days over capacity.

They are over a department's days of use: the days on which its linacs work (open days, and make-up Saturdays where
fractions are made up on them), from its first fraction in the replication to its last. Where there is no such day,
there is no figure.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from trialproof.simulate.results.known import known, share_of
from trialproof.simulate.results.metric import Column, Figures, Metric
from trialproof.simulate.results.moments import Flags, Floats
from trialproof.simulate.results.records import Records
from trialproof.simulate.results.week import (
    NAMES,
    Weeks,
    counts,
    peaks,
    span_of,
    sums,
    sums_between,
    weekdays_with_a_figure,
    weeks_of,
)
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import DAY, SATURDAY, World

OF = ("department", "linac", "weekday")

METRICS = (
    Metric("linac_load", "minutes", "mean minutes of treatment on a day of use, background patients included", of=OF),
    Metric("linac_trial_load", "minutes", "mean minutes of this trial's fractions on a day of use", of=OF),
    Metric("linac_utilisation", "", "treatment minutes / regular opening minutes, summed over the days of use", of=OF),
    Metric("linac_peak", "minutes", "most minutes of treatment on one of the days of use", of=OF),
    Metric("linac_lost", "minutes", "mean minutes lost to breakdowns on a day of use", of=OF),
    Metric(
        "linac_overtime", "minutes",
        "mean over the days of use of max(0, treatment + lost minutes - regular minutes)", of=OF,
    ),
    Metric(
        "linac_over_capacity", "",
        "share of the days of use on which treatment + lost minutes exceed the regular minutes",
        of=OF,
    ),
)  # fmt: skip


def figures(records: Records) -> Figures:
    """Yield the figures of the linacs."""
    world, calendar = records.world, records.world.calendar
    departments, size = len(world.linacs), records.size
    department = np.repeat(np.arange(departments), world.linacs)
    day = records.fractions.minute // DAY
    place = records.fractions.replication * departments + (records.fractions.resource >> 8)
    first, last = (each.reshape(size, departments) for each in span_of(place, day, size * departments))
    at_work, regular = working_days(world)
    days, opening = np.zeros((2, size, departments, 8), np.int64)
    for number in range(departments):
        span = first[:, number], last[:, number]
        days[:, number] = sums_between(calendar, *span, at_work[number])
        opening[:, number] = sums_between(calendar, *span, regular[number] * at_work[number])
    days, opening = days[:, department], opening[:, department]
    minutes = _minutes(records, weeks_of(calendar, int(day.max(initial=0))), first, last)
    found = {
        "linac_load": share_of(minutes.load, days),
        "linac_trial_load": share_of(minutes.trial, days),
        "linac_utilisation": share_of(minutes.load, opening),
        "linac_peak": known(minutes.peak, days > 0),
        "linac_lost": share_of(minutes.lost, days),
        "linac_overtime": share_of(minutes.over, days),
        "linac_over_capacity": share_of(minutes.days_over, days),
    }
    for linac, number in enumerate(department.tolist()):
        name = f"linac{linac - int(world.linacs[:number].sum()) + 1}"
        for weekday in weekdays_with_a_figure(calendar, at_work[number]):
            of = (records.names.departments[number], name, NAMES[weekday])
            for metric, values in found.items():
                yield Column(metric, of), values.at(linac, weekday)


class Minutes(NamedTuple):
    """Sums by replication, linac and weekday [R, L, 8] over the days of use, but for the `peak`, which is the most."""

    trial: Floats
    load: Floats
    peak: Floats
    lost: Floats
    over: Floats
    days_over: Floats


def _minutes(records: Records, weeks: Weeks, first: Ints, last: Ints) -> Minutes:
    """Return the minutes of the linacs; `first` and `last` [R, D] are the days of use.

    Replications are looked at one by one: the days of a single one fit into the processor's cache.
    """
    world = records.world
    department = np.repeat(np.arange(len(world.linacs)), world.linacs)
    at_work, regular = (weeks.folded(each)[department] for each in working_days(world))
    is_open, every_day, fractions = weeks.folded(world.calendar.open_day), weeks.every_day(), records.fractions
    linac, minutes = linac_of(records), minutes_of(records)
    cuts = np.searchsorted(fractions.replication, np.arange(records.size + 1)).tolist()
    found = []
    for at, (begin, end) in enumerate(pairwise(cuts)):
        day = fractions.minute[begin:end] // DAY
        begins, ends = first[at, department, None, None], last[at, department, None, None]
        used = ((every_day >= begins) & (every_day <= ends)) * at_work
        trial = weeks.table(linac[begin:end], day, minutes[begin:end], len(department))
        load = trial + weeks.folded(records.background[at]) * (used * is_open)
        lost = weeks.folded(records.lost[at]) * used
        over = np.maximum(0.0, load + lost - regular)
        found.append((sums(trial), sums(load), peaks(load), sums(lost), sums(over), counts(over > 0)))
    return Minutes(*(np.array(each) for each in zip(*found, strict=True)))


def linac_of(records: Records) -> Ints:
    """Return the linac of each fraction, in the order of their numbers."""
    first = np.cumsum(records.world.linacs) - records.world.linacs
    found: Ints = first[records.fractions.resource >> 8] + (records.fractions.resource & 255)
    return found


def minutes_of(records: Records) -> Ints:
    """Return how many minutes each fraction takes."""
    world, fractions = records.world, records.fractions
    course = records.enrolled.course[fractions.patient]
    return np.where(fractions.detail == 1, world.first_minutes[course], world.later_minutes[course])


def working_days(world: World) -> tuple[Flags, Ints]:
    """Return by department and day whether its linacs work, and for how many regular minutes."""
    calendar = world.calendar
    saturday = calendar.make_up * (world.rules.missed == SATURDAY) * (world.saturday_minutes[:, None] > 0)
    regular = calendar.open_day * world.linac_minutes[:, None] + saturday * world.saturday_minutes[:, None]
    return (calendar.open_day | saturday) == 1, regular

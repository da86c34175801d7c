"""Figures of the linacs, by machine and day of the week: load, utilisation, peaks, overtime, days over capacity.

They are over a department's days of use: the days on which its linacs work (open days, and make-up Saturdays where
fractions are made up on them), from its first fraction in the replication to its last. Where there is no such day,
there is no figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from trialproof.simulate.results.known import counts_of, known, share_of, side_by_side
from trialproof.simulate.results.linac_minutes import LinacWork
from trialproof.simulate.results.metric import Column, Figures, Metric
from trialproof.simulate.results.moments import Flags
from trialproof.simulate.results.records import Records
from trialproof.simulate.results.week import NAMES, NO_DAY, running, sums_between, weekdays_with_a_figure
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


@dataclass(frozen=True, slots=True, eq=False)
class Linacs:
    """What is the same in every replication: whose linacs there are, L of D departments, and when these work.

    `department` [L]; `at_work` and `regular` minutes [D, H]; by department the `days` and `minutes` before each day, by
    weekday [H + 1, 8], and the `weekdays` that have a figure.
    """

    department: Ints
    at_work: Flags
    regular: Ints
    days: tuple[Ints, ...]
    minutes: tuple[Ints, ...]
    weekdays: tuple[tuple[int, ...], ...]


@lru_cache(maxsize=2)
def linacs_of(world: World) -> Linacs:
    """Return the linacs of a simulation."""
    at_work, regular = working_days(world)
    return Linacs(
        np.repeat(np.arange(len(world.linacs)), world.linacs),
        at_work,
        regular,
        tuple(running(world.calendar, each) for each in at_work),
        tuple(running(world.calendar, each) for each in at_work * regular),
        tuple(weekdays_with_a_figure(world.calendar, each) for each in at_work),
    )


def figures(records: Records) -> Figures:
    """Yield the figures of the linacs."""
    linacs, departments, size = linacs_of(records.world), len(records.world.linacs), records.size
    day = records.fractions.minute // DAY
    place = records.fractions.replication * departments + (records.fractions.resource >> 8)
    first: Ints = np.full(size * departments, NO_DAY)
    last: Ints = np.full(size * departments, -1)
    first[place[::-1]] = day[::-1]
    last[place] = day
    first, last = first.reshape(size, departments), last.reshape(size, departments)
    days, opening = np.zeros((2, size, len(linacs.department), 8), np.int64)
    for linac, at in enumerate(linacs.department.tolist()):
        days[:, linac] = sums_between(linacs.days[at], first[:, at], last[:, at])
        opening[:, linac] = sums_between(linacs.minutes[at], first[:, at], last[:, at])
    minutes = records.hands.linac_minutes(
        LinacWork(
            calendar=records.world.calendar,
            ends=np.cumsum(counts_of(records.fractions.replication, size)),
            day=day,
            linac=linac_of(records),
            minutes=minutes_of(records),
            first=first,
            last=last,
            at_work=linacs.at_work,
            regular=linacs.regular,
            department=linacs.department,
            lost=records.lost,
            background=records.background,
        )
    )
    found = {
        "linac_load": share_of(minutes.load, days),
        "linac_trial_load": share_of(minutes.trial, days),
        "linac_utilisation": share_of(minutes.load, opening),
        "linac_peak": known(minutes.peak, days > 0),
        "linac_lost": share_of(minutes.lost, days),
        "linac_overtime": share_of(minutes.over, days),
        "linac_over_capacity": share_of(minutes.days_over, days),
    }
    table = side_by_side(found.values())
    for linac, at in enumerate(linacs.department.tolist()):
        name, weekdays = f"linac{linac - int(records.world.linacs[:at].sum()) + 1}", linacs.weekdays[at]
        of = [(records.names.departments[at], name, NAMES[weekday]) for weekday in weekdays]
        columns = [Column(metric, each) for each in of for metric in found]
        yield from zip(columns, table.at(linac, weekdays).each(), strict=True)


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

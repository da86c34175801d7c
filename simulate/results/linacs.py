"""Figures of the linacs, by machine and day of the week: load, utilisation, peaks, overtime, days over capacity.

They are over a department's days of use: the days on which its linacs work (open days, and make-up Saturdays where
fractions are made up on them), from its first fraction in the replication to its last. Where there is no such day,
there is no figure.
"""

from __future__ import annotations

import numpy as np

from trialproof.simulate.results.metric import Column, Figures, Metric
from trialproof.simulate.results.moments import Flags
from trialproof.simulate.results.record import Record, share_of
from trialproof.simulate.results.week import span, week_of
from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import DAY, L_FRACTION, SATURDAY

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


def figures(record: Record) -> Figures:
    """Yield the figures of the linacs."""
    trial = trial_minutes(record)
    working, regular = working_days(record)
    calendar, lost = record.world.calendar, record.draws.lost
    others = record.draws.background * calendar.open_day
    first = 0
    for number, department in enumerate(record.names.departments):
        end = first + int(record.world.linacs[number])
        week = week_of(calendar, span(trial[first:end].sum(axis=0) > 0) & working[number], working[number])
        there, counts = week.sums(regular[number]), week.counts()
        for place, linac in enumerate(range(first, end)):
            load = trial[linac] + others[linac]
            over = np.maximum(0, load + lost[linac] - regular[number])
            found = {
                "linac_load": week.means(load),
                "linac_trial_load": week.means(trial[linac]),
                "linac_utilisation": list(map(share_of, week.sums(load), there)),
                "linac_peak": week.peaks(load),
                "linac_lost": week.means(lost[linac]),
                "linac_overtime": week.means(over),
                "linac_over_capacity": list(map(share_of, week.sums(over > 0), counts)),
            }
            for at, weekday in enumerate(week.names):
                for metric, values in found.items():
                    yield Column(metric, (department, f"linac{place + 1}", weekday)), values[at]
        first = end


def trial_minutes(record: Record) -> Ints:
    """Return the minutes of this trial's fractions by linac, in the order of their numbers, and day."""
    world, fractions = record.world, record.rows(L_FRACTION)
    course = record.draws.course[record.drawn[record.patient(fractions)]]
    minutes = np.where(fractions[:, 4] == 1, world.first_minutes[course], world.later_minutes[course])
    first = np.cumsum(world.linacs) - world.linacs
    linac = first[fractions[:, 3] >> 8] + (fractions[:, 3] & 255)
    table = np.zeros((int(world.linacs.sum()), world.calendar.days), np.int64)
    np.add.at(table, (linac, fractions[:, 0] // DAY), minutes)
    return table


def working_days(record: Record) -> tuple[Flags, Ints]:
    """Return by department and day whether its linacs work, and for how many regular minutes."""
    world, calendar = record.world, record.world.calendar
    saturday = calendar.make_up * (world.rules.missed == SATURDAY) * (world.saturday_minutes[:, None] > 0)
    regular = calendar.open_day * world.linac_minutes[:, None] + saturday * world.saturday_minutes[:, None]
    return (calendar.open_day | saturday) == 1, regular

"""Days of the linacs, on which no patient of the trial has a say: minutes booked by others, and lost to breakdowns.

Every day has chances of its own, so that days on which nobody can be treated any more need not be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.model.place import BadInput, Place
from trialproof.simulate.population.policy import Ints
from trialproof.simulate.population.quantiles import cumulated, quantile
from trialproof.simulate.population.streams import Floats, Key, Purpose, uniforms_at
from trialproof.simulate.scenario.scenario import Department, Downtime, Scenario
from trialproof.simulate.trial.calendar import Calendar
from trialproof.simulate.trial.department import linac_number


MINUTE = np.int16
"""Minutes of a day."""
Minutes: TypeAlias = NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class LinacDays:
    """Minutes lost and booked by others, in several replications, on the open days of each up to a day of its own.

    `lost` and `background` [L, N] are those of the linacs in order of their number; the N columns are of the r-th
    replication from `begins`[r] on, for the first of the `open_days`. `size` is how many days the calendar has.
    """

    lost: Minutes
    background: Minutes
    begins: Ints
    open_days: Ints
    size: int

    def of(self, index: int) -> tuple[Ints, Ints]:
        """Return the minutes lost and the background [L, size] of a replication, 0 on days that are not drawn."""
        part = slice(self.begins[index], self.begins[index + 1])
        days = self.open_days[: part.stop - part.start]
        tables = []
        for drawn in (self.lost, self.background):
            table = np.zeros((len(drawn), self.size), np.int64)
            table[:, days] = drawn[:, part]
            tables.append(table)
        return tables[0], tables[1]


def linac_days(
    scenario: Scenario, key: Key, calendar: Calendar, replications: ArrayLike, ends: ArrayLike | None = None
) -> LinacDays:
    """Return the days of all linacs in these replications [R], each up to a day of its own [R] (or all of them).

    Raises `BadInput` where so large a share of a linac's time cannot be lost by one breakdown a day.
    """
    wanted = np.asarray(replications, np.int64).reshape(-1)
    open_days = np.flatnonzero(calendar.open_day)
    counts = np.searchsorted(open_days, np.broadcast_to(calendar.days if ends is None else ends, len(wanted)))
    which, day = np.repeat(wanted, counts), np.concatenate([open_days[:0], *(open_days[:count] for count in counts)])
    lost, background = [], []
    for number, department in enumerate(scenario.departments.values()):
        regular = department.linac_hours.minutes
        chance = breakdown_chance(scenario, department)
        for place in range(department.linacs):
            linac = linac_number(number, place)
            costs = np.zeros(len(day), MINUTE)
            broken = np.flatnonzero(uniforms_at(key, Purpose.DOWNTIME, which, linac, 2 * day) < chance)
            u = uniforms_at(key, Purpose.DOWNTIME, which[broken], linac, 2 * day[broken] + 1)
            costs[broken] = minutes_lost(department.downtime, u, regular)
            booked = quantile(department.background, uniforms_at(key, Purpose.BACKGROUND, which, linac, day))
            lost.append(costs)
            background.append(np.rint(np.clip(booked, 0.0, 1.0) * regular).astype(MINUTE))
    shape, begins = (len(lost), len(day)), np.concatenate([[0], np.cumsum(counts)])
    return LinacDays(
        np.array(lost, MINUTE).reshape(shape),
        np.array(background, MINUTE).reshape(shape),
        begins,
        open_days,
        calendar.days,
    )


def minutes_lost(downtime: Downtime, u: Floats, regular: int) -> Ints:
    """Return the minutes that a breakdown costs: the nearest whole number (half: below), at most a whole day's."""
    return np.clip(np.ceil(quantile(downtime.outage, u) - 0.5), 0, regular).astype(np.int64)


def breakdown_chance(scenario: Scenario, department: Department) -> float:
    """Return the probability of a breakdown on an open day.

    With M minutes a day and X those that a breakdown lasts, rounded, a day costs min(X, M) of them. The expected share
    that is lost is the one asked for if this probability is share * M / E[min(X, M)], where E[min(X, M)] is the sum of
    P(X >= m) over m = 1, ..., M. Raises `BadInput` where that is more than one.
    """
    regular, downtime = department.linac_hours.minutes, department.downtime
    if downtime.share <= 0:
        return 0.0
    mean = float(np.sum(1.0 - cumulated(downtime.outage, np.arange(regular) + 0.5)))
    if downtime.share * regular > mean:
        raise BadInput(
            f"a breakdown costs the linacs of `{department.name}` {mean:.0f} minutes on average, and one a day does "
            f"not lose a share of {downtime.share:g} of their time",
            Place(scenario.file),
            help="let breakdowns last longer, or lower the share",
        )
    return downtime.share * regular / mean

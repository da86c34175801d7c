"""Days of the linacs, on which no patient of the trial has a say: minutes booked by others, and lost to breakdowns.

Every day has chances of its own, so that days on which nobody can be treated any more need not be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialproof.model.place import BadInput, Place
from trialproof.simulate.population.policy import Ints
from trialproof.simulate.population.quantiles import cumulated, quantile
from trialproof.simulate.population.streams import Floats, Key, Purpose, uniforms_at
from trialproof.simulate.population.tabulated import multiples
from trialproof.simulate.scenario.distribution import Distribution
from trialproof.simulate.scenario.scenario import Department, Downtime, Scenario
from trialproof.simulate.trial.calendar import Calendar
from trialproof.simulate.trial.contract import DayMinutes
from trialproof.simulate.trial.department import linac_number

MINUTE = np.int16
"""Minutes of a day."""
Minutes: TypeAlias = NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The minutes of one linac, `lost` and booked by others, on some open `days` in several replications, in order.

    Those of the r-th replication begin at `begins`[r].
    """

    begins: Ints
    days: Ints
    lost: Minutes
    background: Minutes


@dataclass(frozen=True, slots=True, eq=False)
class LinacDays:
    """The days of all linacs in several replications; `size` is how many the calendar has."""

    linacs: tuple[Drawn, ...]
    size: int

    def of(self, index: int) -> tuple[DayMinutes, DayMinutes]:
        """Return the minutes lost and the background [L, size] of a replication, 0 on days that are not drawn."""
        lost, background = (np.zeros((len(self.linacs), self.size), np.int32) for _ in range(2))
        for number, linac in enumerate(self.linacs):
            part = slice(linac.begins[index], linac.begins[index + 1])
            lost[number, linac.days[part]] = linac.lost[part]
            background[number, linac.days[part]] = linac.background[part]
        return lost, background


def linac_days(
    scenario: Scenario, key: Key, calendar: Calendar, replications: ArrayLike, wanted: Ints | None = None
) -> LinacDays:
    """Return the days of all linacs in these replications [R]: all of them, or those `wanted`.

    `wanted` [R, D, 2] are for each department from which day on, and before which. Raises `BadInput` where so large a
    share of a linac's time cannot be lost by one breakdown a day.
    """
    numbers = np.asarray(replications, np.int64).reshape(-1)
    open_days = np.flatnonzero(calendar.open_day)
    linacs = []
    for number, department in enumerate(scenario.departments.values()):
        from_day, to_day = np.full((2, len(numbers)), [[0], [calendar.days]]) if wanted is None else wanted[:, number].T
        first, end = np.searchsorted(open_days, from_day), np.searchsorted(open_days, to_day)
        count = np.maximum(end - first, 0)
        begins = np.append(0, np.cumsum(count))
        days = open_days.take(np.repeat(first - begins[:-1], count) + np.arange(begins[-1]))
        replication, chance = np.repeat(numbers, count), breakdown_chance(scenario, department)
        for place in range(department.linacs):
            drawn = _drawn(department, chance, key, linac_number(number, place), replication, days)
            linacs.append(Drawn(begins, days, *drawn))
    return LinacDays(tuple(linacs), calendar.days)


def _drawn(
    department: Department, chance: float, key: Key, linac: int, replication: Ints, day: Ints
) -> tuple[Minutes, Minutes]:
    """Return the minutes lost and booked by others [N] of a linac on open days [N]."""
    regular = department.linac_hours.minutes
    lost = np.zeros(len(day), MINUTE)
    broken = np.flatnonzero(uniforms_at(key, Purpose.DOWNTIME, replication, linac, 2 * day) < chance)
    u = uniforms_at(key, Purpose.DOWNTIME, replication.take(broken), linac, 2 * day.take(broken) + 1)
    lost[broken] = minutes_lost(department.downtime, u, regular)
    booked = uniforms_at(key, Purpose.BACKGROUND, replication, linac, day)
    return lost, multiples(department.background, booked, regular, 0.0, 1.0).astype(MINUTE)


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
    mean = _minutes_expected(downtime.outage, regular)
    if downtime.share * regular > mean:
        raise BadInput(
            f"a breakdown costs the linacs of `{department.name}` {mean:.0f} minutes on average, and one a day does "
            f"not lose a share of {downtime.share:g} of their time",
            Place(scenario.file),
            help="let breakdowns last longer, or lower the share",
        )
    return downtime.share * regular / mean


@lru_cache(maxsize=64)
def _minutes_expected(outage: Distribution, regular: int) -> float:
    """Return E[min(X, M)]."""
    return float(np.sum(1.0 - cumulated(outage, np.arange(regular) + 0.5)))

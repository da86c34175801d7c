"""Days of the linacs, on which no patient of the trial has a say: minutes booked by others, and lost to breakdowns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialproof.model.place import BadInput, Place
from trialproof.simulate.population.policy import Ints
from trialproof.simulate.population.quantiles import cumulated, quantile
from trialproof.simulate.population.streams import Floats, Key, Purpose, uniforms
from trialproof.simulate.scenario.scenario import Department, Downtime, Scenario
from trialproof.simulate.trial.calendar import Calendar
from trialproof.simulate.trial.department import linac_number


@dataclass(frozen=True, slots=True, eq=False)
class LinacDays:
    """Minutes `lost` and minutes of `background` [R, L, H], linacs in order of their number; 0 on closed days."""

    lost: Ints
    background: Ints


def linac_days(scenario: Scenario, key: Key, calendar: Calendar, replications: ArrayLike) -> LinacDays:
    """Return the days of all linacs in these replications [R].

    Raises `BadInput` where so large a share of a linac's time cannot be lost by one breakdown a day.
    """
    wanted = np.asarray(replications, np.int64).reshape(-1)
    is_open = calendar.open_day == 1
    lost, background = [], []
    for number, department in enumerate(scenario.departments.values()):
        regular = department.linac_hours.minutes
        chance = breakdown_chance(scenario, department)
        for place in range(department.linacs):
            linac = linac_number(number, place)
            u = uniforms(key, Purpose.DOWNTIME, wanted, linac, 2 * calendar.days)
            broken = is_open & (u[:, 0::2] < chance)
            lost.append(np.where(broken, minutes_lost(department.downtime, u[:, 1::2], regular), 0))
            booked = quantile(department.background, uniforms(key, Purpose.BACKGROUND, wanted, linac, calendar.days))
            minutes = np.rint(np.clip(booked, 0.0, 1.0) * regular).astype(np.int64)
            background.append(np.where(is_open, minutes, 0))
    shape = (len(wanted), len(lost), calendar.days)
    return LinacDays(*(np.stack(each, axis=1) if each else np.zeros(shape, np.int64) for each in (lost, background)))


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

"""The minutes of every linac by weekday, over the days on which its department is in use."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from trialproof.simulate.results.moments import Flags, Floats
from trialproof.simulate.results.week import Weeks, counts, peaks, sums
from trialproof.simulate.trial.calendar import Calendar, Ints
from trialproof.simulate.trial.contract import DayMinutes


class LinacWork(NamedTuple):
    """What linacs did in R replications. D departments, L linacs, H days.

    Fractions [F], replication after replication, those of the r-th before `ends`[r]: their `day`, `linac` and
    `minutes`. A department is in use from its `first` to its `last` day [R, D] on the days `at_work` [D, H]; it has
    `regular` minutes [D, H]. `department` [L] is that of each linac. `lost` and `background` have by replication the
    minutes [L, H] lost, and booked by others on open days.
    """

    calendar: Calendar
    ends: Ints
    day: Ints
    linac: Ints
    minutes: Ints
    first: Ints
    last: Ints
    at_work: Flags
    regular: Ints
    department: Ints
    lost: tuple[DayMinutes, ...]
    background: tuple[DayMinutes, ...]


class LinacMinutes(NamedTuple):
    """Sums by replication, linac and weekday [R, L, 8] over the days in use; `peak` is the most on one of them."""

    trial: Floats
    load: Floats
    peak: Floats
    lost: Floats
    over: Floats
    days_over: Floats


def linac_minutes(work: LinacWork) -> LinacMinutes:
    """Add up the minutes. Replications are looked at one by one: the days of one fit into a processor's cache."""
    weeks, department = Weeks.to(work.calendar, int(work.day.max(initial=0))), work.department
    at_work, regular = weeks.folded(work.at_work)[department], weeks.folded(work.regular)[department]
    is_open, every_day = weeks.folded(work.calendar.open_day), weeks.every_day()
    found = []
    for at, (begin, end) in enumerate(pairwise([0, *work.ends.tolist()])):
        first, last = (each[at, department, None, None] for each in (work.first, work.last))
        used = ((every_day >= first) & (every_day <= last)) * at_work
        part = slice(begin, end)
        trial = weeks.table(work.linac[part], work.day[part], work.minutes[part], len(department)) * used
        load = trial + weeks.folded(work.background[at]) * (used * is_open)
        lost = weeks.folded(work.lost[at]) * used
        over = np.maximum(0.0, load + lost - regular)
        found.append((sums(trial), sums(load), peaks(load), sums(lost), sums(over), counts(over > 0)))
    return LinacMinutes(*(np.array(each, np.float64) for each in zip(*found, strict=True)))

"""The load of linacs that never turn anybody away: how many fractions are given on a day, and on a weekday.

A course of n fractions that starts on an open day takes the n open days from then on. If courses start as a Poisson
process, so many a day on average, the number of fractions on an open day is Poisson, and its mean is the number of
starts on that open day and the n - 1 before it: the queue with unlimited servers (M/D/inf), counted in open days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.trial.calendar import Calendar

Floats = NDArray[np.float64]

WEEK = 7


def daily_fractions(ready: Floats, fractions: int, calendar: Calendar) -> tuple[Floats, Floats]:
    """Return the mean numbers [H] of first fractions and of all fractions, day by day.

    `ready` [H]: how many courses, on average, become ready for their first fraction on a day; on a closed day they
    start on the next open one, and without any before the end they do not start.
    """
    days = calendar.days
    starts = np.zeros(days + 1)
    np.add.at(starts, calendar.next_open[:days], ready)
    open_days = np.flatnonzero(calendar.open_day)
    first = np.zeros(days)
    first[open_days] = starts[open_days]
    so_far = np.concatenate([np.zeros(fractions), np.cumsum(first[open_days])])
    every = np.zeros(days)
    every[open_days] = so_far[fractions:] - so_far[: len(open_days)]
    return first, every


def daily_minutes(ready: Floats, fractions: int, first: int, later: int, calendar: Calendar) -> Floats:
    """Return the mean minutes [H] of linac time, day by day, if fractions take so many minutes."""
    firsts, every = daily_fractions(ready, fractions, calendar)
    return later * every + (first - later) * firsts


def weekly_fractions(starts: Mapping[int, float], fractions: int, open_days: Iterable[int]) -> Mapping[int, float]:
    """Return how many fractions fall on each open weekday, on average, in a week long after the beginning.

    `starts`: how many courses start in a week on each open weekday (from Monday, 0). Without holidays, n fractions from
    a weekday on are n // w on each of the w open weekdays and one more on the first n % w of them. Raises ValueError
    for starts on a closed weekday.
    """
    week = sorted(open_days)
    rounds, rest = divmod(fractions, len(week))
    load = dict.fromkeys(week, 0.0)
    for weekday, courses in starts.items():
        if weekday not in load:
            raise ValueError(f"no course starts on weekday {weekday}, which is closed")
        place = week.index(weekday)
        for step in range(len(week)):
            load[week[(place + step) % len(week)]] += courses * (rounds + (step < rest))
    return load


def weekly_starts(rate: float, open_days: Iterable[int]) -> Mapping[int, float]:
    """Return how many courses start in a week on each open weekday, if `rate` a day become ready on all seven alike.

    A course that is ready on a closed day starts on the next open one.
    """
    week = frozenset(open_days)
    starts = dict.fromkeys(sorted(week), 0.0)
    for day in range(WEEK):
        start = next(later % WEEK for later in range(day, day + WEEK) if later % WEEK in week)
        starts[start] += rate
    return starts

"""The minutes of work at desks by weekday."""

from __future__ import annotations

from typing import NamedTuple

from trialproof.simulate.results.moments import Floats
from trialproof.simulate.results.week import Weeks, peaks, sums
from trialproof.simulate.trial.calendar import Calendar, Ints


class DeskWork(NamedTuple):
    """Pieces of work [P]: at which of so many `desks`, on which `day`, for how many `minutes`."""

    calendar: Calendar
    desks: int
    desk: Ints
    day: Ints
    minutes: Ints


class DeskMinutes(NamedTuple):
    """By desk and weekday [desks, 8]: the `load`, a sum, and the `peak`, the most on one day."""

    load: Floats
    peak: Floats


def desk_minutes(work: DeskWork) -> DeskMinutes:
    """Add up the minutes."""
    weeks = Weeks.to(work.calendar, int(work.day.max(initial=0)))
    by_day = weeks.table(work.desk, work.day, work.minutes, work.desks)
    return DeskMinutes(sums(by_day), peaks(by_day))

"""Some days of a trial, all together and by day of the week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialproof.simulate.results.moments import Flags
from trialproof.simulate.results.record import share_of
from trialproof.simulate.trial.calendar import Calendar, Ints

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Week:
    """Days `at` [N] with the day of the week of each, and the weekdays that have a figure, those without a day too.

    Every method takes whole numbers [H] by day of the trial, and returns one figure for each of `names`.
    """

    at: Ints
    weekday: Ints
    weekdays: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All days together, and then the weekdays from Monday on."""
        return (ALL, *(WEEKDAYS[each] for each in self.weekdays))

    def counts(self) -> list[int]:
        """Return how many days there are."""
        found = np.bincount(self.weekday, minlength=len(WEEKDAYS))
        return [len(self.at), *found[list(self.weekdays)].tolist()]

    def sums(self, values: Ints) -> list[int]:
        """Return sums, exactly."""
        found = np.zeros(len(WEEKDAYS), np.int64)
        np.add.at(found, self.weekday, values[self.at])
        return [int(found.sum()), *found[list(self.weekdays)].tolist()]

    def means(self, values: Ints) -> list[float | None]:
        """Return means; None of no day."""
        return [share_of(total, count) for total, count in zip(self.sums(values), self.counts(), strict=True)]

    def peaks(self, values: Ints) -> list[float | None]:
        """Return the greatest of values that are not negative; None of no day."""
        found = np.zeros(len(WEEKDAYS), np.int64)
        np.maximum.at(found, self.weekday, values[self.at])
        peaks = [int(found.max()), *found[list(self.weekdays)].tolist()]
        return [float(peak) if count else None for peak, count in zip(peaks, self.counts(), strict=True)]


def week_of(calendar: Calendar, days: Flags, working: Flags) -> Week:
    """Return these days; the weekdays that have a figure are those on which there is `working` [H] at all."""
    weekday = (np.arange(calendar.days) + calendar.begins.weekday()) % len(WEEKDAYS)
    at = np.flatnonzero(days)
    there = np.bincount(weekday[working], minlength=len(WEEKDAYS))
    return Week(at, weekday[at], tuple(np.flatnonzero(there).tolist()))


def span(used: Flags) -> Flags:
    """Return the days from the first one in use to the last one."""
    found = np.zeros(len(used), np.bool_)
    at = np.flatnonzero(used)
    if len(at):
        found[at[0] : at[-1] + 1] = True
    return found

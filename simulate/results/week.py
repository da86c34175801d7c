"""Days of a trial, all together and by day of the week.

A table by day has the days of one weekday side by side: [..., 7, K], Monday to Sunday of K weeks. A table by weekday
has eight places: all days together, and then Monday to Sunday.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialproof.simulate.results.known import sums_of
from trialproof.simulate.results.moments import Flags, Floats
from trialproof.simulate.trial.calendar import Calendar, Ints

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALL = "all"
NAMES = (ALL, *WEEKDAYS)
WEEK = len(WEEKDAYS)
NO_DAY = 1 << 40
"""The first day of what has no day: none comes after it."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """The weeks that hold the first `days` of a trial; `before` days of the first week lie before it begins."""

    before: int
    days: int

    @classmethod
    def to(cls, calendar: Calendar, last: int) -> Weeks:
        """Return the weeks from the first day of a trial to this one."""
        return cls(calendar.begins.weekday(), last + 1)

    @property
    def number(self) -> int:
        """How many weeks there are."""
        return -(-(self.before + self.days) // WEEK)

    @property
    def size(self) -> int:
        """How many days a table has."""
        return WEEK * self.number

    def place(self, day: Ints) -> Ints:
        """Return where a day stands in a table."""
        return (day + self.before) % WEEK * self.number + (day + self.before) // WEEK

    def table(self, row: Ints, day: Ints, minutes: Ints, rows: int) -> Floats:
        """Return sums of whole minutes by day [rows, 7, K]; `row` says in which one."""
        found = sums_of(row * self.size + self.place(day), minutes, rows * self.size)
        return found.reshape(rows, WEEK, self.number)

    def folded(self, by_day: Ints | Flags) -> Floats:
        """Return values [..., H] as a table by day, 0 where there is none."""
        rows, days = by_day.shape[:-1], min(self.days, by_day.shape[-1])
        found = np.zeros((*rows, self.size))
        found[..., self.before : self.before + days] = by_day[..., :days]
        return np.ascontiguousarray(found.reshape(*rows, self.number, WEEK).swapaxes(-1, -2))

    def every_day(self) -> Ints:
        """Return the days themselves, as a table by day."""
        return np.ascontiguousarray(np.arange(self.size).reshape(self.number, WEEK).T) - self.before


def running(calendar: Calendar, by_day: Ints) -> Ints:
    """Return the sums by weekday [H + 1, 8] of `by_day` [H] over all days before a day."""
    weekday = (np.arange(calendar.days) + calendar.begins.weekday()) % WEEK
    found = np.zeros((calendar.days + 1, 1 + WEEK), np.int64)
    found[1:, 0] = by_day
    found[np.arange(1, calendar.days + 1), weekday + 1] = by_day
    return found.cumsum(axis=0)


def sums_between(sums_before: Ints, first: Ints, last: Ints) -> Ints:
    """Return the sums by weekday [..., 8] over the days between two days [...], both included; of `running` sums."""
    found: Ints = sums_before[last + 1] - sums_before[np.minimum(first, last + 1)]
    return found


def weekdays_with_a_figure(calendar: Calendar, working: Ints | Flags) -> tuple[int, ...]:
    """Return the places of all days together, and of the weekdays on which there is `working` [H] at all."""
    return (0, *(np.unique((np.flatnonzero(working) + calendar.begins.weekday()) % WEEK) + 1).tolist())


def sums(table: Floats) -> Floats:
    """Return the sums by weekday [..., 8] of whole numbers by day."""
    found = table.sum(axis=-1)
    return np.concatenate([found.sum(axis=-1, keepdims=True), found], axis=-1)


def counts(table: Flags) -> Ints:
    """Return by weekday [..., 8] how many days of a table there are."""
    found = np.count_nonzero(table, axis=-1)
    return np.concatenate([found.sum(axis=-1, keepdims=True), found], axis=-1)


def peaks(table: Floats) -> Floats:
    """Return the greatest by weekday [..., 8] of numbers by day that are not negative."""
    found = table.max(axis=-1)
    return np.concatenate([found.max(axis=-1, keepdims=True), found], axis=-1)


def span_of(place: Ints, day: Ints, places: int) -> tuple[Ints, Ints]:
    """Return the first and the last day of each of so many places, so that no day lies between where there is none."""
    first, last = np.full(places, NO_DAY), np.full(places, -1)
    np.minimum.at(first, place, day)
    np.maximum.at(last, place, day)
    return first, last

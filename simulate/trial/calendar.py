"""The days of a simulation: which are open, which is the next open one, and which Saturdays can be made use of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]

SATURDAY = 5


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """H days from the date `begins`: `open_day` [H] and `make_up` [H] are 0 or 1, `next_open` [H + 1] is a day.

    `next_open[d]` is the first open day that is not before d, and H where there is none. A make-up Saturday is one that
    is neither open nor a holiday.
    """

    begins: date
    open_day: Ints
    next_open: Ints
    make_up: Ints

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self.open_day)

    def all_open_from(self, days: Ints) -> Ints:
        """Return for each of these days the first open one that is not before it."""
        return np.where(days >= self.days, days, self.next_open[np.minimum(days, self.days)])

    def weekday(self, day: int) -> int:
        """Return the day of the week, from Monday, 0."""
        return (self.begins.weekday() + day) % 7


class Days(NamedTuple):
    """A calendar as plain Python reads it best: each column is what it is in `Calendar`."""

    open_day: tuple[int, ...]
    next_open: tuple[int, ...]
    make_up: tuple[int, ...]

    def open_from(self, day: int) -> int:
        """Return the first open day that is not before this one; beyond the calendar every day is taken for open."""
        return self.next_open[day] if day < len(self.open_day) else day


@lru_cache(maxsize=2)
def days_of(calendar: Calendar) -> Days:
    """Return the days of a calendar, once for all desks and replications."""
    return Days(*(tuple(each.tolist()) for each in (calendar.open_day, calendar.next_open, calendar.make_up)))


def calendar(begins: date, days: int, open_days: frozenset[int], holidays: Iterable[date]) -> Calendar:
    """Return the calendar of so many days; weekdays count from Monday, 0. Holidays outside of it do not matter."""
    weekday = (np.arange(days) + begins.weekday()) % 7
    closed = np.zeros(days, np.bool_)
    for holiday in holidays:
        day = (holiday - begins).days
        if 0 <= day < days:
            closed[day] = True
    is_open = np.isin(weekday, sorted(open_days)) & ~closed
    saturday = (weekday == SATURDAY) & ~is_open & ~closed
    return Calendar(begins, is_open.astype(np.int64), _next_open(is_open), saturday.astype(np.int64))


def _next_open(is_open: NDArray[np.bool_]) -> Ints:
    days = len(is_open)
    own = np.where(is_open, np.arange(days), days)
    return np.append(np.minimum.accumulate(own[::-1])[::-1], days).astype(np.int64)

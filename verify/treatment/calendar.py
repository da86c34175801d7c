"""Counting on a calendar: open days, the days of fractions, and every day on which a course can begin. Exact.

A day is a whole number, that of `datetime.date.toordinal`: day 1 is a Monday. Where no holiday has a date, one week
stands for all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

from trialproof.model.schedule import Duration, Irradiation

WEEK = 7


@dataclass(frozen=True, slots=True)
class OpenDays:
    """The weekdays on which something is open (at least one), from Monday, 0, and the days on which it is not."""

    weekdays: frozenset[int]
    holidays: frozenset[int] = frozenset()

    def has(self, day: int) -> bool:
        """Return whether it is open on a day."""
        return weekday(day) in self.weekdays and day not in self.holidays

    def nth(self, day: int, count: int) -> int:
        """Return the open day that comes `count` open days after the first one from `day` on."""
        weeks = 0 if self.holidays else count // len(self.weekdays)
        day, count = day + WEEK * weeks, count - len(self.weekdays) * weeks
        while not self.has(day):
            day += 1
        for _ in range(count):
            day += 1
            while not self.has(day):
                day += 1
        return day

    def last_before(self, day: int) -> int:
        """Return the last open day before a day."""
        day -= 1
        while not self.has(day):
            day -= 1
        return day

    def later(self, day: int, count: int) -> int:
        """Return the open day that comes `count` open days after a day, which need not be open; itself for none."""
        return day if count == 0 else self.nth(day + 1, count - 1)


def weekday(day: int) -> int:
    """Return the weekday of a day, from Monday, 0."""
    return (day - 1) % WEEK


def open_days(irradiation: Irradiation, weekdays: frozenset[int] | None = None) -> OpenDays:
    """Return the open days of irradiation, or those of something else with weekdays of its own."""
    holidays = frozenset(each.toordinal() for each in irradiation.holidays)
    return OpenDays(irradiation.days if weekdays is None else weekdays, holidays)


def longest(calendar: OpenDays, count: int) -> int:
    """Return so many days that `count` open days lie within them, whichever day they begin on."""
    days, before = 0, -1
    ordered = sorted(calendar.holidays)
    while days != before:
        before = days
        shut = max((bisect_right(ordered, first + days) - at for at, first in enumerate(ordered)), default=0)
        days = -(-(count + shut) * WEEK // len(calendar.weekdays)) + WEEK
    return days


def starts(irradiation: Irradiation, horizon: int) -> tuple[int, ...]:
    """Return days of the first fraction that stand for all others.

    Whatever the start, the calendar of the next `horizon` days looks as it does from one of these.
    """
    if irradiation.first_day is not None:
        return (irradiation.first_day.toordinal(),)
    calendar = open_days(irradiation)
    if not calendar.holidays:
        return tuple(1 + day for day in sorted(irradiation.starts))
    after = max(calendar.holidays)
    days = {day for holiday in calendar.holidays for day in range(holiday - horizon, holiday)}
    days.update(range(after + 1, after + WEEK + 1))
    return tuple(day for day in sorted(days) if weekday(day) in irradiation.starts and calendar.has(day) and day > 0)


def days_after(day: int, duration: Duration, calendar: OpenDays) -> Iterator[range]:
    """Yield the days on which a time of this length can end that begins on a day, once for each hour that matters.

    A length in hours may end a day earlier or later, by the hour at which it begins. One without end is cut a week
    after it can end first, or after the last holiday: by then every weekday was open, if it ever is.
    """
    furthest = max(calendar.holidays, default=0) + WEEK if duration.high is None else 0
    if duration.working:
        high = duration.low if duration.high is None else duration.high
        first, last = calendar.later(day, int(duration.low)), calendar.later(day, int(high))
        yield range(first, last + 1 if duration.high is not None else max(furthest, last + WEEK) + 1)
        return
    bounds = [duration.low] if duration.high is None else [duration.low, duration.high]
    seen = set()
    for hour in {Fraction(0), *((-each) % 1 for each in bounds)}:
        first = day + floor(hour + duration.low)
        last = max(furthest, first + WEEK) if duration.high is None else day + floor(hour + duration.high)
        if (first, last) not in seen:
            seen.add((first, last))
            yield range(first, last + 1)


def shortest_and_longest(duration: Duration, calendar: OpenDays) -> tuple[Fraction, Fraction | None]:
    """Return between how many days a length of time always is, whatever the day it begins on."""
    if not duration.working:
        return duration.low, duration.high
    bounds = [_spans(calendar, int(each)) for each in (duration.low, duration.high) if each is not None]
    return Fraction(min(bounds[0])), None if duration.high is None else Fraction(max(bounds[-1]))


@lru_cache(maxsize=256)
def _spans(calendar: OpenDays, count: int) -> tuple[int, ...]:
    """Return how many days a number of open days can take."""
    days: set[int] = set(range(1, WEEK + 1))
    reach = ceil(count * WEEK / len(calendar.weekdays)) + WEEK + len(calendar.holidays)
    for holiday in calendar.holidays:
        days.update(range(holiday - reach, holiday + 1))
    return tuple({calendar.later(day, count) - day for day in days})

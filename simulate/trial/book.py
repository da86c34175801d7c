"""The appointment book of a department's linacs: minutes by machine and day, not a queue.

A course is booked when its plan is approved: the earliest start from which every fraction has room on consecutive open
days, on the machine with the lower number if several offer it. On a day without a breakdown everybody who is booked is
treated; only a first fraction that was put off needs more minutes than were kept for it, and they must be there in
regular time or overtime. On a day with one, a fraction is given if it fits into what the breakdown left of both;
patients of other trials and clinics come first.
"""

from __future__ import annotations

import numpy as np

from trialproof.simulate.trial.calendar import Calendar, Ints, days_of


class Book:
    """The linacs of one department, by their place from 0; `background` and `lost` are [machines, days] minutes."""

    def __init__(
        self,
        calendar: Calendar,
        *,
        regular: int,
        overtime: int,
        saturday: int,
        background: Ints,
        lost: Ints,
    ) -> None:
        self._days = calendar.days
        self._open_day, self._next_open, self._make_up = days_of(calendar)
        self._regular = regular
        self._overtime = overtime
        self._saturday = saturday
        self._booked: list[list[int]] = np.where(calendar.open_day == 1, background, 0).tolist()
        self._used: list[list[int]] = [each.copy() for each in self._booked]
        self._lost: list[dict[int, int]] = [
            {day: int(each[day]) for day in np.flatnonzero(each).tolist()} for each in lost
        ]

    @property
    def machines(self) -> int:
        """How many linacs there are."""
        return len(self._booked)

    def next_open(self, day: int) -> int | None:
        """Return the first open day that is not before this one; None if there is none before the end."""
        found = self._next_open[day] if day < self._days else self._days
        return found if found < self._days else None

    def earliest(self, day: int, fractions: int, first: int, later: int) -> tuple[int, int] | None:
        """Return (day, machine) of the earliest start, not before this day, of a course; None if there is none.

        `first` and `later` are the minutes of its fractions, of which every one has room within the regular minutes.
        """
        best = None
        limit = self._days
        for machine in range(self.machines):
            start = self._start(self._booked[machine], day, limit, fractions, first, later)
            if start is not None:
                best, limit = (start, machine), start
        return best

    def _start(self, booked: list[int], day: int, limit: int, fractions: int, first: int, later: int) -> int | None:
        next_open, days = self._next_open, self._days
        room_first, room_later = self._regular - first, self._regular - later
        start = next_open[min(day, days)]
        while start < limit:
            if booked[start] > room_first:
                start = next_open[start + 1]
                continue
            at, placed = next_open[start + 1], 1
            while placed < fractions and at < days and booked[at] <= room_later:
                placed += 1
                at = next_open[at + 1]
            if placed == fractions:
                return start
            start = at
        return None

    def _open_minutes(self, day: int) -> int:
        """How long the linacs work on a day, without overtime."""
        if self._open_day[day]:
            return self._regular
        return self._saturday if self._make_up[day] else 0

    def has_room(self, machine: int, day: int, minutes: int) -> bool:
        """Return whether so many regular minutes of a day, open or a make-up Saturday, are still unbooked."""
        return self._booked[machine][day] + minutes <= self._open_minutes(day)

    def reserve(self, machine: int, day: int, minutes: int) -> None:
        """Book so many minutes; a negative number gives them back."""
        self._booked[machine][day] += minutes

    def fits(self, machine: int, day: int, minutes: int, reserved: int) -> bool:
        """Return whether a fraction can be given today on the machine on which it is booked."""
        most = self._open_minutes(day) + self._overtime
        lost = self._lost[machine].get(day, 0)
        if lost:
            return self._used[machine][day] + minutes <= most - lost
        return minutes <= reserved or self._booked[machine][day] + minutes - reserved <= most

    def other(self, machine: int, day: int, minutes: int) -> int | None:
        """Return the first other machine with so many minutes that nobody has booked and no breakdown took."""
        for each in range(self.machines):
            if each != machine and self.has_room(each, day, minutes + self._lost[each].get(day, 0)):
                return each
        return None

    def treat(self, machine: int, day: int, minutes: int) -> None:
        """Use so many minutes of a machine."""
        self._used[machine][day] += minutes

"""A desk: rooms and staff that are handed out at the end of a minute, never before everybody has asked.

The waiting list goes by priority, then by the minute of asking, then by patient and task. At the end of each minute
with a request or a release, and at opening, the list is gone through from its beginning: whoever finds all that is
needed free, and will be done before closing, starts. Somebody later on the list may thus overtake one who does not fit.
Work that was begun is finished; at a desk that pauses, it stops at closing and goes on at the next opening.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field

from simpy.events import Event

from trialproof.simulate.trial.calendar import Calendar, days_of
from trialproof.simulate.trial.clock import Clock
from trialproof.simulate.trial.contract import DAY, HAND_OUT


@dataclass(frozen=True, slots=True, order=True)
class Request:
    """Somebody on the waiting list; `turn` succeeds with True when the work starts, with False if it never will."""

    priority: int
    asked: int
    patient: int
    task: int
    minutes: int = field(compare=False)
    rooms: int = field(compare=False)
    staff: int = field(compare=False)
    turn: Event = field(compare=False)


class Desk:
    """One desk of a department, working from minute `opens` to minute `closes` of every open day."""

    def __init__(
        self,
        clock: Clock,
        calendar: Calendar,
        number: int,
        *,
        opens: int,
        closes: int,
        rooms: int,
        staff: int = 0,
        pauses: bool = False,
    ) -> None:
        self.number = number
        self.opens = opens
        self._closes = closes
        self._rooms = rooms
        self._staff = staff
        self._pauses = pauses
        self._clock = clock
        self._days = days_of(calendar)
        self._waiting: list[Request] = []
        self._planned: set[int] = set()

    def ask(self, patient: int, task: int, minutes: int, *, priority: int, rooms: int = 1, staff: int = 0) -> Event:
        """Return the event of getting a turn for so many minutes of so many rooms and staff."""
        turn = Event(self._clock)
        insort(self._waiting, Request(priority, self._clock.now, patient, task, minutes, rooms, staff, turn))
        self._hand_out_at(self._clock.now)
        return turn

    def withdraw(self, patient: int) -> None:
        """Take a patient off the waiting list."""
        for request in [each for each in self._waiting if each.patient == patient]:
            self._waiting.remove(request)
            request.turn.succeed(value=False)

    def give_back(self, *, rooms: int = 0, staff: int = 0) -> None:
        """Return what a turn took."""
        self._rooms += rooms
        self._staff += staff
        if self._waiting:
            self._hand_out_at(self._clock.now)

    def done_at(self, start: int, minutes: int) -> int:
        """Return the minute at which work that starts now is done."""
        if not self._pauses:
            return start + minutes
        day, minute = divmod(start, DAY)
        while minute + minutes > self._closes:
            minutes -= self._closes - minute
            day, minute = self._days.open_from(day + 1), self.opens
        return day * DAY + minute + minutes

    def _hand_out_at(self, minute: int) -> None:
        if minute not in self._planned:
            self._planned.add(minute)
            self._clock.at(minute, HAND_OUT, self.number).callbacks.append(self._hand_out)

    def _hand_out(self, _: Event) -> None:
        now = self._clock.now
        self._planned.discard(now)
        day, minute = divmod(now, DAY)
        at_work = bool(self._days.open_day[day]) and self.opens <= minute < self._closes
        left = []
        for request in self._waiting:
            in_time = self._pauses or minute + request.minutes <= self._closes
            if at_work and in_time and request.rooms <= self._rooms and request.staff <= self._staff:
                self._rooms -= request.rooms
                self._staff -= request.staff
                request.turn.succeed(value=True)
            else:
                left.append(request)
        self._waiting = left
        if left:
            self._hand_out_at(self._next_opening(day, minute))

    def _next_opening(self, day: int, minute: int) -> int:
        before = minute < self.opens and self._days.open_day[day]
        return (day if before else self._days.open_from(day + 1)) * DAY + self.opens

"""The clock: SimPy's environment, in which every wait says its place in the order of events.

`clock.at(minute, kind, number)` is the only way to wait for a time. SimPy breaks ties by the order in which events were
created, which no other engine can copy; here they go by kind, then by number, as `trial.contract` states.
"""

from __future__ import annotations

import simpy
from simpy.events import Event, EventPriority

OWN = 2
"""SimPy's own priorities, 0 and 1, are for what follows at once: a process that starts, a turn that is given."""
WIDTH = 40
"""Numbers of patients, linacs and desks have fewer bits."""


class OutOfOrder(RuntimeError):
    """Something caused what should have happened before it: a defect of the model."""


class Moment(Event):
    """A minute that was waited for."""

    def __init__(self, clock: Clock, minute: int, order: int) -> None:
        super().__init__(clock)
        self._ok = True
        self._value = None
        self.key = (minute, order)
        self.callbacks.append(clock.arrived)
        clock.schedule(self, EventPriority(OWN + order), minute - clock.now)


class Clock(simpy.Environment):
    """Time in whole minutes."""

    now: int

    def __init__(self) -> None:
        super().__init__(0)
        self._current = (-1, 0)

    def at(self, minute: int, kind: int, number: int) -> Moment:
        """Return the event (minute, kind, number). Raises `OutOfOrder` unless it comes after the present one."""
        order = (kind << WIDTH) + number
        if (minute, order) <= self._current:
            raise OutOfOrder(f"minute {minute}, kind {kind}, number {number} is not later than its cause")
        return Moment(self, minute, order)

    def arrived(self, event: Event) -> None:
        """Note that the clock stands at a moment; the first thing that each of them does."""
        assert isinstance(event, Moment)  # noqa: S101 - only moments call this
        self._current = event.key

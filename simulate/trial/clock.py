"""The clock: SimPy's environment, in which every wait says its place in the order of events.

`clock.at(minute, kind, number)` is the only way to wait for a time. SimPy breaks ties by the order in which events were
created, which no other engine can copy; here they go by kind, then by number, as `trial.contract` states.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import simpy
from simpy.events import Event

OWN = 2
"""SimPy's own priorities, 0 and 1, are for what follows at once: a process that starts, a turn that is given."""
WIDTH = 40
"""Numbers of patients, linacs and desks have fewer bits."""


READ_NOW: Any = property(attrgetter("_now"))
"""What SimPy's own property returns, in half the time: everybody asks for it all the time."""


class OutOfOrder(RuntimeError):
    """Something caused what should have happened before it: a defect of the model."""


class Moment(Event):
    """A minute that was waited for."""

    def __init__(self, clock: Clock, order: int) -> None:
        # What `Event.__init__` does stands here once more, as in SimPy's own events: most of a replication is waiting.
        self.env = clock
        self._ok = True
        self._value = None
        self.order = order
        self.callbacks = [clock.arrived]


class Clock(simpy.Environment):
    """Time in whole minutes."""

    now: int = READ_NOW

    def __init__(self) -> None:
        super().__init__(0)
        self._order = 0

    def at(self, minute: int, kind: int, number: int) -> Moment:
        """Return the event (minute, kind, number). Raises `OutOfOrder` unless it comes after the present one."""
        order: Any = OWN + (kind << WIDTH) + number
        wait = minute - self._now
        if wait < 0 or (wait == 0 and order <= self._order):
            raise OutOfOrder(f"minute {minute}, kind {kind}, number {number} is not later than its cause")
        moment = Moment(self, order)
        self.schedule(moment, order, wait)
        return moment

    def arrived(self, moment: Any) -> None:
        """Note that the clock stands at a moment; the first thing that each of them does."""
        self._order = moment.order

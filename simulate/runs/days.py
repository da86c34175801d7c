"""For which days of the linacs chances are drawn: for those that the trial comes to, and a few more.

A course is booked on the first days with room. Were the days after the last one drawn free of other patients and of
breakdowns, that could only bring it forward to them: so if all bookings end before, they are what they are if every day
is drawn. `reached` says how far they went, and a replication that went too far is run again with all days.
"""

from __future__ import annotations

import numpy as np

from trialproof.simulate.accrual.enrolment import Enrolment
from trialproof.simulate.trial.contract import DAY, L_BOOKED, Ledger, World

MARGIN = 120
"""So many days more than the longest course are drawn after enrolment ends."""


def expected(world: World, enrolment: Enrolment) -> int:
    """Return before which day the last course most probably ends."""
    if enrolment.closed is None:
        return world.calendar.days
    return min(world.calendar.days, enrolment.closed // DAY + world.rules.longest_days + MARGIN)


def reached(world: World, ledger: Ledger) -> int:
    """Return before which day every course that is booked ends, made-up fractions included; 0 without any."""
    booked = ledger[ledger[:, 2] == L_BOOKED]
    if not len(booked):
        return 0
    last = int((booked[:, 0] // DAY + booked[:, 4]).max())
    open_days = np.flatnonzero(world.calendar.open_day)
    end = np.searchsorted(open_days, last) + int(world.fractions.max()) - 1
    return min(world.calendar.days, 1 + max(last + world.rules.longest_days, int(open_days[min(end, len(open_days) - 1)])))

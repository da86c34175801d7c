"""For which days of the linacs chances are drawn: for those that patients of the trial come to, and a few more.

A course is booked on the first days with room. Were the days after the last one drawn free of other patients and of
breakdowns, that could only bring it forward to them: so if all bookings end before, they are what they are if every day
is drawn. `are_enough` tells whether they do; a replication of which they do not is run again with all days.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import DAY, L_BOOKED, Ledger, World

MARGIN = 120
"""Days are drawn up to so many more than the longest course takes, after the last enrolment."""


def expected(world: World, number: Ints, minute: Ints) -> Ints:
    """Return the days [D, 2] of each department, from one up to another, if these patients are enrolled then.

    They are in order of enrolment. No days are expected where nobody is.
    """
    department, day = world.department[number >> 16], minute // DAY
    days = np.zeros((len(world.linacs), 2), np.int64)
    if not len(days):
        return days
    days[department[::-1], 0] = day[::-1]
    days[department, 1] = np.minimum(day + world.rules.longest_days + MARGIN, world.calendar.days)
    return days


def are_enough(world: World, ledger: Ledger, days: Ints) -> bool:
    """Tell whether every course that is booked, made-up fractions included, ends before its department's days do."""
    booked = ledger[np.flatnonzero(ledger[:, 2] == L_BOOKED)]
    first, ends = booked[:, 0] // DAY + booked[:, 4], days[booked[:, 3] >> 8, 1]
    reached = np.maximum(first + world.rules.longest_days, _last_planned(world)[first])
    return bool(((ends == world.calendar.days) | (reached < ends)).all())


@lru_cache(maxsize=2)
def _last_planned(world: World) -> Ints:
    """Return by first day [H] on which one the longest course ends if nothing is missed; H if it does not."""
    days, open_days = world.calendar.days, np.flatnonzero(world.calendar.open_day)
    last = np.searchsorted(open_days, np.arange(days)) + int(world.fractions.max(initial=1)) - 1
    return np.append(open_days, days)[np.minimum(last, len(open_days))]

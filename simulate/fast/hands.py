"""The compiled twin of `results.hands`: the same tables, of the same whole numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trialproof.simulate.fast.tallies import (
    DAYS_OVER,
    LOAD,
    LOST,
    OVER,
    PEAK,
    SUMS,
    TRIAL,
    add_desks,
    add_linacs,
    count_events,
    deal,
)
from trialproof.simulate.results.by_event import ByEvent
from trialproof.simulate.results.desk_minutes import DeskMinutes, DeskWork
from trialproof.simulate.results.hands import Hands
from trialproof.simulate.results.linac_minutes import LinacMinutes, LinacWork
from trialproof.simulate.trial.contract import ROWS, DayMinutes, Ledger


def by_event(ledgers: Sequence[Ledger]) -> ByEvent:
    """Return the rows of ledgers, event by event."""
    counts = np.zeros(len(ROWS), np.int64)
    for each in ledgers:
        count_events(each, counts)
    ends = np.cumsum(counts)
    following, columns = ends - counts, np.empty((5, int(ends[-1])), np.int64)
    for at, each in enumerate(ledgers):
        deal(each, at, following, columns)
    replication, number, minute, resource, detail = columns
    return ByEvent(replication, number, minute, resource, detail, ends)


def linac_minutes(work: LinacWork) -> LinacMinutes:
    """Add up the minutes of linacs."""
    replications, days = len(work.ends), work.calendar.days
    found = np.zeros((replications, len(work.department), 8, SUMS), np.int64)
    given = np.empty((len(work.department), days), np.int64)
    at_work, open_day = work.at_work.astype(np.int64), work.calendar.open_day
    cuts = [0, *work.ends.tolist()]
    for at in range(replications):
        part = slice(cuts[at], cuts[at + 1])
        add_linacs(
            work.day[part],
            work.linac[part],
            work.minutes[part],
            work.first[at],
            work.last[at],
            work.department,
            at_work,
            work.regular,
            open_day,
            work.calendar.begins.weekday(),
            _table(work.lost[at]),
            _table(work.background[at]),
            given,
            found[at],
        )
    sums = np.moveaxis(found, -1, 0).astype(np.float64)
    return LinacMinutes(sums[TRIAL], sums[LOAD], sums[PEAK], sums[LOST], sums[OVER], sums[DAYS_OVER])


def desk_minutes(work: DeskWork) -> DeskMinutes:
    """Add up the minutes of work at desks."""
    days = int(work.day.max(initial=0)) + 1
    load, peak = np.zeros((2, work.desks, 8), np.int64)
    worked = np.empty((work.desks, days), np.int64)
    add_desks(work.desk, work.day, work.minutes, work.calendar.begins.weekday(), worked, load, peak)
    return DeskMinutes(load.astype(np.float64), peak.astype(np.float64))


def _table(minutes: DayMinutes) -> NDArray[np.int32]:
    return np.ascontiguousarray(minutes, np.int32)


COMPILED = Hands(by_event, linac_minutes, desk_minutes)

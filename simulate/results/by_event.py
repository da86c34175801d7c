"""The rows of several ledgers, event by event: each kind of figure asks for rows of a few events only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from trialproof.simulate.trial.calendar import Ints
from trialproof.simulate.trial.contract import ROWS, Ledger


class ByEvent(NamedTuple):
    """Rows [N] in the order of event, replication (a position), and ledger; those of event e end before `ends`[e]."""

    replication: Ints
    number: Ints
    minute: Ints
    resource: Ints
    detail: Ints
    ends: Ints

    def part(self, event: int) -> slice:
        """Return where the rows of an event are."""
        return slice(int(self.ends[event - 1]) if event else 0, int(self.ends[event]))


def by_event(ledgers: Sequence[Ledger]) -> ByEvent:
    """Return the rows of ledgers, event by event."""
    rows = np.concatenate(ledgers)
    replication = np.repeat(np.arange(len(ledgers)), [len(each) for each in ledgers])
    events = rows[:, 2].astype(np.int8)
    order = np.argsort(events, kind="stable")
    minute, number, _, resource, detail = rows[order].T
    ends = np.cumsum(np.bincount(events, minlength=len(ROWS)))
    return ByEvent(replication[order], number, minute, resource, detail, ends)

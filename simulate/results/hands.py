"""The work that takes longest when figures are worked out, so that a compiled twin can do it: `simulate.fast.hands`.

Both do the same with whole numbers, and no figure depends on which of them did it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from trialproof.simulate.results.by_event import ByEvent, by_event
from trialproof.simulate.results.desk_minutes import DeskMinutes, DeskWork, desk_minutes
from trialproof.simulate.results.linac_minutes import LinacMinutes, LinacWork, linac_minutes
from trialproof.simulate.trial.contract import Ledger


class Hands(NamedTuple):
    """What sorts rows by event, and what adds up the minutes of linacs and of desks."""

    by_event: Callable[[Sequence[Ledger]], ByEvent]
    linac_minutes: Callable[[LinacWork], LinacMinutes]
    desk_minutes: Callable[[DeskWork], DeskMinutes]


READABLE = Hands(by_event, linac_minutes, desk_minutes)

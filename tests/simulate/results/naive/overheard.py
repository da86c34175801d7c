"""What patients ask of the desks, told by the readable engine while it runs."""

from __future__ import annotations

from typing import Any, NamedTuple
from unittest.mock import patch

from simpy.events import Event

from trialproof.simulate.trial.contract import Draws, Ledger, World
from trialproof.simulate.trial.desk import Desk
from trialproof.simulate.trial.engine import run


class Turn(NamedTuple):
    """Work that began: at which desk, of which task (a position in `contract.TASKS`), for whom, when it was asked for,
    when it began, and for how many minutes of work."""

    desk: int
    task: int
    patient: int
    asked: int
    began: int
    minutes: int


def overheard(world: World, draws: Draws) -> tuple[Ledger, list[Turn]]:
    """Run a replication; return its ledger, and every turn that began, in the order of beginning."""
    turns: list[Turn] = []
    ask = Desk.ask

    def overhear(desk: Desk, patient: int, task: int, minutes: int, **rest: Any) -> Event:
        turn, asked = ask(desk, patient, task, minutes, **rest), desk._clock.now

        def note(event: Event) -> None:
            if event.value:
                turns.append(Turn(desk.number, task, patient, asked, desk._clock.now, minutes))

        assert turn.callbacks is not None
        turn.callbacks.append(note)
        return turn

    with patch.object(Desk, "ask", overhear):
        ledger = run(world, draws)
    return ledger, turns

"""When work was asked for follows from the ledger: what is worked out is what the engine's desks were asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from simpy.events import Event

from tests.simulate.results.records import record_of_case
from tests.simulate.trial.cases import Case, busy_case, cases
from trialproof.simulate.results.turns import turns
from trialproof.simulate.trial.desk import Desk

Asked = dict[tuple[int, int, int], tuple[int, int]]


def asked_of_the_desks(case: Case, monkeypatch: pytest.MonkeyPatch) -> tuple[Asked, Asked]:
    """Return by (task, patient, beginning) when it was asked for and its minutes: as told, and as worked out."""
    told: Asked = {}
    ask = Desk.ask

    def overhear(desk: Desk, patient: int, task: int, minutes: int, **rest: Any) -> Event:
        turn, now = ask(desk, patient, task, minutes, **rest), desk._clock.now

        def note(event: Event) -> None:
            if event.value:
                told[task, patient, desk._clock.now] = (now, minutes)

        assert turn.callbacks is not None
        turn.callbacks.append(note)
        return turn

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "ask", overhear)
        record = record_of_case(case)
    worked_out = {
        (task, int(record.enrolled[patient]), began): (asked, minutes)
        for task, turn in turns(record).items()
        for patient, asked, began, minutes in zip(*(each.tolist() for each in turn), strict=True)
    }
    return told, worked_out


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_what_is_worked_out_is_what_was_asked(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    told, worked_out = asked_of_the_desks(case, monkeypatch)
    assert worked_out == told


@pytest.mark.parametrize("seed", range(6))
def test_in_a_busy_trial_too(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    told, worked_out = asked_of_the_desks(busy_case(seed), monkeypatch)
    assert worked_out == told
    assert {task for task, _, _ in told} == set(range(7))
    assert sum(began > asked for (_, _, began), (asked, _) in told.items()) > 50

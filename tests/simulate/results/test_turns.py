"""When work was asked for follows from the ledger: what is worked out is what the engine's desks were asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.simulate.results.naive.overheard import overheard
from tests.simulate.results.records import record_from
from tests.simulate.trial.cases import Case, busy_case, cases, trial_of
from trialproof.simulate.results.records import together
from trialproof.simulate.results.turns import turns

Asked = dict[tuple[int, int, int], tuple[int, int]]


def asked_of_the_desks(case: Case) -> tuple[Asked, Asked]:
    """Return by (task, patient, beginning) when it was asked for and its minutes: as told, and as worked out."""
    world, draws = trial_of(case)
    ledger, overheard_turns = overheard(world, draws)
    told = {(turn.task, turn.patient, turn.began): (turn.asked, turn.minutes) for turn in overheard_turns}
    assert len(told) == len(overheard_turns)
    records = together([record_from(world, draws, ledger)])
    worked_out = [
        ((task, int(records.enrolled.number[patient]), began), (asked, minutes))
        for task, turn in turns(records).items()
        for patient, asked, began, minutes in zip(*(each.tolist() for each in turn), strict=True)
    ]
    assert len(dict(worked_out)) == len(worked_out)
    return told, dict(worked_out)


@settings(max_examples=40, deadline=None)
@given(case=cases())
def test_what_is_worked_out_is_what_was_asked(case: Case) -> None:
    told, worked_out = asked_of_the_desks(case)
    assert worked_out == told


@pytest.mark.parametrize("seed", range(6))
def test_in_a_busy_trial_too(seed: int) -> None:
    told, worked_out = asked_of_the_desks(busy_case(seed))
    assert worked_out == told
    assert {task for task, _, _ in told} == set(range(7))
    assert sum(began > asked for (_, _, began), (asked, _) in told.items()) > 50

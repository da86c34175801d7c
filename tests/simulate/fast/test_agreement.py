"""Two engines, one ledger: whatever the trial, the compiled engine writes what the readable one writes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tests.simulate.trial.cases import Case, busy_case, cases, trial_of
from trialproof.simulate.trial import engine
from trialproof.simulate.trial.contract import ROWS, Ledger

pytest.importorskip("numba")

from trialproof.simulate.fast import tables


def first_difference(readable: Ledger, compiled: Ledger) -> str:
    """Say where two ledgers part, with a few rows of each."""
    if np.array_equal(readable, compiled):
        return ""
    shorter = min(len(readable), len(compiled))
    differing = np.flatnonzero((readable[:shorter] != compiled[:shorter]).any(axis=1))
    at = int(differing[0]) if len(differing) else shorter
    rows = [
        f"{name} {row[0]} {row[1]} {ROWS[row[2]]} {row[3]} {row[4]}"
        for name, ledger in (("readable", readable), ("compiled", compiled))
        for row in ledger[max(at - 2, 0) : at + 2].tolist()
    ]
    return "\n".join(rows)


def difference(case: Case) -> str:
    world, draws = trial_of(case)
    return first_difference(engine.run(world, draws), tables.run(world, draws))


@settings(max_examples=800, deadline=None)
@given(cases())
def test_on_random_trials_both_engines_write_the_same_ledger(case: Case) -> None:
    assert difference(case) == ""


@pytest.mark.parametrize("grain", [1, 15, 60, 480, 1440])
def test_on_busy_trials_too_whatever_the_clock(grain: int) -> None:
    for seed in range(60):
        assert difference(replace(busy_case(seed), grain=grain, chairs=1 + seed % 3, hours=300 + 60 * (seed % 5))) == ""


def test_a_trial_run_twice_leaves_nothing_behind() -> None:
    first, second = trial_of(busy_case(1)), trial_of(busy_case(2))
    alone = tables.run(*first)
    tables.run(*second)
    assert np.array_equal(tables.run(*first), alone)


def test_the_comparison_would_notice_a_single_changed_number() -> None:
    ledger = tables.run(*trial_of(busy_case(3)))
    changed = ledger.copy()
    changed[7, 4] += 1
    assert first_difference(ledger, ledger) == ""
    assert first_difference(ledger, changed)
    assert first_difference(ledger, ledger[:-1])

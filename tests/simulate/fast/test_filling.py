"""Candidates and patients go into the tables of the compiled engine as they were drawn."""

from __future__ import annotations

import numpy as np
import pytest

from tests.simulate.trial.cases import busy_case, trial_of

pytest.importorskip("numba")

from trialproof.simulate.fast import layout as col, tables

WORLD, DRAWS = trial_of(busy_case(7))
MADE = tables.tables(WORLD, DRAWS)


def test_candidates_are_in_order_of_their_numbers_with_all_that_was_drawn() -> None:
    order = np.argsort(DRAWS.number)
    columns = (DRAWS.number, DRAWS.arrive, DRAWS.screening, DRAWS.failed, DRAWS.arm)
    assert np.array_equal(MADE.candidates[:, : col.X_ROW], np.column_stack(columns)[order])


def test_a_candidate_has_the_row_of_the_patient_with_his_number_or_none() -> None:
    row = MADE.candidates[:, col.X_ROW]
    can = MADE.candidates[:, col.X_FAILED] == 0
    assert (row[~can] == -1).all()
    assert np.array_equal(DRAWS.patient[row[can]], MADE.candidates[can, col.X_NUMBER])


def test_nothing_has_happened_to_a_patient_yet() -> None:
    columns = (
        DRAWS.course, DRAWS.imaging, DRAWS.factor, DRAWS.consolidation, DRAWS.outlining, DRAWS.planning,
        DRAWS.checking, DRAWS.reoutlining, DRAWS.replanning, DRAWS.drop, DRAWS.no_show, DRAWS.infusion, DRAWS.low,
        DRAWS.delay,
    )  # fmt: skip
    state = MADE.patients[:, col.P_STATE : col.P_APPOINTMENTS]
    assert np.array_equal(MADE.patients[:, : col.P_STATE], np.column_stack(columns))
    assert (np.delete(state, col.P_ENDED - col.P_STATE, axis=1) == 0).all()
    assert (MADE.patients[:, col.P_ENDED] == -1).all()
    assert not MADE.book.any()

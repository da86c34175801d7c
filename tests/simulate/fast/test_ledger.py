"""The compiled engine sorts its ledger as the contract says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trialproof.simulate.trial.contract import DAY, ROWS, Ledger, in_order

pytest.importorskip("numba")

from trialproof.simulate.fast import layout as col

DAYS = 4
SPAN = 1 << col.SPAN_BITS
NUMBERS = np.array([0, 1, 7, 1 << 16, (1 << 16) + 1, 2**32 - 1])
"""Of candidates, by their rank."""
number = st.one_of(st.integers(-1, 3), st.sampled_from([(1 << 62) - 1, 1 << 32]))
row = st.tuples(
    st.one_of(st.integers(0, DAYS * DAY - 1), st.sampled_from([0, SPAN - 1, SPAN, DAY - 1, DAY, DAYS * DAY - 1])),
    st.sampled_from(NUMBERS.tolist()),
    st.integers(0, len(ROWS) - 1),
    number,
    number,
)


def sorted_by_engine(rows: Ledger) -> Ledger:
    """Write rows as the engine writes them, and sort them as it does."""
    from trialproof.simulate.fast import ledger as written

    log: Any = written.log
    queue, ledger = np.zeros(col.Q_HEAD, np.int64), np.empty((len(rows), col.LOG_COLS), np.int64)
    for minute, patient, event, resource, detail in rows.tolist():
        log.py_func(queue, ledger, minute, int(np.searchsorted(NUMBERS, patient)), event, resource, detail)
    assert queue[col.Q_ROWS] == len(rows)
    found = np.empty_like(rows)
    candidates = np.zeros((len(NUMBERS), col.X_COLS), np.int64)
    candidates[:, col.X_NUMBER] = NUMBERS
    beyond = np.vstack([ledger, np.full((3, col.LOG_COLS), 7)])
    written.sort(candidates, beyond, np.empty(DAYS * DAY // SPAN + 2, np.int64), np.empty(len(rows), np.int64), found)
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(row, max_size=60))
def test_any_rows_are_sorted_by_all_their_columns(rows: list[tuple[int, int, int, int, int]]) -> None:
    table = np.array(rows, np.int64).reshape(-1, 5)
    assert np.array_equal(sorted_by_engine(table), in_order(map(tuple, table.tolist())))


@pytest.mark.parametrize("size", [10, 40, 400, 4000])
def test_crowded_days_are_sorted_too(size: int) -> None:
    random = np.random.default_rng(size)
    minutes = random.integers(0, 5, size) + random.integers(0, 2, size) * DAY
    others = (random.integers(0, 4, size) for _ in range(3))
    table = np.column_stack([minutes, random.choice(NUMBERS, size), *others]).astype(np.int64)
    expected = in_order(map(tuple, table.tolist()))
    assert np.array_equal(sorted_by_engine(table), expected)
    assert np.array_equal(sorted_by_engine(expected[::-1].copy()), expected)


def test_a_ledger_without_room_is_a_fault() -> None:
    from trialproof.simulate.fast import ledger as written

    log: Any = written.log
    queue, ledger = np.zeros(col.Q_HEAD, np.int64), np.zeros((1, col.LOG_COLS), np.int64)
    log.py_func(queue, ledger, 5, 1, 2, 3, 4)
    assert queue[col.Q_FAULT] == col.FINE
    log.py_func(queue, ledger, 6, 1, 2, 3, 4)
    assert queue[col.Q_FAULT] == col.TOO_MANY_ROWS
    assert ledger[0, 1:].tolist() == [3, 4]

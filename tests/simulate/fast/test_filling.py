"""The compiled engine sorts its ledger as the contract says, and begins its book with what was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trialproof.simulate.trial.contract import DAY, ROWS, Ledger, in_order

pytest.importorskip("numba")

DAYS = 4
number = st.one_of(st.integers(-1, 3), st.sampled_from([(1 << 62) - 1, 1 << 32]))
row = st.tuples(
    st.one_of(st.integers(0, DAYS * DAY - 1), st.sampled_from([0, DAY - 1, DAY, 2 * DAY])),
    st.one_of(st.integers(0, 3), st.sampled_from([2**32 - 1, 1 << 16, (1 << 16) + 1])),
    st.integers(0, len(ROWS) - 1),
    number,
    number,
)


def sorted_by_engine(rows: Ledger) -> Ledger:
    from trialproof.simulate.fast.filling import sort_ledger

    found = np.empty_like(rows)
    ledger = np.vstack([rows, np.full((3, 5), 7)])
    sort_ledger(ledger, np.empty(DAYS + 1, np.int64), np.empty((len(rows), 2), np.int64), found)
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(row, max_size=60))
def test_any_rows_are_sorted_by_all_their_columns(rows: list[tuple[int, int, int, int, int]]) -> None:
    table = np.array(rows, np.int64).reshape(-1, 5)
    assert np.array_equal(sorted_by_engine(table), in_order(table))


@pytest.mark.parametrize("size", [10, 40, 400, 4000])
def test_crowded_days_are_sorted_too(size: int) -> None:
    random = np.random.default_rng(size)
    minutes = random.integers(0, 5, size) + random.integers(0, 2, size) * DAY
    table = np.column_stack([minutes, *(random.integers(0, 4, size) for _ in range(4))]).astype(np.int64)
    assert np.array_equal(sorted_by_engine(table), in_order(table))
    assert np.array_equal(sorted_by_engine(in_order(table)[::-1].copy()), in_order(table))


def test_the_book_begins_with_the_minutes_of_others_on_open_days() -> None:
    from trialproof.simulate.fast import layout as col
    from trialproof.simulate.fast.filling import fill_book

    calendar = np.zeros((4, 3), np.int64)
    calendar[:, col.C_OPEN] = 1, 0, 1, 0
    background, lost = np.array([[5, 6, 7], [8, 9, 10]]), np.array([[1, 2, 3], [0, 0, 4]])
    book = np.full((2, 3, 4), -9, np.int32)
    fill_book(calendar, background, lost, book)
    assert book[:, :, col.B_BOOKED].tolist() == book[:, :, col.B_OTHERS].tolist() == [[5, 0, 7], [8, 0, 10]]
    assert book[:, :, col.B_LOST].tolist() == lost.tolist()
    assert not book[:, :, col.B_USED].any()

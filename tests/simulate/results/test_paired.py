"""Differences on common random numbers: paired errors, and how much pairing saves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from trialproof.simulate.results.metric import Column
from trialproof.simulate.results.moments import Flags, Floats
from trialproof.simulate.results.paired import differences

A, B, C = Column("enrolled"), Column("duration"), Column("start_days")
Rows = list[tuple[Floats, Flags]]


def rows_of(*columns: list[float | None]) -> Rows:
    return [
        (np.array([each or 0.0 for each in row]), np.array([each is not None for each in row]))
        for row in zip(*columns, strict=True)
    ]


def test_the_error_is_that_of_the_differences_and_not_of_the_two() -> None:
    one, other = [10.0, 20, 30, 40], [11.0, 22, 31, 42]
    (found,) = differences([A], [A], rows_of(list(one)), rows_of(list(other)))
    gaps = np.array(one) - np.array(other)
    assert found.difference == pytest.approx(-1.5)
    assert found.mcse == pytest.approx(gaps.std(ddof=1) / 2)
    assert found.saved == pytest.approx((np.var(one, ddof=1) + np.var(other, ddof=1)) / np.var(gaps, ddof=1))
    assert found.saved is not None
    assert found.saved > 100
    assert (found.first, found.second) == (25, 26.5)


def test_only_replications_that_gave_both_numbers_count() -> None:
    (found,) = differences([A], [A], rows_of([1.0, None, 3.0, 5.0]), rows_of([0.0, 1.0, None, 1.0]))
    assert (found.n, found.absent) == (2, 2)
    assert (found.first, found.second, found.difference) == (3, 0.5, 2.5)


def test_columns_are_matched_by_name_and_others_are_left_out() -> None:
    found = differences([A, B], [C, A], rows_of([1.0, 2.0], [3.0, 4.0]), rows_of([9.0, 9.0], [1.0, 1.0]))
    assert [each.column for each in found] == [A]
    assert found[0].difference == 0.5


def test_nothing_in_common_gives_no_difference_and_one_pair_no_error() -> None:
    (nothing,) = differences([A], [A], rows_of([None, 1.0]), rows_of([1.0, None]))
    assert (nothing.n, nothing.difference, nothing.mcse) == (0, None, None)
    (single,) = differences([A], [A], rows_of([None, 1.0]), rows_of([1.0, 3.0]))
    assert (single.n, single.difference, single.mcse, single.interval) == (1, -2.0, None, None)


def test_the_same_numbers_differ_by_nothing_and_nothing_is_said_to_be_saved() -> None:
    (found,) = differences([A], [A], rows_of([1.0, 2.0]), rows_of([1.0, 2.0]))
    assert (found.difference, found.mcse, found.saved) == (0.0, 0.0, None)


def test_two_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"longer|shorter"):
        differences([A], [A], rows_of([1.0, 2.0]), rows_of([1.0]))


@given(values=st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=2, max_size=20))
def test_swapping_the_two_turns_the_sign(values: list[tuple[float, float]]) -> None:
    one, other = rows_of([a for a, _ in values]), rows_of([b for _, b in values])
    (there,), (back,) = differences([A], [A], one, other), differences([A], [A], other, one)
    assert there.difference == pytest.approx(-(back.difference or 0.0))
    assert there.mcse == pytest.approx(back.mcse)

"""Means, errors, intervals and quantiles against what statistics and a plain computation say."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats

from trialproof.simulate.results.estimate import QUANTILES, estimate, estimates, spread
from trialproof.simulate.results.intervals import numbers_for_mean, numbers_for_proportion, student, wilson
from trialproof.simulate.results.metric import Column, Kind, Metric
from trialproof.simulate.results.moments import Flags, Floats, Moments

NUMBER = Metric("number", "days", "a number")
FLAG = Metric("flag", "", "0 or 1", kind=Kind.PROPORTION)
ROWS = st.lists(st.lists(st.none() | st.floats(-1e6, 1e6), min_size=2, max_size=2), min_size=1, max_size=30)


def table_of(rows: list[list[float | None]]) -> tuple[Floats, Flags]:
    exists = np.array([[each is not None for each in row] for row in rows])
    values = np.array([[each or 0.0 for each in row] for row in rows], float)
    return values, exists


@given(rows=ROWS)
def test_moments_are_those_of_the_numbers_that_there_are(rows: list[list[float | None]]) -> None:
    moments = Moments(2)
    moments.add(*table_of(rows))
    for column in range(2):
        there = [each for row in rows if (each := row[column]) is not None]
        assert moments.count[column] == len(there)
        if there:
            assert moments.mean[column] == pytest.approx(np.mean(there), abs=1e-6)
        if len(there) > 1:
            assert moments.sd[column] == pytest.approx(np.std(there, ddof=1), rel=1e-6, abs=1e-3)


@given(rows=ROWS, cut=st.integers(0, 30))
def test_chunks_leave_no_trace_in_the_last_digit(rows: list[list[float | None]], cut: int) -> None:
    values, exists = table_of(rows)
    whole, parts = Moments(2), Moments(2)
    whole.add(values, exists)
    parts.add(values[:cut], exists[:cut])
    parts.add(values[cut:], exists[cut:])
    assert whole.mean.tobytes() == parts.mean.tobytes()
    assert whole.sd.tobytes() == parts.sd.tobytes()


def test_a_large_mean_does_not_drown_a_small_variance() -> None:
    moments = Moments(1)
    values = np.array([[1e9 + 4], [1e9 + 7], [1e9 + 13], [1e9 + 16]])
    moments.add(values, np.ones((4, 1), np.bool_))
    assert moments.sd[0] == pytest.approx(sqrt(30))


def test_what_does_not_exist_is_counted_apart_and_never_as_zero() -> None:
    moments = Moments(2)
    moments.add(*table_of([[10.0, None], [None, None], [20.0, None]]))
    first, second = estimates([Column("number"), Column("number", ("b",))], {"number": NUMBER}, moments)
    assert (first.n, first.absent, first.mean) == (2, 1, 15.0)
    assert (second.n, second.absent, second.mean, second.mcse, second.interval) == (0, 3, None, None, None)


def test_one_replication_has_a_mean_and_no_error() -> None:
    found = estimate(Column("number"), NUMBER, n=1, absent=0, mean=3.0, sd=0.0)
    assert (found.mean, found.mcse, found.interval) == (3.0, None, None)


def test_the_interval_of_a_mean_is_students() -> None:
    expected = stats.t.interval(0.95, 19, loc=5, scale=2 / sqrt(20))
    assert student(5, 2, 20) == pytest.approx(expected)


def test_the_interval_of_a_proportion_is_wilsons() -> None:
    for successes, n in ((0, 10), (1, 10), (37, 100), (10, 10)):
        expected = stats.binomtest(successes, n).proportion_ci(method="wilson")
        assert wilson(successes / n, n) == pytest.approx((expected.low, expected.high))


def test_a_proportion_of_none_still_has_a_width() -> None:
    found = estimate(Column("flag"), FLAG, n=200, absent=0, mean=0.0, sd=0.0)
    assert found.mcse == 0
    assert found.interval is not None
    assert found.interval.low == 0
    assert found.interval.high == pytest.approx(0.0188, abs=1e-4)


@given(p=st.floats(0, 1), half=st.floats(0.005, 0.4))
def test_the_replications_needed_for_a_proportion_are_the_fewest(p: float, half: float) -> None:
    n = numbers_for_proportion(p, half)
    assert wilson(p, n).half_width <= half
    assert n == 1 or wilson(p, n - 1).half_width > half


def test_the_replications_needed_for_a_mean() -> None:
    assert numbers_for_mean(10, 1) == 385  # (1.96 x 10)^2
    assert numbers_for_mean(0, 1) == 2


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_quantiles_are_those_of_definition_seven(values: list[float]) -> None:
    numbers = np.array(values)
    found = spread(numbers, np.ones(len(values), np.bool_))
    assert found is not None
    assert found.least == min(values)
    assert found.most == max(values)
    assert found.quantiles == pytest.approx(np.quantile(numbers, QUANTILES, method="linear"))


def test_nothing_has_no_spread() -> None:
    assert spread(np.array([1.0]), np.array([False])) is None


def test_wilsons_interval_catches_nineteen_of_twenty_on_average_over_proportions() -> None:
    n, shares = 100, np.linspace(0.02, 0.98, 193)
    intervals = [wilson(k / n, n) for k in range(n + 1)]
    caught = [
        sum(stats.binom.pmf(k, n, p) for k, (low, high) in enumerate(intervals) if low <= p <= high) for p in shares
    ]
    assert np.mean(caught) == pytest.approx(0.95, abs=0.004)


def test_students_interval_catches_nineteen_of_twenty() -> None:
    """With 4,000 samples the standard error of the coverage is 0.0034."""
    samples = np.random.default_rng(5).normal(1, 3, (4000, 12))
    means, sds = samples.mean(1), samples.std(1, ddof=1)
    caught = [low <= 1 <= high for low, high in (student(m, s, 12) for m, s in zip(means, sds, strict=True))]
    assert np.mean(caught) == pytest.approx(0.95, abs=0.014)

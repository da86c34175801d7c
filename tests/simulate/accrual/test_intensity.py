"""The intensity of a site and its inverse: against a plain sum over minutes, and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trialproof.simulate.accrual.intensity import intensity
from trialproof.simulate.scenario.distribution import Distribution, Fixed
from trialproof.simulate.scenario.scenario import Accrual

DAY = 1440


def accrual(
    *, ramp_days: int = 0, ramp_start: float = 1.0, pieces: tuple[tuple[int, float], ...] = ((0, 1.0),)
) -> Accrual:
    return Accrual(
        target=10,
        sites=(),
        screening=Distribution(Fixed(0)),
        ramp_days=ramp_days,
        ramp_start=ramp_start,
        pieces=pieces,
    )


def by_minute(plan: Accrual, opens: int, horizon: int) -> np.ndarray:
    """The expected number before each minute, by the rule as it is stated, at the middle of every minute."""
    total, sums = 0.0, [0.0]
    for minute in range(horizon * DAY):
        middle = minute + 0.5
        factor = [value for day, value in plan.pieces if day * DAY <= middle][-1]
        share = 0.0
        if middle > opens:
            grown = 1.0 if not plan.ramp_days else min(1.0, (middle - opens) / (plan.ramp_days * DAY))
            share = plan.ramp_start + (1 - plan.ramp_start) * grown
        total += factor * share / DAY
        sums.append(total)
    return np.array(sums)


@pytest.mark.parametrize("opens", [0, 1440, 3700])
@pytest.mark.parametrize(
    "plan",
    [
        accrual(),
        accrual(ramp_days=3, ramp_start=0.25),
        accrual(ramp_days=2, ramp_start=0.0, pieces=((0, 1.0), (2, 0.0), (4, 2.5))),
        accrual(ramp_days=20, ramp_start=0.5, pieces=((0, 0.5), (3, 1.5))),
    ],
)
def test_the_expected_number_is_the_sum_over_the_minutes(plan: Accrual, opens: int) -> None:
    expected = intensity(plan, [opens], 6)
    minutes = np.arange(6 * DAY + 1)
    assert expected.by(minutes)[0] == pytest.approx(by_minute(plan, opens, 6), abs=1e-9)
    assert expected.total[0] == expected.by([6 * DAY])[0, 0]


plans = st.builds(
    accrual,
    ramp_days=st.integers(0, 40),
    ramp_start=st.sampled_from((0.0, 0.1, 0.5, 1.0)),
    pieces=st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from((0.0, 0.3, 1.0, 2.0))), max_size=3, unique_by=lambda each: each[0]
    ).map(lambda more: ((0, 1.0), *sorted(more))),
)


@settings(max_examples=80, deadline=None)
@given(plan=plans, opens=st.lists(st.integers(0, 70 * DAY), min_size=1, max_size=4))
def test_when_so_many_are_expected_is_the_inverse_of_how_many_are(plan: Accrual, opens: list[int]) -> None:
    expected = intensity(plan, opens, 60)
    shares = np.linspace(0.001, 0.999, 41)
    for row, total in enumerate(expected.total):
        wanted = shares * total
        if total == 0:
            assert opens[row] >= 60 * DAY or plan.pieces[-1][1] == 0 or plan.ramp_start == 0
            continue
        minutes = expected.when(np.full(len(wanted), row), wanted)
        assert expected.by(minutes)[row] == pytest.approx(wanted, abs=1e-9 * total)
        assert np.all(np.diff(minutes) >= 0)
        assert np.all((minutes >= opens[row]) & (minutes <= 60 * DAY))


def test_what_is_never_expected_comes_never() -> None:
    expected = intensity(accrual(), [0], 10)
    assert expected.when(np.array([0, 0]), np.array([10.0, 11.0])).tolist() == [np.inf, np.inf]


def test_a_site_that_opens_after_the_horizon_expects_nobody() -> None:
    assert intensity(accrual(), [20 * DAY], 10).total.tolist() == [0.0]


def test_nobody_is_expected_before_the_opening() -> None:
    assert intensity(accrual(ramp_days=5, ramp_start=0.5), [7 * DAY], 30).by([0, 7 * DAY]).tolist() == [[0.0, 0.0]]

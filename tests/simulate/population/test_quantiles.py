"""Quantiles are those of SciPy's distributions, within their bounds, monotone, and good in the tails."""

from __future__ import annotations

from math import exp, inf, log
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from scipy import stats

from tests.simulate.scenarios import distributions
from trialproof.simulate.population.quantiles import EmptyDistribution, cumulated, mass, quantile, support
from trialproof.simulate.scenario.distribution import (
    Beta,
    Distribution,
    Empirical,
    Exponential,
    Family,
    Fixed,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)

FAMILIES: list[tuple[Family, Any]] = [
    (Normal(60.0, 8.0), stats.norm(60, 8)),
    (Lognormal(3.0, 0.4), stats.lognorm(0.4, scale=3.0)),
    (Gamma(1.2, 5.0), stats.gamma(1.2, scale=5.0 / 1.2)),
    (Gamma(0.3, 2.0), stats.gamma(0.3, scale=2.0 / 0.3)),
    (Beta(2.0, 5.0, 10.0, 30.0), stats.beta(2, 5, loc=10, scale=20)),
    (Uniform(-2.0, 7.0), stats.uniform(-2, 9)),
    (Triangular(3.0, 10.0, 21.0), stats.triang(7 / 18, loc=3, scale=18)),
    (Triangular(3.0, 3.0, 21.0), stats.triang(0, loc=3, scale=18)),
    (Triangular(3.0, 21.0, 21.0), stats.triang(1, loc=3, scale=18)),
    (Exponential(30.0), stats.expon(scale=30)),
]
NAMES = [type(family).__name__ + str(index) for index, (family, _) in enumerate(FAMILIES)]
EVENLY = (np.arange(100_000) + 0.5) / 100_000


@pytest.mark.parametrize(("family", "judge"), FAMILIES, ids=NAMES)
def test_quantiles_and_probabilities_are_those_of_scipy(family: Family, judge: Any) -> None:
    u = np.array([2.0**-53, 1e-9, 1e-3, 0.2, 0.4, 0.5, 0.7, 0.999, 1 - 1e-9])
    assert quantile(Distribution(family), u) == pytest.approx(judge.ppf(u), rel=1e-9, abs=1e-12)
    x = judge.ppf(np.linspace(0.01, 0.99, 40))
    assert cumulated(Distribution(family), x) == pytest.approx(judge.cdf(x), rel=1e-9)


@pytest.mark.parametrize(("family", "judge"), FAMILIES, ids=NAMES)
def test_moments_are_those_of_the_distribution(family: Family, judge: Any) -> None:
    drawn = quantile(Distribution(family), EVENLY)
    assert drawn.mean() == pytest.approx(judge.mean(), rel=2e-3)
    assert drawn.std() == pytest.approx(judge.std(), rel=2e-2)


@pytest.mark.parametrize(("family", "judge"), FAMILIES, ids=NAMES)
@pytest.mark.parametrize(("low", "high"), [(0.1, 0.3), (0.3, 0.9), (0.8, 0.99), (0.0, 0.7), (0.4, 1.0)])
def test_bounds_are_conditions(family: Family, judge: Any, low: float, high: float) -> None:
    lower, upper = (float(judge.ppf(p)) for p in (low, high))
    bounded = Distribution(family, lower if low else None, upper if high < 1 else None)
    u = np.linspace(0.001, 0.999, 57)
    assert quantile(bounded, u) == pytest.approx(judge.ppf(low + u * (high - low)), rel=1e-7)
    assert cumulated(bounded, quantile(bounded, u)) == pytest.approx(u, abs=1e-9)
    assert mass(bounded) == pytest.approx(high - low)
    assert cumulated(bounded, [lower - 1e9, upper if upper < inf else 1e9]) == pytest.approx([0, 1])


@pytest.mark.parametrize("sign", [1, -1], ids=["upper", "lower"])
def test_a_far_tail_is_as_good_as_the_bulk(sign: int) -> None:
    """Beyond 8 standard deviations 1 - u has no digits left; the quantile needs the survival function."""
    bounds = sorted((sign * 12.0, sign * 13.0))
    u = np.array([0.1, 0.5, 0.9])
    ends = np.array(stats.norm.sf([12, 13]) if sign > 0 else stats.norm.cdf([-13, -12]))
    wanted = ends[0] + u * (ends[1] - ends[0])
    found = quantile(Distribution(Normal(0, 1), *bounds), u)
    assert found == pytest.approx(stats.norm.isf(wanted) if sign > 0 else stats.norm.ppf(wanted), rel=1e-12)
    assert mass(Distribution(Normal(0, 1), *bounds)) == pytest.approx(abs(ends[1] - ends[0]), rel=1e-9)
    assert cumulated(Distribution(Normal(0, 1), *bounds), found) == pytest.approx(u, rel=1e-9)


@pytest.mark.parametrize(
    "family", [Lognormal(1.0, 1.0), Gamma(2.0, 1.0), Beta(1.0, 40.0, 0.0, 1.0), Exponential(1.0)], ids=repr
)
def test_the_upper_tails_of_skewed_families_have_many_different_values(family: Family) -> None:
    far = quantile(Distribution(family), 1 - 1e-15)
    edge = quantile(Distribution(family), 1 - 1e-12)
    beyond = quantile(Distribution(family, lower=float(edge)), np.linspace(0.01, 0.99, 99))
    assert len(np.unique(beyond)) == 99
    assert edge <= beyond.min() < far


@settings(max_examples=200, deadline=None)
@given(distributions(), st.lists(st.integers(0, 2**52 - 1), min_size=1, max_size=30))
@example(Distribution(Beta(0.7, 0.7, -3.0, 1.2110693504242955)), [4_503_599_627_356_338])
@example(Distribution(Beta(0.7, 0.7, -3.0, 1.2110693504242955), -5.0, 5.0), [4_503_599_627_356_338])
def test_values_rise_with_u_and_stay_within_the_bounds(distribution: Distribution, bits: list[int]) -> None:
    u = (2.0 * np.sort(np.array(bits, np.float64)) + 1) / 2.0**53
    values = quantile(distribution, u)
    assert np.isfinite(values).all()
    assert (np.diff(values) >= -1e-12 * np.abs(values[1:])).all()
    least, greatest = support(distribution)
    assert ((values >= least) & (values <= greatest)).all()
    if distribution.lower is not None:
        assert (values >= distribution.lower).all()
    if distribution.upper is not None:
        assert (values <= distribution.upper).all()


@settings(max_examples=100, deadline=None)
@given(distributions(), st.lists(st.floats(0.001, 0.999), min_size=2, max_size=30), st.data())
def test_a_value_does_not_depend_on_what_else_is_asked_for(
    distribution: Distribution, u: list[float], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(u))))
    together = quantile(distribution, u)
    assert (quantile(distribution, np.array(u)[order]) == together[order]).all()
    spaced = np.zeros((len(u), 3))
    spaced[:, 1] = u
    assert (quantile(distribution, spaced[:, 1]) == together).all()
    assert [float(quantile(distribution, each)) for each in u] == together.tolist()


@settings(max_examples=100, deadline=None)
@given(distributions(), st.lists(st.floats(0.001, 0.999), min_size=1, max_size=20))
def test_the_quantile_is_the_smallest_value_with_its_probability(distribution: Distribution, u: list[float]) -> None:
    values = quantile(distribution, u)
    assert (cumulated(distribution, values) >= np.array(u) - 1e-9).all()
    below = np.nextafter(values, -inf)
    assert (cumulated(distribution, below) <= np.array(u) + 1e-6).all()


def test_a_table_gives_each_value_its_share() -> None:
    table = Distribution(Empirical((1.0, 2.0, 5.0), (0.2, 0.5, 0.3)))
    assert quantile(table, [0.1, 0.2, 0.21, 0.7, 0.71, 0.99]).tolist() == [1, 1, 2, 2, 5, 5]
    assert cumulated(table, [0.9, 1, 1.5, 2, 5, 9]) == pytest.approx([0, 0.2, 0.2, 0.7, 1, 1])
    bounded = Distribution(table.family, 1.5, 9.0)
    assert quantile(bounded, [0.01, 0.62, 0.63]).tolist() == [2, 2, 5]
    assert mass(bounded) == pytest.approx(0.8)
    drawn = quantile(table, EVENLY)
    assert [(drawn == value).mean() for value in (1, 2, 5)] == pytest.approx([0.2, 0.5, 0.3])


def test_a_value_of_a_table_that_never_occurs_is_never_drawn() -> None:
    table = Distribution(Empirical((1.0, 2.0, 5.0), (0.0, 1.0, 0.0)))
    assert set(quantile(table, EVENLY).tolist()) == {2.0}
    assert support(table) == (2.0, 2.0)


def test_rounding_never_leaves_the_last_value_of_a_table_out() -> None:
    table = Distribution(Empirical(tuple(map(float, range(10))), (0.1,) * 10))
    assert float(quantile(table, 1 - 2.0**-53)) == 9.0


def test_a_fixed_value_is_always_the_same() -> None:
    assert set(quantile(Distribution(Fixed(7.25)), EVENLY).tolist()) == {7.25}
    assert cumulated(Distribution(Fixed(7.25)), [7.2, 7.25]).tolist() == [0, 1]


@pytest.mark.parametrize(
    "distribution",
    [
        Distribution(Fixed(1.0), 2.0),
        Distribution(Empirical((1.0, 2.0), (0.5, 0.5)), 1.2, 1.8),
        Distribution(Uniform(0.0, 1.0), 2.0, 3.0),
        Distribution(Exponential(1.0), None, -1.0),
        Distribution(Normal(0.0, 1.0), 1.0, 1.0),
        Distribution(Normal(0.0, 1.0), 50.0),
    ],
    ids=repr,
)
def test_nothing_between_the_bounds_is_refused(distribution: Distribution) -> None:
    assert mass(distribution) == 0
    for use in (quantile, cumulated):
        with pytest.raises(EmptyDistribution):
            use(distribution, 0.5)


def test_a_lognormal_is_given_by_its_median() -> None:
    lognormal = Distribution(Lognormal(10.5, 0.7))
    assert float(quantile(lognormal, 0.5)) == pytest.approx(10.5)
    assert float(cumulated(lognormal, 16.0)) == pytest.approx(stats.norm.cdf(log(16 / 10.5) / 0.7))
    assert float(quantile(lognormal, stats.norm.cdf(1))) == pytest.approx(10.5 * exp(0.7))

"""A table makes drawing faster and changes no value."""

from __future__ import annotations

import numpy as np
import pytest

from trialproof.simulate.population.quantiles import quantile
from trialproof.simulate.population.tabulated import ENOUGH, multiples, nearly
from trialproof.simulate.scenario.distribution import Beta, Distribution, Gamma, Lognormal

FAMILIES = [
    Distribution(Beta(3.12, 8.88, 0, 100)),
    Distribution(Beta(2.04, 9.96, 0, 100)),
    Distribution(Beta(0.5, 0.7, -3, 8)),
    Distribution(Beta(1, 1, 0, 1)),
    Distribution(Beta(300, 2, 0, 100)),
    Distribution(Beta(40, 400, 0, 100), 50, 60),
    Distribution(Gamma(1.2, 5.0)),
    Distribution(Gamma(0.2, 5.0)),
    Distribution(Gamma(50, 5.0), 4, 7),
    Distribution(Gamma(1, 3.0), None, 2),
    Distribution(Lognormal(3, 0.4)),
]


@pytest.mark.parametrize("distribution", FAMILIES, ids=repr)
@pytest.mark.parametrize("per", [1.0, 7.3, 1e4])
def test_whole_numbers_are_those_of_the_quantiles_themselves(distribution: Distribution, per: float) -> None:
    random = np.random.default_rng(5)
    u = np.concatenate([random.random(20_000), random.random(3000) * 1e-3, 1 - random.random(3000) * 1e-3])
    least, most = 0.3, 90.0
    expected = np.rint(np.clip(quantile(distribution, u), least, most) * per)
    assert np.array_equal(multiples(distribution, u, per, least, most), expected)
    few = u[: ENOUGH - 1]
    assert np.array_equal(multiples(distribution, few, per, least, most), expected[: ENOUGH - 1])


@pytest.mark.parametrize("distribution", FAMILIES[:3], ids=repr)
def test_values_next_to_a_border_between_two_whole_numbers_are_the_right_ones(distribution: Distribution) -> None:
    """Just where a table that is a little off would give the neighbour."""
    u = np.linspace(0.2, 0.8, 3000)
    at = quantile(distribution, u)
    for value, chance in zip(at[::100], u[::100], strict=True):
        per = 12_345.5 / value
        around = np.concatenate([np.full(10, chance), chance + np.arange(-5, 6) * 2e-16, u])
        expected = np.rint(np.clip(quantile(distribution, around), 0, 1e9) * per)
        assert np.array_equal(multiples(distribution, around, per, 0, 1e9), expected)


@pytest.mark.parametrize("distribution", FAMILIES[:-1], ids=repr)
def test_the_error_that_a_table_admits_is_more_than_its_own(distribution: Distribution) -> None:
    u = np.random.default_rng(6).random(50_000)
    values, errors = nearly(distribution, u)
    known = np.isfinite(errors)
    assert (np.abs(values - quantile(distribution, u))[known] <= errors[known] / 4).all()
    assert known.mean() > 0.99

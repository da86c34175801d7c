"""A table makes drawing faster and changes no value."""

from __future__ import annotations

import numpy as np
import pytest

from trialproof.simulate.population import tabulated
from trialproof.simulate.population.quantiles import quantile
from trialproof.simulate.population.tabulated import (
    ENOUGH,
    SLOW,
    SLOWER_THAN_COMPILED,
    compiled,
    multiples,
    nearly,
    plainly,
    table_of,
)
from trialproof.simulate.scenario.distribution import (
    Beta,
    Distribution,
    Exponential,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)

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
    Distribution(Lognormal(10.5, 0.7), 1, 60),
    Distribution(Normal(60, 8), 40, 82),
    Distribution(Normal(0, 2000)),
    Distribution(Triangular(2, 6, 12)),
    Distribution(Triangular(0, 0, 12)),
    Distribution(Triangular(1, 90, 90), 7, 80),
    Distribution(Exponential(30)),
    Distribution(Uniform(0, 90)),
]


@pytest.fixture(params=["numpy", "numba"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tables be looked up by the one and by the other, for all families for which this can be."""
    if request.param == "numba":
        pytest.importorskip("numba")
    chosen = (SLOWER_THAN_COMPILED, compiled if request.param == "numba" else plainly)
    monkeypatch.setattr(tabulated, "_fastest", lambda: chosen)


@pytest.mark.usefixtures("engine")
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


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("distribution", [*FAMILIES[:3], *FAMILIES[-5:]], ids=repr)
def test_values_next_to_a_border_between_two_whole_numbers_are_the_right_ones(distribution: Distribution) -> None:
    """Just where a table that is a little off would give the neighbour."""
    u = np.linspace(0.2, 0.8, 3000)
    at = quantile(distribution, u)
    for value, chance in zip(at[::100], u[::100], strict=True):
        per = 12_345.5 / value
        around = np.concatenate([np.full(10, chance), chance + np.arange(-5, 6) * 2e-16, u])
        expected = np.rint(np.clip(quantile(distribution, around), 0, 1e9) * per)
        assert np.array_equal(multiples(distribution, around, per, 0, 1e9), expected)


@pytest.mark.parametrize("distribution", FAMILIES, ids=repr)
def test_the_error_that_a_table_admits_is_more_than_its_own(distribution: Distribution) -> None:
    u = np.random.default_rng(6).random(50_000)
    values, errors = nearly(table_of(distribution), u)
    known = np.isfinite(errors)
    assert (np.abs(values - quantile(distribution, u))[known] <= errors[known] / 4).all()
    assert known.mean() > 0.99


@pytest.mark.usefixtures("engine")
def test_the_ends_of_what_a_chance_can_be_have_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabulated, "ENOUGH", 1)
    u = np.array([2.0**-53, 2.0**-12, 0.5, 1 - 2.0**-12, 1 - 2.0**-53])
    for distribution in FAMILIES:
        expected = np.rint(np.clip(quantile(distribution, u), -1e6, 1e6) * 10)
        assert np.array_equal(multiples(distribution, u, 10, -1e6, 1e6), expected)


def test_by_numpy_alone_only_slow_families_have_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabulated, "_fastest", lambda: (SLOW, plainly))
    asked: list[Distribution] = []

    def overhear(distribution: Distribution) -> object:
        asked.append(distribution)
        return table_of(distribution)

    monkeypatch.setattr(tabulated, "table_of", overhear)
    u = np.random.default_rng(7).random(ENOUGH)
    for distribution in FAMILIES:
        multiples(distribution, u, 1, 0, 90)
    assert asked == [each for each in FAMILIES if isinstance(each.family, (Beta, Gamma))]

"""Projections from interim counts: against formulas by hand, the plan, and what happened afterwards in many trials."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

from trialproof.simulate.accrual.reprojection import (
    Interim,
    Prior,
    SiteSoFar,
    Weighted,
    estimated,
    planned,
    project,
    reproject,
    so_far,
)
from trialproof.simulate.scenario.distribution import Distribution, Fixed, Triangular, Uniform
from trialproof.simulate.scenario.scenario import Accrual, Arrivals, Population, Scenario, Site
from trialproof.simulate.twins.accrual import Accruing, accruing

DAY = 1440


def scenario(*sites: Site, **accrual: object) -> Scenario:
    screening = Distribution(Triangular(3.0 * DAY, 10.0 * DAY, 21.0 * DAY))
    plan = Accrual(target=60, sites=sites, screening=screening, **accrual)  # type: ignore[arg-type]
    return Scenario("s", date(2027, 1, 4), 1500, "arm", Population(()), plan, {}, {})


def site(name: str, rate: float, opens: float = 0.0) -> Site:
    return Site(name, rate, Distribution(Fixed(opens * DAY)), "main")


def known(prior: Prior) -> Weighted:
    return Weighted(((1.0, prior),), prior)


GAMMA = {"arrivals": Arrivals.POISSON_GAMMA, "shape": 1.2}


def test_one_site_goes_on_as_its_posterior_says() -> None:
    sites = [SiteSoFar("a", 7, 10.0, np.array([[0.0, 4.0, 9.0]]))]
    found = project(sites, 50, known(Prior(1.2, 1.5)), [100.0, 140.0, 190.0])
    law = stats.nbinom(1.2 + 7, (1.2 / 1.5 + 10) / (1.2 / 1.5 + 10 + 9))
    assert found.progress.table[-1] == pytest.approx(law.pmf(np.arange(43)), abs=1e-12)
    assert found.progress.table[0].tolist() == [1.0] + [0.0] * 42
    assert found.factor["a"] == pytest.approx(8.2 / (0.8 + 10))
    assert found.progress.enrolled(190.0)[0] == pytest.approx(9 * 8.2 / 10.8, rel=1e-3)


def test_without_a_count_and_from_the_first_day_it_is_the_plan() -> None:
    for how in ({}, GAMMA):
        plan = scenario(site("a", 0.2), site("b", 0.1, 120), ramp_days=60, ramp_start=0.2, **how)
        days = np.arange(1501.0)
        found = project(so_far(plan, Interim(0, {}, {}), 0.4, days), 60, planned(plan), days)
        law = accruing(plan, 0.4, {})
        assert isinstance(law, Accruing)
        assert found.progress.table == pytest.approx(law.progress.table, abs=1e-4)
        assert found.progress.duration == pytest.approx(law.progress.duration, rel=1e-4)


def test_slow_sites_put_the_end_off_and_fast_ones_bring_it_nearer() -> None:
    plan = scenario(site("a", 0.2), site("b", 0.2), **GAMMA)
    days = np.arange(300.0, 1501.0, 10.0)
    ends = []
    for count in (5, 15, 25):
        sites = so_far(plan, Interim(300, {"a": count, "b": count}, {}), 0.5, days)
        ends.append(project(sites, 60, planned(plan), days).progress.duration)
    assert ends == sorted(ends, reverse=True)


def test_it_is_calibrated_where_the_prior_is_right() -> None:
    """What really came afterwards lies where the projection said, as often as it said."""
    rng = np.random.default_rng(2)
    expected, ahead, shape = np.array([30.0, 10.0, 4.0, 0.0]), np.array([20.0, 10.0, 8.0, 6.0]), 1.2
    places = []
    for _ in range(500):
        factor = rng.gamma(shape, 1 / shape, 4)
        counts, more = rng.poisson(factor * expected), int(rng.poisson(factor * ahead).sum())
        sites = [
            SiteSoFar(str(at), int(count), float(e), np.array([[0.0, float(a)]]))
            for at, (count, e, a) in enumerate(zip(counts, expected, ahead, strict=True))
        ]
        table = project(sites, int(counts.sum()) + 300, known(Prior(shape)), [0.0, 1.0]).progress.table[-1]
        places.append(table[:more].sum() + rng.random() * table[more])
    assert stats.kstest(places, "uniform").pvalue > 1e-3


def test_an_estimated_prior_is_as_honest_as_one_that_is_known_and_the_best_guess_alone_is_not() -> None:
    rng = np.random.default_rng(3)
    inside = {"averaged": 0, "best": 0}
    for _ in range(120):
        factor = 0.7 * rng.gamma(2.0, 1 / 2.0, 8)
        counts = rng.poisson(factor * 3.0)
        more = int(rng.poisson(factor * 12.0).sum())
        sites = [SiteSoFar(str(at), int(count), 3.0, np.array([[12.0]])) for at, count in enumerate(counts)]
        if not counts.sum():
            continue
        prior = estimated(sites)
        for name, each in (("averaged", prior), ("best", known(prior.best))):
            below = np.cumsum(project(sites, int(counts.sum()) + 200, each, [1.0]).progress.table[-1])
            low, high = np.searchsorted(below, [0.05, 0.95])
            inside[name] += bool(low <= more <= high)
    assert inside["averaged"] / 120 == pytest.approx(0.9, abs=0.08)
    assert inside["best"] < inside["averaged"]


def test_the_estimate_finds_mean_and_shape_of_many_sites() -> None:
    rng = np.random.default_rng(4)
    factor = 1.4 * rng.gamma(2.0, 1 / 2.0, 400)
    counts = rng.poisson(factor * 20.0).tolist()
    sites = [SiteSoFar(str(at), count, 20.0, np.zeros((1, 1))) for at, count in enumerate(counts)]
    prior = estimated(sites)
    assert prior.best.mean == pytest.approx(1.4, rel=0.1)
    assert prior.best.shape == pytest.approx(2.0, rel=0.3)
    assert sum(weight for weight, _ in prior.priors) == pytest.approx(1.0)


def test_sites_that_are_alike_need_no_spread() -> None:
    sites = [SiteSoFar(str(at), 20, 20.0, np.zeros((1, 1))) for at in range(12)]
    shape = estimated(sites).best.shape
    assert shape is not None
    assert shape > 20


def test_an_opening_that_is_known_counts_and_one_that_is_chance_has_not_been() -> None:
    late = replace(site("b", 0.2), opens=Distribution(Uniform(0.0, 400.0 * DAY)))
    plan = scenario(site("a", 0.2), late)
    days = np.arange(200.0, 1501.0, 10.0)
    unopened = so_far(plan, Interim(200, {}, {}), 0.5, days)[1]
    assert unopened.expected == 0.0
    assert len(unopened.ahead) > 10
    opened = so_far(plan, Interim(200, {"b": 3}, {"b": 50.0}), 0.5, days)[1]
    assert opened.expected == pytest.approx(0.2 * 0.5 * (150 - 34 / 3), rel=1e-3)
    with pytest.raises(ValueError, match="site `b` has enrolled 3 by day 200, before it could"):
        so_far(plan, Interim(200, {"b": 3}, {}), 0.5, days)


@pytest.mark.parametrize("learned", [False, True])
def test_a_trial_that_goes_as_planned_is_projected_as_planned(*, learned: bool) -> None:
    rates = {"a": 0.2, "b": 0.15, "c": 0.1, "d": 0.1}
    plan = scenario(*(site(name, rate) for name, rate in rates.items()), arrivals=Arrivals.POISSON_GAMMA, shape=5.0)
    counts = {name: round(rate * 0.4 * (150 - 34 / 3)) for name, rate in rates.items()}
    found = reproject(plan, Interim(150, counts, {}), 0.4, learned=learned)
    rest = 60 - sum(counts.values())
    assert found.enrolled == sum(counts.values())
    assert found.progress.target == rest
    assert found.progress.quantile(0.5) == pytest.approx(150 + rest / (0.4 * sum(rates.values())), rel=0.05)
    assert list(found.factor.values()) == pytest.approx([1.0] * 4, abs=0.12)


def test_what_cannot_be_projected_says_so() -> None:
    plan = scenario(site("a", 0.2))
    with pytest.raises(ValueError, match="`z` is no site of the scenario"):
        so_far(plan, Interim(100, {"z": 3}, {}), 0.5, [100.0, 200.0])
    sites = so_far(plan, Interim(100, {"a": 60}, {}), 0.5, [100.0, 200.0])
    with pytest.raises(ValueError, match="60 patients are enrolled, and 60 were wanted"):
        project(sites, 60, planned(plan), [100.0, 200.0])
    with pytest.raises(ValueError, match="day 1500 is not before the horizon, day 1500"):
        reproject(plan, Interim(1500, {}, {}), 0.5, learned=False)
    with pytest.raises(ValueError, match="nobody is enrolled yet"):
        estimated(so_far(plan, Interim(100, {}, {}), 0.5, [100.0, 200.0]))


def test_a_site_takes_no_more_than_it_has_room_for() -> None:
    plan = scenario(replace(site("a", 0.2), cap=12), site("b", 0.05), **GAMMA)
    days = np.arange(300.0, 1501.0, 100.0)
    sites = so_far(plan, Interim(300, {"a": 9, "b": 2}, {}), 0.5, days)
    assert [each.room for each in sites] == [3, None]
    found = project(sites[:1], 60, planned(plan), days).progress.table
    assert np.all(found[:, 4:] == 0)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(days)))
    law = stats.nbinom(1.2 + 9, (1.2 + sites[0].expected) / (1.2 + sites[0].expected + sites[0].ahead[0]))
    for more in range(3):
        assert found[:, more] == pytest.approx(law.pmf(more), abs=1e-12)
    assert found[:, 3] == pytest.approx(law.sf(2), abs=1e-12)


def test_a_full_site_enrols_nobody_and_may_be_faster_than_its_count_says() -> None:
    expected, ahead = 20.0, np.array([[0.0, 30.0]])
    full, open_still = (SiteSoFar("a", 12, expected, ahead, room) for room in (0, None))
    found = project([full], 60, known(Prior(1.2)), [0.0, 1.0])
    assert found.progress.table[:, 0].tolist() == [1.0, 1.0]
    factor = project([open_still], 60, known(Prior(1.2)), [0.0, 1.0]).factor["a"]
    assert found.factor["a"] > factor
    rng = np.random.default_rng(7)
    rates = rng.gamma(1.2, 1 / 1.2, 200_000)
    at_least = rates[rng.poisson(rates * expected) >= 12]
    assert found.factor["a"] == pytest.approx(at_least.mean(), rel=0.01)


def test_rates_that_are_learned_are_not_held_down_by_sites_that_are_full() -> None:
    """Many sites that stop at 5 of 10 expected are no sign of half the rate; those that are open say what it is."""
    rng = np.random.default_rng(8)
    come = rng.poisson(1.5 * rng.gamma(4.0, 1 / 4.0, 200) * 10.0)
    shut = np.arange(200) < 150
    sites = [
        SiteSoFar(str(at), min(int(n), 5) if full else int(n), 10.0, np.zeros((1, 1)), 0 if full and n >= 5 else None)
        for at, (n, full) in enumerate(zip(come, shut, strict=True))
    ]
    assert sum(each.room == 0 for each in sites) > 100
    prior = estimated(sites).best
    assert prior.mean == pytest.approx(1.5, rel=0.12)
    naive = estimated([replace(each, room=None) for each in sites]).best
    assert naive.mean < 1.0


def test_a_site_that_has_not_opened_by_chance_opens_as_late_as_those_that_have_not() -> None:
    late = replace(site("b", 0.2), opens=Distribution(Uniform(0.0, 400.0 * DAY)))
    days = np.arange(390.0, 1501.0, 10.0)
    (found,) = so_far(scenario(late), Interim(390, {}, {}), 0.5, days)
    assert len(found.ahead) > 10
    middle = 0.2 * 0.5 * (1500 - 395 - 34 / 3)
    assert found.ahead[:, -1].mean() == pytest.approx(middle, rel=1e-3)

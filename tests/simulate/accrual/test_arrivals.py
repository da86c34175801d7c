"""When candidates come: against the laws of the processes that they follow, and the same however they are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from trialproof.model.place import BadInput
from trialproof.simulate.accrual.arrivals import Arriving, arrivals, sorted_together
from trialproof.simulate.accrual.intensity import intensity
from trialproof.simulate.population.streams import key_of
from trialproof.simulate.scenario.distribution import Distribution, Fixed, Uniform
from trialproof.simulate.scenario.scenario import Accrual, Arrivals, Population, Scenario, Site

DAY = 1440
KEY = key_of(7)


def site(name: str, rate: float, opens: float = 0) -> Site:
    return Site(name, rate, Distribution(Fixed(opens)), "main")


def scenario(*sites: Site, days: int = 400, **accrual: object) -> Scenario:
    plan = Accrual(target=100, sites=sites, screening=Distribution(Fixed(0)), **accrual)  # type: ignore[arg-type]
    return Scenario("s", date(2027, 1, 4), days, "arm", Population(()), plan, {}, {})


def counts(found: Arriving, sites: int) -> np.ndarray:
    """How many candidates each site has in each replication."""
    rows = np.repeat(np.arange(len(found.begins) - 1), np.diff(found.begins))
    table = np.zeros((len(found.begins) - 1, sites), np.int64)
    np.add.at(table, (rows, found.number >> 16), 1)
    return table


def test_candidates_come_in_order_and_their_numbers_count_from_0_at_each_site() -> None:
    found = arrivals(scenario(site("a", 0.5), site("b", 0.3, 100 * DAY)), KEY, range(20))
    for index in range(20):
        number, arrive = found.of(index)
        assert sorted(zip(arrive, number, strict=True)) == list(zip(arrive, number, strict=True))
        for place in (0, 1):
            mine = number[number >> 16 == place] & 0xFFFF
            assert mine.tolist() == list(range(len(mine)))
        assert arrive[number >> 16 == 1].min() >= 100 * DAY
        assert arrive.max() < 400 * DAY


def test_a_replication_is_the_same_alone_and_among_others() -> None:
    plan = scenario(site("a", 0.9), site("b", 0.1, 50 * DAY), arrivals=Arrivals.POISSON_GAMMA, shape=1.2, ramp_days=90)
    together = arrivals(plan, KEY, range(12))
    for index in (0, 5, 11):
        alone = arrivals(plan, KEY, [index])
        assert [each.tolist() for each in alone.of(0)] == [each.tolist() for each in together.of(index)]
        assert alone.opens.tolist() == [together.opens[index].tolist()]


@pytest.mark.parametrize("kind", list(Arrivals))
@pytest.mark.parametrize("first", [1, 40, 180, 5000])
def test_the_first_ones_are_the_first_of_all(kind: Arrivals, first: int) -> None:
    plan = scenario(
        site("a", 0.9), site("b", 0.1, 50 * DAY), site("c", 0.0), days=800, arrivals=kind, shape=0.4, ramp_days=90,
        pieces=((0, 1.0), (90, 0.0), (200, 1.5)),
    )  # fmt: skip
    some, everybody = arrivals(plan, KEY, range(60), first), arrivals(plan, KEY, range(60))
    assert np.array_equal(some.opens, everybody.opens)
    for index in range(60):
        (number, minute), (numbers, minutes) = some.of(index), everybody.of(index)
        assert len(number) >= min(first, len(numbers))
        assert number.tolist() == numbers[: len(number)].tolist()
        assert minute.tolist() == minutes[: len(number)].tolist()
    if first < 100:
        assert len(some.number) < len(everybody.number)


def test_too_few_of_the_first_ones_are_all_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trialproof.simulate.accrual.arrivals.DEVIATIONS", -5)
    plan = scenario(site("a", 0.9), site("b", 0.1, 50 * DAY))
    assert arrivals(plan, KEY, range(9), 200).number.tolist() == arrivals(plan, KEY, range(9)).number.tolist()


def test_a_longer_horizon_keeps_the_earlier_candidates() -> None:
    plan = scenario(site("a", 0.9), site("b", 0.1), ramp_days=30, ramp_start=0.2)
    short, long = arrivals(plan, KEY, [3]), arrivals(replace(plan, horizon_days=900), KEY, [3])
    early = long.arrive < 400 * DAY
    assert long.number[early].tolist() == short.number.tolist()
    assert long.arrive[early].tolist() == short.arrive.tolist()


def test_another_site_does_not_move_the_candidates_of_this_one() -> None:
    one, two = (arrivals(scenario(site("a", 0.5), *more), KEY, [1]) for more in ((), (site("b", 0.7),)))
    assert two.arrive[two.number >> 16 == 0].tolist() == one.arrive.tolist()


def test_deterministic_candidates_are_as_many_as_expected_at_any_minute() -> None:
    plan = scenario(
        site("a", 0.37, 11 * DAY),
        arrivals=Arrivals.DETERMINISTIC,
        ramp_days=60,
        ramp_start=0.1,
        pieces=((0, 1.0), (200, 2.0)),
    )
    found = arrivals(plan, KEY, [0, 9])
    minutes = np.arange(0, 400 * DAY, 7)
    expected = 0.37 * intensity(plan.accrual, [11 * DAY], 400).by(minutes)[0]
    so_many = np.searchsorted(found.of(0)[1], minutes, side="left")
    assert np.abs(so_many - expected).max() <= 0.5 + 1e-3
    assert found.of(0)[1].tolist() == found.of(1)[1].tolist()


def test_counts_of_a_poisson_process_are_poisson_to_well_under_one_percent() -> None:
    plan = scenario(site("a", 0.25, 30 * DAY), days=400, ramp_days=90, ramp_start=0.25, pieces=((0, 1.0), (200, 1.4)))
    mean = 0.25 * intensity(plan.accrual, [30 * DAY], 400).total[0]
    so_many = counts(arrivals(plan, KEY, range(4000)), 1)[:, 0]
    assert abs(so_many.mean() - mean) < 4 * np.sqrt(mean / 4000)
    assert 4 * np.sqrt(mean / 4000) < 0.01 * mean
    assert so_many.var(ddof=1) == pytest.approx(mean, rel=4 * np.sqrt(2 / 4000))


def test_given_their_number_candidates_are_spread_by_the_intensity() -> None:
    plan = scenario(site("a", 1.0, 30 * DAY), days=300, ramp_days=90, ramp_start=0.25, pieces=((0, 1.0), (200, 0.2)))
    expected = intensity(plan.accrual, [30 * DAY], 300)
    found = arrivals(plan, KEY, range(150))
    spread = expected.by(found.arrive + 0.5)[0] / expected.total[0]
    assert len(spread) > 20_000
    assert stats.kstest(spread, "uniform").pvalue > 1e-4


def test_gaps_of_a_poisson_process_are_independent_of_one_another() -> None:
    found = arrivals(scenario(site("a", 2.0), days=1000), KEY, range(40))
    gaps = [np.diff(found.of(index)[1]) for index in range(40)]
    pairs = np.array([(a, b) for each in gaps for a, b in pairwise(each)])
    assert len(pairs) > 70_000
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 4 / np.sqrt(len(pairs))


def test_counts_of_poisson_gamma_sites_are_negative_binomial() -> None:
    plan = scenario(site("a", 0.2), site("b", 0.1), days=200, arrivals=Arrivals.POISSON_GAMMA, shape=1.2)
    table = counts(arrivals(plan, KEY, range(20_000)), 2)
    for place, mean in ((0, 40.0), (1, 20.0)):
        law = stats.nbinom(1.2, 1.2 / (1.2 + mean))
        assert abs(table[:, place].mean() - mean) < 4 * law.std() / np.sqrt(20_000)
        edges = law.ppf(np.linspace(0.1, 0.9, 9))
        observed = np.bincount(np.searchsorted(edges, table[:, place]), minlength=10)
        shares = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]]))
        assert stats.chisquare(observed, shares * 20_000).pvalue > 1e-4
    assert abs(np.corrcoef(table.T)[0, 1]) < 4 / np.sqrt(20_000)


def test_openings_are_drawn_anew_in_every_replication() -> None:
    plan = scenario(replace(site("a", 0.5), opens=Distribution(Uniform(0, 300 * DAY))))
    found = arrivals(plan, KEY, range(3000))
    assert found.opens.mean() == pytest.approx(150 * DAY, rel=4 * 0.58 / np.sqrt(3000))
    for index in range(50):
        assert found.of(index)[1].min(initial=10**9) >= found.opens[index, 0]


def test_a_site_that_opens_after_the_horizon_has_nobody() -> None:
    found = arrivals(scenario(site("a", 0.5, 500 * DAY), site("b", 0.5)), KEY, range(3))
    assert set((found.number >> 16).tolist()) == {1}


def test_no_site_at_work_is_no_candidate_and_no_error() -> None:
    found = arrivals(scenario(site("a", 0.5, 500 * DAY)), KEY, range(3))
    assert found.begins.tolist() == [0, 0, 0, 0]


def test_too_many_candidates_at_a_site_are_an_error_that_names_it() -> None:
    with pytest.raises(BadInput, match=r"site `a` has more than 65,535 candidates before the horizon"):
        arrivals(scenario(site("a", 70_000 / 400)), KEY, [0])


def test_as_many_candidates_as_there_are_numbers_are_no_error() -> None:
    found = arrivals(scenario(site("a", 65_535 / 400), arrivals=Arrivals.DETERMINISTIC), KEY, [0])
    assert len(found.number) == 65_535
    with pytest.raises(BadInput):
        arrivals(scenario(site("a", 65_536 / 400), arrivals=Arrivals.DETERMINISTIC), KEY, [0])


@pytest.mark.parametrize("most", [(3, 5, 7), (2**20,) * 3, (2**31,) * 3, (2**62, 1, 2**62), (0, 0, 0)])
def test_columns_are_sorted_together_however_wide_they_are(most: tuple[int, ...]) -> None:
    random = np.random.default_rng(sum(most))
    columns = [random.integers(0, each, 500, endpoint=True) for each in most]
    columns[0][:200], columns[1][:100] = columns[0][0], columns[1][0]
    found = sorted_together(*columns)
    assert list(zip(*(each.tolist() for each in found), strict=True)) == sorted(
        zip(*(each.tolist() for each in columns), strict=True)
    )
    assert all(len(each) == 0 for each in sorted_together(*(each[:0] for each in columns)))

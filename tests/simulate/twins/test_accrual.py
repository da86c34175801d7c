"""The law of enrolment: against thousands of trials of its own arrivals, and against closed forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

from trialproof.simulate.accrual.arrivals import arrivals
from trialproof.simulate.accrual.counts import bernoulli_sum, capped_moments, negative_binomial, poisson, together
from trialproof.simulate.accrual.enrolment import Candidates, Enrolment, Limits, enrol
from trialproof.simulate.population.quantiles import quantile
from trialproof.simulate.population.streams import key_of
from trialproof.simulate.scenario.distribution import Distribution, Fixed, Triangular, Uniform
from trialproof.simulate.scenario.scenario import Accrual, Arrivals, Population, Scenario, Site
from trialproof.simulate.twins.accrual import Accruing, accruing
from trialproof.simulate.twins.twin import NoTwin

DAY = 1440
PASSING = 0.35
PLANS = {
    "poisson": {"ramp_days": 60, "ramp_start": 0.25, "pieces": ((0, 1.0), (150, 0.6))},
    "poisson-gamma": {"arrivals": Arrivals.POISSON_GAMMA, "shape": 1.2, "ramp_days": 60, "ramp_start": 0.25},
    "deterministic": {"arrivals": Arrivals.DETERMINISTIC, "ramp_days": 60},
}


def scenario(how: str, *, chance: bool = False, target: int = 40, days: int = 500, **more: object) -> Scenario:
    opens = [Distribution(Fixed(day * DAY)) for day in (0.0, 40.0, 90.0)]
    if chance:
        opens = [Distribution(Uniform(0.0, 200.0 * DAY))] * 3
    rates = (0.2, 0.1, 0.08)
    sites = tuple(Site(f"s{at}", rate, when, "main") for at, (rate, when) in enumerate(zip(rates, opens, strict=True)))
    screening = Distribution(Triangular(3.0 * DAY, 10.0 * DAY, 21.0 * DAY))
    plan = Accrual(target=target, sites=sites, screening=screening, **{**PLANS[how], **more})  # type: ignore[arg-type]
    return Scenario("s", date(2027, 1, 4), days, "arm", Population(()), plan, {}, {})


def trials(plan: Scenario, count: int) -> list[tuple[np.ndarray, Enrolment]]:
    """Trials in which each candidate passes by a coin: the numbers of his candidates, and who is enrolled."""
    rng = np.random.default_rng(5)
    coming = arrivals(plan, key_of(5), range(count))
    size = len(coming.number)
    screening = np.rint(quantile(plan.accrual.screening, rng.random(size))).astype(np.int64)
    failed, arm = (rng.random(size) >= PASSING).astype(np.int64), np.zeros(size, np.int64)
    limits = Limits(plan.accrual.target, np.full(3, 1 << 30), np.full(1, 1 << 30), plan.horizon_days)
    found = []
    for index in range(count):
        part = slice(coming.begins[index], coming.begins[index + 1])
        people = Candidates(*(each[part] for each in (coming.number, coming.arrive, screening, failed, arm)))
        found.append((people.number, enrol(people, limits)))
    return found


def agree(law: Accruing, plan: Scenario, found: list[tuple[np.ndarray, Enrolment]]) -> dict[str, float]:
    """Assert that every mean lies within four of its errors; return the errors relative to the means."""
    count, horizon = len(found), plan.horizon_days
    ends = np.array([horizon if each.closed is None else each.closed / DAY for _, each in found])
    figures = {"duration": (ends, law.progress.duration)}
    figures["reached"] = (np.array([each.closed is not None for _, each in found], float), law.progress.reached)
    for day in (100, 250, 400, horizon):
        by = np.array([np.searchsorted(each.minute, day * DAY) for _, each in found])
        mean, variance = law.progress.enrolled(day)
        figures[f"enrolled by {day}"] = (by, mean)
        assert by.var() == pytest.approx(variance, rel=5 * np.sqrt(3 / count), abs=0.02)
    if law.screened is not None and law.at_site is not None:
        figures["screened"] = (np.array([each.came for _, each in found]), law.screened)
        for place, expected in enumerate(law.at_site):
            at = np.array([np.count_nonzero(number[each.enrolled] >> 16 == place) for number, each in found])
            figures[f"at {place}"] = (at, expected)
    errors = {name: float(values.std() / np.sqrt(count)) for name, (values, _) in figures.items()}
    for name, (values, expected) in figures.items():
        assert abs(values.mean() - expected) <= 4.2 * errors[name] + 1e-3, name
    assert ends.std() == pytest.approx(law.progress.duration_sd, rel=0.1)
    for probability in (law.progress.reached / 3, law.progress.reached * 2 / 3):
        end = law.progress.quantile(probability)
        assert end is not None
        reached = np.array([each.closed is not None and each.closed / DAY < end for _, each in found]).mean()
        assert reached == pytest.approx(probability, abs=4.2 * np.sqrt(probability * (1 - probability) / count))
    return {name: errors[name] / float(abs(figures[name][1]) or 1) for name in figures}


@pytest.mark.parametrize("chance", [False, True])
@pytest.mark.parametrize("how", ["poisson", "poisson-gamma"])
def test_trials_go_as_their_law_says(how: str, *, chance: bool) -> None:
    plan = scenario(how, chance=chance)
    law = accruing(plan, PASSING, {"a": 1.0})
    assert isinstance(law, Accruing)
    relative = agree(law, plan, trials(plan, 3000))
    if how == "poisson":
        assert 4.2 * max(relative["duration"], relative["screened"]) < 0.012


def test_a_bias_of_one_percent_in_the_rate_would_show() -> None:
    plan = scenario("poisson", target=300)
    law = accruing(plan, PASSING * 1.01, {"a": 1.0})
    assert isinstance(law, Accruing)
    found = trials(plan, 6000)
    by = np.array([len(each.enrolled) for _, each in found])
    assert abs(by.mean() - law.progress.enrolled(500)[0]) > 4.2 * by.std() / np.sqrt(6000)


def test_candidates_at_even_intervals_are_enrolled_by_chance_alone() -> None:
    plan = scenario("deterministic")
    law = accruing(plan, PASSING, {"a": 1.0})
    assert isinstance(law, Accruing)
    agree(law, plan, trials(plan, 2000))
    assert law.screened is None


def test_every_site_and_every_candidate_is_counted_once() -> None:
    law = accruing(scenario("poisson-gamma"), PASSING, {"a": 1.0})
    assert isinstance(law, Accruing)
    assert law.at_site is not None
    assert sum(law.at_site) == pytest.approx(law.progress.enrolled(500)[0], rel=1e-4)


def test_a_target_out_of_reach_leaves_counts_as_they_come() -> None:
    plan = scenario("poisson", target=150)
    law = accruing(plan, PASSING, {"a": 1.0})
    assert isinstance(law, Accruing)
    assert law.progress.reached < 1e-6
    assert law.progress.duration == pytest.approx(500)
    assert law.progress.quantile(0.5) is None
    assert law.screened is not None
    assert law.screened * PASSING > law.progress.enrolled(500)[0] > 0.9 * law.screened * PASSING


def test_caps_that_bind_leave_no_answer_and_others_change_nothing() -> None:
    plan = scenario("poisson")
    sites = plan.accrual.sites
    capped = replace(plan, accrual=replace(plan.accrual, sites=(replace(sites[0], cap=10), *sites[1:])))
    assert accruing(capped, PASSING, {}) == NoTwin("site `s0` takes at most 10")
    armed = replace(plan, accrual=replace(plan.accrual, arm_caps={"a": 20}))
    assert accruing(armed, PASSING, {"a": 0.5}) == NoTwin("arm `a` takes at most 20")
    loose = replace(plan, accrual=replace(plan.accrual, arm_caps={"a": 40, "b": 3}))
    law, plain = accruing(loose, PASSING, {"a": 1.0, "b": 0.0}), accruing(plan, PASSING, {"a": 1.0})
    assert isinstance(law, Accruing)
    assert isinstance(plain, Accruing)
    assert law.progress.table.tolist() == plain.progress.table.tolist()


def test_a_target_that_would_fill_the_memory_leaves_no_answer() -> None:
    plan = scenario("poisson")
    huge = replace(plan, accrual=replace(plan.accrual, target=66_000))
    assert accruing(huge, PASSING, {}) == NoTwin("a target of 66,000 is too large to add up by site and day")


def test_even_intervals_from_an_opening_by_chance_leave_no_answer() -> None:
    found = accruing(scenario("deterministic", chance=True), PASSING, {})
    assert found == NoTwin("candidates come at even intervals from openings that are random")


def test_tables_of_counts_are_those_of_scipy() -> None:
    means, k = np.array([0.0, 0.3, 7.0, 60.0]), np.arange(30)
    assert poisson(means, 30) == pytest.approx(stats.poisson.pmf(k, means[:, None]), abs=1e-14)
    expected = stats.nbinom.pmf(k, 1.7, 1.7 / (1.7 + means[:, None]))
    assert negative_binomial(1.7, means, 30) == pytest.approx(expected, abs=1e-13)


def test_sums_of_counts_are_exact_below_the_limit() -> None:
    tables = [poisson([3.0, 20.0], 25), poisson([4.0, 1.0], 25), poisson([0.0, 2.0], 25)]
    assert together(tables) == pytest.approx(poisson([7.0, 23.0], 25), abs=1e-13)


def test_a_sum_of_equal_chances_is_binomial() -> None:
    table = bernoulli_sum(np.full((2, 12), [[0.3], [0.9]]), 5)
    assert table == pytest.approx(stats.binom.pmf(np.arange(5), 12, [[0.3], [0.9]]), abs=1e-14)


def test_moments_of_a_capped_count() -> None:
    values = np.minimum(np.random.default_rng(1).poisson(8.0, 400_000), 10)
    mean, variance = capped_moments(poisson([8.0], 10))
    assert mean[0] == pytest.approx(values.mean(), rel=2e-3)
    assert variance[0] == pytest.approx(values.var(), rel=1e-2)

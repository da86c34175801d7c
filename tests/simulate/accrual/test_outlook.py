"""Where a trial stands and how it goes on: laws for any trial, and agreement with the plan and with what is drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.strategies import DrawFn

from trialproof.simulate.accrual.outlook import QUANTILES, NotProjected, coming, outlook
from trialproof.simulate.accrual.reprojection import Interim, TooEarly
from trialproof.simulate.scenario.distribution import Distribution, Fixed, Triangular, Uniform
from trialproof.simulate.scenario.scenario import Accrual, Arrivals, Population, Scenario, Site
from trialproof.simulate.twins.accrual import Accruing, accruing

DAY = 1440
BEGINS = date(2027, 1, 4)
SCREENING = Distribution(Triangular(3.0 * DAY, 10.0 * DAY, 21.0 * DAY))


def site(name: str, rate: float, opens: float = 0.0, cap: int | None = None) -> Site:
    return Site(name, rate, Distribution(Fixed(opens * DAY)), "main", cap)


def scenario(*sites: Site, target: int = 40, days: int = 900, **accrual: object) -> Scenario:
    plan = Accrual(target=target, sites=sites, screening=SCREENING, **accrual)  # type: ignore[arg-type]
    return Scenario("s", BEGINS, days, "arm", Population(()), plan, {}, {})


@st.composite
def plans(draw: DrawFn) -> Scenario:
    sites = []
    for name in ("a", "b", "c")[: draw(st.integers(1, 3))]:
        opens = Distribution(Fixed(draw(st.integers(0, 200)) * float(DAY)))
        by_chance = Distribution(Uniform(0.0, draw(st.integers(50, 300)) * float(DAY)))
        how = draw(st.sampled_from([opens, by_chance]))
        sites.append(Site(name, draw(st.floats(0.02, 0.4)), how, "main"))
    shape = draw(st.none() | st.floats(0.3, 20.0))
    kind = Arrivals.POISSON if shape is None else Arrivals.POISSON_GAMMA
    ramp = draw(st.sampled_from([{}, {"ramp_days": 60, "ramp_start": 0.25}]))
    target, days = draw(st.integers(2, 40)), draw(st.integers(100, 900))
    return scenario(*sites, target=target, days=days, arrivals=kind, shape=shape, **ramp)


@settings(max_examples=25, deadline=None)
@given(plan=plans(), passing=st.floats(0.1, 1.0))
def test_on_the_first_day_the_projection_as_planned_is_what_theory_says_of_the_plan(
    plan: Scenario, passing: float
) -> None:
    nobody = {each.name: 0 for each in plan.accrual.sites}
    found = outlook(plan, Interim(0, nobody, {}), passing, {}, learned=False)
    law = accruing(plan, passing, {})
    assert isinstance(law, Accruing)
    assert law.at_site is not None
    assert found.projection.progress.reached == pytest.approx(law.progress.reached, abs=0.01)
    for day in found.coming():
        mean = law.progress.enrolled(day)[0]
        assert found.enrolled_by(day).mean == pytest.approx(mean, rel=0.01, abs=0.1)
        assert found.planned_by(day).mean == pytest.approx(found.enrolled_by(day).mean)
    assert [found.reached_by(each) for each in QUANTILES] == [found.reached_by_plan(each) for each in QUANTILES]
    middle, exact = found.reached_by(0.5), law.progress.quantile(0.5)
    if middle is not None and exact is not None:
        assert abs((middle - BEGINS).days - exact) <= 6
    assert [each.factor for each in found.sites] == pytest.approx([1.0] * len(found.sites))


@settings(max_examples=25, deadline=None)
@given(plan=plans(), data=st.data())
def test_later_days_and_greater_probabilities_have_no_smaller_numbers(plan: Scenario, data: st.DataObject) -> None:
    day = data.draw(st.integers(60, plan.horizon_days - 1))
    opened = {each.name: 0.0 for each in plan.accrual.sites}
    most = (plan.accrual.target - 1) // len(opened)
    counts = {name: data.draw(st.integers(0, most)) for name in opened}
    learned = data.draw(st.booleans()) and any(counts.values())
    found = outlook(plan, Interim(day, counts, opened), 0.5, {}, learned=learned)
    enrolled, target = sum(counts.values()), plan.accrual.target
    rows = [found.enrolled_by(each) for each in found.coming()]
    assert [found.enrolled_by(day).mean, *found.enrolled_by(day).quantiles] == pytest.approx([enrolled] * 6)
    for row in rows:
        assert list(row.quantiles) == sorted(row.quantiles)
        assert enrolled <= row.quantiles[0]
        assert row.quantiles[-1] <= target
        assert enrolled - 1e-6 <= row.mean <= target + 1e-6
    for earlier, later in pairwise(rows):
        assert later.mean >= earlier.mean - 1e-6
        assert all(after >= before for before, after in zip(earlier.quantiles, later.quantiles, strict=True))
    never = found.horizon + timedelta(days=1)
    dates = [found.reached_by(each) or never for each in QUANTILES]
    assert dates == sorted(dates)
    assert BEGINS + timedelta(days=day) <= dates[0]
    if found.projection.progress.reached < 0.05:
        assert set(dates) == {never}
    assert found.date_of(day) <= found.horizon


def test_what_is_drawn_from_the_posterior_by_chance_lies_where_the_projection_says() -> None:
    """Gamma rates given the counts, Poisson patients, caps: by random numbers, without any formula of counts."""
    plan = scenario(
        site("a", 0.2, cap=25), site("b", 0.1, 30), site("c", 0.1, 400), arrivals=Arrivals.POISSON_GAMMA, shape=2.0
    )
    counts = {"a": 14, "b": 4, "c": 0}
    found = outlook(plan, Interim(250, counts, {}), 0.4, {}, learned=False)
    rng = np.random.default_rng(11)
    size, day = 60_000, coming(plan, 250)[2]
    total = np.full(size, sum(counts.values()))
    for each, rate, opens in zip(found.sites, (0.2, 0.1, 0.1), (0, 30, 400), strict=True):
        screened = 34 / 3
        due = rate * 0.4 * max(0.0, 250 - opens - screened)
        ahead = rate * 0.4 * max(0.0, day - opens - screened) - due
        assert each.due == pytest.approx(due, abs=0.01)
        factor = rng.gamma(2.0 + counts[each.name], 1 / (2.0 + due), size)
        assert each.factor == pytest.approx(factor.mean(), rel=0.02)
        more = rng.poisson(factor * ahead)
        total += np.minimum(more, 11) if each.name == "a" else more
    drawn = np.minimum(total, 40)
    row = found.enrolled_by(day)
    assert row.mean == pytest.approx(drawn.mean(), abs=0.1)
    assert list(row.quantiles) == pytest.approx(np.quantile(drawn, QUANTILES).tolist(), abs=1)


def test_a_trial_behind_its_plan_ends_later_than_planned_and_one_ahead_earlier() -> None:
    plan = scenario(site("a", 0.2), site("b", 0.2), days=2500, arrivals=Arrivals.POISSON_GAMMA, shape=3.0)
    for learned in (False, True):
        for count, behind in ((2, True), (16, False)):
            found = outlook(plan, Interim(120, {"a": count, "b": count}, {}), 0.4, {}, learned=learned)
            projected, first = found.reached_by(0.5), found.reached_by_plan(0.5)
            assert projected is not None
            assert first is not None
            assert (projected > first) is behind


def test_the_plan_of_a_site_is_by_its_own_opening_and_what_is_due_by_the_real_one() -> None:
    plan = scenario(site("a", 0.2, 20), replace(site("b", 0.2), opens=Distribution(Uniform(0.0, 100.0 * DAY))))
    found = outlook(plan, Interim(200, {"a": 3, "b": 2}, {"a": 120.0, "b": 50.0}), 0.5, {}, learned=True)
    first, second = found.sites
    assert first.opens == BEGINS + timedelta(days=120)
    assert first.planned == pytest.approx(0.1 * (180 - 34 / 3), rel=1e-3)
    assert first.due == pytest.approx(0.1 * (80 - 34 / 3), rel=1e-3)
    assert second.planned == pytest.approx(0.1 * (150 - 34 / 3), rel=1e-2)
    assert second.due == pytest.approx(second.planned, rel=1e-2)
    unopened = outlook(plan, Interim(40, {"a": 1, "b": 0}, {}), 0.5, {}, learned=True).sites[1]
    assert unopened.opens is None
    assert unopened.due == 0.0
    assert unopened.planned > 0.3


def test_a_full_site_is_planned_no_fuller_than_full() -> None:
    plan = scenario(site("a", 0.5, cap=6), site("b", 0.1))
    found = outlook(plan, Interim(400, {"a": 6, "b": 3}, {}), 0.5, {}, learned=True)
    assert [each.full for each in found.sites] == [True, False]
    assert found.sites[0].planned == pytest.approx(6.0)
    assert found.sites[0].due > 90


@pytest.mark.parametrize(
    ("accrual", "arms", "because"),
    [
        ({"arrivals": Arrivals.DETERMINISTIC}, {}, "candidates come at even intervals"),
        ({"arm_caps": {"wide": 20}}, {"wide": 0.5, "narrow": 0.5}, "arm `wide` takes at most 20"),
    ],
)
def test_what_the_formulas_do_not_cover_is_not_projected(
    accrual: dict[str, Any], arms: dict[str, float], because: str
) -> None:
    with pytest.raises(NotProjected, match=because):
        outlook(scenario(site("a", 0.2), **accrual), Interim(100, {"a": 3}, {}), 0.5, arms, learned=True)


def test_a_cap_of_an_arm_that_nobody_gets_or_that_cannot_be_met_does_no_harm() -> None:
    for caps, arms in (({"wide": 20}, {"wide": 0.0, "narrow": 1.0}), ({"wide": 40}, {"wide": 0.5})):
        plan = scenario(site("a", 0.2), arm_caps=caps)
        assert outlook(plan, Interim(100, {"a": 3}, {}), 0.5, arms, learned=False).projection.enrolled == 3


def test_a_trial_too_large_to_add_up_is_refused_at_once() -> None:
    huge = scenario(*(site(str(at), 0.1) for at in range(1000)), target=20_000, days=5000)
    with pytest.raises(NotProjected, match="with `--as-planned` there is less to work out"):
        outlook(huge, Interim(100, {"1": 3}, {}), 0.5, {}, learned=True)


def test_who_was_enrolled_before_it_could_is_no_projection() -> None:
    with pytest.raises(TooEarly) as caught:
        outlook(scenario(site("a", 0.2, 300)), Interim(100, {"a": 3}, {}), 0.5, {}, learned=True)
    assert caught.value.site == "a"


def test_quarters_come_after_the_day_and_end_with_the_horizon() -> None:
    plan = scenario(site("a", 0.2), days=400)
    dates = [(BEGINS + timedelta(days=each)).isoformat() for each in coming(plan, 87)]
    assert dates == ["2027-07-01", "2027-10-01", "2028-01-01", "2028-02-08"]
    assert coming(plan, 399) == [400]

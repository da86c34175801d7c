"""Who is enrolled: against a naive walk through time, minute by minute, and what must be known to be sure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from tests.simulate.scenarios import small_protocol, small_scenario
from trialproof.simulate.accrual.enrolment import Candidates, Limits, enrol
from trialproof.simulate.runs.candidates import candidates_of
from trialproof.simulate.runs.replicate import replications
from trialproof.simulate.runs.simulation import prepared, simulation_of
from trialproof.simulate.trial.contract import L_ENROLLED, L_FAILED, L_REFUSED


def ints(values: object) -> np.ndarray:
    return np.array(values, np.int64)


def naive(candidates: Candidates, limits: Limits) -> tuple[list[tuple[int, int]], list[int], int | None, int]:
    """(minute, number) of the enrolled, numbers refused, when it closed, how many came: as time goes by."""
    names = ("number", "arrive", "screening", "failed", "arm")
    rows = zip(*(getattr(candidates, name).tolist() for name in names), strict=True)
    people = [{"number": n, "arrive": a, "ready": a + s, "failed": f, "arm": m} for n, a, s, f, m in rows]
    enrolled: list[tuple[int, int]] = []
    waiting: list[dict[str, int]] = []
    refused, closed, came = [], None, 0
    for minute in range(limits.horizon_days * 1440):
        if closed is None:
            arriving = [each for each in people if each["arrive"] == minute]
            came += len(arriving)
            waiting += [each for each in arriving if not each["failed"]]
        for each in sorted((each for each in waiting if each["ready"] == minute), key=lambda each: each["number"]):
            site = each["number"] >> 16
            full = sum(1 for _, number in enrolled if number >> 16 == site) >= limits.site_cap[site]
            arms = {person["number"]: person["arm"] for person in people}
            full |= sum(1 for _, number in enrolled if arms[number] == each["arm"]) >= limits.arm_cap[each["arm"]]
            if closed is not None or full:
                refused.append(each["number"])
                continue
            enrolled.append((minute, each["number"]))
            if len(enrolled) == limits.target:
                closed = minute
        if closed is None and not waiting and minute > max((each["arrive"] for each in people), default=0):
            break
    return enrolled, sorted(refused), closed, came


@st.composite
def cases(draw: st.DrawFn) -> tuple[Candidates, Limits]:
    """A few candidates within an hour of the first day, so that many share a minute."""
    size = draw(st.integers(0, 14))
    column = st.lists(st.integers(0, 40), min_size=size, max_size=size)
    arrive, site = ints(draw(column)), ints(draw(st.lists(st.integers(0, 2), min_size=size, max_size=size)))
    late = draw(st.booleans())
    order = np.lexsort((site, arrive))
    arrive, site = arrive[order] + (1400 if late else 0), site[order]
    number = (site << 16) | ints([int((site[:place] == each).sum()) for place, each in enumerate(site)])
    order = np.lexsort((number, arrive))
    known = draw(st.integers(0, size))
    screening = ints(draw(column))[:known]
    failed = ints(draw(st.lists(st.sampled_from((0, 0, 4)), min_size=size, max_size=size)))[:known]
    arm = ints(draw(st.lists(st.integers(0, 1), min_size=size, max_size=size)))[:known]
    caps = st.sampled_from((1, 2, 3, 1 << 40))
    at_sites, in_arms = ints([draw(caps) for _ in range(3)]), ints([draw(caps) for _ in range(2)])
    limits = Limits(draw(st.integers(1, 6)), at_sites, in_arms, 1)
    return Candidates(number[order], arrive[order], screening, failed, arm), limits


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_enrolment_is_what_a_walk_through_the_minutes_finds(case: tuple[Candidates, Limits]) -> None:
    candidates, limits = case
    known = candidates.known
    everyone = replace(candidates, number=candidates.number[:known], arrive=candidates.arrive[:known])
    enrolled, refused, closed, came = naive(everyone, limits)
    found = enrol(everyone, limits)
    assert list(zip(found.minute.tolist(), everyone.number[found.enrolled].tolist(), strict=True)) == enrolled
    assert sorted(everyone.number[found.refused].tolist()) == refused
    assert found.closed == closed
    assert found.came == came if closed is not None else found.came == known
    assert found.certain


@settings(max_examples=150, deadline=None)
@given(case=cases(), data=st.data())
def test_what_is_certain_stays_so_whoever_else_comes(case: tuple[Candidates, Limits], data: st.DataObject) -> None:
    candidates, limits = case
    found = enrol(candidates, limits)
    rest = len(candidates.arrive) - candidates.known
    more = [ints(data.draw(st.lists(st.integers(0, high), min_size=rest, max_size=rest))) for high in (40, 0, 1)]
    screening, failed, arm = (
        np.concatenate([old, new])
        for old, new in zip((candidates.screening, candidates.failed, candidates.arm), more, strict=True)
    )
    whole = enrol(replace(candidates, screening=screening, failed=failed, arm=arm), limits)
    assert whole.certain
    if found.certain:
        for name in ("enrolled", "minute", "refused"):
            assert getattr(found, name).tolist() == getattr(whole, name).tolist()
        assert (found.closed, found.came) == (whole.closed, whole.came)


def two(screening: int) -> Candidates:
    return Candidates(ints([0, 1]), ints([100, 200]), ints([screening]), ints([0]), ints([0]))


def test_the_next_arrival_must_lie_after_the_minute_of_closing() -> None:
    limits = Limits(1, ints([9]), ints([9]), 1)
    assert enrol(two(99), limits).certain
    assert not enrol(two(100), limits).certain


def test_whoever_arrives_in_the_minute_of_closing_has_come_and_is_refused() -> None:
    limits = Limits(1, ints([9]), ints([9]), 1)
    found = enrol(replace(two(100), screening=ints([100, 0]), failed=ints([0, 0]), arm=ints([0, 0])), limits)
    assert (found.closed, found.came, found.refused.tolist()) == (200, 2, [1])


def test_who_is_still_in_screening_at_the_horizon_is_neither_enrolled_nor_refused() -> None:
    limits = Limits(5, ints([9]), ints([9]), 1)
    found = enrol(replace(two(1340), screening=ints([1339, 1240]), failed=ints([0, 0]), arm=ints([0, 0])), limits)
    assert (found.enrolled.tolist(), found.refused.tolist(), found.closed) == ([0], [], None)


@pytest.mark.parametrize("arm_caps", [{}, {"small": 4}])
def test_the_engine_enrols_and_refuses_the_same(arm_caps: dict[str, int]) -> None:
    scenario = small_scenario()
    plan = replace(scenario.accrual, arm_caps=arm_caps, target=25)
    scenario = replace(scenario, accrual=plan, treatment=None, departments={}, horizon_days=280)
    ready = prepared(simulation_of(small_protocol(), scenario, 3))
    closed = refused = 0
    for came, replication in zip(candidates_of(ready, range(25)), replications(ready, range(25)), strict=True):
        number, enrolment, record = came.candidates.number, came.enrolment, replication.record
        rows = list(map(tuple, record.said(L_ENROLLED)[:, :2].tolist()))
        assert rows == sorted(zip(enrolment.minute.tolist(), number[enrolment.enrolled].tolist(), strict=True))
        assert sorted(record.said(L_REFUSED)[:, 1].tolist()) == sorted(number[enrolment.refused].tolist())
        failed = np.count_nonzero(came.candidates.failed)
        assert len(record.said(L_FAILED)) == failed
        closed, refused = closed + (enrolment.closed is not None), refused + len(enrolment.refused)
    assert 0 < closed < 25 or arm_caps
    assert refused

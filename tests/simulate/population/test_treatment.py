"""Chances of treatment have the probabilities that the scenario says, and days of linacs the shares."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from tests.simulate.scenarios import DAY, small_department, small_protocol, small_scenario, small_treatment
from trialproof.model.place import BadInput
from trialproof.simulate.population.linacs import LinacDays, breakdown_chance, linac_days, minutes_lost
from trialproof.simulate.population.screening import screen
from trialproof.simulate.population.setting import prepare
from trialproof.simulate.population.streams import key_of
from trialproof.simulate.population.treatment import Enrolments, absences, treat
from trialproof.simulate.scenario.distribution import Distribution, Empirical, Fixed, Triangular, Uniform
from trialproof.simulate.scenario.scenario import Downtime, Fractions, MissedPolicy, Scenario
from trialproof.simulate.trial.calendar import calendar
from trialproof.simulate.trial.contract import CYCLES, NEVER, NO_SHOWS, Draws
from trialproof.simulate.trial.world import calendar_of

KEY = key_of(23)


def treated(scenario: Scenario, size: int = 12_000) -> Enrolments:
    setting = prepare(small_protocol(), scenario)
    found = screen(setting, KEY, 0, np.arange(size))
    return treat(setting, KEY, found, np.flatnonzero(found.passed))


def test_enrolments_are_columns_of_the_contract() -> None:
    found = treated(small_scenario(), 400)
    size = len(found.patient)
    assert size > 50
    assert {each.name for each in fields(Enrolments)} - {"replication"} <= {each.name for each in fields(Draws)}
    for each in fields(Enrolments):
        column = getattr(found, each.name)
        wide = {"no_show": (size, NO_SHOWS), "infusion": (size, CYCLES), "low": (size, CYCLES), "delay": (size, CYCLES)}
        assert column.dtype == np.int64
        assert column.shape == wide.get(each.name, (size,))
    assert (np.diff(found.patient) > 0).all()


patients = st.tuples(st.integers(0, 3), st.integers(0, (3 << 16) - 1))


@settings(max_examples=15, deadline=None)
@given(st.lists(patients, min_size=1, max_size=20, unique=True), st.data())
def test_nobody_depends_on_who_else_is_treated(who: list[tuple[int, int]], data: st.DataObject) -> None:
    setting = prepare(small_protocol(), small_scenario())
    replication, number = np.array(who).T
    candidates = screen(setting, KEY, replication, number)
    together = treat(setting, KEY, candidates, np.arange(len(who)))
    assert list(zip(together.replication.tolist(), together.patient.tolist(), strict=True)) == sorted(who)
    chosen = data.draw(st.lists(st.integers(0, len(who) - 1), min_size=1, unique=True))
    some = treat(setting, KEY, candidates, chosen)
    at = [sorted(who).index(each) for each in sorted(who[position] for position in chosen)]
    for each in fields(Enrolments):
        assert np.array_equal(getattr(some, each.name), getattr(together, each.name)[at])


def test_lengths_are_whole_minutes_of_their_distributions() -> None:
    found = treated(small_scenario())
    assert found.outlining.mean() == pytest.approx(2.5 * DAY, rel=0.02)
    assert found.planning.mean() == pytest.approx(280, rel=0.02)
    assert found.checking.mean() == pytest.approx(70, rel=0.02)
    assert found.replanning.mean() == pytest.approx(200, rel=0.02)
    assert 120 <= found.planning.min() < 130
    assert 470 < found.planning.max() <= 480
    planning, checking = Distribution(Fixed(239.7)), Distribution(Fixed(0.2))
    fixed = replace(small_treatment().preparation, planning=planning, checking=checking)
    again = treated(replace(small_scenario(), treatment=replace(small_treatment(), preparation=fixed)), 400)
    assert set(again.planning.tolist()) == {240}
    assert set(again.checking.tolist()) == {1}


def test_a_change_of_one_part_leaves_the_other_draws_alone() -> None:
    other = replace(small_treatment().preparation, planning=Distribution(Fixed(60.0)))
    before = treated(small_scenario(), 400)
    after = treated(replace(small_scenario(), treatment=replace(small_treatment(), preparation=other)), 400)
    assert (before.planning != after.planning).any()
    for name in ("outlining", "checking", "replanning", "no_show", "infusion", "low", "delay"):
        assert (getattr(before, name) == getattr(after, name)).all()


def test_low_counts_have_the_probabilities_of_the_support_that_a_patient_gets() -> None:
    found = treated(small_scenario())
    toxicity = small_treatment().toxicity
    for factor, support in ((1, toxicity.with_factor), (0, toxicity.without)):
        low, delay = found.low[found.factor == factor], found.delay[found.factor == factor]
        n = low.size
        assert n > 5000
        assert (low > 0).mean() == pytest.approx(support.neutropenia, abs=4 * (0.25 / n) ** 0.5)
        counted = low[low > 0]
        assert (counted > 1).mean() == pytest.approx(support.interruption, abs=4 * (0.25 / len(counted)) ** 0.5)
        assert delay[low > 0].mean() == pytest.approx(support.delay, abs=4 * (0.25 / len(counted)) ** 0.5)
        assert not delay[low == 0].any()
        days = counted[counted > 1] - 1
        assert (days.min() >= 3) & (days.max() <= 10)
        assert days.mean() == pytest.approx(6, abs=0.3)


def test_patients_leave_with_the_probabilities_of_the_scenario() -> None:
    found = treated(small_scenario(), 40_000)
    toxicity, scan = small_treatment().toxicity, small_treatment().preparation.scan
    early = found.drop <= scan + found.outlining + found.planning + found.checking
    n = len(found.drop)
    # Some of those who leave later may do so before a long preparation could be over.
    assert early.mean() == pytest.approx(toxicity.before_start, abs=4 * (0.05 / n) ** 0.5)
    for factor, support in ((1, toxicity.with_factor), (0, toxicity.without)):
        later = (found.drop != NEVER)[(found.factor == factor) & ~early]
        assert later.mean() == pytest.approx(support.dropout, abs=4 * (0.25 / len(later)) ** 0.5)
    assert found.drop.min() >= 1
    times = found.drop[(found.drop != NEVER) & ~early]
    assert (times.min() >= 10 * DAY) & (times.max() <= 60 * DAY)


def test_no_infusion_is_longer_than_the_day_unit_is_open() -> None:
    """The first two sites share a department whose day unit is open for nine hours, the third has one of four."""
    scenario = small_scenario()
    short = replace(small_department("other"), infusion_hours=type(small_department("x").infusion_hours)(480, 720))
    scenario = replace(scenario, departments={**scenario.departments, "other": short})
    setting = prepare(small_protocol(), scenario)
    number = np.concatenate([(site << 16) + np.arange(600) for site in range(3)])
    candidates = screen(setting, KEY, 0, number)
    found = treat(setting, KEY, candidates, np.arange(len(number)))
    site = found.patient >> 16
    assert found.infusion[site < 2].max() == 540
    assert found.infusion[site == 2].max() == 240
    assert (found.infusion[site == 2] < 240).any()
    assert found.infusion.min() >= 180


def test_without_treatment_nothing_happens() -> None:
    found = treated(replace(small_scenario(), treatment=None), 400)
    assert (found.course == -1).all()
    assert (found.drop == NEVER).all()
    assert (found.no_show == NEVER).all()
    assert not found.low.any()


def test_attempts_fail_independently_with_the_probability_of_the_scenario() -> None:
    """The first failure is geometric; the next ones are as many attempts further on."""
    u = (np.random.default_rng(1).integers(0, 2**52, (50_000, NO_SHOWS)) * 2 + 1) / 2.0**53
    found = absences(0.1, u)
    assert (np.diff(found, axis=1, prepend=0) >= 1).all()
    for attempt in range(1, NO_SHOWS + 1):  # beyond, no further failure is followed
        hit = (found == attempt).any(1)
        assert hit.mean() == pytest.approx(0.1, abs=4 * (0.09 / 50_000) ** 0.5)
    assert found[:, 0].mean() == pytest.approx(10, rel=0.02)
    assert set(absences(0.0, u).ravel().tolist()) == {NEVER}
    assert absences(1.0, u)[0].tolist() == list(range(1, NO_SHOWS + 1))
    assert (absences(1e-13, u) <= NEVER).all()


def test_the_no_shows_are_those_of_the_scenario() -> None:
    fractions = Fractions(MissedPolicy.OMIT, no_show=0.0, longest=80)
    found = treated(replace(small_scenario(), treatment=replace(small_treatment(), fractions=fractions)), 300)
    assert (found.no_show == NEVER).all()


# Linacs.

OPEN = calendar(date(2027, 1, 4), 4000, frozenset(range(5)), (date(2027, 5, 3),))


def with_downtime(downtime: Downtime) -> Scenario:
    department = replace(small_department("main"), downtime=downtime)
    return replace(small_scenario(), departments={"main": department})


@pytest.mark.parametrize(
    "outage",
    [
        Distribution(Triangular(30.0, 60.0, 480.0)),
        Distribution(Uniform(0.0, 1500.0)),
        Distribution(Fixed(45.5)),
        Distribution(Fixed(10_000.0)),
        Distribution(Empirical((0.5, 10.5, 300.0), (0.3, 0.3, 0.4))),
    ],
    ids=repr,
)
def test_breakdowns_cost_the_share_that_was_asked_for(outage: Distribution) -> None:
    """Outages longer than a day, and those that round to nothing, included."""
    share = 0.02
    lost = tables(linac_days(with_downtime(Downtime(share, outage)), KEY, OPEN, np.arange(30)), 30)[0]
    is_open = OPEN.open_day == 1
    shares = lost[:, :, is_open].mean(axis=(1, 2)) / 600
    assert shares.mean() == pytest.approx(share, abs=4 * shares.std() / 30**0.5)
    assert lost.min() == 0
    assert lost.max() <= 600
    assert not lost[:, :, ~is_open].any()


def test_a_breakdown_costs_whole_minutes_and_no_more_than_a_day() -> None:
    u = np.array([0.5])
    for lasts, costs in ((45.7, 46), (45.5, 45), (45.2, 45), (0.4, 0), (9999.0, 600)):
        assert minutes_lost(Downtime(0.1, Distribution(Fixed(lasts))), u, 600).tolist() == [costs]


def test_a_share_that_no_breakdown_a_day_can_lose_is_refused() -> None:
    scenario = with_downtime(Downtime(0.2, Distribution(Fixed(60.0))))
    with pytest.raises(BadInput) as caught:
        breakdown_chance(scenario, scenario.departments["main"])
    assert "60 minutes on average" in caught.value.message
    every_day = with_downtime(Downtime(0.1, Distribution(Fixed(60.0))))
    assert breakdown_chance(every_day, every_day.departments["main"]) == 1
    none = with_downtime(Downtime(0.0, Distribution(Fixed(60.0))))
    assert not linac_days(none, KEY, OPEN, [0]).of(0)[0].any()


def test_others_have_booked_their_share_on_open_days() -> None:
    found = tables(linac_days(small_scenario(), KEY, OPEN, np.arange(3)), 3)[1]
    assert found.shape == (3, 4, 4000)
    is_open = OPEN.open_day == 1
    assert found[:, :, is_open].mean() == pytest.approx(0.6 * 600, rel=0.005)
    assert found[:, :, is_open].std() == pytest.approx(0.07 * 600, rel=0.02)
    assert not found[:, :, ~is_open].any()
    assert len(np.unique(found[0, :, 0])) > 1


def test_a_linac_and_a_day_do_not_depend_on_what_else_there_is() -> None:
    """Another linac, another replication, more days: what was there is what it was."""
    scenario = small_scenario()
    whole = linac_days(scenario, KEY, OPEN, [4, 9])
    alone = linac_days(scenario, KEY, OPEN, [9])
    shorter = linac_days(scenario, KEY, calendar_of(scenario), [4])
    more = replace(scenario, departments={**scenario.departments, "main": replace(small_department("main"), linacs=3)})
    wider = linac_days(more, KEY, OPEN, [4])
    days = shorter.size
    same = calendar_of(scenario).open_day == OPEN.open_day[:days]
    for which in range(2):
        here, there = whole.of(0)[which], wider.of(0)[which]
        assert (alone.of(0)[which] == whole.of(1)[which]).all()
        assert (shorter.of(0)[which][:, same] == here[:, :days][:, same]).all()
        assert (there[:2] == here[:2]).all()
        assert (there[3:] == here[2:]).all()


def test_days_that_are_not_wanted_are_free_and_the_others_what_they_are() -> None:
    scenario = small_scenario()
    every = linac_days(scenario, KEY, OPEN, [4, 9])
    departments = [number for number, each in enumerate(scenario.departments.values()) for _ in range(each.linacs)]
    wanted = np.array([[[100, 130], [0, 4000]], [[7, 7], [3990, 9999]]])[:, : len(scenario.departments)]
    some = linac_days(scenario, KEY, OPEN, [4, 9], wanted)
    for index in range(2):
        for found, whole in zip(some.of(index), every.of(index), strict=True):
            for linac, department in enumerate(departments):
                first, end = wanted[index, department].tolist()
                assert (found[linac, first:end] == whole[linac, first:end]).all()
                assert not np.delete(found[linac], np.arange(first, min(end, 4000))).any()


def tables(days: LinacDays, replications: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    lost, background = zip(*(days.of(index) for index in range(replications)), strict=True)
    return np.array(lost), np.array(background)
